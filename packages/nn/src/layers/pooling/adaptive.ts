/**
 * Layers that pool into a given number of windows.
 *
 * @module
 */
import { checkOptions } from "@lucid/backend";
import type { Tensor } from "@lucid/tensor/functions";
import { type OutputSizes, outputSizesOf } from "../../functional/internal/adaptive.js";
import type { Pooled } from "../../functional/internal/pool.js";
import {
  type AdaptiveMaxPoolOptions,
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveAvgPool3d,
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  adaptiveMaxPool3d,
} from "../../functional/pooling/adaptive.js";
import { assertFlag } from "../../internal/checks.js";
import { LibraryModule } from "../../module/library-module.js";

export type { AdaptiveMaxPoolOptions, OutputSizes };

/** The settings of the layers that average. */
abstract class AdaptiveAvgPool extends LibraryModule {
  /** How many windows there are along each axis; null keeps its size. */
  readonly outputSize: readonly (number | null)[];

  constructor(axes: number, outputSize: OutputSizes) {
    super();
    this.outputSize = outputSizesOf(new.target.name, outputSize, axes);
  }

  override extraRepresentation(): string {
    return `outputSize=[${this.outputSize.map(String).join(", ")}]`;
  }
}

/** The settings of the layers that choose. */
abstract class AdaptiveMaxPool<Indices extends boolean> extends LibraryModule<[input: Tensor], Pooled<Indices>> {
  /** How many windows there are along each axis; null keeps its size. */
  readonly outputSize: readonly (number | null)[];
  /** Whether the positions are returned too. */
  readonly returnIndices: Indices;

  constructor(axes: number, outputSize: OutputSizes, options: AdaptiveMaxPoolOptions<Indices> | undefined) {
    super();
    const name = new.target.name;
    checkOptions(name, options, { returnIndices: true });
    const returnIndices = (options?.returnIndices ?? false) as Indices;
    assertFlag(name, "returnIndices", returnIndices);
    this.outputSize = outputSizesOf(name, outputSize, axes);
    this.returnIndices = returnIndices;
  }

  override extraRepresentation(): string {
    return `outputSize=[${this.outputSize.map(String).join(", ")}], returnIndices=${this.returnIndices}`;
  }
}

/** Averages the elements of each of a given number of windows of sequences. */
export class AdaptiveAvgPool1d extends AdaptiveAvgPool {
  /**
   * Averages the elements of each of a given number of windows of sequences, as {@link functional.adaptiveAvgPool1d} does.
   *
   * Shapes: `(batch, channels, length) → (batch, channels, length′)`; also without the batch.
   *
   * @param outputSize - how many windows there are: a number for all axes, or a list with one for each; null keeps the
   * size of an axis.
   * @throws ArgumentError for sizes that are not integers.
   *
   * @example
   * ```ts
   * new AdaptiveAvgPool1d(2)(tensor([[1, 3, 2]])); // → Tensor([[2, 2.5]])
   * ```
   *
   * Source: torch.nn.AdaptiveAvgPool1d.
   */
  constructor(outputSize: OutputSizes) {
    super(1, outputSize);
  }

  forward(input: Tensor): Tensor {
    return adaptiveAvgPool1d(input, this.outputSize);
  }
}

/** Averages the elements of each of a given number of windows of images. */
export class AdaptiveAvgPool2d extends AdaptiveAvgPool {
  /**
   * Averages the elements of each of a given number of windows of images, as {@link functional.adaptiveAvgPool2d} does.
   *
   * Shapes: `(batch, channels, height, width) → (batch, channels, height′, width′)`; also without the batch.
   *
   * @param outputSize - how many windows there are: a number for all axes, or a list with one for each; null keeps the
   * size of an axis.
   * @throws ArgumentError for sizes that are not integers.
   *
   * @example
   * ```ts
   * new AdaptiveAvgPool2d([null, 7])(zeros([8, 64, 10, 9])).shape; // → [8, 64, 10, 7]
   * ```
   *
   * Source: torch.nn.AdaptiveAvgPool2d.
   */
  constructor(outputSize: OutputSizes) {
    super(2, outputSize);
  }

  forward(input: Tensor): Tensor {
    return adaptiveAvgPool2d(input, this.outputSize);
  }
}

/** Averages the elements of each of a given number of windows of volumes. */
export class AdaptiveAvgPool3d extends AdaptiveAvgPool {
  /**
   * Averages the elements of each of a given number of windows of volumes, as {@link functional.adaptiveAvgPool3d} does.
   *
   * Shapes: `(batch, channels, depth, height, width) → (batch, channels, depth′, height′, width′)`; also without the batch.
   *
   * @param outputSize - how many windows there are: a number for all axes, or a list with one for each; null keeps the
   * size of an axis.
   * @throws ArgumentError for sizes that are not integers.
   *
   * @example
   * ```ts
   * new AdaptiveAvgPool3d(1)(zeros([1, 64, 8, 9, 10])).shape; // → [1, 64, 1, 1, 1]
   * ```
   *
   * Source: torch.nn.AdaptiveAvgPool3d.
   */
  constructor(outputSize: OutputSizes) {
    super(3, outputSize);
  }

  forward(input: Tensor): Tensor {
    return adaptiveAvgPool3d(input, this.outputSize);
  }
}

/** Chooses the largest element of each of a given number of windows of sequences. */
export class AdaptiveMaxPool1d<Indices extends boolean = false> extends AdaptiveMaxPool<Indices> {
  /**
   * Chooses the largest element of each of a given number of windows of sequences, as {@link functional.adaptiveMaxPool1d} does.
   *
   * Shapes: `(batch, channels, length) → (batch, channels, length′)`; also without the batch.
   *
   * @param outputSize - how many windows there are: a number for all axes, or a list with one for each; null keeps the
   * size of an axis.
   * @param options - `returnIndices` (default false): whether a call returns `{ values, indices }`.
   * @throws ArgumentError for sizes that are not integers or an unknown option.
   *
   * @example
   * ```ts
   * new AdaptiveMaxPool1d(2)(tensor([[1, 3, 2]])); // → Tensor([[3, 3]])
   * ```
   *
   * Source: torch.nn.AdaptiveMaxPool1d.
   */
  constructor(outputSize: OutputSizes, options?: AdaptiveMaxPoolOptions<Indices>) {
    super(1, outputSize, options);
  }

  forward(input: Tensor): Pooled<Indices> {
    return adaptiveMaxPool1d(input, this.outputSize, { returnIndices: this.returnIndices });
  }
}

/** Chooses the largest element of each of a given number of windows of images. */
export class AdaptiveMaxPool2d<Indices extends boolean = false> extends AdaptiveMaxPool<Indices> {
  /**
   * Chooses the largest element of each of a given number of windows of images, as {@link functional.adaptiveMaxPool2d} does.
   *
   * Shapes: `(batch, channels, height, width) → (batch, channels, height′, width′)`; also without the batch.
   *
   * @param outputSize - how many windows there are: a number for all axes, or a list with one for each; null keeps the
   * size of an axis.
   * @param options - `returnIndices` (default false): whether a call returns `{ values, indices }`.
   * @throws ArgumentError for sizes that are not integers or an unknown option.
   *
   * @example
   * ```ts
   * new AdaptiveMaxPool2d([5, 7], { returnIndices: true })(zeros([8, 64, 10, 9])).indices.shape; // → [8, 64, 5, 7]
   * ```
   *
   * Source: torch.nn.AdaptiveMaxPool2d.
   */
  constructor(outputSize: OutputSizes, options?: AdaptiveMaxPoolOptions<Indices>) {
    super(2, outputSize, options);
  }

  forward(input: Tensor): Pooled<Indices> {
    return adaptiveMaxPool2d(input, this.outputSize, { returnIndices: this.returnIndices });
  }
}

/** Chooses the largest element of each of a given number of windows of volumes. */
export class AdaptiveMaxPool3d<Indices extends boolean = false> extends AdaptiveMaxPool<Indices> {
  /**
   * Chooses the largest element of each of a given number of windows of volumes, as {@link functional.adaptiveMaxPool3d} does.
   *
   * Shapes: `(batch, channels, depth, height, width) → (batch, channels, depth′, height′, width′)`; also without the batch.
   *
   * @param outputSize - how many windows there are: a number for all axes, or a list with one for each; null keeps the
   * size of an axis.
   * @param options - `returnIndices` (default false): whether a call returns `{ values, indices }`.
   * @throws ArgumentError for sizes that are not integers or an unknown option.
   *
   * @example
   * ```ts
   * new AdaptiveMaxPool3d(1)(zeros([1, 64, 8, 9, 10])).shape; // → [1, 64, 1, 1, 1]
   * ```
   *
   * Source: torch.nn.AdaptiveMaxPool3d.
   */
  constructor(outputSize: OutputSizes, options?: AdaptiveMaxPoolOptions<Indices>) {
    super(3, outputSize, options);
  }

  forward(input: Tensor): Pooled<Indices> {
    return adaptiveMaxPool3d(input, this.outputSize, { returnIndices: this.returnIndices });
  }
}
