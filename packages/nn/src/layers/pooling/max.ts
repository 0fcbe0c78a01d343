/**
 * Layers that choose the largest elements of windows.
 *
 * @module
 */
import { checkOptions } from "@lucid/backend";
import type { Tensor, ValuesAndIndices } from "@lucid/tensor/functions";
import type { Pooled } from "../../functional/internal/pool.js";
import { type Sizes, sizesOf } from "../../functional/internal/spatial.js";
import { type MaxPoolOptions, maxPool1d, maxPool2d, maxPool3d } from "../../functional/pooling/max.js";
import { assertFlag } from "../../internal/checks.js";
import { LibraryModule } from "../../module/library-module.js";

export type { MaxPoolOptions, Pooled, ValuesAndIndices };

/** The settings of the layers. */
abstract class MaxPool<Indices extends boolean> extends LibraryModule<[input: Tensor], Pooled<Indices>> {
  /** The size of a window along each axis. */
  readonly kernelSize: readonly number[];
  /** The distance from one window to the next along each axis. */
  readonly stride: readonly number[];
  /** How many elements are added on both sides of each axis. */
  readonly padding: readonly number[];
  /** The distance between the elements of a window along each axis. */
  readonly dilation: readonly number[];
  /** Whether the last window may reach beyond the input. */
  readonly ceilMode: boolean;
  /** Whether the positions are returned too. */
  readonly returnIndices: Indices;

  constructor(axes: number, kernelSize: Sizes, options: MaxPoolOptions<Indices> | undefined) {
    super();
    const name = new.target.name;
    checkOptions(name, options, { stride: true, padding: true, dilation: true, ceilMode: true, returnIndices: true });
    const { ceilMode = false } = options ?? {};
    const returnIndices = (options?.returnIndices ?? false) as Indices;
    assertFlag(name, "ceilMode", ceilMode);
    assertFlag(name, "returnIndices", returnIndices);
    this.kernelSize = sizesOf(name, "kernelSize", kernelSize, axes, 1);
    this.stride = sizesOf(name, "stride", options?.stride ?? this.kernelSize, axes, 1);
    this.padding = sizesOf(name, "padding", options?.padding ?? 0, axes, 0);
    this.dilation = sizesOf(name, "dilation", options?.dilation ?? 1, axes, 1);
    this.ceilMode = ceilMode;
    this.returnIndices = returnIndices;
  }
}

/** Chooses the largest element of each window of sequences. */
export class MaxPool1d<Indices extends boolean = false> extends MaxPool<Indices> {
  /**
   * Chooses the largest element of each window of sequences, as {@link functional.maxPool1d} does.
   *
   * Shapes: `(batch, channels, length) → (batch, channels, length′)`; also without the batch.
   *
   * @param kernelSize - the size of a window: a number for all axes, or a list with one for each.
   * @param options - `stride` (default: the size of a window), `padding` (default 0), `dilation` (default 1), `ceilMode`
   * (default false): whether the last window may reach beyond the input; `returnIndices` (default false): whether a call
   * returns `{ values, indices }`.
   * @throws ArgumentError for options that are not such integers, or an unknown option.
   *
   * @example
   * ```ts
   * new MaxPool1d(2)(tensor([[1, 3, 2, 4]])); // → Tensor([[3, 4]])
   * new MaxPool1d(2, { returnIndices: true })(tensor([[1, 3, 2, 4]])).indices; // → Tensor([[1, 3]], dtype=int32)
   * ```
   *
   * Source: torch.nn.MaxPool1d.
   */
  constructor(kernelSize: Sizes, options?: MaxPoolOptions<Indices>) {
    super(1, kernelSize, options);
  }

  forward(input: Tensor): Pooled<Indices> {
    const { kernelSize, stride, padding, dilation, ceilMode, returnIndices } = this;
    return maxPool1d(input, kernelSize, { stride, padding, dilation, ceilMode, returnIndices });
  }
}

/** Chooses the largest element of each window of images. */
export class MaxPool2d<Indices extends boolean = false> extends MaxPool<Indices> {
  /**
   * Chooses the largest element of each window of images, as {@link functional.maxPool2d} does.
   *
   * Shapes: `(batch, channels, height, width) → (batch, channels, height′, width′)`; also without the batch.
   *
   * @param kernelSize - the size of a window: a number for all axes, or a list with one for each.
   * @param options - `stride` (default: the size of a window), `padding` (default 0), `dilation` (default 1), `ceilMode`
   * (default false): whether the last window may reach beyond the input; `returnIndices` (default false): whether a call
   * returns `{ values, indices }`.
   * @throws ArgumentError for options that are not such integers, or an unknown option.
   *
   * @example
   * ```ts
   * new MaxPool2d(3, { stride: 2, padding: 1 })(zeros([4, 8, 28, 28])).shape; // → [4, 8, 14, 14]
   * ```
   *
   * Source: torch.nn.MaxPool2d.
   */
  constructor(kernelSize: Sizes, options?: MaxPoolOptions<Indices>) {
    super(2, kernelSize, options);
  }

  forward(input: Tensor): Pooled<Indices> {
    const { kernelSize, stride, padding, dilation, ceilMode, returnIndices } = this;
    return maxPool2d(input, kernelSize, { stride, padding, dilation, ceilMode, returnIndices });
  }
}

/** Chooses the largest element of each window of volumes. */
export class MaxPool3d<Indices extends boolean = false> extends MaxPool<Indices> {
  /**
   * Chooses the largest element of each window of volumes, as {@link functional.maxPool3d} does.
   *
   * Shapes: `(batch, channels, depth, height, width) → (batch, channels, depth′, height′, width′)`; also without the batch.
   *
   * @param kernelSize - the size of a window: a number for all axes, or a list with one for each.
   * @param options - `stride` (default: the size of a window), `padding` (default 0), `dilation` (default 1), `ceilMode`
   * (default false): whether the last window may reach beyond the input; `returnIndices` (default false): whether a call
   * returns `{ values, indices }`.
   * @throws ArgumentError for options that are not such integers, or an unknown option.
   *
   * @example
   * ```ts
   * new MaxPool3d([1, 2, 2])(zeros([4, 8, 5, 6, 7])).shape; // → [4, 8, 5, 3, 3]
   * ```
   *
   * Source: torch.nn.MaxPool3d.
   */
  constructor(kernelSize: Sizes, options?: MaxPoolOptions<Indices>) {
    super(3, kernelSize, options);
  }

  forward(input: Tensor): Pooled<Indices> {
    const { kernelSize, stride, padding, dilation, ceilMode, returnIndices } = this;
    return maxPool3d(input, kernelSize, { stride, padding, dilation, ceilMode, returnIndices });
  }
}
