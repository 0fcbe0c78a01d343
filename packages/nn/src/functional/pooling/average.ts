/**
 * The averages of windows.
 *
 * @module
 */
import { checkOptions, type OptionNames } from "@lucid/backend";
import type { Tensor } from "@lucid/tensor/functions";
import { poolAverages } from "../internal/pool.js";
import type { Sizes } from "../internal/spatial.js";

/** Options of `avgPool1d` and of its layer. */
export interface AvgPool1dOptions {
  /** The distance from one window to the next; default (and null): the size of a window. */
  readonly stride?: Sizes | null;
  /** How many zeros are added on both sides, at most half a window; default 0. */
  readonly padding?: Sizes;
  /** Whether the last window may reach beyond the input; default false. */
  readonly ceilMode?: boolean;
  /** Whether the zeros of the padding count; default true. */
  readonly countIncludePad?: boolean;
}

/** Options of `avgPool2d` and `avgPool3d`, and of the layers. */
export interface AvgPoolOptions extends AvgPool1dOptions {
  /** What sums are divided by, an integer; default (and null): how many elements the window has. */
  readonly divisorOverride?: number | null;
}

const sequenceOptionNames: OptionNames<AvgPool1dOptions> = {
  stride: true,
  padding: true,
  ceilMode: true,
  countIncludePad: true,
};

const optionNames: OptionNames<AvgPoolOptions> = { ...sequenceOptionNames, divisorOverride: true };

/**
 * Averages the elements of each window of sequences.
 *
 * Shapes: `(batch, channels, length) → (batch, channels, length′)`; also without the batch. A size n becomes
 * ⌊(n + 2 · padding − kernelSize) / stride⌋ + 1; with `ceilMode`, it is rounded up, but the last window begins within the
 * input or the padding before it.
 *
 * @param input - sequences. Averages of integers are rounded towards 0.
 * @param kernelSize - the size of a window: a number for all axes, or a list with one for each.
 * @param options - `stride` (default: the size of a window), `padding` (default 0), `ceilMode` (default false);
 * `countIncludePad` (default true): whether the zeros of the padding count.
 * @throws ArgumentError for options that are not such integers, a padding of more than half a window, or an unknown
 * option; ShapeError if no window fits; DTypeError for bool.
 *
 * @example
 * ```ts
 * functional.avgPool1d(tensor([[1, 3, 2, 4]]), 2); // → Tensor([[2, 3]])
 * functional.avgPool1d(tensor([[2, 4]]), 2, { padding: 1, countIncludePad: false }); // → Tensor([[2, 4]])
 * ```
 *
 * Source: torch.nn.functional.avg_pool1d.
 */
export function avgPool1d(input: Tensor, kernelSize: Sizes, options?: AvgPool1dOptions): Tensor {
  checkOptions("avgPool1d", options, sequenceOptionNames);
  return poolAverages("avgPool1d", 1, input, kernelSize, options ?? {});
}

/**
 * Averages the elements of each window of images.
 *
 * Shapes: `(batch, channels, height, width) → (batch, channels, height′, width′)`; also without the batch. A size n becomes
 * ⌊(n + 2 · padding − kernelSize) / stride⌋ + 1; with `ceilMode`, it is rounded up, but the last window begins within the
 * input or the padding before it.
 *
 * @param input - images. Averages of integers are rounded towards 0.
 * @param kernelSize - the size of a window: a number for all axes, or a list with one for each.
 * @param options - `stride` (default: the size of a window), `padding` (default 0), `ceilMode` (default false);
 * `countIncludePad` (default true): whether the zeros of the padding count; `divisorOverride` (default null): what sums are divided by instead.
 * @throws ArgumentError for options that are not such integers, a padding of more than half a window, or an unknown
 * option; ShapeError if no window fits; DTypeError for bool.
 *
 * @example
 * ```ts
 * functional.avgPool2d(tensor([[[1, 2, 5], [4, 3, 6]]]), 2, { stride: 1 }); // → Tensor([[[2.5, 4]]])
 * ```
 *
 * Source: torch.nn.functional.avg_pool2d.
 */
export function avgPool2d(input: Tensor, kernelSize: Sizes, options?: AvgPoolOptions): Tensor {
  checkOptions("avgPool2d", options, optionNames);
  return poolAverages("avgPool2d", 2, input, kernelSize, options ?? {});
}

/**
 * Averages the elements of each window of volumes.
 *
 * Shapes: `(batch, channels, depth, height, width) → (batch, channels, depth′, height′, width′)`; also without the batch. A size n becomes
 * ⌊(n + 2 · padding − kernelSize) / stride⌋ + 1; with `ceilMode`, it is rounded up, but the last window begins within the
 * input or the padding before it.
 *
 * @param input - volumes. Averages of integers are rounded towards 0.
 * @param kernelSize - the size of a window: a number for all axes, or a list with one for each.
 * @param options - `stride` (default: the size of a window), `padding` (default 0), `ceilMode` (default false);
 * `countIncludePad` (default true): whether the zeros of the padding count; `divisorOverride` (default null): what sums are divided by instead.
 * @throws ArgumentError for options that are not such integers, a padding of more than half a window, or an unknown
 * option; ShapeError if no window fits; DTypeError for bool.
 *
 * @example
 * ```ts
 * functional.avgPool3d(zeros([2, 3, 8, 8, 8]), 2).shape; // → [2, 3, 4, 4, 4]
 * ```
 *
 * Source: torch.nn.functional.avg_pool3d.
 */
export function avgPool3d(input: Tensor, kernelSize: Sizes, options?: AvgPoolOptions): Tensor {
  checkOptions("avgPool3d", options, optionNames);
  return poolAverages("avgPool3d", 3, input, kernelSize, options ?? {});
}
