/**
 * `gather` and `scatter` of more than 65,536 elements, and along axes of that length.
 *
 * @module
 */
import { computeTypes, type DType, dtypeNames, type ScatterMode, sizeOf } from "@lucid/backend";
import { type ConformanceCase, defineCase } from "../../case.js";
import type { Layout } from "../../layouts.js";
import { wrapInteger } from "../../reference/scalar.js";
import { numberTypes } from "../../types.js";
import { crossed, values } from "./values.js";

/** The shape of a call; `size` is the length of the indexed axis in the operand to which the indices refer. */
interface Arrangement {
  readonly name: string;
  readonly shape: readonly number[];
  readonly axis: number;
  readonly size: number;
  readonly indexed?: Layout;
  readonly index?: Layout;
}

const arrangements: readonly Arrangement[] = [
  { name: "70,001 of 70,003", shape: [70_001], axis: 0, size: 70_003 },
  { name: "70,001 of 13", shape: [70_001], axis: 0, size: 13 },
  { name: "1,500 of 90,001", shape: [1_500], axis: 0, size: 90_001, indexed: { before: 2 } },
  { name: "rows of a matrix", shape: [263, 270], axis: 1, size: 300, index: { order: [1, 0] } },
  { name: "columns of a matrix", shape: [270, 263], axis: 0, size: 41, indexed: { order: [1, 0] } },
  { name: "an index for every row", shape: [1_100, 70], axis: 0, size: 1_200, index: { repeats: [1] } },
  { name: "middle axis", shape: [40, 45, 41], axis: 1, size: 50 },
];

/** Makes indices in mixed order, with duplicates. */
function indicesBelow(size: number): number[] {
  const list = Array.from({ length: 4_099 }, (_, i) => (Math.imul(i, 40_503) >>> 3) % size);
  return [...list, size - 1, 0];
}

/**
 * Returns the row-major position, in a tensor with `size` along the axis, that belongs to element `i` of `shape` and
 * its index.
 */
function named(i: number, index: number, { shape, axis, size }: Arrangement): number {
  const inner = sizeOf(shape.slice(axis + 1));
  return (Math.floor(i / (shape[axis]! * inner)) * size + index) * inner + (i % inner);
}

const indexedShape = ({ shape, axis, size }: Arrangement): number[] => shape.map((n, a) => (a === axis ? size : n));

function gatherCases(): ConformanceCase[] {
  return crossed(dtypeNames, arrangements).map(([dtype, arrangement]) =>
    defineCase(["large", "gather", dtype, arrangement.name], [dtype, "int32"], async (session) => {
      const { shape, axis, size } = arrangement;
      const source = session.input(dtype, indexedShape(arrangement), values[dtype], arrangement.indexed);
      const index = session.input("int32", shape, indicesBelow(size), arrangement.index);
      const output = session.output(dtype, shape);
      session.backend.gather(source.view, index.view, axis, output.view);
      const from = source.values;
      await session.check(output, {
        expected: index.values.map((at, i) => from[named(i, at, arrangement)]!),
        context: (i) => `index ${index.values[i]} along axis ${axis}`,
      });
    }),
  );
}

const modes: Readonly<Record<ScatterMode, readonly DType[]>> = {
  set: dtypeNames,
  add: numberTypes,
  prod: ["int32"],
  max: computeTypes,
  min: ["float32", "int32"],
};

function combine(mode: ScatterMode, a: number, b: number, dtype: DType): number {
  if (mode === "set") return b;
  if (mode === "max") return Math.max(a, b);
  if (mode === "min") return Math.min(a, b);
  if (dtype === "int32" || dtype === "uint8") {
    return wrapInteger(mode === "add" ? BigInt(a) + BigInt(b) : BigInt(a) * BigInt(b), dtype);
  }
  return mode === "add" ? a + b : a * b;
}

function scatterCases(): ConformanceCase[] {
  return (Object.keys(modes) as ScatterMode[]).flatMap((mode) =>
    crossed(modes[mode], arrangements, mode !== "set" && mode !== "add").map(([dtype, arrangement]) =>
      defineCase(["large", `scatter ${mode}`, dtype, arrangement.name], [dtype, "int32"], async (session) => {
        const { shape, axis, size } = arrangement;
        const source = session.input(dtype, shape, values[dtype]);
        const index = session.input("int32", shape, indicesBelow(size), arrangement.index);
        const output = session.input(dtype, indexedShape(arrangement), [...values[dtype]].reverse(), {
          ...arrangement.indexed,
        });
        session.backend.scatter(mode, source.view, index.view, axis, output.view);
        const expected = [...output.values];
        const from = source.values;
        for (const [i, at] of index.values.entries()) {
          const position = named(i, at, arrangement);
          expected[position] = combine(mode, expected[position]!, from[i]!, dtype);
        }
        await session.check(output, { expected });
      }),
    ),
  );
}

/** Makes the cases of large gathers and scatters. */
export function largePickCases(): ConformanceCase[] {
  return [...gatherCases(), ...scatterCases()];
}
