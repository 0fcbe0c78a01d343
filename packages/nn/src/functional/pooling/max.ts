/**
 * The largest elements of windows.
 *
 * @module
 */
import { checkOptions, type OptionNames } from "@lucid/backend";
import type { Tensor } from "@lucid/tensor/functions";
import { type Pooled, poolMaxima } from "../internal/pool.js";
import type { Sizes } from "../internal/spatial.js";

export type { Pooled };

/** Options of `maxPool1d`, `maxPool2d` and `maxPool3d`, and of the layers. */
export interface MaxPoolOptions<Indices extends boolean = boolean> {
  /** The distance from one window to the next; default (and null): the size of a window. */
  readonly stride?: Sizes | null;
  /** How many elements are added on both sides, at most half a window; they are never chosen. Default 0. */
  readonly padding?: Sizes;
  /** The distance between the elements of a window; default 1. */
  readonly dilation?: Sizes;
  /** Whether the last window may reach beyond the input; default false. */
  readonly ceilMode?: boolean;
  /** Whether the positions are returned too; default false. */
  readonly returnIndices?: Indices;
}

const optionNames: OptionNames<MaxPoolOptions> = {
  stride: true,
  padding: true,
  dilation: true,
  ceilMode: true,
  returnIndices: true,
};

/**
 * Chooses the largest element of each window of sequences. Of equal elements, the first is chosen and gets the gradient.
 * NaN counts as larger than every number.
 *
 * Shapes: `(batch, channels, length) → (batch, channels, length′)`; also without the batch. A size n becomes
 * ⌊(n + 2 · padding − dilation · (kernelSize − 1) − 1) / stride⌋ + 1; with `ceilMode`, it is rounded up, but the last
 * window begins within the input or the padding before it.
 *
 * @param input - sequences.
 * @param kernelSize - the size of a window: a number for all axes, or a list with one for each.
 * @param options - `stride` (default: the size of a window), `padding` (default 0), `dilation` (default 1), `ceilMode`
 * (default false); `returnIndices` (default false): whether `{ values, indices }` is returned, with the int32 positions
 * in the space of the input, counted in row-major order.
 * @throws ArgumentError for options that are not such integers, a padding of more than half a window, or an unknown
 * option; ShapeError if no window fits; DTypeError unless the input holds floating-point numbers.
 *
 * @example
 * ```ts
 * functional.maxPool1d(tensor([[1, 3, 2, 4]]), 2); // → Tensor([[3, 4]])
 * functional.maxPool1d(tensor([[1, 3, 2, 4]]), 2, { returnIndices: true }).indices; // → Tensor([[1, 3]], dtype=int32)
 * ```
 *
 * Source: torch.nn.functional.max_pool1d.
 */
export function maxPool1d<Indices extends boolean = false>(
  input: Tensor,
  kernelSize: Sizes,
  options?: MaxPoolOptions<Indices>,
): Pooled<Indices> {
  checkOptions("maxPool1d", options, optionNames);
  return poolMaxima("maxPool1d", 1, input, kernelSize, options ?? {});
}

/**
 * Chooses the largest element of each window of images. Of equal elements, the first is chosen and gets the gradient.
 * NaN counts as larger than every number.
 *
 * Shapes: `(batch, channels, height, width) → (batch, channels, height′, width′)`; also without the batch. A size n becomes
 * ⌊(n + 2 · padding − dilation · (kernelSize − 1) − 1) / stride⌋ + 1; with `ceilMode`, it is rounded up, but the last
 * window begins within the input or the padding before it.
 *
 * @param input - images.
 * @param kernelSize - the size of a window: a number for all axes, or a list with one for each.
 * @param options - `stride` (default: the size of a window), `padding` (default 0), `dilation` (default 1), `ceilMode`
 * (default false); `returnIndices` (default false): whether `{ values, indices }` is returned, with the int32 positions
 * in the space of the input, counted in row-major order.
 * @throws ArgumentError for options that are not such integers, a padding of more than half a window, or an unknown
 * option; ShapeError if no window fits; DTypeError unless the input holds floating-point numbers.
 *
 * @example
 * ```ts
 * functional.maxPool2d(tensor([[[1, 2, 5], [4, 3, 6]]]), 2, { stride: 1 }); // → Tensor([[[4, 6]]])
 * ```
 *
 * Source: torch.nn.functional.max_pool2d.
 */
export function maxPool2d<Indices extends boolean = false>(
  input: Tensor,
  kernelSize: Sizes,
  options?: MaxPoolOptions<Indices>,
): Pooled<Indices> {
  checkOptions("maxPool2d", options, optionNames);
  return poolMaxima("maxPool2d", 2, input, kernelSize, options ?? {});
}

/**
 * Chooses the largest element of each window of volumes. Of equal elements, the first is chosen and gets the gradient.
 * NaN counts as larger than every number.
 *
 * Shapes: `(batch, channels, depth, height, width) → (batch, channels, depth′, height′, width′)`; also without the batch. A size n becomes
 * ⌊(n + 2 · padding − dilation · (kernelSize − 1) − 1) / stride⌋ + 1; with `ceilMode`, it is rounded up, but the last
 * window begins within the input or the padding before it.
 *
 * @param input - volumes.
 * @param kernelSize - the size of a window: a number for all axes, or a list with one for each.
 * @param options - `stride` (default: the size of a window), `padding` (default 0), `dilation` (default 1), `ceilMode`
 * (default false); `returnIndices` (default false): whether `{ values, indices }` is returned, with the int32 positions
 * in the space of the input, counted in row-major order.
 * @throws ArgumentError for options that are not such integers, a padding of more than half a window, or an unknown
 * option; ShapeError if no window fits; DTypeError unless the input holds floating-point numbers.
 *
 * @example
 * ```ts
 * functional.maxPool3d(zeros([2, 3, 8, 8, 8]), 2).shape; // → [2, 3, 4, 4, 4]
 * ```
 *
 * Source: torch.nn.functional.max_pool3d.
 */
export function maxPool3d<Indices extends boolean = false>(
  input: Tensor,
  kernelSize: Sizes,
  options?: MaxPoolOptions<Indices>,
): Pooled<Indices> {
  checkOptions("maxPool3d", options, optionNames);
  return poolMaxima("maxPool3d", 3, input, kernelSize, options ?? {});
}
