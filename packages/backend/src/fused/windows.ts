/**
 * Windows over the last axes of a tensor.
 *
 * @module
 */
import { ArgumentError, formatShape, ShapeError } from "../errors.js";
import type { TensorType } from "./operation.js";

/** How windows lie in a space. Each list has one entry for each axis of the space. */
export type Windows = {
  /** The distance from one window to the next. */
  readonly stride: readonly number[];
  /** How many elements stand before the first and behind the last one: zeros for sums, −∞ for maxima. */
  readonly padding: readonly (readonly [before: number, after: number])[];
  /** The distance between the elements of a window. */
  readonly dilation: readonly number[];
};

/**
 * Returns how many windows fit along each axis of a space of this size.
 *
 * @throws ShapeError unless at least one fits.
 *
 * @example
 * ```ts
 * windowsOf("convolution", [7], [3], { stride: [2], padding: [[1, 1]], dilation: [1] }); // → [4]
 * ```
 */
export function windowsOf(
  operation: string,
  space: readonly number[],
  kernel: readonly number[],
  { stride, padding, dilation }: Windows,
): readonly number[] {
  const padded = space.map((size, axis) => size + padding[axis]![0] + padding[axis]![1]);
  const extents = kernel.map((size, axis) => dilation[axis]! * (size - 1) + 1);
  if (extents.some((extent, axis) => extent > padded[axis]!)) {
    throw new ShapeError(operation, `a window of ${formatShape(extents)} in ${formatShape(padded)}`, [space, kernel], {
      rule: "with its dilation, a window is no larger than the input with its padding",
    });
  }
  return padded.map((size, axis) => Math.floor((size - extents[axis]!) / stride[axis]!) + 1);
}

/** @throws ShapeError or ArgumentError unless every list has one entry for each axis of the input's space. */
export function assertWindows(
  operation: string,
  x: TensorType,
  { stride, padding, dilation }: Windows,
  kernel: readonly number[],
): void {
  const axes = x.shape.length - 2;
  if (axes < 1) throw rankError(operation, x);
  const lists = { kernel, stride, padding, dilation };
  for (const [name, list] of Object.entries(lists)) {
    if (list.length === axes) continue;
    throw new ArgumentError(operation, `${name} has ${list.length} entries for ${axes} axes`, {
      rule: "there is one entry for each axis of the input's space",
    });
  }
  const atLeast = (list: readonly number[], least: number): boolean =>
    list.every((value) => Number.isInteger(value) && value >= least);
  if (atLeast(kernel, 1) && atLeast(stride, 1) && atLeast(dilation, 1) && padding.every((pair) => atLeast(pair, 0))) {
    return;
  }
  throw new ArgumentError(operation, `kernel, stride, dilation and padding are ${JSON.stringify(lists)}`, {
    rule: "they are integers, the padding 0 or above, the others 1 or above",
  });
}

/** The error for a tensor that has too few axes. */
export const rankError = (operation: string, { shape }: TensorType): ShapeError =>
  new ShapeError(operation, `a tensor has the shape ${formatShape(shape)}`, [shape], {
    rule: "it has two axes and those of the space",
  });
