/**
 * The axes of a result: rows, columns and batches. A kernel has two loops over batches. If the batch axes do not merge
 * into two, the call runs the kernel for every index of the remaining axes.
 *
 * @module
 */
import type { Element } from "./element.js";
import type { Plan } from "./plan.js";

/** The operands of an epilogue: how many there are before the output, and their strides along the axes of the result. */
interface EpilogueOperands {
  readonly operands: { readonly count: number };
  readonly strides: readonly (readonly number[])[];
}

/** The roles of a result's axes. */
export interface Axes {
  row: number;
  column: number;
  /** The last of the merged axes of each loop over batches, or −1 if there is none. */
  inner: number;
  outer: number;
  /** The number of axes before these. */
  rest: number;
}

interface Strided {
  readonly strides: readonly number[];
}

/** Merges the batch axes along which all operands have one stride, and enters the strides of the product. */
export function setBatches(
  plan: Plan,
  { bytes }: Element,
  axes: Axes,
  a: Strided,
  b: Strided,
  output: Strided,
  work: EpilogueOperands | undefined,
  shape: readonly number[],
): void {
  axes.inner = -1;
  axes.outer = -1;
  axes.rest = 0;
  let inner = 1;
  let outer = 1;
  for (let axis = shape.length - 3; axis >= 0; axis--) {
    const size = shape[axis]!;
    if (size === 1) continue;
    const isFirst = axes.inner < 0;
    if (isFirst || (axes.outer < 0 && joins(axis, axes.inner, inner, a, b, output, work))) {
      if (isFirst) axes.inner = axis;
      inner *= size;
    } else if (axes.outer < 0 || joins(axis, axes.outer, outer, a, b, output, work)) {
      if (axes.outer < 0) axes.outer = axis;
      outer *= size;
    } else {
      axes.rest = axis + 1;
      break;
    }
  }
  plan.inner = inner;
  plan.batches = inner * outer;
  plan.aBatch = axes.inner < 0 ? 0 : a.strides[axes.inner]! * bytes;
  plan.bBatch = axes.inner < 0 ? 0 : b.strides[axes.inner]! * bytes;
  plan.cBatch = axes.inner < 0 ? 0 : output.strides[axes.inner]! * bytes;
  plan.aOuter = axes.outer < 0 ? 0 : a.strides[axes.outer]! * bytes;
  plan.bOuter = axes.outer < 0 ? 0 : b.strides[axes.outer]! * bytes;
  plan.cOuter = axes.outer < 0 ? 0 : output.strides[axes.outer]! * bytes;
}

/**
 * Whether the stride of every operand along an axis is `count` times its stride along `last`, so that the axes merge.
 */
function joins(
  axis: number,
  last: number,
  count: number,
  a: Strided,
  b: Strided,
  output: Strided,
  work: EpilogueOperands | undefined,
): boolean {
  if (a.strides[axis]! !== a.strides[last]! * count || b.strides[axis]! !== b.strides[last]! * count) return false;
  if (output.strides[axis]! !== output.strides[last]! * count) return false;
  if (work === undefined) return true;
  for (let operand = 0; operand <= work.operands.count; operand++) {
    const strides = work.strides[operand]!;
    if (strides[axis]! !== strides[last]! * count) return false;
  }
  return true;
}

/** Moves an index over the first `rest` axes to the next one. Returns false after the last one. */
export function nextIndex(index: number[], shape: readonly number[], rest: number): boolean {
  for (let axis = rest - 1; axis >= 0; axis--) {
    if (++index[axis]! < shape[axis]!) return true;
    index[axis] = 0;
  }
  return false;
}

/** The distance of an index from the first element, in elements. */
export function offsetOf(index: readonly number[], strides: readonly number[]): number {
  let offset = 0;
  for (let axis = 0; axis < index.length; axis++) offset += index[axis]! * strides[axis]!;
  return offset;
}
