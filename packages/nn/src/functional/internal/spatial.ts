/**
 * Numbers for each axis of a space: the sizes, distances and paddings of windows.
 *
 * @module
 */
import { ArgumentError, describeValue, formatShape, ShapeError } from "@lucid/backend";
import type { Tensor } from "@lucid/tensor/functions";

/** One number for every axis of the space, or a list with one for each. */
export type Sizes = number | readonly number[];

/** How axes of a space are called in errors. */
const SPACES: readonly string[] = ["", "length", "height, width", "depth, height, width"];

/**
 * Returns one integer for each axis.
 *
 * @throws ArgumentError unless they are integers of the least value at least.
 */
export function sizesOf(
  operation: string,
  name: string,
  value: unknown,
  axes: number,
  least: number,
): readonly number[] {
  const list: unknown = typeof value === "number" ? [value] : value;
  const isRight = (size: unknown): boolean => Number.isInteger(size) && (size as number) >= least;
  if (Array.isArray(list) && [1, axes].includes(list.length) && [...list].every(isRight)) {
    return Array.from({ length: axes }, (_, axis) => list[list.length === 1 ? 0 : axis] as number);
  }
  const lists = axes === 1 ? "or a list of one" : `or a list of ${axes}`;
  throw new ArgumentError(operation, `${name} is ${describeValue(value)}`, {
    rule: `${name} is an integer, ${least} or above, ${lists}`,
  });
}

/**
 * Returns whether the input has no batch.
 *
 * @throws ShapeError unless it has the axes of the space, channels, and at most one axis more.
 */
export function isUnbatched(operation: string, { shape }: Tensor, axes: number): boolean {
  if (shape.length === axes + 1 || shape.length === axes + 2) return shape.length === axes + 1;
  throw new ShapeError(operation, `the input is ${formatShape(shape)}`, [shape], {
    rule: `it is (batch, channels, ${SPACES[axes]}), also without the batch`,
  });
}
