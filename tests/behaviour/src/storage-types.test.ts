/**
 * float16 and bfloat16 through the whole framework: tensors, gradients, modules and optimizers.
 */
import type { DType } from "@lucid/backend";
import { extendBackend } from "@lucid/backend";
import { createCpuBackend } from "@lucid/backend-cpu";
import { createWasmBackend } from "@lucid/backend-wasm";
import * as lucid from "@lucid/lucid";
import { describe, expect, it } from "vitest";

const { tensor, nn, optim } = lucid;
const halves = ["float16", "bfloat16"] as const;
const backends = [
  ["cpu", createCpuBackend()],
  ["cpu, interpreted", createCpuBackend({ generate: false })],
  ["wasm", createWasmBackend({ threads: 1 })],
  ["wasm, 3 threads", createWasmBackend({ threads: 3 })],
] as const;

/** The message of the error that a call throws. */
function messageOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return (error as Error).message;
  }
  return "nothing was thrown";
}

describe.each(backends)("on %s", (_, backend) => {
  it("elements are rounded when they are stored, and read as numbers", () => {
    const x = tensor(
      [
        [0.1, 65519],
        [65520, -0],
      ],
      { dtype: "float16", backend },
    );
    expect(x.tolist()).toEqual([
      [0.0999755859375, 65504],
      [Number.POSITIVE_INFINITY, -0],
    ]);
    expect(x.dataSync()).toEqual(new Float32Array([0.0999755859375, 65504, Number.POSITIVE_INFINITY, -0]));
    expect(x.at(0, 0).item()).toBe(0.0999755859375);
    expect(x.storage.bytes).toBe(8);
    expect(String(x)).toBe("Tensor([[0.1, 65504], [Infinity, -0]], dtype=float16)");
    expect(String(tensor([0.1, 257], { dtype: "bfloat16", backend }))).toBe("Tensor([0.1001, 256], dtype=bfloat16)");
    expect(tensor(new Float32Array([0.1]), { dtype: "bfloat16", backend }).item()).toBe(0.10009765625);
  });

  it("types meet as in PyTorch", () => {
    const one = (dtype: DType): lucid.Tensor => lucid.ones([2], { dtype, backend });
    const pairs: readonly (readonly [DType, DType, DType])[] = [
      ["float16", "bfloat16", "float32"],
      ["float16", "float32", "float32"],
      ["bfloat16", "float64", "float64"],
      ["float16", "int32", "float16"],
      ["bfloat16", "uint8", "bfloat16"],
      ["bfloat16", "bool", "bfloat16"],
    ];
    for (const [a, b, result] of pairs) {
      expect([one(a).add(one(b)).dtype, one(b).mul(one(a)).dtype, lucid.promoteTypes(b, a)]).toEqual([
        result,
        result,
        result,
      ]);
    }
    // A tensor without axes and a number change the kind alone.
    expect(one("float16").add(tensor(2, { dtype: "float64", backend })).dtype).toBe("float16");
    expect(one("bfloat16").mul(2.5).dtype).toBe("bfloat16");
    expect(one("int32").mul(tensor(2, { dtype: "float16", backend })).dtype).toBe("float16");
  });

  it("sums and products are accumulated in float32", () => {
    for (const dtype of halves) {
      const ones = lucid.ones([10_000], { dtype, backend });
      // In the type itself, a sum of ones would stop at 256 or 2,048.
      expect([ones.sum().item(), ones.mean().item()]).toEqual([dtype === "float16" ? 10000 : 9984, 1]);
      const index = lucid.zeros([3000], { dtype: "int32", backend });
      const counted = lucid.zeros([1], { dtype, backend }).indexAdd(0, index, lucid.ones([3000], { dtype, backend }));
      expect(counted.item()).toBe(dtype === "float16" ? 3000 : 3008);
      expect(
        lucid
          .ones([1, 5000], { dtype, backend })
          .matmul(lucid.ones([5000, 1], { dtype, backend }))
          .item(),
      ).toBe(dtype === "float16" ? 5000 : 4992);
      expect(ones.cumsum(0).at(2999).item()).toBe(dtype === "float16" ? 3000 : 3008);
    }
  });

  it("sorting keeps −0 and NaN, and gathering and scattering keep elements", () => {
    for (const dtype of halves) {
      const x = tensor([Number.NaN, 1, -0, 0, -1], { dtype, backend });
      const { values, indices } = lucid.sort(x);
      expect([values.tolist(), indices.tolist()]).toEqual([
        [-1, -0, 0, 1, Number.NaN],
        [4, 2, 3, 1, 0],
      ]);
      const index = tensor([2, 0], { dtype: "int32", backend });
      expect(x.gather(0, index).tolist()).toEqual([-0, Number.NaN]);
      expect(x.scatter(0, index, tensor([7, -0], { dtype, backend })).tolist()).toEqual([-0, 1, 7, 0, -1]);
    }
  });

  it("random numbers have the digits of the type", () => {
    for (const dtype of halves) {
      lucid.manualSeed(3);
      const step = dtype === "float16" ? 2 ** 11 : 2 ** 8;
      const drawn = lucid.rand([4000], { dtype, backend }).dataSync();
      expect(drawn.every((v) => v >= 0 && v < 1 && Number.isInteger(v * step))).toBe(true);
      expect(new Set(drawn).size).toBeGreaterThan(dtype === "float16" ? 1500 : 250);
      const normal = lucid.randn([4000], { dtype, backend });
      expect(normal.dtype).toBe(dtype);
      expect(Math.abs(normal.float().mean().item() as number)).toBeLessThan(0.1);
      expect(Math.abs((normal.float().std().item() as number) - 1)).toBeLessThan(0.1);
      const bounded = lucid.empty([4000], { dtype, backend }).uniform_(1, 1.01);
      expect(bounded.dataSync().every((v) => v >= 0.99 && v < 1.01)).toBe(true);
    }
    expect(lucid.arange(0, 3, 0.5, { dtype: "float16", backend }).tolist()).toEqual([0, 0.5, 1, 1.5, 2, 2.5]);
    // Positions beyond 256 are no bfloat16 numbers, but their halves are.
    expect(lucid.linspace(0, 1024, 1025, { dtype: "bfloat16", backend }).at(514).item()).toBe(514 - 2);
  });

  it("gradients have the type of their leaf, also in mixed programs", () => {
    for (const dtype of halves) {
      const x = tensor([1, -2, 3], { dtype, backend, requiresGrad: true });
      const w = tensor([0.5, 0.25, 2], { backend, requiresGrad: true });
      const y = x.mul(w).add(x.mul(x));
      expect(y.dtype).toBe("float32");
      y.sum().backward();
      expect([x.grad!.dtype, x.grad!.tolist()]).toEqual([dtype, [2.5, -3.75, 8]]);
      expect([w.grad!.dtype, w.grad!.tolist()]).toEqual(["float32", [1, -2, 3]]);
      const z = tensor(
        [
          [1, 4],
          [4, 2],
        ],
        { dtype, backend, requiresGrad: true },
      );
      z.amax(1).sum().backward();
      expect(z.grad!.tolist()).toEqual([
        [0, 1],
        [1, 0],
      ]);
    }
  });

  it("in-place operations write what is rounded", () => {
    const x = tensor([2048, 1], { dtype: "float16", backend });
    expect(x.add_(1).tolist()).toEqual([2048, 2]);
    expect(x.exp_().dtype).toBe("float16");
    const leaf = tensor([0.5], { dtype: "bfloat16", backend, requiresGrad: true });
    const y = leaf.mul(2).exp_();
    y.backward();
    // 2·e as bfloat16: the derivative reads the rounded output.
    expect(leaf.grad!.item()).toBe(5.4375);
  });

  it("modules and optimizers work in the type", () => {
    for (const dtype of halves) {
      lucid.manualSeed(1);
      const model = new nn.Sequential(new nn.Linear(4, 8), new nn.LayerNorm(8), new nn.ReLU(), new nn.Linear(8, 3))
        .to(backend)
        .to(dtype);
      const x = lucid.randn([16, 4], { dtype, backend });
      const target = tensor(
        Array.from({ length: 16 }, (_unused, i) => i % 3),
        { dtype: "int32", backend },
      );
      const optimizer = new optim.Adam(model.parameters(), { lr: 0.02 });
      const losses: number[] = [];
      for (let step = 0; step < 60; step++) {
        optimizer.zeroGrad();
        const loss = nn.functional.crossEntropy(model.forward(x), target);
        expect(loss.dtype).toBe(dtype);
        loss.backward();
        optimizer.step();
        losses.push(loss.item() as number);
      }
      for (const parameter of model.parameters())
        expect([parameter.dtype, parameter.grad!.dtype]).toEqual([dtype, dtype]);
      expect(losses[59]!).toBeLessThan(0.8 * losses[0]!);
    }
  });

  it("a step of SGD with momentum is rounded as its parts are", () => {
    const p = tensor([1, 300], { dtype: "bfloat16", backend, requiresGrad: true });
    const optimizer = new optim.SGD([p], { lr: 0.1, momentum: 0.9 });
    p.sum().backward();
    optimizer.step();
    // 0.9 and 299.9 to the nearest bfloat16.
    expect(p.tolist()).toEqual([0.8984375, 300]);
  });
});

it("elements move between backends to the bit", () => {
  const [cpu, wasm] = [backends[0][1], backends[2][1]];
  for (const dtype of halves) {
    const x = tensor([0.1, -0, Number.POSITIVE_INFINITY, 3e-8], { dtype, backend: cpu });
    const there = x.to(wasm);
    expect([there.dtype, there.tolist()]).toEqual([dtype, x.tolist()]);
    expect(there.to(cpu).tolist()).toEqual(x.tolist());
  }
});

it("a backend without the types says so, and gradcheck gives advice", () => {
  const without = extendBackend(createCpuBackend(), { name: "narrow", capabilities: {} });
  expect(messageOf(() => tensor([1], { dtype: "float16", backend: without }))).toBe(
    "[Tensor] the backend narrow cannot hold float16 · it holds float32, float64, int32, uint8, bool",
  );
  const x = tensor([1], { dtype: "bfloat16", backend: backends[0][1], requiresGrad: true });
  expect(messageOf(() => lucid.gradcheck((v) => v.exp(), [x]))).toBe(
    '[gradcheck] an input is bfloat16 · finite differences need more digits than it has · convert the inputs: .to("float64")',
  );
});
