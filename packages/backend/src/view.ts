/**
 * Views: how a tensor's elements lie in a buffer. A view never copies; transposing, slicing, flipping and broadcasting
 * only change `shape`, `strides` and `offset`, and a backend sees nothing but the result.
 *
 * @module
 */
import type { DType } from "./dtype.js";

/**
 * Storage that a backend owns. The backend chooses its representation, and the framework only passes it around. A
 * buffer is never reinterpreted as another element type.
 */
export interface DeviceBuffer {
  readonly dtype: DType;
  /** Elements. */
  readonly length: number;
}

/**
 * Says where the elements of a tensor are: element `[i, j, …]` is at position `offset + i·strides[0] + j·strides[1] +
 * …` of `buffer`. Strides count elements; 0 repeats one element (broadcasting), a negative stride runs backwards.
 */
export interface View<B extends DeviceBuffer = DeviceBuffer> {
  readonly buffer: B;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
}

/** Returns the number of elements of a shape, which is 1 for rank 0. */
export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (let axis = 0; axis < shape.length; axis++) size *= shape[axis]!;
  return size;
}

/**
 * Returns the row-major strides of a shape.
 *
 * @example
 * ```ts
 * contiguousStrides([2, 3, 4]); // → [12, 4, 1]
 * ```
 */
export function contiguousStrides(shape: readonly number[]): readonly number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = step;
    step *= Math.max(shape[axis]!, 1);
  }
  return strides;
}

/**
 * Whether elements lie in row-major order without gaps. The offset does not matter, and neither do the strides of axes
 * of size 1 or of a view without elements.
 */
export function isContiguous(view: Pick<View, "shape" | "strides">): boolean {
  const { shape, strides } = view;
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis]!;
    if (size === 0) return true;
    if (size !== 1 && strides[axis] !== step) return sizeOf(shape) === 0;
    step *= size;
  }
  return true;
}

/** Whether two shapes are equal. */
export function equalShapes(a: readonly number[], b: readonly number[]): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let axis = 0; axis < a.length; axis++) if (a[axis] !== b[axis]) return false;
  return true;
}

/** Whether two views name the same elements in the same order. */
export function sameView(a: View, b: View): boolean {
  return (
    a === b ||
    (a.buffer === b.buffer &&
      a.offset === b.offset &&
      equalShapes(a.shape, b.shape) &&
      equalShapes(a.strides, b.strides))
  );
}

/** Returns the lowest and the highest position of a view's elements, or `undefined` if it has none. */
export function extentOf(
  view: Pick<View, "shape" | "strides" | "offset">,
): { readonly low: number; readonly high: number } | undefined {
  let low = view.offset;
  let high = view.offset;
  for (let axis = 0; axis < view.shape.length; axis++) {
    const size = view.shape[axis]!;
    if (size === 0) return undefined;
    const reach = (size - 1) * view.strides[axis]!;
    if (reach < 0) low += reach;
    else high += reach;
  }
  return { low, high };
}

/**
 * Whether two views may share an element. The answer may be true although they share none: views of the even and of the
 * odd columns count as overlapping.
 */
export function mayOverlap(a: View, b: View): boolean {
  if (a.buffer !== b.buffer) return false;
  const first = extentOf(a);
  const second = extentOf(b);
  return first !== undefined && second !== undefined && first.low <= second.high && second.low <= first.high;
}

/**
 * Whether two different indices of the view may name one element, as with a stride of 0 or with sliding windows. The
 * answer may be true although there are no such indices.
 */
export function overlapsItself(view: Pick<View, "shape" | "strides">): boolean {
  const axes = view.shape
    .map((size, axis) => ({ size, stride: Math.abs(view.strides[axis]!) }))
    .filter((axis) => axis.size > 1);
  axes.sort((a, b) => a.stride - b.stride);
  let reach = 0;
  for (const { size, stride } of axes) {
    if (stride <= reach) return sizeOf(view.shape) > 0;
    reach += stride * (size - 1);
  }
  return false;
}

/**
 * Returns the positions of all elements of a view, in row-major order. This is the simplest way for a backend to
 * support any strides.
 *
 * @example
 * ```ts
 * positionsOf({ shape: [2, 2], strides: [1, 2], offset: 3 }); // → Int32Array [3, 5, 4, 6]
 * ```
 */
export function positionsOf(view: Pick<View, "shape" | "strides" | "offset">): Int32Array {
  const { shape, strides } = view;
  const positions = new Int32Array(sizeOf(shape));
  if (positions.length === 0) return positions;
  positions[0] = view.offset;
  let filled = 1;
  // For each axis, innermost first, the positions found so far are repeated at every step along the axis.
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const block = filled;
    for (let step = 1; step < shape[axis]!; step++) {
      const shift = step * strides[axis]!;
      for (let i = 0; i < block; i++) positions[filled++] = positions[i]! + shift;
    }
  }
  return positions;
}
