/**
 * The level `reduce`. Most cases reduce small integers, whose sums and products are exact in any order, so that results
 * can be compared exactly. Accuracy has its own cases.
 *
 * @module
 */
import { type ComputeType, computeTypes, type DType, input, type ReduceOp } from "@lucid/backend";
import { reduce } from "../call.js";
import { type ConformanceCase, defineCase, type Level } from "../case.js";
import { type Agreement, exactly, exactlyButZero, show, within } from "../compare.js";
import type { Layout } from "../layouts.js";
import { grouped, kept, reduced, resultType } from "../reference/reduction.js";
import { checkStored, STORED, storedTypes } from "../stored.js";
import { floatTypes, numberTypes, summedTypes } from "../types.js";
import { reduceAccuracyCases, reduceExpressionCases } from "./reduce-expressions.js";
import { storageReduceCases } from "./storage-types.js";

/** The element types that each operation reduces. */
const reducible: Readonly<Record<ReduceOp, readonly ComputeType[]>> = {
  sum: summedTypes,
  prod: summedTypes,
  max: computeTypes,
  min: computeTypes,
  any: ["bool"],
  all: ["bool"],
  argmax: computeTypes,
  argmin: computeTypes,
};
const ops = Object.keys(reducible) as ReduceOp[];

/** Elements that make the result of every operation exact. */
const elements: Readonly<Record<ComputeType, readonly number[]>> = {
  float32: [3, -1, 2, 0.5, -2, 1, 4, -0.25, 1, -1, 7],
  float64: [3, -1, 2, 0.5, -2, 1, 4, -0.25, 1, -1, 7],
  int32: [3, -1, 2, 5, -2, 1, 123456789, 7, -2147483648, 2147483647, 2147483647],
  uint8: [3, 0, 200, 255, 7, 128, 255, 0, 9],
  bool: [1, 1, 0, 1, 0, 0, 1, 1, 1],
};

/** Powers of two, so that products of floats are exact in any order. */
const factors = [2, -1, 0.5, -2, 1, 4, -0.25, 1, -1, 0.5];

/** A domain, the axes to reduce, and the layouts of operand and result. */
export interface Arrangement {
  readonly name: string;
  readonly shape: readonly number[];
  readonly axes: readonly number[];
  readonly input?: Layout;
  readonly output?: Layout;
}

const arrangements: readonly Arrangement[] = [
  { name: "all of a vector", shape: [37], axes: [0] },
  { name: "one element", shape: [1], axes: [0] },
  { name: "rank 0", shape: [], axes: [] },
  { name: "no axes", shape: [3, 4], axes: [] },
  { name: "rows", shape: [5, 7], axes: [1] },
  { name: "columns", shape: [5, 7], axes: [0] },
  { name: "long rows", shape: [3, 130], axes: [1] },
  { name: "long columns", shape: [130, 3], axes: [0] },
  { name: "everything", shape: [4, 3, 5], axes: [0, 1, 2] },
  { name: "first axis of 3", shape: [4, 3, 5], axes: [0] },
  { name: "middle axis of 3", shape: [4, 3, 5], axes: [1] },
  { name: "last axis of 3", shape: [4, 3, 5], axes: [2] },
  { name: "outer axes of 3", shape: [4, 3, 5], axes: [0, 2] },
  { name: "inner axes of 3", shape: [4, 3, 5], axes: [1, 2] },
  { name: "axes of size 1", shape: [1, 6, 1], axes: [0, 2] },
  { name: "rank 8", shape: [2, 1, 2, 3, 1, 2, 1, 2], axes: [1, 3, 4, 7] },
  { name: "rows, transposed", shape: [6, 9], axes: [1], input: { order: [1, 0] } },
  { name: "columns, transposed", shape: [6, 9], axes: [0], input: { order: [1, 0] } },
  { name: "rows, sliced", shape: [4, 11], axes: [1], input: { before: 5, steps: [1, 2], after: 3 } },
  { name: "columns, backward", shape: [5, 6], axes: [0], input: { flips: [0, 1] } },
  { name: "rows, repeated element", shape: [4, 9], axes: [1], input: { repeats: [1] } },
  { name: "columns, repeated row", shape: [9, 4], axes: [0], input: { repeats: [0] } },
  { name: "rows into a strided output", shape: [6, 5], axes: [1], output: { before: 2, steps: [3], after: 2 } },
  { name: "middle into a transposed output", shape: [4, 3, 5], axes: [1], output: { order: [2, 1, 0], before: 1 } },
  { name: "columns into a backward output", shape: [4, 6], axes: [0], output: { flips: [1], after: 4 } },
  { name: "result of size 0", shape: [0, 5], axes: [1], output: { after: 2 } },
];

/** Returns the comparison. Results are exact here, but the contract does not define the sign of a sum of 0. */
const agreementOf = (name: ReduceOp, dtype: DType): Agreement =>
  name === "sum" ? exactlyButZero(dtype) : exactly(dtype);

function arrangedCases(name: ReduceOp, dtype: ComputeType): ConformanceCase[] {
  const result = resultType(name, dtype);
  return arrangements.map((arrangement) => {
    const { shape, axes } = arrangement;
    return defineCase(["reduce", name, dtype, arrangement.name], [dtype, result], async (session) => {
      const values = name === "prod" && dtype !== "int32" ? factors : elements[dtype];
      const x = session.input(dtype, shape, values, arrangement.input);
      const output = session.output(result, kept(shape, axes), arrangement.output);
      reduce(session, { op: name, value: input(0, dtype), shape, inputs: [x], axes, output });
      const groups = grouped(x.values, shape, axes);
      await session.check(output, {
        expected: groups.map((group) => reduced(name, group, dtype)),
        agreement: agreementOf(name, result),
        context: (i) =>
          `${name} of ${groups[i]!.slice(0, 12).map(show).join(", ")}${groups[i]!.length > 12 ? " …" : ""}`,
      });
    });
  });
}

const inf = Infinity;
/** Elements and their results, written by hand. */
const literal: readonly (readonly [ReduceOp, readonly DType[], readonly number[], number])[] = [
  ["sum", floatTypes, [1, NaN, 2], NaN],
  ["sum", floatTypes, [inf, 1, 2], inf],
  ["sum", floatTypes, [inf, -inf, 2], NaN],
  ["sum", ["float32"], [3e38, 3e38], inf],
  ["sum", ["int32"], [2147483647, 1], -2147483648],
  ["prod", floatTypes, [2, NaN, 0], NaN],
  ["prod", floatTypes, [0, inf], NaN],
  ["prod", floatTypes, [-2, inf], -inf],
  ["prod", ["int32"], [65536, 65536, 3], 0],
  ["prod", ["int32"], [46341, 46341], -2147479015],
  ["max", floatTypes, [1, NaN, inf], NaN],
  ["max", floatTypes, [NaN, 1], NaN],
  ["max", floatTypes, [-inf, -3, -7], -3],
  ["max", floatTypes, [-inf, -inf], -inf],
  ["max", ["int32"], [-2147483648, -2147483647], -2147483647],
  ["max", ["uint8"], [127, 128, 3], 128],
  ["min", floatTypes, [1, NaN, -inf], NaN],
  ["min", floatTypes, [inf, 3, 7], 3],
  ["min", floatTypes, [inf, inf], inf],
  ["min", ["int32"], [2147483647, 2147483646], 2147483646],
  ["min", ["uint8"], [200, 128, 255], 128],
  ["argmax", numberTypes, [3, 7, 7, 1, 7], 1],
  ["argmax", floatTypes, [1, NaN, inf, NaN], 1],
  ["argmax", floatTypes, [-inf, -inf], 0],
  ["argmax", floatTypes, [-0, 0, -0], 0],
  ["argmax", ["int32"], [-2147483648, -2147483648, -1, -1], 2],
  ["argmax", ["bool"], [0, 1, 1], 1],
  ["argmax", ["bool"], [0, 0, 0], 0],
  ["argmin", numberTypes, [3, 1, 7, 1, 1], 1],
  ["argmin", floatTypes, [1, NaN, -inf, NaN], 1],
  ["argmin", floatTypes, [inf, inf], 0],
  ["argmin", floatTypes, [0, -0], 0],
  ["argmin", ["int32"], [2147483647, 2147483647], 0],
  ["argmin", ["bool"], [1, 0, 0], 1],
  ["argmin", ["bool"], [1, 1], 0],
  ["any", ["bool"], [0, 0, 0], 0],
  ["any", ["bool"], [0, 0, 1], 1],
  ["all", ["bool"], [1, 1, 1], 1],
  ["all", ["bool"], [1, 0, 1], 0],
];

function literalCases(): ConformanceCase[] {
  return literal.flatMap(([name, types, values, expected]) =>
    types.flatMap((dtype) => {
      const result = resultType(name, dtype);
      // The values are reduced alone, and after many neutral elements, so that vector code gets them in its body and in
      // its tail.
      const neutral = neutralFor(name, values);
      return [0, 61].map((before) =>
        defineCase(
          ["reduce", name, dtype, `[${values.map(show)}] after ${before} others`],
          [dtype, result],
          async (session) => {
            const all = [...new Array<number>(before).fill(neutral), ...values];
            const output = session.output(result, [1], { before: 1, after: 1 });
            const x = session.input(dtype, [all.length], all);
            reduce(session, { op: name, value: input(0, dtype), shape: [all.length], inputs: [x], axes: [0], output });
            const shifted = name.startsWith("arg") && (expected > 0 || values[0] !== neutral);
            await session.check(output, {
              expected: [shifted ? expected + before : expected],
              agreement: agreementOf(name, result),
            });
          },
        ),
      );
    }),
  );
}

/** Returns an element that changes nothing if it comes before the others. */
function neutralFor(name: ReduceOp, values: readonly number[]): number {
  if (name === "sum" || name === "any") return 0;
  if (name === "prod" || name === "all") return 1;
  const numbers = values.filter((v) => v === v);
  return name === "max" || name === "argmax" ? Math.min(...numbers) : Math.max(...numbers);
}

function emptyCases(): ConformanceCase[] {
  const results: readonly (readonly [ReduceOp, DType, number])[] = [
    ["sum", "float32", 0],
    ["sum", "float64", 0],
    ["sum", "int32", 0],
    ["prod", "float32", 1],
    ["prod", "float64", 1],
    ["prod", "int32", 1],
    ["max", "float32", -inf],
    ["max", "float64", -inf],
    ["max", "int32", -2147483648],
    ["max", "uint8", 0],
    ["max", "bool", 0],
    ["min", "float32", inf],
    ["min", "float64", inf],
    ["min", "int32", 2147483647],
    ["min", "uint8", 255],
    ["min", "bool", 1],
    ["any", "bool", 0],
    ["all", "bool", 1],
  ];
  return results.map(([name, dtype, expected]) =>
    defineCase(["reduce", name, dtype, "nothing"], [dtype], async (session) => {
      for (const [shape, axes] of [
        [[0], [0]],
        [[3, 0], [1]],
        [[0, 4], [0]],
        [
          [2, 0, 3],
          [0, 1],
        ],
      ] as const) {
        const x = session.input(dtype, shape, [1]);
        const output = session.output(dtype, kept(shape, axes), { before: 1, after: 1 });
        reduce(session, { op: name, value: input(0, dtype), shape, inputs: [x], axes, output });
        const many = new Array<number>(output.positions.length).fill(expected);
        await session.check(output, {
          expected: many,
          agreement: agreementOf(name, dtype),
          context: () => `shape [${shape}], axes [${axes}]`,
        });
      }
    }),
  );
}

/** Elements whose sums and products must be rounded or wrapped. */
const unfit: Readonly<Record<ComputeType, readonly number[]>> = {
  float32: [0.1, 0.7, -1.3, 1.1, 0.3, 0.9, -0.6],
  float64: [],
  int32: [2147483647, 1, 2147483647, 65537, 3, -7, 2147483646],
  uint8: [200, 100, 255, 128, 0, 7, 9],
  bool: [1, 0, 1, 1, 0, 0, 0, 1],
};

/** Returns the comparison for sums and products of float32: within one rounding error for every element. */
function nearly(name: ReduceOp, groups: readonly (readonly number[])[]): Agreement {
  const magnitude = (group: readonly number[]): number =>
    group.reduce((total, v) => (name === "sum" ? total + Math.abs(v) : total * Math.abs(v)), name === "sum" ? 0 : 1);
  return within((i) => groups[i]!.length * 2 ** -24 * magnitude(groups[i]!), "float32");
}

function storedCases(name: ReduceOp, dtype: ComputeType): ConformanceCase[] {
  const result = resultType(name, dtype);
  if (!storedTypes.includes(result)) return [];
  const shape = [5, 13];
  return [
    defineCase(["reduce", name, dtype, STORED], [dtype, result], async (session) => {
      const x = session.input(dtype, shape, unfit[dtype]);
      const rounds = dtype === "float32" && (name === "sum" || name === "prod");
      for (const axes of [[1], [0], [0, 1], []]) {
        const output = session.output(result, kept(shape, axes), { before: 1 });
        reduce(session, { op: name, value: input(0, dtype), shape, inputs: [x], axes, output });
        const groups = grouped(x.values, shape, axes);
        await checkStored(session, output, {
          expected: groups.map((group) => reduced(name, group, dtype)),
          agreement: rounds ? nearly(name, groups) : exactly(result),
          name: `axes [${axes}]`,
        });
      }
    }),
  ];
}

/** The level `reduce`. */
export const reduceLevel: Level = {
  name: "reduce",
  cases: () => [
    ...ops.flatMap((name) => reducible[name].flatMap((dtype) => arrangedCases(name, dtype))),
    ...literalCases(),
    ...emptyCases(),
    ...ops.flatMap((name) => reducible[name].flatMap((dtype) => storedCases(name, dtype))),
    ...reduceExpressionCases(),
    ...reduceAccuracyCases(),
    ...storageReduceCases(),
  ],
};
