/**
 * The level `gradients`, element-wise: the derivative of every scalar operation, and of formulas over all layouts.
 *
 * @module
 */
import type { ScalarOp } from "@lucid/backend";
import { add, elementwise, exp, type Formula, lt, mul, sub, type Tensor, tanh } from "@lucid/tensor";
import { op } from "@lucid/tensor/extend";
import { type ConformanceCase, defineCase } from "../case.js";
import { generate, type Numbers, reader, sample } from "../framework/arrays.js";
import { checkGradients, type GradientCheck, type HostTensor } from "../framework/check.js";
import { errorFunction } from "../reference/exact.js";
import type { FloatType } from "../types.js";

/** Arguments to try, away from kinks and jumps, and the operation in float64. */
interface OperationCase {
  readonly rows: readonly Numbers[];
  readonly evaluate: (a: number, b: number) => number;
}

const one = (evaluate: (a: number) => number, ...points: Numbers): OperationCase => ({
  rows: points.map((a) => [a]),
  evaluate,
});
const two = (evaluate: (a: number, b: number) => number, ...rows: readonly Numbers[]): OperationCase => ({
  rows,
  evaluate,
});
const around = [-1.75, -1.25, -0.625, -0.125, 0.1875, 0.5625, 0.875, 1.375, 1.8125];
const inside = [-0.875, -0.5, -0.1875, 0.125, 0.3125, 0.75];
const above = [0.125, 0.4375, 1, 1.5, 2.25, 7];
const pairs = [
  [1.625, 0.75],
  [-1.25, 0.5],
  [0.3125, -1.75],
  [-0.625, -1.125],
  [2.25, 1.875],
];
const sign = (a: number): number => (a > 0 ? 1 : a < 0 ? -1 : 0);

/** The cases of every scalar operation from floats to floats; null for other operations. */
const operations: Readonly<Record<ScalarOp, OperationCase | null>> = {
  neg: one((a) => -a, ...around),
  abs: one(Math.abs, ...around),
  sign: one(sign, ...around),
  floor: one(Math.floor, ...around),
  ceil: one(Math.ceil, ...around),
  round: one(Math.round, ...around),
  trunc: one(Math.trunc, ...around),
  sqrt: one(Math.sqrt, ...above),
  exp: one(Math.exp, ...around),
  exp2: one((a) => 2 ** a, ...around),
  expm1: one(Math.expm1, ...around),
  log: one(Math.log, ...above),
  log1p: one(Math.log1p, ...inside, ...above),
  log2: one(Math.log2, ...above),
  log10: one(Math.log10, ...above),
  sin: one(Math.sin, ...around),
  cos: one(Math.cos, ...around),
  tan: one(Math.tan, ...inside),
  asin: one(Math.asin, ...inside),
  acos: one(Math.acos, ...inside),
  atan: one(Math.atan, ...around),
  sinh: one(Math.sinh, ...around),
  cosh: one(Math.cosh, ...around),
  tanh: one(Math.tanh, ...around),
  asinh: one(Math.asinh, ...around),
  acosh: one(Math.acosh, 1.25, 1.5, 2, 3.5, 8),
  atanh: one(Math.atanh, ...inside),
  erf: one(errorFunction, ...inside, 1.25, -1.5),
  not: null,
  add: two((a, b) => a + b, ...pairs),
  sub: two((a, b) => a - b, ...pairs),
  mul: two((a, b) => a * b, ...pairs),
  div: two((a, b) => a / b, ...pairs),
  rem: two((a, b) => a - b * Math.floor(a / b), ...pairs),
  pow: two((a, b) => a ** b, [1.5, 0.75], [0.25, 2], [2.25, -1.5], [0.625, 3], [3, 0.5]),
  atan2: two(Math.atan2, ...pairs),
  min: two(Math.min, ...pairs),
  max: two(Math.max, ...pairs),
  eq: null,
  lt: null,
  le: null,
  and: null,
  or: null,
  xor: null,
  shl: null,
  shr: null,
  ushr: null,
  where: two((a, b) => (a < b ? a * b : b), ...pairs),
};

/** Returns the operation plus a term with its own gradient, so that every input has a gradient. */
function formulaOf(name: ScalarOp): (...inputs: readonly Tensor[]) => Tensor {
  const arity = operations[name]!.rows[0]!.length;
  if (name === "where")
    return elementwise((x: Formula, y: Formula) => add(op("where", lt(x, y), mul(x, y), y), mul(2, add(x, y))), {
      name,
    }) as (...inputs: readonly Tensor[]) => Tensor;
  const formula =
    arity === 1
      ? elementwise((x: Formula) => add(op(name, x), mul(2, x)), { name })
      : elementwise((x: Formula, y: Formula) => add(op(name, x, y), mul(2, add(x, y))), { name });
  return formula as (...inputs: readonly Tensor[]) => Tensor;
}

function operationCases(dtype: FloatType): ConformanceCase[] {
  return (Object.keys(operations) as ScalarOp[]).flatMap((name) => {
    const operation = operations[name];
    if (operation === null) return [];
    return [
      defineCase(["gradients", "map", dtype, name], name === "where" ? [dtype, "bool"] : [dtype], ({ backend }) => {
        const { rows, evaluate } = operation;
        const inputs = rows[0]!.map(
          (_, k): HostTensor => ({ shape: [rows.length], values: rows.map((row) => row[k]!) }),
        );
        const reference = (a: Numbers, b?: Numbers): number[] =>
          a.map((v, i) => evaluate(v, b?.[i] ?? 0) + 2 * (v + (b?.[i] ?? 0)));
        return checkGradients(backend, dtype, { inputs, compute: formulaOf(name), reference });
      }),
    ];
  });
}

/** The formula x·y + tanh(x) + e^(−y²/4), all of whose derivatives need operands. */
const mixed = elementwise((x: Formula, y: Formula) => add(add(mul(x, y), tanh(x)), exp(mul(mul(y, y), -0.25))), {
  name: "mixed",
});
const mixedOf = (x: number, y: number): number => x * y + Math.tanh(x) + Math.exp((y * y) / -4);

const host = (shape: Numbers, k = 0): HostTensor => ({
  shape,
  values: sample(
    shape.reduce((n, s) => n * s, 1),
    k,
  ),
});

function broadcast(x: Numbers, y: Numbers, shape: Numbers): GradientCheck {
  return {
    inputs: [host(x), host(y, 1)],
    compute: (a, b) => mixed(a!, b!),
    reference: (a, b) => {
      const [readA, readB] = [reader(a!, x), reader(b!, y)];
      return generate(shape, (at) => mixedOf(readA(...at), readB(...at)));
    },
  };
}

const transposedBy = (x: Numbers, rows: number, columns: number): number[] =>
  generate([columns, rows], ([j, i]) => x[i! * columns + j!]!);

const layoutChecks: readonly (readonly [string, GradientCheck])[] = [
  ["rank 0", broadcast([], [], [])],
  ["size 0", broadcast([3, 0], [3, 0], [3, 0])],
  ["row by column", broadcast([1, 5], [4, 1], [4, 5])],
  ["matrix by row", broadcast([4, 5], [5], [4, 5])],
  ["matrix by number", broadcast([4, 5], [], [4, 5])],
  ["rank 4 by rank 2", broadcast([2, 1, 3, 2], [4, 1, 2], [2, 4, 3, 2])],
  [
    "transposed",
    {
      inputs: [host([3, 4]), host([4, 3], 1)],
      compute: (x, y) => mixed(x!.transpose(0, 1), y!),
      reference: (x, y) => transposedBy(x!, 3, 4).map((v, i) => mixedOf(v, y![i]!)),
    },
  ],
  [
    "an operand used three times",
    {
      inputs: [host([7])],
      compute: (x) => mul(mixed(x!, x!), x!),
      reference: (x) => x!.map((v) => mixedOf(v, v) * v),
    },
  ],
  [
    "numbers given at call time",
    {
      inputs: [host([6])],
      compute: (x) => sub(mul(x!, 0.75), mixed(x!, 1.5)),
      reference: (x) => x!.map((v) => v * 0.75 - mixedOf(v, 1.5)),
    },
  ],
  [
    "in place on what was computed",
    {
      inputs: [host([5]), host([5], 1)],
      compute: (x, y) => mul(x!, 3).add_(y!).mul_(y!),
      reference: (x, y) => x!.map((v, i) => (v * 3 + y![i]!) * y![i]!),
    },
  ],
  [
    "where the other branch is infinite",
    {
      inputs: [{ shape: [4], values: [-1, -2, 1, 2] }],
      compute: (x) => safeLog(x!),
      reference: (x) => x!.map((v) => (v > 0 ? Math.log(v) : 0)),
    },
  ],
];

/** The formula ln x, which is 0 where x ≤ 0. */
const safeLog = elementwise((x: Formula) => op("where", lt(0, x), op("log", x), mul(x, 0)), { name: "safeLog" });

/** Makes the cases of element-wise gradients. */
export function mapGradientCases(dtype: FloatType): readonly ConformanceCase[] {
  return [
    ...operationCases(dtype),
    ...layoutChecks.map(([name, check]) =>
      defineCase(["gradients", "map over layouts", dtype, name], [dtype, "bool"], ({ backend }) =>
        checkGradients(backend, dtype, check),
      ),
    ),
  ];
}
