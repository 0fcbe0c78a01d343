/**
 * Operations along one axis: layouts of their operands, and a reference that computes line by line.
 *
 * @module
 */
import { sizeOf } from "@lucid/backend";
import type { Layout } from "./layouts.js";

/** A shape, the axis of an operation, and the layouts of operand and result. */
export interface AxisArrangement {
  readonly name: string;
  readonly shape: readonly number[];
  readonly axis: number;
  readonly input?: Layout;
  readonly output?: Layout;
}

/** The arrangements with which every operation along an axis is tested. */
export const axisArrangements: readonly AxisArrangement[] = [
  { name: "vector", shape: [37], axis: 0 },
  { name: "one element", shape: [1], axis: 0 },
  { name: "axis of size 1", shape: [4, 1], axis: 1 },
  { name: "rows", shape: [5, 9], axis: 1 },
  { name: "columns", shape: [9, 5], axis: 0 },
  { name: "middle axis", shape: [3, 7, 2], axis: 1 },
  { name: "transposed", shape: [6, 7], axis: 1, input: { order: [1, 0] } },
  { name: "sliced", shape: [4, 9], axis: 1, input: { before: 3, steps: [1, 2], after: 1 } },
  { name: "backward", shape: [4, 9], axis: 1, input: { flips: [0, 1] } },
  { name: "repeated rows", shape: [3, 8], axis: 1, input: { repeats: [0] } },
  { name: "repeated element", shape: [3, 8], axis: 1, input: { repeats: [1] } },
  { name: "transposed output", shape: [6, 7], axis: 0, output: { order: [1, 0], before: 1 } },
  { name: "strided output", shape: [4, 6], axis: 1, output: { before: 2, steps: [1, 3], after: 2 } },
  { name: "backward output", shape: [4, 6], axis: 1, output: { flips: [1] } },
  { name: "rank 6", shape: [2, 1, 3, 4, 1, 2], axis: 3, input: { order: [3, 0] }, output: { order: [5, 2] } },
  { name: "no lines", shape: [0, 3], axis: 1, output: { after: 1 } },
  { name: "lines of nothing", shape: [3, 0], axis: 1, output: { after: 1 } },
];

/** Applies a function to every line of a row-major tensor along `axis`. */
export function alongAxis(
  values: readonly number[],
  shape: readonly number[],
  axis: number,
  change: (line: readonly number[]) => readonly number[],
): number[] {
  const inner = sizeOf(shape.slice(axis + 1));
  const length = shape[axis]!;
  const result = new Array<number>(values.length);
  for (let start = 0; start < values.length; start++) {
    if (Math.floor(start / inner) % length !== 0) continue;
    const line = new Array<number>(length);
    for (let i = 0; i < length; i++) line[i] = values[start + i * inner]!;
    const changed = change(line);
    for (let i = 0; i < length; i++) result[start + i * inner] = changed[i]!;
  }
  return result;
}
