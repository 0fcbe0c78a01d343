/** Gradients of composed tensor operations: PyTorch's numbers, and finite differences to the second order. */
import { gradcheck, gradgradcheck } from "@lucid/autograd";
import { createCpuBackend } from "@lucid/backend-cpu";
import { setDefaultBackend, slice, softmax, type Tensor, tensor } from "@lucid/tensor";
import { describe, expect, test } from "vitest";

setDefaultBackend(createCpuBackend());

const x = [
  [
    [0.5, -1.25, 3],
    [2, 7.5, -4],
  ],
  [
    [1.5, 0.25, -2.5],
    [6, -3.5, 9],
  ],
];
const ties = [
  [1, 3, 3],
  [2, 2, 2],
];
const rows = [
  [3, 1, 2],
  [0, 5, 4],
];

/** The gradient of Σ (1 + i) · y[i], i the row-major position. */
function weighted(data: typeof x | typeof ties, fn: (x: Tensor) => Tensor): readonly number[] {
  const input = tensor(data, { requiresGrad: true });
  const y = fn(input);
  const weights = tensor(Float32Array.from({ length: y.size }, (_, i) => i + 1)).reshape(y.shape);
  y.mul(weights).sum().backward();
  return Array.from(input.grad!.dataSync());
}

describe("PyTorch's gradients", () => {
  test.each<
    readonly [name: string, data: typeof x | typeof ties, fn: (x: Tensor) => Tensor, expected: readonly number[]]
  >([
    [
      "var",
      x,
      (x) => x.var([0, 2]),
      [
        0.10000000149011612, -0.6000000238418579, 1.100000023841858, -0.6666666269302368, 3.7333335876464844,
        -5.4666666984558105, 0.5, 0, -1.100000023841858, 2.5333335399627686, -5.066666603088379, 4.933333873748779,
      ],
    ],
    [
      "std",
      x,
      (x) => x.std(1),
      [
        -0.7071068286895752, -1.4142135381698608, 2.1213202476501465, 0.7071068286895752, 1.4142135381698608,
        -2.1213202476501465, -2.8284268379211426, 3.535533905029297, -4.242640495300293, 2.8284268379211426,
        -3.535533905029297, 4.242640495300293,
      ],
    ],
    ["std of a constant", [[2, 2, 2]], (x) => x.std(), [0, 0, 0]],
    [
      "logsumexp",
      x,
      (x) => x.logsumexp([0, 2]),
      [
        0.05916060507297516, 0.01028057187795639, 0.7207237482070923, 0.0014317112509161234, 0.3503282070159912,
        3.5488574212649837e-6, 0.16081520915031433, 0.04607432708144188, 0.0029454331379383802, 0.07816878706216812,
        5.851076821272727e-6, 1.5700620412826538,
      ],
    ],
    ["amax shares among ties", ties, (x) => x.amax(1), [0, 0.5, 0.5, 2 / 3, 2 / 3, 2 / 3]],
    ["max of all shares among ties", ties, (x) => x.max(), [0, 0.5, 0.5, 0, 0, 0]],
    ["max along an axis gives to the first", ties, (x) => x.max(1).values, [0, 1, 0, 2, 0, 0]],
    ["min along an axis", ties, (x) => x.min(0).values, [1, 0, 0, 0, 2, 3]],
    [
      "prod with a zero",
      [
        [1, 0, 3],
        [2, 5, 4],
      ],
      (x) => x.prod(1),
      [0, 3, 0, 40, 16, 20],
    ],
    ["mean", ties, (x) => x.mean(0), [0.5, 1, 1.5, 0.5, 1, 1.5]],
    [
      "softmax",
      ties,
      (x) => softmax(x, 1),
      [-0.08904306590557098, -0.18963369727134705, 0.2786768078804016, -1 / 3, 0, 1 / 3],
    ],
    [
      "logSoftmax",
      ties,
      (x) => x.logSoftmax(0),
      [
        -0.3447071611881256, -3.117410182952881, -3.5795273780822754, 0.34470701217651367, 3.1174099445343018,
        3.5795271396636963,
      ],
    ],
    ["cumsum", ties, (x) => x.cumsum(1), [6, 5, 3, 15, 11, 6]],
    ["sort", rows, (x) => x.sort(1).values, [3, 1, 2, 4, 6, 5]],
    ["sort in descending order", rows, (x) => x.sort(0, true).values, [1, 5, 6, 4, 2, 3]],
    ["topk", rows, (x) => x.topk(2).values, [1, 0, 2, 0, 3, 4]],
  ])("%s", (_, data, fn, expected) => {
    const actual = weighted(data, fn);
    expect(actual.length).toBe(expected.length);
    for (const [i, value] of expected.entries()) {
      expect(Math.abs(actual[i]! - value), `${i}: ${actual[i]} against ${value}`).toBeLessThan(
        3e-6 * Math.max(1, Math.abs(value)),
      );
    }
  });
});

describe("finite differences", () => {
  /** Distinct values without order, so that nothing ties. */
  const of = (...shape: readonly number[]): Tensor => {
    const size = shape.reduce((product, length) => product * length, 1);
    const values = Float64Array.from({ length: size }, (_, i) => Math.sin(i * 2.7 + size) * 2);
    return tensor(values, { requiresGrad: false }).reshape(shape).detach().requiresGrad_();
  };
  const ints = (data: readonly (number | readonly number[])[]): Tensor =>
    tensor(data as readonly number[], { dtype: "int32" });

  test.each<readonly [name: string, inputs: readonly Tensor[], fn: (...inputs: Tensor[]) => Tensor]>([
    ["var", [of(2, 3)], (x) => x.var(1)],
    ["std", [of(2, 3)], (x) => x.std(0, { correction: 0 })],
    ["logsumexp", [of(2, 3)], (x) => x.logsumexp(1)],
    ["softmax", [of(2, 3)], (x) => x.softmax(0)],
    ["logSoftmax", [of(2, 3)], (x) => x.logSoftmax(-1)],
    ["prod", [of(2, 3)], (x) => x.prod(1)],
    ["cumsum", [of(2, 3)], (x) => x.cumsum(1).square()],
    ["sort", [of(2, 4)], (x) => x.sort(1, true).values.square()],
    ["topk", [of(2, 4)], (x) => x.topk(2, 0).values.square()],
    ["max", [of(2, 4)], (x) => x.max(0, true).values.square()],
    ["matmul of vectors", [of(3), of(3)], (a, b) => a.matmul(b)],
    ["matmul, vector first", [of(3), of(3, 2)], (a, b) => a.matmul(b)],
    ["matmul, vector last", [of(2, 2, 3), of(3)], (a, b) => a.matmul(b)],
    ["matmul of a batch and a matrix", [of(2, 2, 3), of(3, 2)], (a, b) => a.matmul(b)],
    ["matmul of batches", [of(2, 1, 2, 3), of(2, 3, 2)], (a, b) => a.matmul(b)],
    ["linear", [of(2, 2, 3), of(2, 3), of(2)], (x, w, b) => x.linear(w, b)],
    ["outer", [of(2), of(3)], (a, b) => a.outer(b)],
    ["repeat and roll", [of(2, 3)], (x) => x.repeat(2, 1).roll([1, 2], [0, 1]).square()],
    ["repeatInterleave", [of(2, 3)], (x) => x.repeatInterleave(2, 1).square()],
    ["unfold", [of(5)], (x) => x.unfold(0, 3, 1).square()],
    ["diag and diagonal", [of(3)], (x) => x.diag(1).square().diagonal(1)],
    ["at, views", [of(3, 4)], (x) => x.at(slice(null, null, -1), slice(0, 4, 2), null).square()],
    ["at, positions", [of(3, 4)], (x) => x.at([0, 2, 2], slice(), null).square()],
    ["at, positions apart", [of(2, 3, 4)], (x) => x.at([0, 1, 1], slice(), [3, 0, 0]).square()],
    [
      "at, mask",
      [of(2, 3)],
      (x) =>
        x
          .at([
            [true, false, true],
            [false, true, true],
          ])
          .square(),
    ],
    [
      "gather, smaller index",
      [of(3, 4)],
      (x) =>
        x
          .gather(
            1,
            ints([
              [3, 0],
              [1, 1],
            ]),
          )
          .square(),
    ],
    [
      "scatter, smaller index",
      [of(3, 4), of(3, 4)],
      (x, y) =>
        x
          .scatter(
            1,
            ints([
              [3, 0],
              [1, 2],
            ]),
            y,
          )
          .square(),
    ],
    [
      "scatterAdd",
      [of(2, 3), of(2, 3)],
      (x, y) =>
        x
          .scatterAdd(
            0,
            ints([
              [0, 0, 1],
              [0, 1, 1],
            ]),
            y,
          )
          .square(),
    ],
    ["indexAdd", [of(2, 3), of(2, 2)], (x, y) => x.indexAdd(1, ints([2, 2]), y, { alpha: 0.5 }).square()],
    [
      "indexSelect and take",
      [of(2, 3)],
      (x) =>
        x
          .indexSelect(1, ints([2, 2, 0]))
          .square()
          .take(ints([0, 5, 5])),
    ],
    ["maskedFill", [of(2, 3), of()], (x, v) => x.maskedFill(x.gt(0), v).square()],
    ["indexPut_, view", [of(2, 3), of(3)], (x, v) => x.mul(1).indexPut_([1], v).square()],
    [
      "indexPut_, positions",
      [of(4), of(2)],
      (x, v) =>
        x
          .mul(1)
          .indexPut_([[1, 3]], v)
          .square(),
    ],
    [
      "indexPut_, adding",
      [of(4), of(3)],
      (x, v) =>
        x
          .mul(1)
          .indexPut_([[1, 3, 1]], v, { accumulate: true })
          .square(),
    ],
    [
      "indexPut_, positions apart",
      [of(2, 2, 3), of(2, 2)],
      (x, v) =>
        x
          .mul(1)
          .indexPut_([[0, 1], slice(), [2, 0]], v)
          .square(),
    ],
    [
      "indexPut_, mask",
      [of(2, 3), of(3)],
      (x, v) =>
        x
          .mul(1)
          .indexPut_(
            [
              [
                [true, false, true],
                [false, true, false],
              ],
            ],
            v,
          )
          .square(),
    ],
    [
      "indexPut_, mask with one value",
      [of(2, 3), of()],
      (x, v) =>
        x
          .mul(1)
          .indexPut_([[true, false]], v)
          .square(),
    ],
  ])("%s", (_, inputs, fn) => {
    expect(gradcheck(fn, inputs)).toBe(true);
    expect(gradgradcheck(fn, inputs)).toBe(true);
  });

  test("the index takes no part", () => {
    expect(() => of(2).argmax().requiresGrad_()).toThrow();
    expect(of(2, 2).max(0).indices.requiresGrad).toBe(false);
  });
});
