/**
 * Changing the shape of a tensor. Results are views of the input wherever that is possible: writing into one writes
 * into the other.
 *
 * @module
 */
import { ArgumentError, formatShape, type OptionNames, sizeOf } from "@lucid/backend";
import type { Tensor } from "../../tensor/tensor.js";
import { readArguments } from "../internal/arguments.js";
import { assertRank, assertTensor } from "../internal/checks.js";
import { type Dims, dimOf, distinctDims, everyDim } from "../internal/dims.js";
import { type Integers, assertIntegers, integersOf } from "../internal/shapes.js";
import { completeShape, reshaped, viewed } from "../internal/views.js";

/**
 * Gives the elements another shape, in row-major order. The result is a view where the layout allows it, otherwise a
 * copy.
 *
 * @param shape - a list of sizes, or the sizes one by one. One of them may be −1: it is computed from the others.
 * @throws ShapeError if the number of elements would change; ArgumentError for sizes that are not integers.
 *
 * @example
 * ```ts
 * reshape(tensor([1, 2, 3, 4, 5, 6]), [2, -1]); // → Tensor([[1, 2, 3], [4, 5, 6]])
 * reshape(tensor([1, 2, 3, 4]), 2, 2); // → Tensor([[1, 2], [3, 4]])
 * ```
 *
 * @see torch.reshape
 */
export function reshape(x: Tensor, ...shape: Integers): Tensor {
  assertTensor("reshape", "the input", x);
  return reshaped("reshape", x, completeShape("reshape", x.shape, integersOf("reshape", "size", shape)));
}

/**
 * Gives the elements another shape, in row-major order. The result is always a view.
 *
 * @param shape - a list of sizes, or the sizes one by one. One of them may be −1: it is computed from the others.
 * @throws ShapeError if the number of elements would change, or if only a copy could have this shape.
 *
 * @example
 * ```ts
 * view(tensor([1, 2, 3, 4]), 2, 2); // → Tensor([[1, 2], [3, 4]])
 * ```
 *
 * @see torch.Tensor.view
 */
export function view(x: Tensor, ...shape: Integers): Tensor {
  assertTensor("view", "the input", x);
  return viewed(x, completeShape("view", x.shape, integersOf("view", "size", shape)));
}

/**
 * Gives the elements the shape of another tensor, in row-major order.
 *
 * @throws ShapeError if the other tensor has another number of elements.
 *
 * @example
 * ```ts
 * reshapeAs(tensor([1, 2, 3, 4]), zeros([2, 2])); // → Tensor([[1, 2], [3, 4]])
 * ```
 *
 * @see torch.Tensor.reshape_as
 */
export function reshapeAs(x: Tensor, other: Tensor): Tensor {
  assertTensor("reshapeAs", "the input", x);
  assertTensor("reshapeAs", "the other", other);
  return reshaped("reshapeAs", x, completeShape("reshapeAs", x.shape, other.shape));
}

/** Options of {@link flatten}. */
export interface FlattenOptions {
  /** The first dimension to join; default 0. */
  readonly startDim?: number;
  /** The last dimension to join; default −1. */
  readonly endDim?: number;
}

const flattenOptionNames: OptionNames<FlattenOptions> = { startDim: true, endDim: true };

/**
 * Joins several dimensions into one. A tensor without dimensions becomes one of shape `[1]`.
 *
 * Shapes: `(a, b, c, d) → (a, b · c, d)` for the dims 1 to 2.
 *
 * @param startDim - the first dimension to join; default 0.
 * @param endDim - the last dimension to join, included; default −1.
 * @throws IndexOutOfRangeError if there is no such dimension; ArgumentError if `startDim` comes after `endDim`.
 *
 * @example
 * ```ts
 * flatten(tensor([[[1], [2]], [[3], [4]]]), 1); // → Tensor([[1, 2], [3, 4]])
 * ```
 *
 * @see torch.flatten
 */
export function flatten(
  x: Tensor,
  ...args: readonly [startDim?: number | undefined, endDim?: number | undefined] | readonly [options: FlattenOptions]
): Tensor {
  assertTensor("flatten", "the input", x);
  const given = readArguments<FlattenOptions>("flatten", args, ["startDim", "endDim"], flattenOptionNames);
  const { startDim = 0, endDim = -1 } = given;
  const { shape } = x;
  const first = dimOf("flatten", startDim, shape.length);
  const last = dimOf("flatten", endDim, shape.length);
  if (first > last) {
    throw new ArgumentError(
      "flatten",
      `startDim ${startDim} comes after endDim ${endDim} in the shape ${formatShape(shape)}`,
      { rule: "startDim ≤ endDim" },
    );
  }
  const joined = sizeOf(shape.slice(first, last + 1));
  return reshaped("flatten", x, [...shape.slice(0, first), joined, ...shape.slice(last + 1)]);
}

/**
 * Splits one dimension into several.
 *
 * Shapes: `(a, b · c, d) → (a, b, c, d)` for `dim` 1.
 *
 * @param sizes - the sizes of the new dimensions. One of them may be −1: it is computed from the others.
 * @throws ShapeError if the product of the sizes is not the size of the dimension.
 *
 * @example
 * ```ts
 * unflatten(tensor([[1, 2, 3, 4]]), 1, [2, 2]); // → Tensor([[[1, 2], [3, 4]]])
 * ```
 *
 * @see torch.Tensor.unflatten
 */
export function unflatten(x: Tensor, dim: number, sizes: readonly number[]): Tensor {
  assertTensor("unflatten", "the input", x);
  assertIntegers("unflatten", "size", sizes);
  const { shape } = x;
  if (shape.length === 0) assertRank("unflatten", "the tensor", x, 1);
  const at = dimOf("unflatten", dim, shape.length);
  const parts = completeShape("unflatten", [shape[at]!], sizes);
  return reshaped("unflatten", x, [...shape.slice(0, at), ...parts, ...shape.slice(at + 1)]);
}

/** Options of {@link squeeze}. */
export interface SqueezeOptions {
  /** The dimensions that are left out if their size is 1; default: all. */
  readonly dim?: Dims;
}

const squeezeOptionNames: OptionNames<SqueezeOptions> = { dim: true };

/**
 * Removes the dimensions of size 1. The result is a view.
 *
 * @param dim - only these dimensions are left out, if their size is 1; default: all.
 * @throws IndexOutOfRangeError if there is no such dimension.
 *
 * @example
 * ```ts
 * squeeze(tensor([[[1, 2]]])).shape; // → [2]
 * squeeze(tensor([[[1, 2]]]), 0).shape; // → [1, 2]
 * ```
 *
 * @see torch.squeeze
 */
export function squeeze(
  x: Tensor,
  ...args: readonly [dim?: Dims | undefined] | readonly [options: SqueezeOptions]
): Tensor {
  assertTensor("squeeze", "the input", x);
  const { dim } = readArguments<SqueezeOptions>("squeeze", args, ["dim"], squeezeOptionNames);
  const { shape } = x;
  const removed =
    dim === undefined
      ? everyDim(shape.length)
      : distinctDims("squeeze", typeof dim === "number" ? [dim] : dim, shape.length);
  return viewed(
    x,
    shape.filter((size, axis) => size !== 1 || !removed.includes(axis)),
  );
}

/**
 * Adds a dimension of size 1. The result is a view.
 *
 * @param dim - where the new dimension is in the result; a negative one counts from the end of the result.
 * @throws IndexOutOfRangeError if the result has no such dimension.
 *
 * @example
 * ```ts
 * unsqueeze(tensor([1, 2]), 0).shape; // → [1, 2]
 * unsqueeze(tensor([1, 2]), -1).shape; // → [2, 1]
 * ```
 *
 * @see torch.unsqueeze
 */
export function unsqueeze(x: Tensor, dim: number): Tensor {
  assertTensor("unsqueeze", "the input", x);
  const { shape } = x;
  const at = dimOf("unsqueeze", dim, shape.length + 1);
  return viewed(x, [...shape.slice(0, at), 1, ...shape.slice(at)]);
}

/**
 * Makes a vector of all elements. It copies if no view can have this shape.
 *
 * @example
 * ```ts
 * ravel(tensor([[1, 2], [3, 4]])); // → Tensor([1, 2, 3, 4])
 * ```
 *
 * @see torch.ravel
 */
export function ravel(x: Tensor): Tensor {
  assertTensor("ravel", "the input", x);
  return reshaped("ravel", x, [x.numel()]);
}

/**
 * Gives the elements the shape of another tensor, as a view.
 *
 * @throws ShapeError if the numbers of elements differ, or if no view can have this shape.
 *
 * @example
 * ```ts
 * viewAs(tensor([1, 2, 3, 4]), zeros([2, 2])); // → Tensor([[1, 2], [3, 4]])
 * ```
 *
 * @see torch.Tensor.view_as
 */
export function viewAs(x: Tensor, other: Tensor): Tensor {
  assertTensor("viewAs", "the input", x);
  assertTensor("viewAs", "the other", other);
  return viewed(x, completeShape("viewAs", x.shape, other.shape));
}
