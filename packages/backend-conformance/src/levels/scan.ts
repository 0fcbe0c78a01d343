/**
 * The level `scan`: running sums, products and extremes.
 *
 * @module
 */
import { type ComputeType, computeTypes, type DType, type ScanOp } from "@lucid/backend";
import { type ConformanceCase, defineCase, type Level } from "../case.js";
import { type Agreement, exactly, exactlyButZero, show, within } from "../compare.js";
import { alongAxis, axisArrangements } from "../lines.js";
import { larger, smaller } from "../reference/exact.js";
import { wrapInteger } from "../reference/scalar.js";
import { checkStored, STORED, storedTypes } from "../stored.js";
import { floatTypes, summedTypes } from "../types.js";

const types: Readonly<Record<ScanOp, readonly ComputeType[]>> = {
  sum: summedTypes,
  prod: summedTypes,
  max: computeTypes,
  min: computeTypes,
};

/** Elements with exact sums and products. */
const elements: Readonly<Record<ComputeType, readonly number[]>> = {
  float32: [2, -1, 0.5, -2, 1, 4, -0.25, 1, -1],
  float64: [2, -1, 0.5, -2, 1, 4, -0.25, 1, -1],
  int32: [3, 2147483647, -5, 2, -2147483648, 1, 7],
  uint8: [9, 3, 200, 0, 255, 7],
  bool: [0, 0, 1, 0, 1, 1, 0],
};

function step(op: ScanOp, a: number, b: number, dtype: DType): number {
  switch (op) {
    case "sum":
      return dtype === "int32" ? wrapInteger(BigInt(a) + BigInt(b), dtype) : a + b;
    case "prod":
      return dtype === "int32" ? wrapInteger(BigInt(a) * BigInt(b), dtype) : a * b;
    case "max":
      return larger(a, b);
    case "min":
      return smaller(a, b);
  }
}

/** Computes running results along lines. */
function running(op: ScanOp, values: readonly number[], dtype: DType): number[] {
  const results: number[] = [];
  for (const [i, value] of values.entries()) results.push(i === 0 ? value : step(op, results[i - 1]!, value, dtype));
  return results;
}

/** Returns the comparison. Results are exact here, but the contract does not define the sign of a sum of 0. */
const agreementOf = (op: ScanOp, dtype: DType): Agreement => (op === "sum" ? exactlyButZero(dtype) : exactly(dtype));

function arrangedCases(op: ScanOp, dtype: ComputeType): ConformanceCase[] {
  return axisArrangements.map(({ name, shape, axis, input, output }) =>
    defineCase(["scan", op, dtype, name], [dtype], async (session) => {
      const x = session.input(dtype, shape, elements[dtype], input);
      const result = session.output(dtype, shape, output);
      session.backend.scan(op, x.view, axis, result.view);
      await session.check(result, {
        expected: alongAxis(x.values, shape, axis, (line) => running(op, line, dtype)),
        agreement: agreementOf(op, dtype),
      });
    }),
  );
}

/** Elements and their running results, written by hand. */
const literal: readonly (readonly [ScanOp, readonly DType[], readonly number[], readonly number[]])[] = [
  ["sum", floatTypes, [1, NaN, 2], [1, NaN, NaN]],
  ["sum", floatTypes, [1, Infinity, 2, -Infinity, 3], [1, Infinity, Infinity, NaN, NaN]],
  ["sum", floatTypes, [0.5, 0.25, -1], [0.5, 0.75, -0.25]],
  ["sum", ["int32"], [2147483647, 1, 1], [2147483647, -2147483648, -2147483647]],
  ["prod", floatTypes, [2, -3, 0, Infinity], [2, -6, -0, NaN]],
  ["prod", ["int32"], [65536, 65536, 7], [65536, 0, 0]],
  ["max", floatTypes, [1, 3, 2, NaN, Infinity], [1, 3, 3, NaN, NaN]],
  ["max", floatTypes, [-Infinity, -5, -7], [-Infinity, -5, -5]],
  ["max", ["uint8"], [0, 127, 128, 3], [0, 127, 128, 128]],
  ["min", floatTypes, [1, 3, -2, NaN, -Infinity], [1, 1, -2, NaN, NaN]],
  ["min", ["int32"], [2147483647, 0, -2147483648, 5], [2147483647, 0, -2147483648, -2147483648]],
  ["max", ["bool"], [0, 1, 0], [0, 1, 1]],
  ["min", ["bool"], [1, 0, 1], [1, 0, 0]],
];

function literalCases(): ConformanceCase[] {
  return literal.flatMap(([op, dtypes, values, expected]) =>
    dtypes.map((dtype) =>
      defineCase(["scan", op, dtype, `[${values.map(show)}]`], [dtype], async (session) => {
        const x = session.input(dtype, [values.length], values);
        const output = session.output(dtype, [values.length], { before: 1, after: 1 });
        session.backend.scan(op, x.view, 0, output.view);
        await session.check(output, { expected, agreement: agreementOf(op, dtype) });
      }),
    ),
  );
}

function accuracyCases(): ConformanceCase[] {
  const length = 10_000;
  return [
    defineCase(["scan", "sum", "float32", `${length} times 0.1`], ["float32"], async (session) => {
      const x = session.input("float32", [length], [0.1]);
      const output = session.output("float32", [length]);
      session.backend.scan("sum", x.view, 0, output.view);
      const tenth = Math.fround(0.1);
      // Adding one element after another in float32 is allowed, which gives i rounding errors of the running sum.
      const bound = (i: number): number => (i + 1) * 2 ** -24 * (i + 1) * tenth;
      const expected = Array.from({ length }, (_, i) => (i + 1) * tenth);
      await session.check(output, { expected, agreement: within(bound, "float32") });
    }),
  ];
}

/** Elements whose running sums and products must be rounded or wrapped. */
const unfit: Readonly<Record<ComputeType, readonly number[]>> = {
  float32: [0.1, 0.7, -1.3, 1.1, 0.3, 0.9, -0.6],
  float64: [],
  int32: [2147483647, 1, 2147483647, 65537, 3, -7, 2147483646],
  uint8: [100, 200, 127, 255, 0],
  bool: [0, 1, 0, 0, 1],
};

function storedCases(op: ScanOp, dtype: ComputeType): ConformanceCase[] {
  if (!storedTypes.includes(dtype)) return [];
  return [
    defineCase(["scan", op, dtype, STORED], [dtype], async (session) => {
      const shape = [7, 9];
      const x = session.input(dtype, shape, unfit[dtype]);
      for (const axis of [1, 0]) {
        const output = session.output(dtype, shape, { before: 1 });
        session.backend.scan(op, x.view, axis, output.view);
        const expected = alongAxis(x.values, shape, axis, (line) => running(op, line, dtype));
        // Every element may add one rounding error. The running sums and products stay below 16.
        const rounds = dtype === "float32" && (op === "sum" || op === "prod");
        const agreement = rounds ? within(() => 9 * 2 ** -24 * 16, dtype) : exactly(dtype);
        await checkStored(session, output, { expected, agreement, name: `axis ${axis}` });
      }
    }),
  ];
}

/** The level `scan`. */
export const scanLevel: Level = {
  name: "scan",
  cases: () => [
    ...(Object.keys(types) as ScanOp[]).flatMap((op) => types[op].flatMap((dtype) => arrangedCases(op, dtype))),
    ...literalCases(),
    ...(Object.keys(types) as ScanOp[]).flatMap((op) => types[op].flatMap((dtype) => storedCases(op, dtype))),
    ...accuracyCases(),
  ],
};
