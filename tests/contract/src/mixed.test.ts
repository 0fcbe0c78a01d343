/** Two backends in one process: moving tensors, gradients across a move, and tensors that cannot be mixed. */

import { grad } from "@lucid/autograd";
import { type Backend, BackendError, DTypeError, extendBackend } from "@lucid/backend";
import { createCpuBackend } from "@lucid/backend-cpu";
import { Linear, MSELoss, Sequential, Tanh } from "@lucid/nn";
import { SGD } from "@lucid/optim";
import {
  add,
  cat,
  manualSeed,
  matmul,
  rand,
  randn,
  setDefaultBackend,
  type Tensor,
  tensor,
  where,
} from "@lucid/tensor";
import { createMinimalBackend } from "minimal-backend";
import { describe, expect, it } from "vitest";

const cpu: Backend = createCpuBackend();
const minimal: Backend = createMinimalBackend();

/** A backend that can be read only asynchronously. */
function asynchronous(): Backend {
  const { readSync: _, hostView: __, ...members } = createMinimalBackend();
  return { ...members, name: "asynchronous" };
}

/** The error that a call throws. */
function errorOf(call: () => unknown): BackendError {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(BackendError);
    return error as BackendError;
  }
  throw new Error("nothing was thrown");
}

describe("moving", () => {
  it("keeps values, shape and element type, and leaves the original where it is", () => {
    const x = tensor(
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      { backend: cpu },
    );
    const y = x.to(minimal);
    expect(y.backend).toBe(minimal);
    expect(y.arraySync()).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect([x.backend, y.to(cpu).backend]).toEqual([cpu, cpu]);
    y.add_(10);
    expect(x.arraySync()).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
  });

  it.each(["float32", "float64", "int32", "uint8", "bool"] as const)("carries %s to the bit", (dtype) => {
    const float = dtype === "float32" || dtype === "float64";
    const values = float ? [0, -0, NaN, Infinity, -Infinity, 1e-40, 0.1] : [0, 1, 1, 0];
    const x = tensor(values, { dtype, backend: cpu });
    const back = x.to(minimal).to(cpu);
    expect(back.dtype).toBe(dtype);
    expect(Array.from(back.dataSync())).toEqual(Array.from(x.dataSync()));
    expect(Object.is(back.dataSync()[1], x.dataSync()[1])).toBe(true);
  });

  it("moves the elements of a view", () => {
    const x = tensor(
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      { backend: cpu },
    );
    expect(x.transpose(0, 1).to(minimal).arraySync()).toEqual([
      [1, 4],
      [2, 5],
      [3, 6],
    ]);
    expect(x.select(1, 1).expand(2, 2).to(minimal).arraySync()).toEqual([
      [2, 5],
      [2, 5],
    ]);
    expect(x.flip(1).to(minimal).arraySync()).toEqual([
      [3, 2, 1],
      [6, 5, 4],
    ]);
    expect(x.narrow(0, 0, 0).to(minimal).shape).toEqual([0, 3]);
    expect(x.sum().to(minimal).item()).toBe(21);
  });

  it("can be done by copy_, with gradients", () => {
    const x = tensor([1, 2, 3], { backend: minimal, requiresGrad: true });
    const y = tensor([0, 0, 0], { backend: cpu }).copy_(x);
    expect(y.backend).toBe(cpu);
    expect(y.detach().arraySync()).toEqual([1, 2, 3]);
    y.square().sum().backward();
    expect(x.grad!.backend).toBe(minimal);
    expect(x.grad!.arraySync()).toEqual([2, 4, 6]);
  });

  it("returns the tensor itself if it is there already", () => {
    const x = tensor([1, 2], { backend: cpu });
    expect(x.to(cpu)).toBe(x);
  });

  it("is an error if the backend lacks the element type", () => {
    const small = { ...createMinimalBackend(), name: "small", capabilities: { dtypes: ["float32"] as const } };
    const x = tensor([1, 2], { dtype: "float64", backend: cpu });
    expect(() => x.to(small)).toThrow(DTypeError);
    expect(() => x.to(small)).toThrow(/small cannot hold float64/);
    expect(x.to("float32").to(small).arraySync()).toEqual([1, 2]);
  });

  it("needs toAsync if the source cannot be read synchronously", async () => {
    const slow = asynchronous();
    const x = tensor([1, 2, 3], { backend: slow, requiresGrad: true });
    expect(() => x.to(cpu)).toThrow(/asynchronous cannot read synchronously.*toAsync\(\)/);
    const y = await x.toAsync(cpu);
    expect(y.backend).toBe(cpu);
    expect(y.arraySync()).toEqual([1, 2, 3]);
    // Moving in the other direction needs no read.
    expect(await tensor([4], { backend: cpu }).to(slow).array()).toEqual([4]);
  });
});

describe("gradients", () => {
  it("flow across a move, each to its own backend", () => {
    const x = tensor([1, 2, 3], { backend: cpu, requiresGrad: true });
    const w = tensor([10, 20, 30], { backend: minimal, requiresGrad: true });
    // Σ w·(2x)² has the gradients 8wx and 4x².
    const loss = x.mul(2).to(minimal).square().mul(w).sum();
    expect(loss.backend).toBe(minimal);
    loss.backward();
    expect(x.grad!.backend).toBe(cpu);
    expect(x.grad!.arraySync()).toEqual([80, 320, 720]);
    expect(w.grad!.backend).toBe(minimal);
    expect(w.grad!.arraySync()).toEqual([4, 16, 36]);
  });

  it("flow there and back, and are added to those that stayed", () => {
    const x = tensor([1, -2], { backend: cpu, requiresGrad: true });
    // x³ is computed on the other backend, x² on this one.
    add(x.to(minimal).pow(3).to(cpu), x.square()).sum().backward();
    expect(x.grad!.arraySync()).toEqual([5, 8]);
  });

  it("can be differentiated again across backends", () => {
    const fourth = (x: Tensor): Tensor => x.to(minimal).pow(4).sum().to(cpu);
    const second = grad((x: Tensor) => grad(fourth)(x).sum())(tensor([1, 2], { backend: cpu }));
    expect(second.backend).toBe(cpu);
    expect(second.arraySync()).toEqual([12, 48]);
  });

  it("cannot begin with a tensor of another backend", () => {
    const x = tensor([1, 2], { backend: cpu, requiresGrad: true });
    const error = errorOf(() => x.square().backward(tensor([1, 1], { backend: minimal })));
    expect(error.message).toMatch(/cpu/);
    expect(error.message).toMatch(/minimal/);
    expect(x.grad).toBeNull();
  });

  it("train a network whose halves are on two backends", () => {
    const losses = (first: Backend, second: Backend): number[] => {
      manualSeed(3);
      const [x, y] = [randn([16, 3], { backend: cpu }).to(first), rand([16, 1], { backend: cpu }).to(second)];
      const lower = new Sequential(new Linear(3, 6, { backend: cpu }), new Tanh()).to(first);
      const upper = new Linear(6, 1, { backend: cpu }).to(second);
      const optimizer = new SGD([...lower.parameters(), ...upper.parameters()], { lr: 0.25, momentum: 0.5 });
      const criterion = new MSELoss();
      return Array.from({ length: 12 }, () => {
        const loss = criterion(upper(lower(x).to(second)), y);
        optimizer.zeroGrad();
        loss.backward();
        optimizer.step();
        return loss.item();
      });
    };
    const [together, apart] = [losses(cpu, cpu), losses(cpu, minimal)];
    expect(apart[11]!).toBeLessThan(apart[0]!);
    apart.forEach((loss, i) => {
      expect(loss).toBeCloseTo(together[i]!, 5);
    });
  });
});

describe("an operation on two backends", () => {
  const a = tensor(
    [
      [1, 2],
      [3, 4],
    ],
    { backend: cpu },
  );
  const b = tensor(
    [
      [5, 6],
      [7, 8],
    ],
    { backend: minimal },
  );
  const index = tensor([0, 1], { dtype: "int32", backend: minimal });

  it.each<readonly [string, () => unknown]>([
    ["add", () => add(a, b)],
    ["matmul", () => matmul(a, b)],
    ["cat", () => cat([a, b])],
    ["where", () => where(a.gt(2), a, b)],
    ["indexSelect", () => a.indexSelect(0, index)],
    ["add_", () => a.add_(b)],
    ["scatter", () => a.scatter(0, index.reshape(1, 2), a)],
    ["linear", () => new Linear(2, 2, { backend: minimal })(a)],
  ])("%s is an error that names both and says what to do", (name, call) => {
    const error = errorOf(call);
    expect([...error.backends].sort()).toEqual(["cpu", "minimal"]);
    expect(error.message).toMatch(/cpu/);
    expect(error.message).toMatch(/minimal/);
    expect(error.message).toMatch(/t\.to\(backend\)/);
    if (name === "add" || name === "matmul" || name === "cat") expect(error.message).toContain(`[${name}]`);
    expect(a.arraySync()).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(b.arraySync()).toEqual([
      [5, 6],
      [7, 8],
    ]);
  });

  it("is an error for two backends of one kind, too", () => {
    const other = tensor(
      [
        [1, 1],
        [1, 1],
      ],
      { backend: createCpuBackend() },
    );
    expect(errorOf(() => a.add(other)).backends).toEqual([
      expect.stringMatching(/^cpu #\d+$/),
      expect.stringMatching(/^cpu #\d+$/),
    ]);
  });

  it("is possible for a backend and one that extends it, and is computed by the latter", () => {
    const once = extendBackend(cpu, { name: "once" });
    const twice = extendBackend(once, { name: "twice" });
    const [x, y, z] = [cpu, once, twice].map((backend) => tensor([1, 2], { backend }));
    expect(add(x!, y!).backend).toBe(once);
    expect(add(z!, x!).backend).toBe(twice);
    expect(add(y!, z!).backend).toBe(twice);
    expect(add(z!, y!).arraySync()).toEqual([2, 4]);
    expect(errorOf(() => add(z!, index)).backends).toEqual(["twice", "minimal"]);
  });
});

describe("the default backend", () => {
  it("gets new tensors; existing ones stay where they are", () => {
    setDefaultBackend(cpu);
    const x = tensor([1, 2]);
    setDefaultBackend(minimal);
    const y = tensor([3, 4]);
    expect([x.backend, y.backend]).toEqual([cpu, minimal]);
    expect(errorOf(() => x.add(y)).backends).toEqual(["cpu", "minimal"]);
    // Numbers and results are on the backend of the operand.
    expect(x.add(1).mul(x.sum()).backend).toBe(cpu);
    expect(y.to(cpu).add(x).arraySync()).toEqual([4, 6]);
  });

  it("does not change the numbers of a seed", () => {
    const draw = (backend: Backend): unknown => {
      manualSeed(42);
      return [rand([3, 5], { backend }).arraySync(), rand([7], { backend }).arraySync()];
    };
    expect(draw(minimal)).toEqual(draw(cpu));
  });
});

describe("optimizers and modules", () => {
  it("a module moves with its parameters", () => {
    const model = new Sequential(new Linear(2, 3, { backend: cpu }), new Linear(3, 1, { backend: cpu }));
    const x = tensor([[1, 2]], { backend: cpu });
    const here = model(x).item();
    model.to(minimal);
    expect(model.parameters().map(({ backend }) => backend)).toEqual([minimal, minimal, minimal, minimal]);
    expect(model(x.to(minimal)).item()).toBeCloseTo(here, 6);
    expect([...errorOf(() => model(x)).backends].sort()).toEqual(["cpu", "minimal"]);
  });

  it("one optimizer updates parameters on several backends", () => {
    const [a, b] = [cpu, minimal].map((backend) => tensor([1, 2], { backend, requiresGrad: true }));
    const optimizer = new SGD([a!, b!], { lr: 0.5 });
    add(a!.to(minimal).square(), b!.pow(3)).sum().backward();
    optimizer.step();
    expect(a!.detach().arraySync()).toEqual([0, 0]);
    expect(b!.detach().arraySync()).toEqual([-0.5, -4]);
  });
});
