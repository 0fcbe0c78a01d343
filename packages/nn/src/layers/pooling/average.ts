/**
 * Layers that average windows.
 *
 * @module
 */
import { ArgumentError, checkOptions, type OptionNames } from "@lucid/backend";
import type { Tensor } from "@lucid/tensor/functions";
import { type Sizes, sizesOf } from "../../functional/internal/spatial.js";
import {
  type AvgPool1dOptions,
  type AvgPoolOptions,
  avgPool1d,
  avgPool2d,
  avgPool3d,
} from "../../functional/pooling/average.js";
import { assertFlag } from "../../internal/checks.js";
import { LibraryModule } from "../../module/library-module.js";

export type { AvgPool1dOptions, AvgPoolOptions };

const sequenceOptionNames: OptionNames<AvgPool1dOptions> = {
  stride: true,
  padding: true,
  ceilMode: true,
  countIncludePad: true,
};

const optionNames: OptionNames<AvgPoolOptions> = { ...sequenceOptionNames, divisorOverride: true };

/** The settings of the layers. */
abstract class AvgPool extends LibraryModule {
  /** The size of a window along each axis. */
  readonly kernelSize: readonly number[];
  /** The distance from one window to the next along each axis. */
  readonly stride: readonly number[];
  /** How many zeros are added on both sides of each axis. */
  readonly padding: readonly number[];
  /** Whether the last window may reach beyond the input. */
  readonly ceilMode: boolean;
  /** Whether the zeros of the padding count. */
  readonly countIncludePad: boolean;

  constructor(
    axes: number,
    kernelSize: Sizes,
    options: AvgPoolOptions | undefined,
    names: OptionNames<AvgPool1dOptions>,
  ) {
    super();
    const name = new.target.name;
    checkOptions(name, options, names);
    const { ceilMode = false, countIncludePad = true } = options ?? {};
    assertFlag(name, "ceilMode", ceilMode);
    assertFlag(name, "countIncludePad", countIncludePad);
    this.kernelSize = sizesOf(name, "kernelSize", kernelSize, axes, 1);
    this.stride = sizesOf(name, "stride", options?.stride ?? this.kernelSize, axes, 1);
    this.padding = sizesOf(name, "padding", options?.padding ?? 0, axes, 0);
    this.ceilMode = ceilMode;
    this.countIncludePad = countIncludePad;
  }
}

/** @throws ArgumentError unless the divisor is an integer but not 0, or null. */
function divisorOf(operation: string, options: AvgPoolOptions | undefined): number | null {
  const divisor = options?.divisorOverride ?? null;
  if (divisor === null || (Number.isInteger(divisor) && divisor !== 0)) return divisor;
  throw new ArgumentError(operation, `divisorOverride is ${String(divisor)}`, { rule: "it is an integer, but not 0" });
}

/** Averages the elements of each window of sequences. */
export class AvgPool1d extends AvgPool {
  /**
   * Averages the elements of each window of sequences, as {@link functional.avgPool1d} does.
   *
   * Shapes: `(batch, channels, length) → (batch, channels, length′)`; also without the batch.
   *
   * @param kernelSize - the size of a window: a number for all axes, or a list with one for each.
   * @param options - `stride` (default: the size of a window), `padding` (default 0), `ceilMode` (default false): whether
   * the last window may reach beyond the input; `countIncludePad` (default true): whether the zeros of the padding
   * count.
   * @throws ArgumentError for options that are not such integers, or an unknown option.
   *
   * @example
   * ```ts
   * new AvgPool1d(2)(tensor([[1, 3, 2, 4]])); // → Tensor([[2, 3]])
   * ```
   *
   * Source: torch.nn.AvgPool1d.
   */
  constructor(kernelSize: Sizes, options?: AvgPool1dOptions) {
    super(1, kernelSize, options, sequenceOptionNames);
  }

  forward(input: Tensor): Tensor {
    const { kernelSize, stride, padding, ceilMode, countIncludePad } = this;
    return avgPool1d(input, kernelSize, { stride, padding, ceilMode, countIncludePad });
  }
}

/** Averages the elements of each window of images. */
export class AvgPool2d extends AvgPool {
  /** What sums are divided by, or null for how many elements the window has. */
  readonly divisorOverride: number | null;

  /**
   * Averages the elements of each window of images, as {@link functional.avgPool2d} does.
   *
   * Shapes: `(batch, channels, height, width) → (batch, channels, height′, width′)`; also without the batch.
   *
   * @param kernelSize - the size of a window: a number for all axes, or a list with one for each.
   * @param options - `stride` (default: the size of a window), `padding` (default 0), `ceilMode` (default false): whether
   * the last window may reach beyond the input; `countIncludePad` (default true): whether the zeros of the padding
   * count; `divisorOverride` (default null): what sums are
   * divided by instead.
   * @throws ArgumentError for options that are not such integers, or an unknown option.
   *
   * @example
   * ```ts
   * new AvgPool2d(3, { stride: 2, padding: 1 })(zeros([4, 8, 28, 28])).shape; // → [4, 8, 14, 14]
   * ```
   *
   * Source: torch.nn.AvgPool2d.
   */
  constructor(kernelSize: Sizes, options?: AvgPoolOptions) {
    super(2, kernelSize, options, optionNames);
    this.divisorOverride = divisorOf("AvgPool2d", options);
  }

  forward(input: Tensor): Tensor {
    const { kernelSize, stride, padding, ceilMode, countIncludePad, divisorOverride } = this;
    return avgPool2d(input, kernelSize, { stride, padding, ceilMode, countIncludePad, divisorOverride });
  }
}

/** Averages the elements of each window of volumes. */
export class AvgPool3d extends AvgPool {
  /** What sums are divided by, or null for how many elements the window has. */
  readonly divisorOverride: number | null;

  /**
   * Averages the elements of each window of volumes, as {@link functional.avgPool3d} does.
   *
   * Shapes: `(batch, channels, depth, height, width) → (batch, channels, depth′, height′, width′)`; also without the batch.
   *
   * @param kernelSize - the size of a window: a number for all axes, or a list with one for each.
   * @param options - `stride` (default: the size of a window), `padding` (default 0), `ceilMode` (default false): whether
   * the last window may reach beyond the input; `countIncludePad` (default true): whether the zeros of the padding
   * count; `divisorOverride` (default null): what sums are
   * divided by instead.
   * @throws ArgumentError for options that are not such integers, or an unknown option.
   *
   * @example
   * ```ts
   * new AvgPool3d([1, 2, 2])(zeros([4, 8, 5, 6, 7])).shape; // → [4, 8, 5, 3, 3]
   * ```
   *
   * Source: torch.nn.AvgPool3d.
   */
  constructor(kernelSize: Sizes, options?: AvgPoolOptions) {
    super(3, kernelSize, options, optionNames);
    this.divisorOverride = divisorOf("AvgPool3d", options);
  }

  forward(input: Tensor): Tensor {
    const { kernelSize, stride, padding, ceilMode, countIncludePad, divisorOverride } = this;
    return avgPool3d(input, kernelSize, { stride, padding, ceilMode, countIncludePad, divisorOverride });
  }
}
