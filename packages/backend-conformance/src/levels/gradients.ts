/**
 * Level `gradients`: the derivative of every primitive, through the framework, compared with differences of float64
 * references.
 *
 * @module
 */

import { grad } from "@lucid/autograd";
import { contiguousStrides, type DType, extendBackend } from "@lucid/backend";
import {
  add,
  callAssign,
  cat,
  elementwise,
  type Formula,
  fusedReduce,
  linear,
  matmul,
  mul,
  slice,
  square,
  stack,
  sub,
  type Tensor,
  tensor,
} from "@lucid/tensor";
import { type ConformanceCase, defineCase, type Level } from "../case.js";
import { generate, type Numbers, product, reader, rowSoftmax, sample } from "../framework/arrays.js";
import {
  agree,
  checkGradients,
  elements,
  type FloatType,
  type GradientCheck,
  type HostTensor,
  place,
} from "../framework/check.js";
import { mapGradientCases } from "./gradients-map.js";

/** A case: its path below the element type's, what it checks, and the further element types that it needs. */
type Row = readonly [group: string, name: string, check: GradientCheck, dtypes?: readonly DType[]];

const host = (shape: Numbers, k = 0): HostTensor => ({
  shape,
  values: sample(
    shape.reduce((n, s) => n * s, 1),
    k,
  ),
});
const whole = (shape: Numbers, values: Numbers): HostTensor => ({ shape, values, dtype: "int32" });
const total = (values: Numbers): number => values.reduce((sum, v) => sum + v, 0);

/** Groups of elements that agree in all but the given axes. */
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

/** A reduction of a matrix of three by five. */
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
      compute: (x, y) => fusedReduce(squaredError, [x!, y!], { axes: [0], mean: true }),
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
      // Weights (−20.5, 8.5) / 16.
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

const INDEX: Numbers = [2, 0, 2, 1, 1, 2];
const indexRows: readonly Row[] = [
  [
    "gather",
    "rows, some twice",
    {
      inputs: [host([4, 3]), whole([5], [3, 0, 3, 1, 0])],
      compute: (x, index) => x!.indexSelect(0, index!),
      reference: (x, index) => index!.flatMap((i) => x!.slice(i * 3, i * 3 + 3)),
    },
  ],
  [
    "gather",
    "along an axis",
    {
      inputs: [host([2, 3]), whole([2, 3], INDEX)],
      compute: (x, index) => x!.gather(1, index!),
      reference: (x, index) => index!.map((j, at) => x![Math.floor(at / 3) * 3 + j]!),
    },
  ],
  ...(["add", "set"] as const).map(
    (mode): Row => [
      "scatter",
      mode,
      {
        inputs: [host([2, 4]), whole([2, 3], mode === "add" ? INDEX : [2, 0, 3, 1, 0, 2]), host([2, 3], 1)],
        compute: (x, index, source) =>
          mode === "add" ? x!.scatterAdd(1, index!, source!) : x!.scatter(1, index!, source!),
        reference: (x, index, source) => {
          const result = [...x!];
          index!.forEach((j, at) => {
            const to = Math.floor(at / 3) * 4 + j;
            result[to] = mode === "add" ? result[to]! + source![at]! : source![at]!;
          });
          return result;
        },
      },
    ],
  ),
  [
    "scatter",
    "rows added up",
    {
      inputs: [host([3, 2]), whole([4], [1, 0, 1, 1]), host([4, 2], 1)],
      compute: (x, index, source) => x!.indexAdd(0, index!, source!),
      reference: (x, index, source) => {
        const result = [...x!];
        source!.forEach((v, at) => {
          result[index![Math.floor(at / 2)]! * 2 + (at % 2)]! += v;
        });
        return result;
      },
    },
  ],
];

/** The rows of a matrix in ascending order. */
const sortedRows = (x: Numbers, width: number): number[] =>
  Array.from({ length: x.length / width }, (_, row) =>
    x.slice(row * width, (row + 1) * width).sort((a, b) => a - b),
  ).flat();

const orderRows: readonly Row[] = [
  [
    "scan",
    "running sums",
    {
      inputs: [host([3, 4])],
      compute: (x) => x!.cumsum(1),
      reference: (x) => generate([3, 4], ([i, j]) => total(x!.slice(i! * 4, i! * 4 + j! + 1))),
      slack: 4,
    },
  ],
  [
    "sort",
    "values",
    {
      inputs: [host([3, 5])],
      compute: (x) => x!.sort(1).values,
      reference: (x) => sortedRows(x!, 5),
    },
  ],
  [
    "sort",
    "the largest two",
    {
      inputs: [host([2, 6])],
      compute: (x) => x!.topk(2).values,
      reference: (x) =>
        [0, 6].flatMap((start) =>
          sortedRows(x!.slice(start, start + 6), 6)
            .slice(-2)
            .reverse(),
        ),
    },
  ],
];

/** A view of a tensor of this shape; the reference says where each element stands. */
function view(
  name: string,
  shape: Numbers,
  to: Numbers,
  compute: (x: Tensor) => Tensor,
  from: (at: Numbers) => Numbers,
): Row {
  const check: GradientCheck = {
    inputs: [host(shape)],
    // Squared, so that gradients pass through the view instead of ending at it.
    compute: (x) => compute(x!).square(),
    reference: (x) => {
      const read = reader(x!, shape);
      return generate(to, (at) => read(...from(at)) ** 2);
    },
  };
  return ["views", name, check];
}

const flat = (shape: Numbers, at: Numbers): number =>
  contiguousStrides(shape).reduce((sum, stride, axis) => sum + stride * at[axis]!, 0);

const viewRows: readonly Row[] = [
  view(
    "reshape",
    [3, 4],
    [2, 6],
    (x) => x.reshape(2, 6),
    (at) => [Math.floor(flat([2, 6], at) / 4), flat([2, 6], at) % 4],
  ),
  view(
    "permute",
    [2, 3, 4],
    [4, 2, 3],
    (x) => x.permute(2, 0, 1),
    ([k, i, j]) => [i!, j!, k!],
  ),
  view(
    "expand",
    [3, 1],
    [2, 3, 4],
    (x) => x.expand(2, 3, 4),
    ([, j]) => [j!, 0],
  ),
  view(
    "slice",
    [5, 6],
    [2, 3],
    (x) => x.at(slice(1, 4, 2), slice(1, null, 2)),
    ([i, j]) => [1 + 2 * i!, 1 + 2 * j!],
  ),
  view(
    "backward",
    [4, 3],
    [4, 3],
    (x) => x.flip([0, 1]),
    ([i, j]) => [3 - i!, 2 - j!],
  ),
  view(
    "diagonal",
    [4, 5],
    [4],
    (x) => x.diagonal(1),
    ([i]) => [i!, i! + 1],
  ),
  view(
    "windows",
    [7],
    [3, 3],
    (x) => x.unfold(0, 3, 2),
    ([i, j]) => [2 * i! + j!],
  ),
  view(
    "one of an axis",
    [3, 4],
    [3],
    (x) => x.select(1, 2),
    ([i]) => [i!, 2],
  ),
  view(
    "of a view of a view",
    [4, 6],
    [3, 2],
    (x) =>
      x
        .transpose(0, 1)
        .at(slice(0, null, 2))
        .narrow(1, 1, 2),
    ([i, j]) => [1 + j!, 2 * i!],
  ),
];

const writingRows: readonly Row[] = [
  [
    "assign",
    "a slice",
    {
      inputs: [host([4, 3]), host([2, 3], 1)],
      compute: (x, y) => {
        const result = x!.clone();
        result.at(slice(1, 3)).copy_(y!);
        return result.square();
      },
      reference: (x, y) => x!.map((v, i) => (i >= 3 && i < 9 ? y![i - 3]! : v) ** 2),
    },
  ],
  [
    "assign",
    "a part given by views",
    {
      inputs: [host([4, 3]), host([2, 1], 1)],
      compute: (x, y) => {
        const steps = [{ view: "slice", attributes: { starts: [0, 2], steps: [2, -2], sizes: [2, 2] } }];
        return callAssign(x!, y!, steps).square();
      },
      // Rows 0 and 2, columns 2 and 0.
      reference: (x, y) =>
        generate([4, 3], ([i, j]) => (i! % 2 === 0 && j! % 2 === 0 ? y![i! / 2]! : x![i! * 3 + j!]!) ** 2),
    },
  ],
  [
    "assign",
    "a column that is computed on",
    {
      inputs: [host([3, 3]), host([3], 1)],
      compute: (x, y) => {
        const result = mul(x!, 2);
        result.select(1, 1).mul_(y!);
        return result;
      },
      reference: (x, y) => x!.map((v, i) => 2 * v * (i % 3 === 1 ? y![Math.floor(i / 3)]! : 1)),
    },
  ],
  [
    "cat",
    "two of different lengths",
    {
      inputs: [host([2, 2]), host([2, 3], 1)],
      compute: (x, y) => cat([x!, y!], 1).square(),
      reference: (x, y) => generate([2, 5], ([i, j]) => (j! < 2 ? x![i! * 2 + j!]! : y![i! * 3 + j! - 2]!) ** 2),
    },
  ],
  [
    "cat",
    "a stack with one twice",
    {
      inputs: [host([3]), host([3], 1)],
      compute: (x, y) => stack([x!, y!, x!], 1),
      reference: (x, y) => x!.flatMap((v, i) => [v, y![i]!, v]),
    },
  ],
];

const fusedRows: readonly Row[] = [
  [
    "fused",
    "softmax",
    {
      inputs: [host([3, 5])],
      compute: (x) => x!.softmax(1),
      reference: (x) => rowSoftmax(x!, 5),
    },
  ],
  [
    "fused",
    "logarithm of softmax",
    {
      inputs: [host([3, 5])],
      compute: (x) => x!.logSoftmax(-1),
      reference: (x) => rowSoftmax(x!, 5).map(Math.log),
      slack: 2,
    },
  ],
];

const rows: readonly Row[] = [
  ...reduceRows,
  ...matmulRows,
  ...indexRows,
  ...orderRows,
  ...viewRows,
  ...writingRows,
  ...fusedRows,
];

/** A scalar function, its input, and the gradient of the sum of its squared gradient. */
interface SecondOrder {
  readonly name: string;
  readonly input: HostTensor;
  readonly of: (x: Tensor) => Tensor;
  /** The gradient of Σ (∂of/∂x)² in closed form. */
  readonly expected: (x: Numbers) => readonly number[];
}

const secondOrders: readonly SecondOrder[] = [
  {
    name: "map",
    input: host([6]),
    of: (x) => x.pow(3).sum(),
    // (3x²)² = 9x⁴
    expected: (x) => x.map((v) => 36 * v ** 3),
  },
  {
    name: "sine",
    input: host([6]),
    of: (x) => x.sin().sum(),
    // cos² x
    expected: (x) => x.map((v) => -2 * Math.sin(v) * Math.cos(v)),
  },
  {
    name: "matmul",
    input: host([3, 3]),
    of: (x) => matmul(x, x.transpose(0, 1)).sum(),
    // With column sums c, the gradient is 2·c in every row: Σ 4·3·c², whose gradient is 24·c.
    expected: (x) => x.map((_, at) => 24 * (x[at % 3]! + x[(at % 3) + 3]! + x[(at % 3) + 6]!)),
  },
  {
    name: "product",
    input: { shape: [3], values: [1.5, -0.5, 2] },
    of: (x) => x.prod(),
    // (bc)² + (ac)² + (ab)²
    expected: ([a, b, c]) => [2 * a! * (c! ** 2 + b! ** 2), 2 * b! * (c! ** 2 + a! ** 2), 2 * c! * (b! ** 2 + a! ** 2)],
  },
];

function secondOrderCases(dtype: FloatType): ConformanceCase[] {
  return secondOrders.map(({ name, input, of, expected }) =>
    defineCase(["gradients", "second order", dtype, name], [dtype, "bool"], async ({ backend }) => {
      const x = place(backend, input, dtype);
      const squares = (at: Tensor): Tensor => grad(of)(at).square().sum();
      const found = grad(squares)(x);
      const values = await elements(x);
      agree("second derivative", await elements(found), expected(values), x.shape, dtype === "float32" ? 1e-4 : 1e-10);
      x.dispose();
    }),
  );
}

function otherCases(): ConformanceCase[] {
  return [
    defineCase(["gradients", "to", "another element type and back"], ["float32", "float64"], ({ backend }) =>
      checkGradients(backend, "float32", {
        inputs: [host([5])],
        compute: (x) => mul(x!.to("float64"), x!.to("float64")).to("float32"),
        reference: (x) => x!.map((v) => v * v),
      }),
    ),
    defineCase(["gradients", "to", "a backend that extends this one, and back"], ["float32"], ({ backend }) =>
      checkGradients(backend, "float32", {
        inputs: [host([5])],
        compute: (x) => mul(square(x!.to(extendBackend(backend, { name: "extended" }))).to(backend), 3),
        reference: (x) => x!.map((v) => v * v * 3),
      }),
    ),
    defineCase(["gradients", "accumulation", "two passes add up"], ["float32"], async ({ backend }) => {
      const x = tensor([1, 2, 3], { backend, requiresGrad: true });
      x.square().sum().backward();
      mul(x, 10).sum().backward();
      agree("gradient", await elements(x.grad!), [12, 14, 16], [3], 0);
      x.dispose();
    }),
    defineCase(["gradients", "accumulation", "a diamond of operations"], ["float32"], async ({ backend }) => {
      const x = tensor([0.5, -1], { backend, requiresGrad: true });
      const y = mul(x, 4);
      // (4x)² + 4·(4x) = 16x² + 16x
      add(square(y), mul(y, 4)).sum().backward();
      agree("gradient", await elements(x.grad!), [32, -16], [2], 0);
      x.dispose();
    }),
  ];
}

function casesOf(dtype: FloatType): ConformanceCase[] {
  return [
    ...mapGradientCases(dtype),
    ...rows.map(([group, name, check, dtypes = ["int32"]]) =>
      defineCase(["gradients", group, dtype, name], [dtype, ...dtypes], ({ backend }) =>
        checkGradients(backend, dtype, check),
      ),
    ),
    ...secondOrderCases(dtype),
  ];
}

/** Level `gradients`. */
export const gradientsLevel: Level = {
  name: "gradients",
  cases: () => [...casesOf("float32"), ...casesOf("float64"), ...otherCases()],
};
