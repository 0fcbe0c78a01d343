/** Products with Jacobians and Hessians, and these matrices themselves, against torch.autograd.functional. */
import { createCpuBackend } from "@lucid/backend-cpu";
import { setDefaultBackend, Tensor, tensor } from "@lucid/tensor";
import { describe, expect, test } from "vitest";
import {
  grad,
  hessian,
  hessianAsync,
  hvp,
  hvpAsync,
  jacobian,
  jacobianAsync,
  vhp,
  vhpAsync,
  vjp,
  vjpAsync,
} from "../index.js";

setDefaultBackend(createCpuBackend());

const numbers = (values: number[] | number[][]): Tensor => new Tensor(values, { dtype: "float64" });
const x = numbers([
  [0.5, -1.25],
  [2, 0.75],
]);
const y = numbers([1.5, -0.5]);

const pair = (a: Tensor, b: Tensor): readonly Tensor[] => [a.sin().matmul(b).mul(b.exp()), a.square().sum().mul(b)];
const scalar = (a: Tensor, b: Tensor): Tensor => a.sin().matmul(b).square().sum().mul(b.exp().sum());

function expectClose(found: Tensor, shape: readonly number[], expected: readonly number[]): void {
  expect(found.shape).toEqual(shape);
  Array.from(found.dataSync()).forEach((value, i) => {
    expect(Math.abs(value - expected[i]!), `element ${i}: ${value}, ${expected[i]}`).toBeLessThan(1e-12);
  });
}

const HESSIAN: readonly (readonly (readonly number[])[])[] = [
  [
    [
      8.898834211079416, -2.112028981277095, 0, 0, -2.112028981277095, -5.510659002631315, 0, 0, 0, 0,
      -10.235858357582815, 2.323968100368517, 0, 0, 2.323968100368517, 4.910575511454311,
    ],
    [
      31.166134543026754, -10.806557014535572, -2.456015539579258, 5.124486098580521, -15.833517764534637,
      -5.104730342888808, -6.740347951895603, 4.626397011714332,
    ],
  ],
  [
    [
      31.16613454302675, -2.456015539579258, -15.833517764534635, -6.740347951895602, -10.806557014535572,
      5.124486098580521, -5.104730342888809, 4.626397011714332,
    ],
    [48.76627839287231, -0.401805229331974, -0.401805229331972, 14.335799782116322],
  ],
];

describe("PyTorch's numbers", () => {
  test("vjp, at once and awaited", async () => {
    const vectors = [numbers([1, -2]), numbers([0.5, 3])];
    for (const [values, products] of [vjp(pair, [x, y], vectors), await vjpAsync(pair, [x, y], vectors)]) {
      expectClose(values[0]!, [2], [5.349481292847524, 0.620557748850044]);
      expectClose(values[1]!, [2], [9.5625, -3.1875]);
      const ofX = [5.149578263915043, 1.168411607409973, -2.242782554075209, -0.681208267657571];
      expectClose(products[0]!, [2, 2], ofX);
      expectClose(products[1]!, [2], [9.58258395291576, 12.803960892209746]);
    }
  });

  test("jacobian, at once and awaited", async () => {
    for (const [first, second] of [jacobian(pair, [x, y]), await jacobianAsync(pair, [x, y])]) {
      const ofX = [5.899578263915043, -0.706588392590027, 0, 0, 0, 0, -0.378608722962396, -0.221895866171215];
      expectClose(first![0]!, [2, 2, 2], ofX);
      expectClose(first![1]!, [2, 2], [7.49811748925092, -4.253053996484859, 0.551516768167581, 1.033992555652698]);
      expectClose(second![0]!, [2, 2, 2], [1.5, -3.75, 6, 2.25, -0.5, 1.25, -2, -0.75]);
      expectClose(second![1]!, [2, 2], [6.375, 0, 0, 6.375]);
    }
  });

  test("hessian, at once and awaited", async () => {
    for (const found of [hessian(scalar, [x, y]), await hessianAsync(scalar, [x, y])]) {
      expectClose(found[0]![0]!, [2, 2, 2, 2], HESSIAN[0]![0]!);
      expectClose(found[0]![1]!, [2, 2, 2], HESSIAN[0]![1]!);
      expectClose(found[1]![0]!, [2, 2, 2], HESSIAN[1]![0]!);
      expectClose(found[1]![1]!, [2, 2], HESSIAN[1]![1]!);
    }
  });

  test("hvp and vhp, at once and awaited", async () => {
    const v = [
      numbers([
        [1, 2],
        [-1, 0.5],
      ]),
      numbers([0.25, -3]),
    ];
    const given = [scalar, [x, y], v] as const;
    for (const [value, products] of [
      hvp(...given),
      vhp(...given),
      await hvpAsync(...given),
      await vhpAsync(...given),
    ]) {
      expectClose(value, [], [12.575750898621378]);
      const ofX = [44.885980927888625, -29.120809167176102, 22.753653995299839, -15.43295836775826];
      expectClose(products[0]!, [2, 2], ofX);
      expectClose(products[1]!, [2], [52.114432538669064, -36.247506622310524]);
    }
  });
});

describe("what the results depend on", () => {
  test("results are recorded with createGraph alone", () => {
    const w = tensor([2, 3], { requiresGrad: true });
    const plain = jacobian((a: Tensor) => a.pow(3), w);
    expect(plain.requiresGrad).toBe(false);
    const recorded = jacobian((a: Tensor) => a.pow(3), w, { createGraph: true });
    // Σ 3w² has the derivative 6w.
    expect(Array.from(grad(recorded.sum(), [w])[0]!.dataSync())).toEqual([12, 18]);
    const [, product] = vjp((a: Tensor) => a.pow(3), w, tensor([1, 1]), { createGraph: true });
    expect(Array.from(grad(product.sum(), [w])[0]!.dataSync())).toEqual([12, 18]);
    const [, second] = hvp((a: Tensor) => a.pow(4).sum(), w, tensor([1, 1]), { createGraph: true });
    // 12w² has the derivative 24w.
    expect(Array.from(grad(second.sum(), [w])[0]!.dataSync())).toEqual([48, 72]);
  });

  test("an input without an effect has zeros, or is an error with strict", () => {
    const first = (a: Tensor, _: Tensor): Tensor => a.sum();
    const inputs = [tensor([1, 2]), tensor([3])];
    expect(jacobian(first, inputs).map(({ shape }) => shape)).toEqual([[2], [1]]);
    expect(() => jacobian(first, inputs, { strict: true })).toThrow(
      "[jacobian] output 0 does not depend on input 1 [1] · with { strict: true } everything depends on every input",
    );
    expect(() => hessian((a: Tensor) => a.sum(), tensor([1, 2]), { strict: true })).toThrow(
      "[hessian] the gradient of input 0 does not depend on input 0 [2]",
    );
    expect(hessian((a: Tensor) => a.sum(), tensor([1, 2])).arraySync()).toEqual([
      [0, 0],
      [0, 0],
    ]);
    const [value, product] = vjp(() => tensor(5), tensor([1, 2]));
    expect([value.item(), product.arraySync()]).toEqual([5, [0, 0]]);
  });

  test("no .grad changes", () => {
    const w = tensor([2, 3], { requiresGrad: true });
    hessian((a: Tensor) => a.pow(3).sum(), w);
    hvp((a: Tensor) => a.pow(3).sum(), w, tensor([1, 1]));
    expect(w.grad).toBeNull();
  });
});

test("wrong arguments are named", () => {
  const square = (a: Tensor): Tensor => a.square();
  expect(() => vjp(square, tensor([1, 2]))).toThrow(
    "[vjp] there is no vector · only a single number needs none · pass a tensor in the shape of each output",
  );
  expect(() => vjp(square, tensor([1, 2]), tensor([1]))).toThrow(
    "[vjp] vector 0 is [1], the output [2] · a vector has the shape of its output",
  );
  expect(() => hessian(square, tensor([1, 2]))).toThrow(
    "[hessian] the function returned a tensor [2] · second derivatives are those of a single number",
  );
  expect(() => jacobian(square, 3 as never)).toThrow("[jacobian] the inputs are 3");
  expect(() => jacobian(() => 3 as never, tensor([1]))).toThrow("[jacobian] the function returned 3");
  expect(() => jacobian(square, tensor([1]), { vectorize: true } as never)).toThrow("[jacobian] unknown option");
});
