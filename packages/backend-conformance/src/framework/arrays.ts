/**
 * References over plain arrays, in float64 and with simple loops.
 *
 * @module
 */
import { contiguousStrides, sizeOf } from "@lucid/backend";

/** Elements in row-major order. */
export type Numbers = readonly number[];

/** Makes the array of this shape whose element at `position` is `element(position)`. */
export function generate(shape: Numbers, element: (position: Numbers) => number): number[] {
  const strides = contiguousStrides(shape);
  return Array.from({ length: sizeOf(shape) }, (_, i) =>
    element(shape.map((size, axis) => Math.floor(i / strides[axis]!) % size)),
  );
}

/** Reads elements by position. Axes of size 1 and missing leading axes are broadcast. */
export function reader(values: Numbers, shape: Numbers): (...position: Numbers) => number {
  const strides = contiguousStrides(shape);
  return (...position) => {
    const skipped = position.length - shape.length;
    return values[
      shape.reduce((at, size, axis) => at + (size === 1 ? 0 : position[axis + skipped]! * strides[axis]!), 0)
    ]!;
  };
}

/**
 * Makes the k-th list of numbers for a case. They are between −2 and 2, have three digits, are not 0, all differ, and
 * are in mixed order.
 */
export function sample(size: number, k = 0): number[] {
  return Array.from({ length: size }, (_, i) => {
    const value = (((i + 1) * 617 + k * 331) % 1999) / 1000 - 1;
    return value === 0 ? 0.1235 : 2 * value;
  });
}

/** Computes the product of two matrices: `(m, k) · (k, n)`. */
export function product(a: Numbers, b: Numbers, [m, k, n]: readonly [number, number, number]): number[] {
  return generate([m, n], ([i, j]) => {
    let total = 0;
    for (let l = 0; l < k; l++) total += a[i! * k + l]! * b[l * n + j!]!;
    return total;
  });
}

/** Computes the softmax of every row of a matrix whose rows have `width` elements. */
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
