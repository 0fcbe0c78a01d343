/**
 * The types of the indices that `at` takes, and `slice`.
 *
 * @module
 */
import type { Tensor } from "../../tensor/tensor.js";

/** A range of positions along an axis. What is undefined extends to the end of the axis. */
export interface Slice {
  readonly start: number | undefined;
  readonly stop: number | undefined;
  readonly step: number;
}

/** Positions in nested lists, or the booleans of a mask. */
export type IndexList = readonly (number | boolean | IndexList)[];

/**
 * An index of `at`: a position, a {@link slice}, `"..."` for all axes that are not named, null for a new axis of size
 * 1, a tensor or list of int32 positions, or a bool mask.
 */
export type Index = number | Slice | "..." | null | Tensor | IndexList;

/**
 * Makes a range of positions for `at`: from `start` to before `stop` in steps of `step`.
 *
 * Negative numbers count from the end. What is undefined or null extends to the end of the axis, and positions outside
 * of the axis are left out. A negative step goes backwards.
 *
 * @param start - the first position.
 * @param stop - the position before which the range ends.
 * @param step - the distance between positions; default 1.
 *
 * @example
 * ```ts
 * tensor([0, 1, 2, 3]).at(slice(1, -1)); // → Tensor([1, 2])
 * tensor([0, 1, 2, 3]).at(slice(null, null, -2)); // → Tensor([3, 1])
 * ```
 */
export function slice(start?: number | null, stop?: number | null, step?: number | null): Slice {
  return { start: start ?? undefined, stop: stop ?? undefined, step: step ?? 1 };
}
