/**
 * The level `gather-scatter`: `gather` and `scatter` along an axis.
 *
 * @module
 */
import {
  type Backend,
  computeTypes,
  type DType,
  dtypeNames,
  IndexOutOfRangeError,
  input,
  op,
  type ScatterMode,
  sizeOf,
} from "@lucid/backend";
import { map } from "../call.js";
import { type ConformanceCase, defineCase, type Level } from "../case.js";
import { exactly, show, within } from "../compare.js";
import { exceptionText } from "../exception.js";
import type { Layout } from "../layouts.js";
import { larger, smaller } from "../reference/exact.js";
import { wrapInteger } from "../reference/scalar.js";
import { fail, isError, type Operand, type Session } from "../session.js";
import { checkStored, STORED, storedTypes } from "../stored.js";
import { numberTypes } from "../types.js";

/** The layouts of the operands of a gather or scatter; `size` is the length of the indexed axis. */
interface Arrangement {
  readonly name: string;
  /** The shape of the index and of the operand with the same shape. */
  readonly shape: readonly number[];
  readonly axis: number;
  readonly size: number;
  /** The layout of the operand that is indexed. */
  readonly indexed?: Layout;
  readonly index?: Layout;
  /** The layout of the operand with the shape of the index. */
  readonly other?: Layout;
}

const arrangements: readonly Arrangement[] = [
  { name: "vector", shape: [23], axis: 0, size: 7 },
  { name: "one element", shape: [1], axis: 0, size: 1 },
  { name: "rows", shape: [6, 5], axis: 0, size: 4 },
  { name: "columns", shape: [6, 5], axis: 1, size: 9 },
  { name: "middle axis", shape: [3, 5, 2], axis: 1, size: 4 },
  { name: "whole rows", shape: [9, 4], axis: 0, size: 6, index: { repeats: [1] } },
  { name: "the same index everywhere", shape: [4, 6], axis: 1, size: 5, index: { repeats: [0, 1] } },
  {
    name: "transposed",
    shape: [5, 6],
    axis: 0,
    size: 7,
    indexed: { order: [1, 0] },
    index: { order: [1, 0] },
    other: { order: [1, 0] },
  },
  {
    name: "slices",
    shape: [5, 6],
    axis: 1,
    size: 7,
    indexed: { before: 3, steps: [1, 2], after: 2 },
    index: { before: 1 },
    other: { steps: [2, 1], before: 2, after: 1 },
  },
  {
    name: "backward",
    shape: [5, 6],
    axis: 0,
    size: 7,
    indexed: { flips: [0, 1] },
    index: { flips: [0] },
    other: { flips: [1] },
  },
  { name: "rank 5", shape: [2, 1, 4, 2, 3], axis: 2, size: 3, other: { order: [2, 0] } },
  { name: "nothing", shape: [0, 4], axis: 0, size: 3, other: { after: 2 } },
  { name: "nothing of nothing", shape: [2, 0], axis: 1, size: 0, other: { after: 2 } },
];

const elements: Readonly<Record<DType, readonly number[]>> = {
  float32: [1.5, -2, NaN, -0, Infinity, 3, 4, -5.25, 6],
  float64: [1.5, -2, NaN, -0, Infinity, 3, 0.125, -5.25, 6],
  float16: [1.5, -2, NaN, -0, Infinity, 3, 0.125, -5.25, 6],
  bfloat16: [1.5, -2, NaN, -0, Infinity, 3, 0.125, -5.25, 6],
  int32: [1, -2, 2147483647, -2147483648, 5, 6, 7],
  uint8: [0, 1, 255, 128, 7, 9, 11],
  bool: [1, 0, 0, 1, 1, 1, 0],
};
/** Makes indices with duplicates, in mixed order. */
const indices = (size: number): number[] => [3, 0, 2, 2, 5, 1, 0, 8, 4, 6, 1].map((i) => i % Math.max(size, 1));

/**
 * Returns the row-major position, in a tensor with `size` along the axis, that belongs to element `i` of `shape` and
 * its index.
 */
function named(i: number, index: number, { shape, axis, size }: Arrangement): number {
  const inner = sizeOf(shape.slice(axis + 1));
  const along = shape[axis]!;
  return (Math.floor(i / (along * inner)) * size + index) * inner + (i % inner);
}

const indexedShape = ({ shape, axis, size }: Arrangement): number[] => shape.map((n, a) => (a === axis ? size : n));

function gatherCases(): ConformanceCase[] {
  return dtypeNames.flatMap((dtype) =>
    arrangements.map((arrangement) =>
      defineCase(["gather-scatter", "gather", dtype, arrangement.name], [dtype, "int32"], async (session) => {
        const { shape, axis, size } = arrangement;
        const source = session.input(dtype, indexedShape(arrangement), elements[dtype], arrangement.indexed);
        const index = session.input("int32", shape, indices(size), arrangement.index);
        const output = session.output(dtype, shape, arrangement.other);
        session.backend.gather(source.view, index.view, axis, output.view);
        await session.check(output, {
          expected: index.values.map((at, i) => source.values[named(i, at, arrangement)]!),
          context: (i) => `index ${index.values[i]} along axis ${axis}`,
        });
      }),
    ),
  );
}

const modes: Readonly<Record<ScatterMode, readonly DType[]>> = {
  set: dtypeNames,
  add: numberTypes,
  prod: numberTypes,
  max: computeTypes,
  min: computeTypes,
};

function combine(mode: ScatterMode, a: number, b: number, dtype: DType): number {
  const whole = dtype === "int32" || dtype === "uint8";
  switch (mode) {
    case "set":
      return b;
    case "add":
      return whole ? wrapInteger(BigInt(a) + BigInt(b), dtype) : a + b;
    case "prod":
      return whole ? wrapInteger(BigInt(a) * BigInt(b), dtype) : a * b;
    case "max":
      return larger(a, b);
    case "min":
      return smaller(a, b);
  }
}

/** Makes the elements: powers of two for prod and small numbers for add, so that the order does not matter. */
function scattered(mode: ScatterMode, dtype: DType): readonly number[] {
  if (mode === "set" || mode === "max" || mode === "min") return elements[dtype];
  if (dtype === "int32" || dtype === "uint8") return elements[dtype];
  return mode === "add" ? [1.5, -2, 3, 0.25, 100, -7] : [2, -1, 0.5, -4, 1, 0.25];
}

function scatterCases(): ConformanceCase[] {
  return (Object.keys(modes) as ScatterMode[]).flatMap((mode) =>
    modes[mode].flatMap((dtype) =>
      arrangements.map((arrangement) =>
        defineCase(
          ["gather-scatter", `scatter ${mode}`, dtype, arrangement.name],
          [dtype, "int32"],
          async (session) => {
            const { shape, axis, size } = arrangement;
            const before = [...elements[dtype]].reverse().map((v) => (mode === "add" && !Number.isFinite(v) ? 8 : v));
            const source = session.input(dtype, shape, scattered(mode, dtype), arrangement.other);
            const index = session.input("int32", shape, indices(size), arrangement.index);
            const output = session.input(dtype, indexedShape(arrangement), before, arrangement.indexed);
            session.backend.scatter(mode, source.view, index.view, axis, output.view);
            const expected = [...output.values];
            const given: number[][] = expected.map(() => []);
            for (const [i, at] of index.values.entries()) {
              const position = named(i, at, arrangement);
              expected[position] = combine(mode, expected[position]!, source.values[i]!, dtype);
              given[position]!.push(source.values[i]!);
            }
            await session.check(output, {
              expected,
              context: (i) =>
                `it was ${show(output.values[i]!)} and got ${given[i]!.map(show).join(", ") || "nothing"}`,
            });
          },
        ),
      ),
    ),
  );
}

/**
 * Makes a call with a bad index. It fails at once, or, if the device checks later, when something is read. Returns
 * whether it failed at once.
 */
async function expectOutOfRange(
  session: Session,
  call: () => ReturnType<Backend["gather"]>,
  touched: Operand,
  bad: number,
): Promise<boolean> {
  const { backend } = session;
  let thrown: unknown;
  let atOnce = false;
  try {
    const deferred = call();
    if (deferred) {
      await backend.read(touched.view.buffer, 0, 0);
      thrown = deferred.failure() ?? undefined;
    }
  } catch (error) {
    thrown = error;
    atOnce = true;
  }
  if (!isError(thrown, IndexOutOfRangeError)) {
    fail(
      `index ${bad} must throw IndexOutOfRangeError, and ${thrown === undefined ? "nothing was thrown" : `threw ${exceptionText(thrown)}`}`,
    );
  }
  return atOnce;
}

function rangeCases(): ConformanceCase[] {
  const define = (
    name: string,
    bad: number,
    run: (session: Session, index: Operand) => Promise<void>,
  ): ConformanceCase =>
    defineCase(["gather-scatter", "out of range", `${name}, index ${bad}`], ["float32", "int32"], async (session) => {
      const index = session.input("int32", [2, 3], [0, 3, 1, 2, bad, 0]);
      await run(session, index);
    });
  return [-1, 4, 2147483647, -2147483648].flatMap((bad) => [
    define("gather", bad, async (session, index) => {
      const source = session.input("float32", [2, 4], [1, 2, 3, 4, 5, 6, 7, 8]);
      const output = session.output("float32", [2, 3]);
      const call = () => session.backend.gather(source.view, index.view, 1, output.view);
      const atOnce = await expectOutOfRange(session, call, output, bad);
      // Nothing is written, except by a device that checks later: it stores 0 for the bad index.
      if (atOnce) await session.check(output, { expected: output.values });
      else {
        const [skipped] = await session.backend.read(output.view.buffer, output.positions[4]!, 1);
        if (skipped !== 0) fail(`the element of index ${bad} is ${show(skipped!)}, not 0`);
        session.backend.write(output.view.buffer, 0, output.host);
      }
    }),
    define("scatter", bad, async (session, index) => {
      const source = session.input("float32", [2, 3], [1, 2, 3, 4, 5, 6]);
      const output = session.output("float32", [2, 4]);
      const call = () => session.backend.scatter("add", source.view, index.view, 1, output.view);
      const atOnce = await expectOutOfRange(session, call, output, bad);
      if (atOnce) await session.check(output, { expected: output.values });
      else session.backend.write(output.view.buffer, 0, output.host);
    }),
  ]);
}

/** Elements whose sums and products must be rounded or wrapped. */
const unfit: Readonly<Record<DType, readonly number[]>> = {
  float32: [0.1, 0.7, -1.3, 1.1, 0.3, 0.9, -0.6],
  float64: [],
  float16: [0.1, 0.7, -1.3, 1.1, 0.3, 0.9, -0.6],
  bfloat16: [0.1, 0.7, -1.3, 1.1, 0.3, 0.9, -0.6],
  int32: [2147483647, 1, 65537, -2147483648, 3, -7, 2147483646],
  uint8: [200, 100, 255, 128, 3, 7, 9],
  bool: [1, 0, 0, 1, 1],
};

function storedCases(): ConformanceCase[] {
  const arranged = arrangements.filter(({ name }) => ["vector", "rows", "slices"].includes(name));
  const gathers = storedTypes.map((dtype) =>
    defineCase(["gather-scatter", "gather", dtype, STORED], [dtype, "int32"], async (session) => {
      for (const arrangement of arranged) {
        const { shape, axis, size, name } = arrangement;
        const source = session.input(dtype, indexedShape(arrangement), elements[dtype], arrangement.indexed);
        const index = session.input("int32", shape, indices(size), arrangement.index);
        const output = session.output(dtype, shape, arrangement.other);
        session.backend.gather(source.view, index.view, axis, output.view);
        const expected = index.values.map((at, i) => source.values[named(i, at, arrangement)]!);
        await checkStored(session, output, { expected, name });
      }
    }),
  );
  const scatters = (Object.keys(modes) as ScatterMode[]).flatMap((mode) =>
    storedTypes
      .filter((dtype) => modes[mode].includes(dtype))
      .map((dtype) =>
        defineCase(["gather-scatter", `scatter ${mode}`, dtype, STORED], [dtype, "int32"], async (session) => {
          for (const arrangement of arranged) {
            const { shape, axis, size, name } = arrangement;
            const source = session.input(dtype, shape, unfit[dtype], arrangement.other);
            const index = session.input("int32", shape, indices(size), arrangement.index);
            const output = session.input(dtype, indexedShape(arrangement), unfit[dtype], arrangement.indexed);
            session.backend.scatter(mode, source.view, index.view, axis, output.view);
            const expected = [...output.values];
            for (const [i, at] of index.values.entries()) {
              const position = named(i, at, arrangement);
              expected[position] = combine(mode, expected[position]!, source.values[i]!, dtype);
            }
            // At most 24 elements are combined, and their sums and products stay below 32.
            const rounds = dtype === "float32" && (mode === "add" || mode === "prod");
            const agreement = rounds ? within(() => 24 * 2 ** -24 * 32, dtype) : exactly(dtype);
            await checkStored(session, output, { expected, agreement, name });
          }
        }),
      ),
  );
  // The sums wrap to 0, 1, 2 and 1.
  const terms = [
    [-2147483648, -2147483648, -2147483647, 2147483647],
    [-2147483648, -2147483647, -2147483647, -2147483646],
  ] as const;
  const computed = (member: string, call: (session: Session, index: Operand) => Promise<void>): ConformanceCase =>
    defineCase(["gather-scatter", member, `indices from a sum that wraps, ${STORED}`], ["int32"], async (session) => {
      const inputs = terms.map((values) => session.input("int32", [4], values));
      const index = session.output("int32", [4]);
      session.disregard(index);
      map(session, [op("add", input(0, "int32"), input(1, "int32"))], inputs, [index]);
      await call(session, index);
    });
  return [
    ...gathers,
    ...scatters,
    computed("gather", async (session, index) => {
      const output = session.output("int32", [4]);
      const source = session.input("int32", [3], [10, 20, 30]);
      session.backend.gather(source.view, index.view, 0, output.view);
      await session.check(output, { expected: [10, 20, 30, 20] });
    }),
    computed("scatter add", async (session, index) => {
      const output = session.input("int32", [3], [0, 0, 0]);
      const source = session.input("int32", [4], [1, 2, 3, 4]);
      session.backend.scatter("add", source.view, index.view, 0, output.view);
      await session.check(output, { expected: [1, 6, 3] });
    }),
  ];
}

/** The level `gather-scatter`. */
export const gatherScatterLevel: Level = {
  name: "gather-scatter",
  cases: () => [...gatherCases(), ...scatterCases(), ...rangeCases(), ...storedCases()],
};
