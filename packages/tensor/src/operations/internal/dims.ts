/**
 * Dimensions as arguments: one dimension or a list of them, each counted from the first (0, 1, …) or from the last
 * (−1, −2, …).
 *
 * @module
 */
import { ArgumentError, IndexOutOfRangeError } from "@lucid/backend";
import { assertInteger } from "./checks.js";

/** One dimension, or a list of them. Negative ones count from the last dimension. */
export type Dims = number | readonly number[];

/**
 * Returns a dimension as 0 … rank − 1. A tensor without dimensions accepts 0 and −1, as in PyTorch.
 *
 * @throws ArgumentError if `dim` is not an integer; IndexOutOfRangeError if the tensor has no such dimension.
 * @internal
 */
export function dimOf(operation: string, dim: unknown, rank: number): number {
  assertInteger(operation, "dim", dim);
  const count = rank === 0 ? 1 : rank;
  if (dim < -count || dim >= count) {
    throw new IndexOutOfRangeError(operation, dim, rank, {
      what: "dim",
      rule: `a tensor with ${rank} ${rank === 1 ? "dimension" : "dimensions"} has the dims ${-count} to ${count - 1}`,
    });
  }
  return dim < 0 ? dim + count : dim;
}

/** The lists `[0, 1, … rank − 1]`, by rank. */
const remembered: (readonly number[])[] = [];

/** Lists all dimensions of a tensor. @internal */
export function everyDim(rank: number): readonly number[] {
  return (remembered[rank] ??= Array.from({ length: rank }, (_, dim) => dim));
}

/**
 * Returns the dimensions to reduce, in ascending order. No argument, null and the empty list stand for all of them, as
 * in PyTorch.
 *
 * @throws ArgumentError if an entry is not an integer or appears twice; IndexOutOfRangeError if the tensor has no such
 * dimension.
 * @internal
 */
export function dimsOf(operation: string, dims: Dims | null | undefined, rank: number): readonly number[] {
  if (dims === undefined || dims === null) return everyDim(rank);
  if (!Array.isArray(dims)) {
    const dim = dimOf(operation, dims, rank);
    return rank === 0 ? [] : [dim];
  }
  if (dims.length === 0) return everyDim(rank);
  const list = distinctDims(operation, dims, rank);
  return rank === 0 ? [] : [...list].sort((a, b) => a - b);
}

/**
 * Returns a list of different dimensions as 0 … rank − 1, in the order given.
 *
 * @throws ArgumentError if it is not a list of integers or one appears twice; IndexOutOfRangeError if the tensor has no
 * such dimension.
 * @internal
 */
export function distinctDims(operation: string, dims: readonly number[], rank: number): readonly number[] {
  if (!Array.isArray(dims)) assertInteger(operation, "dim", dims as unknown);
  // Array.from visits the holes of an array; map does not.
  const list = Array.from(dims, (dim: unknown) => dimOf(operation, dim, rank));
  for (let i = 1; i < list.length; i++) {
    if (list.indexOf(list[i]!) < i) {
      throw new ArgumentError(operation, `dim ${dims[i]} appears twice: [${dims.join(", ")}]`, {
        rule: "a dimension may appear once",
      });
    }
  }
  return list;
}
