/**
 * Replacing or combining slices at positions that a vector of indices holds.
 *
 * @module
 */
import {
  ArgumentError,
  checkOptions,
  describeValue,
  dtypes,
  equalShapes,
  formatShape,
  type OptionNames,
  ShapeError,
  type ScatterMode,
  scalar,
} from "@lucid/backend";
import { owned } from "../../memory/ownership.js";
import { callScatter } from "../../primitives/indexing.js";
import { callGenerate } from "../../primitives/map.js";
import type { Tensor } from "../../tensor/tensor.js";
import { assertSameType, assertTensor } from "../internal/checks.js";
import { dimOf } from "../internal/dims.js";
import { converted, expanded, viewed } from "../internal/views.js";
import { alongAxis, assertVector, withAxis } from "./index-along.js";
import { reduceInto, type Reduction, reductionOf } from "./scatter-reduce.js";

/** Writes slices into a copy of x, or into x itself. */
function written<T extends Tensor>(
  operation: string,
  mode: ScatterMode,
  x: T,
  axis: number,
  index: Tensor,
  source: (shape: readonly number[]) => Tensor,
  inPlace: boolean,
): T {
  return owned(() => {
    const base = withAxis(x);
    const indices = alongAxis(operation, index, axis, base.shape);
    const result = callScatter(mode, base, source(indices.shape), indices, axis, inPlace ? base : undefined, operation);
    return (inPlace ? x : x.ndim === 0 ? viewed(result, []) : result) as T;
  });
}

function indexFilled<T extends Tensor>(
  operation: string,
  x: T,
  dim: number,
  index: Tensor,
  value: Tensor | number | boolean,
  inPlace: boolean,
): T {
  assertTensor(operation, "the input", x);
  const axis = dimOf(operation, dim, x.ndim);
  assertVector(operation, index);
  if (typeof value === "object") {
    assertTensor(operation, "the value", value);
    if (value.ndim > 0) {
      throw new ShapeError(operation, `the value has the shape ${formatShape(value.shape)}`, [value.shape], {
        rule: "a value is a number or a tensor without dimensions",
        remedy: "write several with indexCopy",
      });
    }
  } else if (typeof value !== "number" && typeof value !== "boolean") {
    throw new ArgumentError(operation, `the value is ${describeValue(value)}`, {
      rule: "a value is a number, a boolean or a tensor without dimensions",
    });
  }
  const fill = (shape: readonly number[]): Tensor => {
    if (typeof value === "object") return expanded(operation, converted(operation, value, x.dtype), shape);
    const number = dtypes[x.dtype].convert(Number(value));
    return expanded(operation, callGenerate(operation, x.backend, [], scalar(0, x.dtype), [number]), shape);
  };
  return written(operation, "set", x, axis, index, fill, inPlace);
}

/**
 * Sets slices along a dimension to one value, in a copy of the tensor.
 *
 * @param index - a vector of int32 positions, which are not negative.
 * @param value - a number, a boolean or a tensor without dimensions; it is converted to the type of the tensor.
 * @throws IndexOutOfRangeError for an index < 0 or ≥ the size of the dimension; ShapeError or DTypeError for arguments
 * that do not fit.
 *
 * @example
 * ```ts
 * indexFill(zeros([3]), 0, tensor([0, 2], { dtype: "int32" }), 7); // → Tensor([7, 0, 7])
 * ```
 *
 * @see torch.index_fill
 */
export function indexFill(x: Tensor, dim: number, index: Tensor, value: Tensor | number | boolean): Tensor {
  return indexFilled("indexFill", x, dim, index, value, false);
}

/**
 * Sets slices along a dimension to one value. {@link indexFill} does the same in a copy.
 *
 * @throws what {@link indexFill} throws; the tensor is then unchanged.
 *
 * @example
 * ```ts
 * indexFill_(zeros([3]), 0, tensor([1], { dtype: "int32" }), 7); // → Tensor([0, 7, 0])
 * ```
 *
 * @see torch.Tensor.index_fill_
 */
export function indexFill_<T extends Tensor>(x: T, dim: number, index: Tensor, value: Tensor | number | boolean): T {
  return indexFilled("indexFill_", x, dim, index, value, true);
}

/** Checks the arguments and returns the dimension as 0 … rank − 1. */
function assertSlices(operation: string, x: Tensor, dim: number, index: Tensor, source: Tensor): number {
  assertTensor(operation, "the input", x);
  const axis = dimOf(operation, dim, x.ndim);
  assertVector(operation, index);
  assertTensor(operation, "the source", source);
  assertSameType(operation, x, source);
  const needed = withAxis(x).shape.map((size, i) => (i === axis ? index.numel() : size));
  if (equalShapes(withAxis(source).shape, needed)) return axis;
  throw new ShapeError(operation, `the source is ${formatShape(source.shape)}`, [x.shape, index.shape, source.shape], {
    rule: `the tensor ${formatShape(x.shape)} with ${index.numel()} indices along dim ${axis} needs ${formatShape(needed)}`,
  });
}

/**
 * Replaces slices along a dimension, in a copy of the tensor. If an index appears twice, the last slice stays.
 *
 * `result[…, index[i], …] = source[…, i, …]` along `dim`
 *
 * @param index - a vector of int32 positions, which are not negative.
 * @param source - a tensor of the type of `x`, with one slice for every index.
 * @throws IndexOutOfRangeError for an index < 0 or ≥ the size of the dimension; ShapeError or DTypeError for arguments
 * that do not fit.
 *
 * @example
 * ```ts
 * indexCopy(zeros([3]), 0, tensor([2, 0], { dtype: "int32" }), tensor([5, 6])); // → Tensor([6, 0, 5])
 * ```
 *
 * @see torch.index_copy
 */
export function indexCopy(x: Tensor, dim: number, index: Tensor, source: Tensor): Tensor {
  const axis = assertSlices("indexCopy", x, dim, index, source);
  return written("indexCopy", "set", x, axis, index, () => withAxis(source), false);
}

/**
 * Replaces slices along a dimension. {@link indexCopy} does the same in a copy.
 *
 * @throws what {@link indexCopy} throws; the tensor is then unchanged.
 *
 * @example
 * ```ts
 * indexCopy_(zeros([2]), 0, tensor([1], { dtype: "int32" }), tensor([5])); // → Tensor([0, 5])
 * ```
 *
 * @see torch.Tensor.index_copy_
 */
export function indexCopy_<T extends Tensor>(x: T, dim: number, index: Tensor, source: Tensor): T {
  const axis = assertSlices("indexCopy_", x, dim, index, source);
  return written("indexCopy_", "set", x, axis, index, () => withAxis(source), true);
}

/** Options of {@link indexReduce}. */
export interface IndexReduceOptions {
  /** Whether the elements that are there take part; default true. */
  readonly includeSelf?: boolean;
}

const indexReduceOptionNames: OptionNames<IndexReduceOptions> = { includeSelf: true };

/**
 * Combines slices with those at the positions that a vector of indices holds, in a copy of the tensor.
 *
 * @param index - a vector of int32 positions, which are not negative.
 * @param source - a tensor of the type of `x`, with one slice for every index.
 * @param reduce - how they are combined: "prod", "mean", "amax" or "amin".
 * @param options - `includeSelf` (default true): whether the elements that are there take part.
 * @throws IndexOutOfRangeError for an index < 0 or ≥ the size of the dimension; ShapeError or DTypeError for arguments
 * that do not fit; ArgumentError for a `reduce` that does not exist.
 *
 * @example
 * ```ts
 * const index = tensor([0, 0], { dtype: "int32" });
 * indexReduce(ones([2]), 0, index, tensor([5, 3]), "amax"); // → Tensor([5, 1])
 * indexReduce(ones([2]), 0, index, tensor([5, 3]), "mean", { includeSelf: false }); // → Tensor([4, 1])
 * ```
 *
 * @see torch.index_reduce
 */
export function indexReduce(
  x: Tensor,
  dim: number,
  index: Tensor,
  source: Tensor,
  reduce: Exclude<Reduction, "sum">,
  options?: IndexReduceOptions,
): Tensor {
  const axis = assertSlices("indexReduce", x, dim, index, source);
  const how = reductionOf("indexReduce", reduce, ["prod", "mean", "amax", "amin"]);
  checkOptions("indexReduce", options, indexReduceOptionNames);
  return owned(() => {
    const base = withAxis(x);
    const indices = alongAxis("indexReduce", index, axis, base.shape);
    const result = reduceInto("indexReduce", how, base, withAxis(source), indices, axis, options?.includeSelf ?? true);
    return x.ndim === 0 ? viewed(result, []) : result;
  });
}
