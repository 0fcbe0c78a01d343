/**
 * Elements by their rank: the median, the k-th smallest, the most frequent.
 *
 * @module
 */
import {
  ArgumentError,
  cast,
  constant,
  type DType,
  type Expr,
  formatShape,
  index,
  input,
  type OptionNames,
  op,
  scalar,
} from "@lucid/backend";
import { owned } from "../../memory/ownership.js";
import { callGather } from "../../primitives/indexing.js";
import { callMap } from "../../primitives/map.js";
import { callScan, callSort } from "../../primitives/ordering.js";
import { callReduce } from "../../primitives/reduce.js";
import { callConcatenate } from "../../primitives/writing.js";
import type { Tensor } from "../../tensor/tensor.js";
import { assertFlag, readArguments } from "../internal/arguments.js";
import { assertCount, assertTensor } from "../internal/checks.js";
import { dimOf } from "../internal/dims.js";
import { type SingleReductionOptions, singleReductionArguments } from "../internal/reduce-steps.js";
import { perType, reshaped, sliced, viewed } from "../internal/views.js";
import type { ValuesAndIndices } from "../reduce/extremes.js";

/** 1 for a number, 0 for NaN. */
const isNumber = /* @__PURE__ */ perType((dtype) => {
  const x = input(0, dtype);
  return cast(op("eq", x, x), "int32");
});

/** Counts the elements that are not NaN along an axis, which stays. */
function countNumbers(operation: string, x: Tensor, axis: number): Tensor {
  const value = isNumber(x.dtype);
  return callReduce([x], { op: "sum", value, finish: undefined, axes: [axis], keepdim: true, name: operation });
}

/** Gathers the elements at int32 positions along an axis, and removes the axis unless it stays. */
function pickedAt(x: Tensor, indices: Tensor, axis: number, keepdim: boolean, rank: number): ValuesAndIndices {
  const values = callGather(x, indices, axis);
  if (keepdim && rank > 0) return { values, indices };
  const shape = x.shape.filter((_, i) => i !== axis);
  return { values: viewed(values, shape), indices: viewed(indices, shape) };
}

function assertElements(operation: string, x: Tensor, axis: number): void {
  if (x.ndim === 0 || x.shape[axis]! > 0) return;
  throw new ArgumentError(operation, `nothing to choose from: dim ${axis} of ${formatShape(x.shape)}`, {
    rule: "the dimension has at least one element",
  });
}

type RankOfMedian = "median" | "nanmedian";

/** The int32 rank of the median: the lower middle; with a NaN, the first NaN, which comes after all numbers. */
const middle = /* @__PURE__ */ op(
  "where",
  op("eq", input(0, "int32"), scalar(0, "int32")),
  op("div", op("sub", input(0, "int32"), constant(1, "int32")), constant(2, "int32")),
  input(0, "int32"),
);
/** The rank of the median of the numbers alone; 0 if there are none. */
const middleOfNumbers = /* @__PURE__ */ op(
  "max",
  op("div", op("sub", input(0, "int32"), constant(1, "int32")), constant(2, "int32")),
  constant(0, "int32"),
);

function medianAlong(operation: RankOfMedian, x: Tensor, axis: number, keepdim: boolean): ValuesAndIndices {
  assertElements(operation, x, axis);
  return owned(() => {
    const source = x.ndim === 0 ? viewed(x, [1]) : x;
    const plain = source.detach();
    const size = source.shape[axis]!;
    const [, order] = callSort(plain, axis);
    const count = countNumbers(operation, plain, axis);
    const rank =
      operation === "median"
        ? callMap(operation, [count], [middle], [size])[0]!
        : callMap(operation, [count], [middleOfNumbers])[0]!;
    return pickedAt(source, callGather(order, rank, axis), axis, keepdim, x.ndim);
  });
}

/** How {@link median} and {@link nanmedian} are called. */
export interface MedianFunction {
  (x: Tensor): Tensor;
  (
    x: Tensor,
    ...args:
      | readonly [dim: number, keepdim?: boolean | undefined]
      | readonly [dim: number, options: Omit<SingleReductionOptions, "dim">]
      | readonly [options: SingleReductionOptions & { readonly dim: number }]
  ): ValuesAndIndices;
}

function medianFunction(operation: RankOfMedian): MedianFunction {
  const choose = (x: Tensor, ...args: readonly unknown[]): Tensor | ValuesAndIndices => {
    const { dim, keepdim } = singleReductionArguments(operation, x, args);
    if (dim !== undefined) return medianAlong(operation, x, dim, keepdim);
    return owned(() => medianAlong(operation, reshaped(operation, x, [x.numel()]), 0, false).values);
  };
  return choose as MedianFunction;
}

/**
 * Finds the median of all elements, or the medians along a dimension together with their positions.
 *
 * Of an even number of elements it is the lower one of the two in the middle. With a NaN, the median is NaN.
 *
 * @param dim - the dimension; default: the median of all elements is found.
 * @param keepdim - whether the reduced dimension stays, with size 1; default false.
 * @throws ArgumentError if there are no elements, or `dim` is not an integer; IndexOutOfRangeError if x has no such
 * dimension.
 *
 * @example
 * ```ts
 * median(tensor([3, 1, 4, 1])); // → Tensor(1)
 * median(tensor([[3, 1, 2]]), 1); // → { values: Tensor([2]), indices: Tensor([2], dtype=int32) }
 * ```
 *
 * @see torch.median
 */
export const median: MedianFunction = /* @__PURE__ */ medianFunction("median");

/**
 * Finds the median of all elements that are not NaN, or the medians along a dimension together with their positions.
 *
 * Of an even number of elements it is the lower one of the two in the middle. Of NaNs alone it is NaN.
 *
 * @param dim - the dimension; default: the median of all elements is found.
 * @param keepdim - whether the reduced dimension stays, with size 1; default false.
 * @throws ArgumentError if there are no elements, or `dim` is not an integer; IndexOutOfRangeError if x has no such
 * dimension.
 *
 * @example
 * ```ts
 * nanmedian(tensor([3, NaN, 4])); // → Tensor(3)
 * ```
 *
 * @see torch.nanmedian
 */
export const nanmedian: MedianFunction = /* @__PURE__ */ medianFunction("nanmedian");

/** Options of {@link kthvalue} and {@link mode}. */
export interface RankOptions {
  /** The dimension; default −1, the last one. */
  readonly dim?: number;
  /** Whether the reduced dimension stays, with size 1; default false. */
  readonly keepdim?: boolean;
}

const rankOptionNames: OptionNames<RankOptions> = { dim: true, keepdim: true };

type RankArguments =
  | readonly [dim?: number | undefined, keepdim?: boolean | undefined]
  | readonly [dim: number, options: Omit<RankOptions, "dim">]
  | readonly [options: RankOptions];

function rankArguments(
  operation: string,
  x: Tensor,
  args: readonly unknown[],
): { readonly axis: number; readonly keepdim: boolean } {
  assertTensor(operation, "the input", x);
  const options = readArguments<RankOptions>(operation, args, ["dim", "keepdim"], rankOptionNames);
  assertFlag(operation, "keepdim", options.keepdim);
  const axis = dimOf(operation, options.dim ?? -1, x.ndim);
  assertElements(operation, x, axis);
  return { axis, keepdim: options.keepdim ?? false };
}

/**
 * Finds the k-th smallest elements along a dimension, and where they are. NaN counts as larger than every number.
 *
 * @param k - 1 for the smallest element.
 * @param dim - the dimension; default −1, the last one.
 * @param keepdim - whether the reduced dimension stays, with size 1; default false.
 * @throws ArgumentError unless `k` is an integer from 1 to the size of the dimension; IndexOutOfRangeError if x has no
 * such dimension.
 *
 * @example
 * ```ts
 * kthvalue(tensor([3, 1, 2]), 2); // → { values: Tensor(2), indices: Tensor(2, dtype=int32) }
 * ```
 *
 * @see torch.kthvalue
 */
export function kthvalue(x: Tensor, k: number, ...args: RankArguments): ValuesAndIndices {
  const { axis, keepdim } = rankArguments("kthvalue", x, args);
  assertCount("kthvalue", "k", k, 1);
  const size = x.shape[axis] ?? 1;
  if (k > size) throw new ArgumentError("kthvalue", `k is ${k}`, { rule: `the dimension has ${size} elements` });
  return owned(() => {
    const source = x.ndim === 0 ? viewed(x, [1]) : x;
    const [, order] = callSort(source.detach(), axis);
    return pickedAt(source, sliced(order, axis, k - 1, 1), axis, keepdim, x.ndim);
  });
}

/** The position where the run of equal elements begins, or 0 within a run. */
function beginningOf(dtype: DType, axis: number): Expr {
  const same = op("eq", input(0, dtype), input(1, dtype));
  return op("where", same, constant(0, "int32"), index(axis));
}

/**
 * Finds the most frequent elements along a dimension, and where the last of them is. Of several, the smallest counts.
 *
 * @param dim - the dimension; default −1, the last one.
 * @param keepdim - whether the reduced dimension stays, with size 1; default false.
 * @throws ArgumentError or IndexOutOfRangeError if `dim` names no dimension of x, or the dimension has no elements.
 *
 * @example
 * ```ts
 * mode(tensor([2, 1, 2, 3])); // → { values: Tensor(2), indices: Tensor(2, dtype=int32) }
 * ```
 *
 * @see torch.mode
 */
export function mode(x: Tensor, ...args: RankArguments): ValuesAndIndices {
  const { axis, keepdim } = rankArguments("mode", x, args);
  return owned(() => {
    const source = x.ndim === 0 ? viewed(x, [1]) : x;
    const size = source.shape[axis]!;
    const [sorted, order] = callSort(source.detach(), axis);
    const earlier = callConcatenate([sliced(sorted, axis, 0, 1), sliced(sorted, axis, 0, size - 1)], axis);
    const beginnings = callMap("mode", [sorted, earlier], [beginningOf(x.dtype, axis)])[0]!;
    const lengths = callMap("mode", [callScan("max", beginnings, axis)], [op("sub", index(axis), input(0, "int32"))]);
    const value = input(0, "int32");
    const attributes = { op: "argmax", value, finish: undefined, axes: [axis], keepdim: true, name: "mode" } as const;
    const end = callReduce([lengths[0]!], attributes);
    return pickedAt(source, callGather(order, end, axis), axis, keepdim, x.ndim);
  });
}

/**
 * Sorts the elements along the first dimension. Equal elements keep their order, and NaN comes last.
 *
 * @example
 * ```ts
 * msort(tensor([3, 1, 2])); // → Tensor([1, 2, 3])
 * ```
 *
 * @see torch.msort
 */
export function msort(x: Tensor): Tensor {
  assertTensor("msort", "the input", x);
  return owned(() => (x.ndim === 0 ? viewed(callSort(viewed(x, [1]), 0)[0], []) : callSort(x, 0)[0]));
}
