/**
 * Loops over rows, for the kernels of layer normalisation and of its gradient.
 *
 * @module
 */
import { mergeLoops } from "@lucid/backend/kit";
import { atLeastOneLoop } from "../expression/at-least-one-loop.js";

/** Loops over the rows of a tensor, and then along each row. */
export interface RowNest {
  /** How many of the loops run over rows. */
  readonly kept: number;
  readonly sizes: readonly number[];
  /** The strides by operand, then by loop. */
  readonly strides: readonly (readonly number[])[];
}

/**
 * Merges the loops over a tensor whose last `axes` axes are its rows.
 *
 * @param strides by operand, along every axis of the tensor.
 */
export function rowNest(shape: readonly number[], axes: number, strides: readonly (readonly number[])[]): RowNest {
  const first = shape.length - axes;
  const outer: number[] = [];
  const inner: number[] = [];
  for (let axis = 0; axis < shape.length; axis++) (axis < first ? outer : inner).push(axis);
  const kept = mergeLoops(outer, shape, strides);
  const along = atLeastOneLoop(mergeLoops(inner, shape, strides));
  return {
    kept: kept.shape.length,
    sizes: [...kept.shape, ...along.shape],
    strides: strides.map((_, operand) => [...kept.strides[operand]!, ...along.strides[operand]!]),
  };
}

/** Returns the strides of an operand that has only the axes of a row, so that it is the same for every row. */
export function acrossRows(rank: number, strides: readonly number[]): readonly number[] {
  return [...new Array<number>(rank - strides.length).fill(0), ...strides];
}

/** Returns the strides of an operand with one element for each row. The strides of its axes of size 1 are ignored. */
export function perRow(axes: number, strides: readonly number[]): readonly number[] {
  return strides.map((stride, axis) => (axis < strides.length - axes ? stride : 0));
}
