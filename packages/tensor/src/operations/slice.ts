/**
 * What `at` takes as index.
 *
 * @module
 */
import type { Tensor } from "../tensor/tensor.js";

/** A range of positions along an axis; undefined is as far as it goes. */
export interface Slice {
  readonly start: number | undefined;
  readonly stop: number | undefined;
  readonly step: number;
}

/** Positions in nested lists, or bools of a mask. */
export type IndexList = readonly (number | boolean | IndexList)[];

/**
 * What stands for one axis in `at`, or for several: a position, a {@link slice}, `"…"` as three dots for all axes that are
 * not named, null for a new axis of size 1, int32 positions, or a bool mask.
 */
export type Index = number | Slice | "..." | null | Tensor | IndexList;

/**
 * The positions from `start` to before `stop` in steps of `step`, for `at`. Negative numbers count from the end; what is
 * undefined or null is as far as it goes; what lies outside of the axis is left out. A negative step runs backwards.
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
