/**
 * Matrices in typed arrays, with any strides.
 *
 * @module
 */
import type { TypedArray } from "@lucid/backend";
import type { CpuView } from "../buffer.js";

/** A matrix in a typed array. */
export interface Matrix {
  readonly values: TypedArray;
  /** The position of its first element. It changes from batch to batch. */
  start: number;
  readonly rowStride: number;
  readonly columnStride: number;
}

/** `c = a · b`: (m, k) · (k, n) → (m, n). */
export interface Product {
  readonly a: Matrix;
  readonly b: Matrix;
  readonly c: Matrix;
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

/** The first matrix of a view's batches. */
export function matrixOf({ buffer, shape, strides, offset }: CpuView): Matrix {
  const rank = shape.length;
  return { values: buffer.values, start: offset, rowStride: strides[rank - 2]!, columnStride: strides[rank - 1]! };
}

/** Stores `count` results from position `from` on as a part of a row of `c`. */
export function store(
  results: Float64Array,
  from: number,
  count: number,
  c: Matrix,
  row: number,
  column: number,
): void {
  const { values, columnStride } = c;
  let to = c.start + row * c.rowStride + column * columnStride;
  for (let i = 0; i < count; i++) {
    values[to] = results[from + i]!;
    to += columnStride;
  }
}
