/**
 * Sorting along a dimension. NaN counts as larger than every number.
 *
 * @module
 */
import { ArgumentError, formatShape, input, type OptionNames, op, scalar } from "@lucid/backend";
import { owned } from "../../memory/ownership.js";
import { callMap } from "../../primitives/map.js";
import { callSort } from "../../primitives/ordering.js";
import type { Tensor } from "../../tensor/tensor.js";
import { assertFlag, readArguments } from "../internal/arguments.js";
import { assertCount, assertTensor } from "../internal/checks.js";
import { dimOf } from "../internal/dims.js";
import { copied, sliced, viewed } from "../internal/views.js";
import type { ValuesAndIndices } from "../reduce/extremes.js";
import { flip } from "../shape/selecting.js";

/** Options of {@link sort} and {@link argsort}. */
export interface SortOptions {
  /** The dimension along which to sort; default −1, the last one. */
  readonly dim?: number;
  /** Whether the largest elements come first; default false. */
  readonly descending?: boolean;
  /** Whether equal elements must keep their order; they do so in any case. */
  readonly stable?: boolean;
}

const SORT_OPTIONS: OptionNames<SortOptions> = { dim: true, descending: true, stable: true };

/** Options of {@link topk}. */
export interface TopkOptions {
  /** The dimension along which to choose; default −1, the last one. */
  readonly dim?: number;
  /** Whether the largest elements are chosen, or else the smallest; default true. */
  readonly largest?: boolean;
  /** Whether the chosen elements must come in order; they do so in any case. */
  readonly sorted?: boolean;
}

const TOPK_OPTIONS: OptionNames<TopkOptions> = { dim: true, largest: true, sorted: true };

/**
 * Returns the sorted elements as views. For the descending order, the flipped elements are sorted in ascending order
 * and flipped back, so that equal elements keep their order.
 */
function inOrder(x: Tensor, axis: number, descending: boolean): ValuesAndIndices {
  if (!descending) {
    const [values, indices] = callSort(x, axis);
    return { values, indices };
  }
  const [values, indices] = callSort(flip(x, axis), axis);
  const last = x.shape[axis]! - 1;
  const mirrored = callMap("sort", [indices], [op("sub", scalar(0, "int32"), input(0, "int32"))], [last])[0]!;
  return { values: flip(values, axis), indices: flip(mirrored, axis) };
}

/** Copies the first `count` of the sorted elements into new memory, or all of them without `count`. */
function ordered(operation: string, x: Tensor, axis: number, descending: boolean, count?: number): ValuesAndIndices {
  return owned(() => {
    const source = x.ndim === 0 ? viewed(x, [1]) : x;
    let { values, indices } = inOrder(source, axis, descending);
    if (count !== undefined) {
      values = sliced(values, axis, 0, count);
      indices = sliced(indices, axis, 0, count);
    }
    if (count !== undefined || descending) {
      values = copied(operation, values);
      indices = copied(operation, indices);
    }
    return x.ndim === 0 ? { values: viewed(values, []), indices: viewed(indices, []) } : { values, indices };
  });
}

function sortedBy(operation: "sort" | "argsort", x: Tensor, args: readonly unknown[]): ValuesAndIndices {
  assertTensor(operation, "the input", x);
  const options = readArguments<SortOptions>(operation, args, ["dim", "descending"], SORT_OPTIONS);
  assertFlag(operation, "descending", options.descending);
  assertFlag(operation, "stable", options.stable);
  return ordered(operation, x, dimOf(operation, options.dim ?? -1, x.ndim), options.descending ?? false);
}

/**
 * Sorts the elements along a dimension and tells where each of them was.
 *
 * Equal elements keep their order.
 *
 * @param dim - the dimension along which to sort; default −1, the last one.
 * @param descending - whether the largest elements come first; default false.
 * @param options - `dim`, `descending`, and `stable`, which changes nothing: equal elements keep their order in any
 * case.
 * @throws ArgumentError or IndexOutOfRangeError if `dim` names no dimension of x.
 *
 * @example
 * ```ts
 * sort(tensor([3, 1, 2])); // → { values: Tensor([1, 2, 3]), indices: Tensor([1, 2, 0], dtype=int32) }
 * sort(tensor([3, 1, 2]), { descending: true }).values; // → Tensor([3, 2, 1])
 * ```
 *
 * @see torch.sort
 */
export function sort(
  x: Tensor,
  ...args:
    | readonly [dim?: number | undefined, descending?: boolean | undefined]
    | readonly [dim: number, options: Omit<SortOptions, "dim">]
    | readonly [options: SortOptions]
): ValuesAndIndices {
  return sortedBy("sort", x, args);
}

/**
 * Tells where the elements are that sorting would put first, second, and so on, along a dimension.
 *
 * The result is int32. Equal elements keep their order.
 *
 * @param dim - the dimension along which to sort; default −1, the last one.
 * @param descending - whether the largest elements come first; default false.
 * @param options - `dim`, `descending`, and `stable`, which changes nothing: equal elements keep their order in any
 * case.
 * @throws ArgumentError or IndexOutOfRangeError if `dim` names no dimension of x.
 *
 * @example
 * ```ts
 * argsort(tensor([3, 1, 2])); // → Tensor([1, 2, 0], dtype=int32)
 * ```
 *
 * @see torch.argsort
 */
export function argsort(
  x: Tensor,
  ...args:
    | readonly [dim?: number | undefined, descending?: boolean | undefined]
    | readonly [dim: number, options: Omit<SortOptions, "dim">]
    | readonly [options: SortOptions]
): Tensor {
  return owned(() => sortedBy("argsort", x, args).indices);
}

/**
 * Chooses the `k` largest (or smallest) elements along a dimension, in order, and tells where they are.
 *
 * @param k - how many elements to choose.
 * @param dim - the dimension along which to choose; default −1, the last one.
 * @param options - `dim`; `largest` (default true): whether the largest elements are chosen, or else the smallest; and
 * `sorted`, which changes nothing: the chosen elements come in order in any case.
 * @throws ArgumentError if `k` is no integer from 0 to the size of the dimension, or `dim` is no integer;
 * IndexOutOfRangeError if x has no such dimension.
 *
 * @example
 * ```ts
 * topk(tensor([3, 1, 4, 1, 5]), 2); // → { values: Tensor([5, 4]), indices: Tensor([4, 2], dtype=int32) }
 * topk(tensor([3, 1, 4, 1, 5]), 2, { largest: false }).values; // → Tensor([1, 1])
 * ```
 *
 * @see torch.topk
 */
export function topk(
  x: Tensor,
  k: number,
  ...args:
    | readonly [dim?: number | undefined, options?: Omit<TopkOptions, "dim"> | undefined]
    | readonly [options: TopkOptions]
): ValuesAndIndices {
  assertTensor("topk", "the input", x);
  assertCount("topk", "k", k);
  const options = readArguments<TopkOptions>("topk", args, ["dim"], TOPK_OPTIONS);
  assertFlag("topk", "largest", options.largest);
  assertFlag("topk", "sorted", options.sorted);
  const axis = dimOf("topk", options.dim ?? -1, x.ndim);
  const size = x.ndim === 0 ? 1 : x.shape[axis]!;
  if (k > size) {
    throw new ArgumentError("topk", `k is ${k} along dim ${axis} of ${formatShape(x.shape)}`, {
      rule: `k must not exceed the size of the dimension (${size})`,
    });
  }
  // For a tensor without dimensions, the result holds its element even for k = 0, as in PyTorch.
  return ordered("topk", x, axis, options.largest ?? true, x.ndim === 0 ? 1 : k);
}
