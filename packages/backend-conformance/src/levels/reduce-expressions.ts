/**
 * `reduce` of larger expressions and with `finish`, and the accuracy of long sums.
 *
 * @module
 */
import { cast, constant, type DType, type Expr, index, input, op, rowMajorIndex, scalar } from "@lucid/backend";
import { reduce } from "../call.js";
import { type CaseBody, type ConformanceCase, defineCase } from "../case.js";
import { exactlyButZero, float32Near, within } from "../compare.js";
import { extreme, grouped, kept } from "../reference/reduction.js";
import type { Operand } from "../session.js";
import { checkStored, STORED, storedTypes } from "../stored.js";
import { floatTypes } from "../types.js";

/** Makes the cases of `value` and `finish`. */
export function reduceExpressionCases(): readonly ConformanceCase[] {
  const define = (name: string, dtypes: readonly DType[], body: CaseBody): ConformanceCase =>
    defineCase(["reduce", "expressions", name], dtypes, body);
  const x = input(0, "float32");
  const rows = (operand: Operand, shape: readonly number[]): number[][] => grouped(operand.values, shape, [1]);
  const shape = [5, 19];
  const total = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0);
  return [
    define("sum of squares", ["float32"], async (session) => {
      const operand = session.input("float32", shape, [1, -2, 3, 0.5]);
      const output = session.output("float32", [5, 1]);
      reduce(session, { op: "sum", value: op("mul", x, x), shape, inputs: [operand], axes: [1], output });
      const expected = rows(operand, shape).map((row) => total(row.map((v) => v * v)));
      await session.check(output, { expected, agreement: exactlyButZero("float32") });
    }),
    define("value over broadcast inputs", ["float32"], async (session) => {
      const column = session.input("float32", shape, [1, -2, 3, 4, -5], { repeats: [1] });
      const row = session.input("float32", shape, [2, 0.5, -1, 3], { repeats: [0] });
      const value = op("mul", x, input(1, "float32"));
      for (const axes of [[0], [1], [0, 1]]) {
        const output = session.output("float32", kept(shape, axes));
        reduce(session, { op: "sum", value, shape, inputs: [column, row], axes, output });
        const products = column.values.map((v, i) => v * row.values[i]!);
        const expected = grouped(products, shape, axes).map(total);
        await session.check(output, { expected, agreement: exactlyButZero("float32"), name: `axes [${axes}]` });
      }
    }),
    define("value without inputs", ["float32"], async (session) => {
      const output = session.output("float32", [5, 1]);
      reduce(session, { op: "sum", value: constant(0.5, "float32"), shape, inputs: [], axes: [1], output });
      await session.check(output, { expected: new Array(5).fill(9.5) });
    }),
    define("value of the position", ["int32"], async (session) => {
      const output = session.output("int32", [1, 19]);
      reduce(session, { op: "sum", value: rowMajorIndex(shape), shape, inputs: [], axes: [0], output });
      // The result is the sum of 19·row + column over 5 rows.
      await session.check(output, { expected: Array.from({ length: 19 }, (_, column) => 190 + 5 * column) });
      const last = session.output("int32", [5, 1]);
      reduce(session, { op: "max", value: op("mul", index(1), index(0)), shape, inputs: [], axes: [1], output: last });
      await session.check(last, { expected: [0, 18, 36, 54, 72] });
    }),
    define("value of another type than its input", ["float32", "int32", "bool"], async (session) => {
      const operand = session.input("float32", shape, [1, -2, 3, 0.5, -7]);
      const negative = op("lt", x, constant(0, "float32"));
      const output = session.output("int32", [5, 1]);
      reduce(session, { op: "sum", value: cast(negative, "int32"), shape, inputs: [operand], axes: [1], output });
      const expected = rows(operand, shape).map((row) => row.filter((v) => v < 0).length);
      await session.check(output, { expected });
      const any = session.output("bool", [5, 1]);
      reduce(session, {
        op: "any",
        value: op("lt", x, constant(-6, "float32")),
        shape,
        inputs: [operand],
        axes: [1],
        output: any,
      });
      await session.check(any, { expected: rows(operand, shape).map((row) => (row.includes(-7) ? 1 : 0)) });
    }),
    define("scalars in value and finish", ["float32"], async (session) => {
      const operand = session.input("float32", shape, [1, -2, 3, 4, -5]);
      const output = session.output("float32", [5, 1]);
      const value = op("sub", x, scalar(0, "float32"));
      const finish = op("mul", x, scalar(1, "float32"));
      for (const [shift, factor] of [
        [1, 0.5],
        [-2, 4],
      ] as const) {
        reduce(session, {
          op: "sum",
          value,
          finish,
          shape,
          inputs: [operand],
          scalars: [shift, factor],
          axes: [1],
          output,
        });
        await session.check(output, {
          expected: rows(operand, shape).map((row) => total(row.map((v) => v - shift)) * factor),
          agreement: exactlyButZero("float32"),
        });
      }
    }),
    define("finish of another type", ["float32", "float64", "int32", "bool"], async (session) => {
      const operand = session.input("float32", shape, [1, -2, 3, 4, -5]);
      const sums = rows(operand, shape).map(total);
      const finishes: readonly Expr[] = [cast(x, "float64"), cast(x, "int32"), op("lt", x, constant(0, "float32"))];
      const expected = [sums, sums, sums.map((v) => (v < 0 ? 1 : 0))];
      for (const [k, finish] of finishes.entries()) {
        const output = session.output(finish.dtype, [5, 1]);
        reduce(session, { op: "sum", value: x, finish, shape, inputs: [operand], axes: [1], output });
        const agreement = exactlyButZero(finish.dtype);
        await session.check(output, { expected: expected[k]!, agreement, name: String(finish) });
      }
    }),
    define("finish of a sum that is rounded before it", ["float32", "float64"], async (session) => {
      const operand = session.input("float32", [2, 2], [16777216, 1, -16777216, -1]);
      const output = session.output("float64", [2, 1]);
      const finish = cast(x, "float64");
      reduce(session, { op: "sum", value: x, finish, shape: [2, 2], inputs: [operand], axes: [1], output });
      await session.check(output, { expected: [16777217, -16777217], agreement: float32Near(2) });
    }),
    define("finish of a product that is rounded before it", ["float32", "float64"], async (session) => {
      const operand = session.input("float32", [2, 2], [4097, 4097, 3, 5]);
      const output = session.output("float64", [2, 1]);
      const finish = cast(x, "float64");
      reduce(session, { op: "prod", value: x, finish, shape: [2, 2], inputs: [operand], axes: [1], output });
      // 4097² is odd and greater than 2²⁴, so float32 cannot hold it.
      await session.check(output, { expected: [16785409, 15], agreement: float32Near(2) });
    }),
    define("finish of a sum that wraps before it", ["int32", "float64"], async (session) => {
      const whole = input(0, "int32");
      const operand = session.input("int32", [2, 2], [2147483647, 1, 3, 4]);
      const output = session.output("float64", [2, 1]);
      const call = {
        value: whole,
        finish: cast(whole, "float64"),
        shape: [2, 2],
        inputs: [operand],
        axes: [1],
        output,
      };
      reduce(session, { op: "sum", ...call });
      await session.check(output, { expected: [-2147483648, 7] });
    }),
    define(`results of finish, ${STORED}`, storedTypes, async (session) => {
      const operand = session.input("float32", [4, 2], [1, 6, -8, 1, 150, 150, 60, 4]);
      const whole = cast(x, "int32");
      const finishes: readonly (readonly [finish: Expr, results: readonly number[]])[] = [
        [op("div", x, constant(3, "float32")), [2.3333332538604736, -2.3333332538604736, 100, 21.33333396911621]],
        [op("mul", whole, constant(1073741823, "int32")), [-1073741831, 1073741831, -300, -64]],
        [cast(whole, "uint8"), [7, 249, 44, 64]],
        [op("lt", x, constant(0, "float32")), [0, 1, 0, 0]],
      ];
      for (const [finish, expected] of finishes) {
        const output = session.output(finish.dtype, [4, 1], { before: 1 });
        reduce(session, { op: "sum", value: x, finish, shape: [4, 2], inputs: [operand], axes: [1], output });
        await checkStored(session, output, { expected, name: String(finish) });
      }
    }),
    define("finish of a position", ["float32", "int32"], async (session) => {
      const operand = session.input("float32", shape, [1, -2, 9, 4, -5]);
      const output = session.output("float32", [5, 1]);
      const finish = op("mul", cast(input(0, "int32"), "float32"), constant(0.5, "float32"));
      reduce(session, { op: "argmax", value: x, finish, shape, inputs: [operand], axes: [1], output });
      await session.check(output, { expected: rows(operand, shape).map((row) => extreme("max", row) / 2) });
    }),
    define("finish of an empty reduction", ["float32"], async (session) => {
      const operand = session.input("float32", [2, 0], []);
      const output = session.output("float32", [2, 1]);
      const finish = op("add", x, constant(3, "float32"));
      reduce(session, { op: "sum", value: x, finish, shape: [2, 0], inputs: [operand], axes: [1], output });
      await session.check(output, { expected: [3, 3] });
    }),
  ];
}

const PAIRWISE = "within the bound of pairwise summation";

/** Makes deterministic numbers in (−1, 1) whose sums float32 cannot hold exactly. */
function scatter(length: number): Float32Array {
  const values = new Float32Array(length);
  let state = 12345;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    values[i] = state / 2147483648;
  }
  return values;
}

/** Returns the error bound of pairwise summation with blocks of up to 256 terms, in units of Σ|x|. */
const pairwiseBound = (length: number, unit: number): number => (16 + 2 * Math.log2(length)) * unit;

/** Makes the cases of long sums. */
export function reduceAccuracyCases(): readonly ConformanceCase[] {
  const length = 1_000_000;
  const long: readonly (readonly [string, "float32" | "float64", () => ArrayLike<number>])[] = [
    ["0.1", "float32", () => [0.1]],
    ["scattered", "float32", () => scatter(length)],
    ["scattered", "float64", () => scatter(length)],
  ];
  const cases = long.map(([name, dtype, values]) =>
    defineCase(["reduce", "accuracy", `sum of 1,000,000, ${name}`, dtype], [dtype], async (session) => {
      const x = session.input(dtype, [length], values());
      const output = session.output(dtype, [1]);
      reduce(session, { op: "sum", value: input(0, dtype), shape: [length], inputs: [x], axes: [0], output });
      const [sum, magnitude] = compensated(x.host);
      // A float64 sum may be computed in order.
      const relative = dtype === "float32" ? pairwiseBound(length, 2 ** -24) : length * 2 ** -53;
      const agreement = within(() => relative * magnitude, dtype, PAIRWISE);
      await session.check(output, { expected: [sum], agreement });
    }),
  );
  for (const [name, axis, layout] of [
    ["long rows", 1, {}],
    ["long columns", 0, {}],
    ["long rows, transposed", 1, { order: [1, 0] }],
  ] as const) {
    cases.push(
      defineCase(["reduce", "accuracy", `sums of 20,000, ${name}`, "float32"], ["float32"], async (session) => {
        const shape = axis === 1 ? [4, 20_000] : [20_000, 4];
        const x = session.input("float32", shape, [0.1, 0.7, 0.3], layout);
        const output = session.output("float32", kept(shape, [axis]));
        reduce(session, { op: "sum", value: input(0, "float32"), shape, inputs: [x], axes: [axis], output });
        const sums = grouped(x.values, shape, [axis]).map(compensated);
        const bound = (i: number): number => pairwiseBound(20_000, 2 ** -24) * sums[i]![1];
        await session.check(output, {
          expected: sums.map(([sum]) => sum),
          agreement: within(bound, "float32", PAIRWISE),
        });
      }),
    );
  }
  return [...cases, ...largeSumCases(), ...productCases()];
}

const LARGEST = { float32: 3.4028234663852886e38, float64: Number.MAX_VALUE } as const;

/**
 * Makes the cases of sums whose magnitudes add up to no more than the type holds. Nothing may overflow, in whatever
 * order the terms are added.
 */
function largeSumCases(): readonly ConformanceCase[] {
  return floatTypes.flatMap((dtype) =>
    ([0, 1] as const).map((axis) =>
      defineCase(
        ["reduce", "accuracy", `large sums along axis ${axis} stay finite`, dtype],
        [dtype],
        async (session) => {
          const shape = axis === 1 ? [5, 128] : [128, 5];
          // 128 magnitudes of up to a 256th of the largest number add up to at most half of it.
          const values = Array.from(
            { length: 640 },
            (_, i) => (LARGEST[dtype] / 256) * (i % 3 === 0 ? -1 : 1 - (i % 7) / 8),
          );
          const x = session.input(dtype, shape, values);
          const output = session.output(dtype, kept(shape, [axis]));
          reduce(session, { op: "sum", value: input(0, dtype), shape, inputs: [x], axes: [axis], output });
          const sums = grouped(x.values, shape, [axis]).map((row) => compensated(row.map((value) => value / 2 ** 64)));
          const relative = dtype === "float32" ? pairwiseBound(128, 2 ** -24) : 128 * 2 ** -53;
          await session.check(output, {
            expected: sums.map(([sum]) => sum * 2 ** 64),
            agreement: within((i) => relative * sums[i]![1] * 2 ** 64, dtype, "finite, within the bound of the sum"),
          });
        },
      ),
    ),
  );
}

/**
 * Makes the cases of products in which no partial product leaves the range. Each of n factors may add one rounding.
 */
function productCases(): readonly ConformanceCase[] {
  return floatTypes.flatMap((dtype) =>
    ([0, 1] as const).map((axis) =>
      defineCase(["reduce", "accuracy", `products of 400 along axis ${axis}`, dtype], [dtype], async (session) => {
        const shape = axis === 1 ? [3, 400] : [400, 3];
        const values = Array.from({ length: 1200 }, (_, i) => 0.9 + 0.2 * ((i * 0.6180339887498949) % 1));
        const x = session.input(dtype, shape, values);
        const output = session.output(dtype, kept(shape, [axis]));
        reduce(session, { op: "prod", value: input(0, dtype), shape, inputs: [x], axes: [axis], output });
        const expected = grouped(x.values, shape, [axis]).map((row) =>
          row.reduce((product, value) => product * value, 1),
        );
        // The reference rounds in float64, too.
        const relative = 400 * (dtype === "float32" ? 2 ** -24 + 2 ** -53 : 2 ** -52);
        const agreement = within((i) => relative * expected[i]!, dtype, "one rounding for each factor");
        await session.check(output, { expected, agreement });
      }),
    ),
  );
}

/**
 * Computes a sum with its rounding errors, and the sum of magnitudes. The result is an array, because with objects, on
 * Node 24.21 under load, the first of four rows was now and then compared with the sum of the last one.
 */
function compensated(values: ArrayLike<number>): readonly [sum: number, magnitude: number] {
  let sum = 0;
  let lost = 0;
  let magnitude = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    const next = sum + value;
    lost += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
    sum = next;
    magnitude += Math.abs(value);
  }
  return [sum + lost, magnitude];
}
