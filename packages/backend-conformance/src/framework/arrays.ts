/**
 * References over plain arrays, in float64 and obvious loops.
 *
 * @module
 */
import { contiguousStrides, sizeOf } from "@lucid/backend";

/** Elements in row-major order. */
export type Numbers = readonly number[];

/** The array of this shape whose element at `position` is `element(position)`. */
export function generate(shape: Numbers, element: (position: Numbers) => number): number[] {
  const strides = contiguousStrides(shape);
  return Array.from({ length: sizeOf(shape) }, (_, i) =>
    element(shape.map((size, axis) => Math.floor(i / strides[axis]!) % size)),
  );
}

/** Reads elements by position; sizes of 1 broadcast, and missing leading axes too. */
export function reader(values: Numbers, shape: Numbers): (...position: Numbers) => number {
  const strides = contiguousStrides(shape);
  return (...position) => {
    const skipped = position.length - shape.length;
    return values[
      shape.reduce((at, size, axis) => at + (size === 1 ? 0 : position[axis + skipped]! * strides[axis]!), 0)
    ]!;
  };
}

/** Numbers in ±2 without 0, repetition or order, with three digits: the k-th list of a case. */
export function sample(size: number, k = 0): number[] {
  return Array.from({ length: size }, (_, i) => {
    const value = (((i + 1) * 617 + k * 331) % 1999) / 1000 - 1;
    return value === 0 ? 0.1235 : 2 * value;
  });
}

/** The product of two matrices: `(m, k) · (k, n)`. */
export function product(a: Numbers, b: Numbers, [m, k, n]: readonly [number, number, number]): number[] {
  return generate([m, n], ([i, j]) => {
    let total = 0;
    for (let l = 0; l < k; l++) total += a[i! * k + l]! * b[l * n + j!]!;
    return total;
  });
}

/** The softmax of every row of a matrix with rows of `width`. */
export function rowSoftmax(x: Numbers, width: number): number[] {
  const result: number[] = [];
  for (let row = 0; row < x.length; row += width) {
    const line = x.slice(row, row + width);
    const largest = Math.max(...line);
    const exps = line.map((v) => Math.exp(v - largest));
    const total = exps.reduce((sum, v) => sum + v, 0);
    result.push(...exps.map((v) => v / total));
  }
  return result;
}
