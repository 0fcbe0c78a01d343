/**
 * Layers that choose the largest elements of windows at random distances.
 *
 * @module
 */
import { ArgumentError, checkOptions } from "@lucid/backend";
import type { Tensor } from "@lucid/tensor/functions";
import type { Pooled } from "../../functional/internal/pool.js";
import { type Sizes, sizesOf } from "../../functional/internal/spatial.js";
import {
  type FractionalMaxPoolOptions,
  fractionalMaxPool2d,
  fractionalMaxPool3d,
  ratiosOf,
} from "../../functional/pooling/fractional.js";
import { assertFlag, assertTensor } from "../../internal/checks.js";
import { LibraryModule } from "../../module/library-module.js";
import { Buffer } from "../../module/parameter.js";

export type { FractionalMaxPoolOptions };

/** The settings of the layers. */
abstract class FractionalMaxPool<Indices extends boolean> extends LibraryModule<[input: Tensor], Pooled<Indices>> {
  static readonly stateNames = { randomSamples: "_random_samples" };

  /** The size of a window along each axis. */
  readonly kernelSize: readonly number[];
  /** How many windows there are along each axis, or null where a ratio is given. */
  readonly outputSize: readonly number[] | null;
  /** How many windows there are for each element of an axis, or null where sizes are given. */
  readonly outputRatio: readonly number[] | null;
  /** Whether the positions are returned too. */
  readonly returnIndices: Indices;
  /** The random numbers that are used, or null where they are drawn. */
  readonly randomSamples: Tensor | null;

  constructor(axes: number, kernelSize: Sizes, options: FractionalMaxPoolOptions<Indices>) {
    super();
    const name = new.target.name;
    checkOptions(name, options, { outputSize: true, outputRatio: true, returnIndices: true, randomSamples: true });
    const { outputSize = null, outputRatio = null, randomSamples = null } = options ?? {};
    const returnIndices = (options?.returnIndices ?? false) as Indices;
    assertFlag(name, "returnIndices", returnIndices);
    if (randomSamples !== null) assertTensor(name, "tensor randomSamples", randomSamples);
    if ((outputSize === null) === (outputRatio === null)) {
      throw new ArgumentError(name, outputSize === null ? "no size is given" : "both size and ratio are given", {
        rule: "either outputSize or outputRatio is needed",
      });
    }
    this.kernelSize = sizesOf(name, "kernelSize", kernelSize, axes, 1);
    this.outputSize = outputSize === null ? null : sizesOf(name, "outputSize", outputSize, axes, 1);
    this.outputRatio = outputRatio === null ? null : ratiosOf(name, outputRatio, axes);
    this.returnIndices = returnIndices;
    this.randomSamples = randomSamples === null ? null : new Buffer(randomSamples);
  }
}

/** Chooses the largest elements of windows of images that lie at random distances. */
export class FractionalMaxPool2d<Indices extends boolean = false> extends FractionalMaxPool<Indices> {
  /**
   * Chooses the largest elements of windows of images that lie at random distances, as
   * {@link functional.fractionalMaxPool2d} does. Every call draws other distances.
   *
   * Shapes: `(batch, channels, height, width) → (batch, channels, height′, width′)`; also without the batch.
   *
   * @param kernelSize - the size of a window: a number for all axes, or a list with one for each.
   * @param options - `outputSize`: how many windows there are along each axis; or `outputRatio`: how many for each element
   * of an axis, between 0 and 1; `returnIndices` (default false): whether a call returns `{ values, indices }`;
   * `randomSamples`: the random numbers in [0, 1) that are used, `(batch, channels, 2)`.
   * @throws ArgumentError unless either `outputSize` or `outputRatio` is given, for sizes that are not integers, ratios
   * that are not between 0 and 1, or an unknown option.
   *
   * @example
   * ```ts
   * new FractionalMaxPool2d(3, { outputSize: [13, 12] })(zeros([20, 16, 50, 32])).shape; // → [20, 16, 13, 12]
   * ```
   *
   * Source: torch.nn.FractionalMaxPool2d.
   */
  constructor(kernelSize: Sizes, options: FractionalMaxPoolOptions<Indices>) {
    super(2, kernelSize, options);
  }

  forward(input: Tensor): Pooled<Indices> {
    const { kernelSize, outputSize, outputRatio, returnIndices, randomSamples } = this;
    return fractionalMaxPool2d(input, kernelSize, { outputSize, outputRatio, returnIndices, randomSamples });
  }
}

/** Chooses the largest elements of windows of volumes that lie at random distances. */
export class FractionalMaxPool3d<Indices extends boolean = false> extends FractionalMaxPool<Indices> {
  /**
   * Chooses the largest elements of windows of volumes that lie at random distances, as
   * {@link functional.fractionalMaxPool3d} does. Every call draws other distances.
   *
   * Shapes: `(batch, channels, depth, height, width) → (batch, channels, depth′, height′, width′)`; also without the batch.
   *
   * @param kernelSize - the size of a window: a number for all axes, or a list with one for each.
   * @param options - `outputSize`: how many windows there are along each axis; or `outputRatio`: how many for each element
   * of an axis, between 0 and 1; `returnIndices` (default false): whether a call returns `{ values, indices }`;
   * `randomSamples`: the random numbers in [0, 1) that are used, `(batch, channels, 3)`.
   * @throws ArgumentError unless either `outputSize` or `outputRatio` is given, for sizes that are not integers, ratios
   * that are not between 0 and 1, or an unknown option.
   *
   * @example
   * ```ts
   * new FractionalMaxPool3d(2, { outputRatio: 0.5 })(zeros([2, 3, 8, 9, 10])).shape; // → [2, 3, 4, 4, 5]
   * ```
   *
   * Source: torch.nn.FractionalMaxPool3d.
   */
  constructor(kernelSize: Sizes, options: FractionalMaxPoolOptions<Indices>) {
    super(3, kernelSize, options);
  }

  forward(input: Tensor): Pooled<Indices> {
    const { kernelSize, outputSize, outputRatio, returnIndices, randomSamples } = this;
    return fractionalMaxPool3d(input, kernelSize, { outputSize, outputRatio, returnIndices, randomSamples });
  }
}
