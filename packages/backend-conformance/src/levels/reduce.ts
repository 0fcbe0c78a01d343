/**
 * Level `reduce`. Most cases reduce small whole numbers, whose sums and products are exact in any order, so that results
 * can be compared exactly; accuracy has cases of its own.
 *
 * @module
 */
import {
  cast,
  constant,
  type DType,
  type Expr,
  index,
  input,
  op,
  type ReduceOp,
  rowMajorIndex,
  scalar,
  sizeOf,
} from "@lucid/backend";
import { reduce } from "../call.js";
import { type CaseBody, type ConformanceCase, defineCase, type Level } from "../case.js";
import { show, within } from "../compare.js";
import type { Layout } from "../layouts.js";
import { wrapInteger } from "../reference/scalar.js";
import type { Operand } from "../session.js";

/** Which element types each operation reduces. */
const reducible: Readonly<Record<ReduceOp, readonly DType[]>> = {
  sum: ["float32", "float64", "int32"],
  prod: ["float32", "float64", "int32"],
  max: ["float32", "float64", "int32", "uint8", "bool"],
  min: ["float32", "float64", "int32", "uint8", "bool"],
  any: ["bool"],
  all: ["bool"],
  argmax: ["float32", "float64", "int32", "uint8", "bool"],
  argmin: ["float32", "float64", "int32", "uint8", "bool"],
};
const ops = Object.keys(reducible) as ReduceOp[];

/** Elements that make every operation's result exact. */
const elements: Readonly<Record<DType, readonly number[]>> = {
  float32: [3, -1, 2, 0.5, -2, 1, 4, -0.25, 1, -1, 7],
  float64: [3, -1, 2, 0.5, -2, 1, 4, -0.25, 1, -1, 7],
  int32: [3, -1, 2, 5, -2, 1, 123456789, 7, -2147483648, 2147483647, 2147483647],
  uint8: [3, 0, 200, 255, 7, 128, 255, 0, 9],
  bool: [1, 1, 0, 1, 0, 0, 1, 1, 1],
};

/** Powers of two, so that products of floats are exact in any order. */
const factors = [2, -1, 0.5, -2, 1, 4, -0.25, 1, -1, 0.5];

/** The type of an operation's result. */
const resultType = (name: ReduceOp, dtype: DType): DType => (name.startsWith("arg") ? "int32" : dtype);

/** What the operation gives for these elements, from its definition. */
function reduced(name: ReduceOp, values: readonly number[], dtype: DType): number {
  const whole = dtype === "int32";
  switch (name) {
    case "sum":
      if (whole)
        return wrapInteger(
          values.reduce((sum, v) => sum + BigInt(v), 0n),
          "int32",
        );
      return values.reduce((sum, v) => sum + v, 0);
    case "prod":
      if (whole)
        return wrapInteger(
          values.reduce((product, v) => product * BigInt(v), 1n),
          "int32",
        );
      return values.reduce((product, v) => product * v, 1);
    case "any":
      return values.includes(1) ? 1 : 0;
    case "all":
      return values.includes(0) ? 0 : 1;
    case "max":
    case "min":
      return values[extreme(name, values)]!;
    case "argmax":
    case "argmin":
      return extreme(name === "argmax" ? "max" : "min", values);
  }
}

/** The position of the first NaN, else of the first largest or smallest element. */
function extreme(name: "max" | "min", values: readonly number[]): number {
  let best = 0;
  for (const [i, v] of values.entries()) {
    if (v !== v) return i;
    if (name === "max" ? v > values[best]! : v < values[best]!) best = i;
  }
  return best;
}

/** The shape with 1 in place of the reduced axes. */
const kept = (shape: readonly number[], axes: readonly number[]): number[] =>
  shape.map((size, axis) => (axes.includes(axis) ? 1 : size));

/** Collects the elements that belong to every element of the result, in row-major order. */
function grouped(values: ArrayLike<number>, shape: readonly number[], axes: readonly number[]): number[][] {
  const result = kept(shape, axes);
  const groups = Array.from({ length: sizeOf(result) }, (): number[] => []);
  for (let i = 0; i < values.length; i++) {
    let group = 0;
    let step = 1;
    let rest = i;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const position = rest % shape[axis]!;
      rest = Math.floor(rest / shape[axis]!);
      if (!axes.includes(axis)) group += position * step;
      step *= result[axis]!;
    }
    groups[group]!.push(values[i]!);
  }
  return groups;
}

/** A domain, the axes to reduce, and how operand and result lie. */
interface Arrangement {
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

function arrangedCases(name: ReduceOp, dtype: DType): ConformanceCase[] {
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
        context: (i) =>
          `${name} of ${groups[i]!.slice(0, 12).map(show).join(", ")}${groups[i]!.length > 12 ? " …" : ""}`,
      });
    });
  });
}

const inf = Infinity;
/** Elements and results, written down. */
const literal: readonly (readonly [ReduceOp, readonly DType[], readonly number[], number])[] = [
  ["sum", ["float32", "float64"], [1, NaN, 2], NaN],
  ["sum", ["float32", "float64"], [inf, 1, 2], inf],
  ["sum", ["float32", "float64"], [inf, -inf, 2], NaN],
  ["sum", ["float32"], [3e38, 3e38], inf],
  ["sum", ["int32"], [2147483647, 1], -2147483648],
  ["prod", ["float32", "float64"], [2, NaN, 0], NaN],
  ["prod", ["float32", "float64"], [0, inf], NaN],
  ["prod", ["float32", "float64"], [-2, inf], -inf],
  ["prod", ["int32"], [65536, 65536, 3], 0],
  ["prod", ["int32"], [46341, 46341], -2147479015],
  ["max", ["float32", "float64"], [1, NaN, inf], NaN],
  ["max", ["float32", "float64"], [NaN, 1], NaN],
  ["max", ["float32", "float64"], [-inf, -3, -7], -3],
  ["max", ["float32", "float64"], [-inf, -inf], -inf],
  ["max", ["int32"], [-2147483648, -2147483647], -2147483647],
  ["max", ["uint8"], [127, 128, 3], 128],
  ["min", ["float32", "float64"], [1, NaN, -inf], NaN],
  ["min", ["float32", "float64"], [inf, 3, 7], 3],
  ["min", ["float32", "float64"], [inf, inf], inf],
  ["min", ["int32"], [2147483647, 2147483646], 2147483646],
  ["min", ["uint8"], [200, 128, 255], 128],
  ["argmax", ["float32", "float64", "int32", "uint8"], [3, 7, 7, 1, 7], 1],
  ["argmax", ["float32", "float64"], [1, NaN, inf, NaN], 1],
  ["argmax", ["float32", "float64"], [-inf, -inf], 0],
  ["argmax", ["float32", "float64"], [-0, 0, -0], 0],
  ["argmax", ["int32"], [-2147483648, -2147483648, -1, -1], 2],
  ["argmax", ["bool"], [0, 1, 1], 1],
  ["argmax", ["bool"], [0, 0, 0], 0],
  ["argmin", ["float32", "float64", "int32", "uint8"], [3, 1, 7, 1, 1], 1],
  ["argmin", ["float32", "float64"], [1, NaN, -inf, NaN], 1],
  ["argmin", ["float32", "float64"], [inf, inf], 0],
  ["argmin", ["float32", "float64"], [0, -0], 0],
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
      // Alone, and after many neutral elements, so that vector code meets the values in its body as well as in its tail.
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
            await session.check(output, { expected: [shifted ? expected + before : expected] });
          },
        ),
      );
    }),
  );
}

/** An element that changes nothing before the others. */
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
        await session.check(output, { expected: many, context: () => `shape [${shape}], axes [${axes}]` });
      }
    }),
  );
}

function expressionCases(): ConformanceCase[] {
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
      await session.check(output, { expected: rows(operand, shape).map((row) => total(row.map((v) => v * v))) });
    }),
    define("value over broadcast inputs", ["float32"], async (session) => {
      const column = session.input("float32", shape, [1, -2, 3, 4, -5], { repeats: [1] });
      const row = session.input("float32", shape, [2, 0.5, -1, 3], { repeats: [0] });
      const value = op("mul", x, input(1, "float32"));
      for (const axes of [[0], [1], [0, 1]]) {
        const output = session.output("float32", kept(shape, axes));
        reduce(session, { op: "sum", value, shape, inputs: [column, row], axes, output });
        const products = column.values.map((v, i) => v * row.values[i]!);
        await session.check(output, { expected: grouped(products, shape, axes).map(total), name: `axes [${axes}]` });
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
      // Σ over 5 rows of 19·row + column.
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
        await session.check(output, { expected: expected[k]!, name: String(finish) });
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

/** Deterministic numbers in (−1, 1) that no sum of float32 holds exactly. */
function scatter(length: number): Float32Array {
  const values = new Float32Array(length);
  let state = 12345;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    values[i] = state / 2147483648;
  }
  return values;
}

/** What pairwise summation with blocks of up to 256 terms stays within, in units of Σ|x|. */
const pairwiseBound = (length: number, unit: number): number => (16 + 2 * Math.log2(length)) * unit;

function accuracyCases(): ConformanceCase[] {
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
      const { sum, magnitude } = compensated(x.host);
      // float64 may be summed in order.
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
        const bound = (i: number): number => pairwiseBound(20_000, 2 ** -24) * sums[i]!.magnitude;
        await session.check(output, {
          expected: sums.map(({ sum }) => sum),
          agreement: within(bound, "float32", PAIRWISE),
        });
      }),
    );
  }
  return cases;
}

/** A sum with the rounding errors carried along, and the sum of magnitudes. */
function compensated(values: ArrayLike<number>): { readonly sum: number; readonly magnitude: number } {
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
  return { sum: sum + lost, magnitude };
}

/** Level `reduce`. */
export const reduceLevel: Level = {
  name: "reduce",
  cases: () => [
    ...ops.flatMap((name) => reducible[name].flatMap((dtype) => arrangedCases(name, dtype))),
    ...literalCases(),
    ...emptyCases(),
    ...expressionCases(),
    ...accuracyCases(),
  ],
};
