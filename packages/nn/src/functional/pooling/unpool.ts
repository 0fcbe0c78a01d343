/**
 * Putting elements back to where a pooling took them from.
 *
 * @module
 */
import {
  ArgumentError,
  checkOptions,
  DTypeError,
  describeValue,
  equalShapes,
  formatShape,
  type OptionNames,
  ShapeError,
} from "@lucid/backend";
import { callScatter, owned } from "@lucid/tensor/extend";
import { reshape, type Tensor, zeros } from "@lucid/tensor/functions";
import { assertFloatingTensor, assertTensor } from "../../internal/checks.js";
import { isUnbatched, type Sizes, sizesOf } from "../internal/spatial.js";

/** Options of `maxUnpool1d`, `maxUnpool2d` and `maxUnpool3d`. */
export interface MaxUnpoolFunctionOptions {
  /** The distance from one window to the next; default (and null): the size of a window. */
  readonly stride?: Sizes | null;
  /** How many elements the pooling added on both sides; default 0. */
  readonly padding?: Sizes;
  /** The sizes of the result's space, also with batch and channels; default (and null): the least that fit. */
  readonly outputSize?: readonly number[] | null;
}

const optionNames: OptionNames<MaxUnpoolFunctionOptions> = { stride: true, padding: true, outputSize: true };

function unpool(
  operation: string,
  axes: number,
  input: Tensor,
  indices: Tensor,
  kernelSize: Sizes,
  options: MaxUnpoolFunctionOptions | undefined,
): Tensor {
  checkOptions(operation, options, optionNames);
  assertFloatingTensor(operation, "input", input);
  assertTensor(operation, "indices", indices);
  if (indices.dtype !== "int32") {
    throw new DTypeError(operation, `the indices are ${indices.dtype}`, [indices.dtype], { rule: "they are int32" });
  }
  if (!equalShapes(input.shape, indices.shape)) {
    throw new ShapeError(
      operation,
      `the input is ${formatShape(input.shape)}, the indices ${formatShape(indices.shape)}`,
      [input.shape, indices.shape],
      { rule: "every element has an index" },
    );
  }
  isUnbatched(operation, input, axes);
  const kernel = sizesOf(operation, "kernelSize", kernelSize, axes, 1);
  const stride = sizesOf(operation, "stride", options?.stride ?? kernel, axes, 1);
  const padding = sizesOf(operation, "padding", options?.padding ?? 0, axes, 0);
  const windows = input.shape.slice(-axes);
  const least = windows.map((count, axis) => (count - 1) * stride[axis]! + kernel[axis]! - 2 * padding[axis]!);
  const size = spaceOf(operation, options?.outputSize ?? undefined, least, stride);
  const outer = input.shape.slice(0, -axes);
  const product = (sizes: readonly number[]): number => sizes.reduce((total, length) => total * length, 1);
  const [lines, count] = [product(outer), product(windows)];
  return owned(() => {
    const { dtype, backend } = input;
    const base = zeros([lines, product(size)], { dtype, backend });
    const [source, at] = [reshape(input, [lines, count]), reshape(indices, [lines, count])];
    return reshape(callScatter("set", base, source, at, 1, undefined, operation), [...outer, ...size]);
  });
}

/** @throws ArgumentError unless the sizes are less than a stride away from the least that fit. */
function spaceOf(
  operation: string,
  outputSize: readonly number[] | undefined,
  least: readonly number[],
  stride: readonly number[],
): readonly number[] {
  const axes = least.length;
  const given: unknown = outputSize ?? least;
  const sizes: unknown = Array.isArray(given) && given.length === axes + 2 ? given.slice(2) : given;
  const isRight = (size: unknown, axis: number): boolean =>
    Number.isInteger(size) && (size as number) >= 1 && Math.abs((size as number) - least[axis]!) < stride[axis]!;
  if (Array.isArray(sizes) && sizes.length === axes && [...sizes].every(isRight)) return sizes as readonly number[];
  throw new ArgumentError(operation, `outputSize is ${describeValue(given)}`, {
    rule: `its sizes are positive, and less than ${formatShape(stride)} away from ${formatShape(least)}`,
  });
}

/**
 * Puts the elements of sequences to the positions that a max pooling returned, among zeros.
 *
 * Shapes: `(batch, channels, length) → (batch, channels, length′)`; also without the batch. A size n becomes
 * (n − 1) · stride + kernelSize − 2 · padding, unless `outputSize` says another one.
 *
 * @param input - sequences.
 * @param indices - int32 positions in the space of the result, counted in row-major order; in the shape of the input.
 * @param kernelSize - the size of a window of the pooling.
 * @param options - `stride` (default: the size of a window) and `padding` (default 0) of the pooling; `outputSize`: the
 * sizes of the result's space, less than a stride away from what is the default.
 * @throws ArgumentError for sizes that are not such integers or an unknown option; ShapeError if the shapes differ;
 * DTypeError unless the input holds floating-point numbers, and the indices are int32; IndexOutOfRangeError for an index
 * beyond the result.
 *
 * @example
 * ```ts
 * const { values, indices } = functional.maxPool1d(tensor([[1, 3, 2, 4]]), 2, { returnIndices: true });
 * functional.maxUnpool1d(values, indices, 2); // → Tensor([[0, 3, 0, 4]])
 * ```
 *
 * Source: torch.nn.functional.max_unpool1d.
 */
export function maxUnpool1d(
  input: Tensor,
  indices: Tensor,
  kernelSize: Sizes,
  options?: MaxUnpoolFunctionOptions,
): Tensor {
  return unpool("maxUnpool1d", 1, input, indices, kernelSize, options);
}

/**
 * Puts the elements of images to the positions that a max pooling returned, among zeros.
 *
 * Shapes: `(batch, channels, height, width) → (batch, channels, height′, width′)`; also without the batch. A size n becomes
 * (n − 1) · stride + kernelSize − 2 · padding, unless `outputSize` says another one.
 *
 * @param input - images.
 * @param indices - int32 positions in the space of the result, counted in row-major order; in the shape of the input.
 * @param kernelSize - the size of a window of the pooling.
 * @param options - `stride` (default: the size of a window) and `padding` (default 0) of the pooling; `outputSize`: the
 * sizes of the result's space, less than a stride away from what is the default.
 * @throws ArgumentError for sizes that are not such integers or an unknown option; ShapeError if the shapes differ;
 * DTypeError unless the input holds floating-point numbers, and the indices are int32; IndexOutOfRangeError for an index
 * beyond the result.
 *
 * @example
 * ```ts
 * functional.maxUnpool2d(tensor([[[7]]]), tensor([[[3]]], { dtype: "int32" }), 2); // → Tensor([[[0, 0], [0, 7]]])
 * ```
 *
 * Source: torch.nn.functional.max_unpool2d.
 */
export function maxUnpool2d(
  input: Tensor,
  indices: Tensor,
  kernelSize: Sizes,
  options?: MaxUnpoolFunctionOptions,
): Tensor {
  return unpool("maxUnpool2d", 2, input, indices, kernelSize, options);
}

/**
 * Puts the elements of volumes to the positions that a max pooling returned, among zeros.
 *
 * Shapes: `(batch, channels, depth, height, width) → (batch, channels, depth′, height′, width′)`; also without the batch. A size n becomes
 * (n − 1) · stride + kernelSize − 2 · padding, unless `outputSize` says another one.
 *
 * @param input - volumes.
 * @param indices - int32 positions in the space of the result, counted in row-major order; in the shape of the input.
 * @param kernelSize - the size of a window of the pooling.
 * @param options - `stride` (default: the size of a window) and `padding` (default 0) of the pooling; `outputSize`: the
 * sizes of the result's space, less than a stride away from what is the default.
 * @throws ArgumentError for sizes that are not such integers or an unknown option; ShapeError if the shapes differ;
 * DTypeError unless the input holds floating-point numbers, and the indices are int32; IndexOutOfRangeError for an index
 * beyond the result.
 *
 * @example
 * ```ts
 * functional.maxUnpool3d(zeros([1, 2, 2, 2, 2]), zeros([1, 2, 2, 2, 2], { dtype: "int32" }), 2).shape; // → [1, 2, 4, 4, 4]
 * ```
 *
 * Source: torch.nn.functional.max_unpool3d.
 */
export function maxUnpool3d(
  input: Tensor,
  indices: Tensor,
  kernelSize: Sizes,
  options?: MaxUnpoolFunctionOptions,
): Tensor {
  return unpool("maxUnpool3d", 3, input, indices, kernelSize, options);
}
