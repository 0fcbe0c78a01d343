/**
 * Matrix products in the terms of BLAS: where matrices are stored, which strides are supported, and which batches can
 * be computed as one larger product.
 *
 * @module
 */
import type { DeviceBuffer, View } from "@lucid/backend";

/** A stack of matrices in a buffer. Strides count elements. */
export interface Matrices<B extends DeviceBuffer = DeviceBuffer> {
  buffer: B;
  offset: number;
  row: number;
  column: number;
  /** Strides of the batch axes. */
  batch: readonly number[];
}

/** `c ← a·b` for every index of the batch axes, `[m, k] · [k, n] → [m, n]`. */
export interface Product<B extends DeviceBuffer = DeviceBuffer> {
  m: number;
  n: number;
  k: number;
  /** Sizes of the batch axes. */
  batch: readonly number[];
  readonly a: Matrices<B>;
  readonly b: Matrices<B>;
  readonly c: Matrices<B>;
}

const NONE: readonly number[] = [];

/** The product that a call of `matmul` asks for. */
export function productOf<B extends DeviceBuffer>(a: View<B>, b: View<B>, output: View<B>): Product<B> {
  const rank = output.shape.length;
  const product = {
    m: output.shape[rank - 2]!,
    n: output.shape[rank - 1]!,
    k: a.shape[rank - 1]!,
    batch: rank === 2 ? NONE : output.shape.slice(0, rank - 2),
    a: matricesOf(a),
    b: matricesOf(b),
    c: matricesOf(output),
  };
  while (product.batch.length > 0 && mergeLastAxis(product));
  return product;
}

function matricesOf<B extends DeviceBuffer>({ buffer, strides, offset }: View<B>): Matrices<B> {
  const rank = strides.length;
  const batch = rank === 2 ? NONE : strides.slice(0, rank - 2);
  return { buffer, offset, row: strides[rank - 2]!, column: strides[rank - 1]!, batch };
}

/**
 * Removes the last batch axis if it has size 1, or if its matrices can be seen as further rows of `a` or further
 * columns of `b`. Returns whether it was removed.
 */
function mergeLastAxis(product: Product): boolean {
  const { m, n, k, a, b, c } = product;
  const last = product.batch.length - 1;
  const size = product.batch[last]!;
  const [stepA, stepB, stepC] = [a.batch[last]!, b.batch[last]!, c.batch[last]!];
  if (size !== 1) {
    if (stepB === 0 && goesOn(m, a.row, stepA, c.row, stepC)) {
      const [rowA, rowC] = m === 1 ? [stepA, stepC] : [a.row, c.row];
      if (leadingOf(m * size, n, rowC, c.column) === 0) return false;
      if (leadingOf(m * size, k, rowA, a.column) === 0 && leadingOf(m, k, a.row, a.column) !== 0) return false;
      [a.row, c.row] = [rowA, rowC];
      product.m *= size;
    } else if (stepA === 0 && goesOn(n, b.column, stepB, c.column, stepC)) {
      const [columnB, columnC] = n === 1 ? [stepB, stepC] : [b.column, c.column];
      if (leadingOf(m, n * size, c.row, columnC) === 0) return false;
      if (leadingOf(k, n * size, b.row, columnB) === 0 && leadingOf(k, n, b.row, b.column) !== 0) return false;
      [b.column, c.column] = [columnB, columnC];
      product.n *= size;
    } else return false;
  }
  product.batch = product.batch.slice(0, last);
  for (const operand of [a, b, c]) operand.batch = operand.batch.slice(0, last);
  return true;
}

/**
 * Whether the lines of the next matrix follow those of this one with the same stride, in the operand and in the result.
 */
function goesOn(lines: number, operand: number, nextOperand: number, result: number, nextResult: number): boolean {
  return lines === 1 || (nextOperand === lines * operand && nextResult === lines * result);
}

/** The largest size or stride that BLAS takes. Most builds have 32-bit integers. */
export const LARGEST_SIZE: number = 2 ** 31 - 1;

/**
 * The leading dimension of a `rows × columns` matrix. It is the distance of its rows, or the negative distance of its
 * columns if it is stored by columns. It is 0 if BLAS does not support the strides: neither axis has stride 1, or lines
 * overlap or run backward.
 *
 * @example
 * ```ts
 * leadingOf(3, 4, 4, 1); // → 4
 * leadingOf(3, 4, 1, 3); // → -3
 * leadingOf(3, 4, 8, 2); // → 0
 * ```
 */
export function leadingOf(rows: number, columns: number, rowStride: number, columnStride: number): number {
  if (columnStride === 1 || columns === 1) {
    if (rows === 1) return columns;
    if (rowStride >= columns && rowStride <= LARGEST_SIZE) return rowStride;
  }
  if (rowStride === 1 || rows === 1) {
    if (columns === 1) return -rows;
    if (columnStride >= rows && columnStride <= LARGEST_SIZE) return -columnStride;
  }
  return 0;
}

/** Returns whether BLAS supports the stride of a vector. It supports negative strides, but not 0. */
export function canStep(length: number, stride: number): boolean {
  return length === 1 || (stride !== 0 && Math.abs(stride) <= LARGEST_SIZE);
}
