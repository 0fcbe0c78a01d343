/**
 * The level `gradients`: reductions and products.
 *
 * @module
 */

import { elementwise, type Formula, linear, matmul, square, sub, type Tensor } from "@lucid/tensor";
import { fusedReduce } from "@lucid/tensor/extend";
import { generate, type Numbers, product, reader } from "../framework/arrays.js";
import type { GradientCheck } from "../framework/check.js";
import { host, type Row, total } from "./gradients-rows.js";

/** Returns the groups of elements whose positions differ only along the given axes. */
function groups(x: Numbers, shape: Numbers, axes: Numbers): number[][] {
  const read = reader(x, shape);
  const kept = shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const inner = shape.map((size, axis) => (axes.includes(axis) ? size : 1));
  const result: number[][] = [];
  generate(kept, (outside) => {
    result.push(generate(inner, (within) => read(...outside.map((at, axis) => at + within[axis]!))));
    return 0;
  });
  return result;
}

/** Makes the row of a reduction of a matrix of three by five. */
function reduction(
  name: string,
  axes: Numbers,
  compute: (x: Tensor) => Tensor,
  reduce: (values: Numbers) => number,
): Row {
  const check: GradientCheck = {
    inputs: [host([3, 5])],
    compute: (x) => compute(x!),
    reference: (x) => groups(x!, [3, 5], axes).map(reduce),
    slack: 4,
  };
  return ["reduce", name, check, ["int32", "bool"]];
}

const squaredError = elementwise((x: Formula, y: Formula) => square(sub(x, y)), { name: "squaredError" });
const variance = (values: Numbers): number => {
  const mean = total(values) / values.length;
  return total(values.map((v) => (v - mean) ** 2)) / (values.length - 1);
};

const reduceRows: readonly Row[] = [
  reduction("sum of all", [0, 1], (x) => x.sum(), total),
  reduction("sum of rows", [1], (x) => x.sum(1), total),
  reduction("sum of columns, axis kept", [0], (x) => x.sum(0, true), total),
  reduction(
    "mean",
    [1],
    (x) => x.mean(1),
    (v) => total(v) / v.length,
  ),
  reduction(
    "product",
    [0],
    (x) => x.prod(0),
    (v) => v.reduce((p, n) => p * n, 1),
  ),
  reduction(
    "product of all",
    [0, 1],
    (x) => x.prod(),
    (v) => v.reduce((p, n) => p * n, 1),
  ),
  reduction(
    "largest",
    [1],
    (x) => x.amax(1),
    (v) => Math.max(...v),
  ),
  reduction(
    "smallest of all",
    [0, 1],
    (x) => x.amin(),
    (v) => Math.min(...v),
  ),
  reduction(
    "logarithm of a sum of exponentials",
    [1],
    (x) => x.logsumexp(1),
    (v) => Math.log(total(v.map(Math.exp))),
  ),
  reduction(
    "standard deviation",
    [0],
    (x) => x.std(0),
    (v) => Math.sqrt(variance(v)),
  ),
  reduction(
    "transposed",
    [0],
    (x) => x.transpose(0, 1).square().sum(1),
    (v) => total(v.map((n) => n * n)),
  ),
  [
    "reduce",
    "an expression of broadcast operands",
    {
      inputs: [host([4, 3]), host([3], 1)],
      compute: (x, y) => fusedReduce(squaredError, [x!, y!], { dim: [0], mean: true }),
      reference: (x, y) => generate([3], ([j]) => total([0, 1, 2, 3].map((i) => (x![i * 3 + j!]! - y![j!]!) ** 2)) / 4),
      slack: 4,
    },
  ],
  [
    "reduce",
    "ties share the gradient",
    {
      inputs: [{ shape: [2, 4], values: [3, 1, 3, 3, -1, 5, 5, 2] }],
      compute: (x) => x!.amax(1),
      reference: () => [3, 5],
      // The weights of the two results are −20.5 / 16 and 8.5 / 16.
      gradients: [[-1.28125 / 3, 0, -1.28125 / 3, -1.28125 / 3, 0, 0.265625, 0.265625, 0]],
    },
    ["int32", "bool"],
  ],
  [
    "reduce",
    "product with a zero and with two",
    {
      inputs: [{ shape: [2, 3], values: [2, 0, 3, 0, 5, 0] }],
      compute: (x) => x!.prod(1),
      reference: () => [0, 0],
      gradients: [[0, -1.28125 * 6, 0, 0, 0, 0]],
    },
    ["int32", "bool"],
  ],
];

const matmulRows: readonly Row[] = [
  [
    "matmul",
    "matrices",
    {
      inputs: [host([3, 4]), host([4, 5], 1)],
      compute: (a, b) => matmul(a!, b!),
      reference: (a, b) => product(a!, b!, [3, 4, 5]),
      slack: 4,
    },
  ],
  [
    "matmul",
    "both transposed",
    {
      inputs: [host([4, 3]), host([5, 4], 1)],
      compute: (a, b) => matmul(a!.transpose(0, 1), b!.transpose(0, 1)),
      reference: (a, b) =>
        generate([3, 5], ([i, j]) => total([0, 1, 2, 3].map((k) => a![k * 3 + i!]! * b![j! * 4 + k]!))),
      slack: 4,
    },
  ],
  [
    "matmul",
    "a matrix by itself",
    {
      inputs: [host([4, 4])],
      compute: (a) => matmul(a!, a!),
      reference: (a) => product(a!, a!, [4, 4, 4]),
      slack: 8,
    },
  ],
  [
    "matmul",
    "batches that broadcast",
    {
      inputs: [host([2, 1, 3, 4]), host([3, 4, 2], 1)],
      compute: (a, b) => matmul(a!, b!),
      reference: (a, b) => {
        const [left, right] = [reader(a!, [2, 1, 3, 4]), reader(b!, [3, 4, 2])];
        return generate([2, 3, 3, 2], ([m, n, i, j]) =>
          total([0, 1, 2, 3].map((k) => left(m!, n!, i!, k) * right(n!, k, j!))),
        );
      },
      slack: 4,
    },
  ],
  [
    "matmul",
    "vector by matrix",
    {
      inputs: [host([4]), host([4, 3], 1)],
      compute: (a, b) => matmul(a!, b!),
      reference: (a, b) => product(a!, b!, [1, 4, 3]),
      slack: 4,
    },
  ],
  [
    "matmul",
    "with a bias in the epilogue",
    {
      inputs: [host([5, 3]), host([2, 3], 1), host([2], 2)],
      compute: (x, weight, bias) => linear(x!, weight!, bias!),
      reference: (x, w, b) =>
        generate([5, 2], ([i, j]) => b![j!]! + total([0, 1, 2].map((k) => x![i! * 3 + k]! * w![j! * 3 + k]!))),
      slack: 4,
    },
  ],
  [
    "matmul",
    "nothing to add up",
    {
      inputs: [host([2, 0]), host([0, 3])],
      compute: (a, b) => matmul(a!, b!),
      reference: () => [0, 0, 0, 0, 0, 0],
    },
  ],
];

/** The rows of reductions and products. */
export const reductionRows: readonly Row[] = [...reduceRows, ...matmulRows];
