/**
 * Layers that put elements back to where a pooling took them from.
 *
 * @module
 */
import { checkOptions } from "@lucid/backend";
import type { Tensor } from "@lucid/tensor/functions";
import { type Sizes, sizesOf } from "../../functional/internal/spatial.js";
import {
  type MaxUnpoolFunctionOptions,
  maxUnpool1d,
  maxUnpool2d,
  maxUnpool3d,
} from "../../functional/pooling/unpool.js";
import { LibraryModule } from "../../module/library-module.js";

/** Options of the layers. */
export type MaxUnpoolOptions = Pick<MaxUnpoolFunctionOptions, "stride" | "padding">;

/** The settings of the layers. */
abstract class MaxUnpool extends LibraryModule<[input: Tensor, indices: Tensor, outputSize?: readonly number[]]> {
  /** The size of a window of the pooling along each axis. */
  readonly kernelSize: readonly number[];
  /** The distance from one window to the next along each axis. */
  readonly stride: readonly number[];
  /** How many elements the pooling added on both sides of each axis. */
  readonly padding: readonly number[];

  constructor(axes: number, kernelSize: Sizes, options: MaxUnpoolOptions | undefined) {
    super();
    const name = new.target.name;
    checkOptions(name, options, { stride: true, padding: true });
    this.kernelSize = sizesOf(name, "kernelSize", kernelSize, axes, 1);
    this.stride = sizesOf(name, "stride", options?.stride ?? this.kernelSize, axes, 1);
    this.padding = sizesOf(name, "padding", options?.padding ?? 0, axes, 0);
  }
}

/** Puts the elements of sequences back to where a pooling took them from. */
export class MaxUnpool1d extends MaxUnpool {
  /**
   * Puts the elements of sequences to the positions that a max pooling returned, among zeros, as
   * {@link functional.maxUnpool1d} does. It is called with the elements, the positions, and the sizes of the result
   * where they are not the least that fit.
   *
   * Shapes: `(batch, channels, length) → (batch, channels, length′)`; also without the batch.
   *
   * @param kernelSize - the size of a window of the pooling: a number for all axes, or a list with one for each.
   * @param options - `stride` (default: the size of a window) and `padding` (default 0) of the pooling.
   * @throws ArgumentError for sizes that are not such integers, or an unknown option.
   *
   * @example
   * ```ts
   * const { values, indices } = new MaxPool1d(2, { returnIndices: true })(tensor([[1, 3, 2, 4, 9]]));
   * new MaxUnpool1d(2)(values, indices); // → Tensor([[0, 3, 0, 4]])
   * new MaxUnpool1d(2)(values, indices, [5]); // → Tensor([[0, 3, 0, 4, 0]])
   * ```
   *
   * Source: torch.nn.MaxUnpool1d.
   */
  constructor(kernelSize: Sizes, options?: MaxUnpoolOptions) {
    super(1, kernelSize, options);
  }

  forward(input: Tensor, indices: Tensor, outputSize?: readonly number[]): Tensor {
    const { kernelSize, stride, padding } = this;
    return maxUnpool1d(input, indices, kernelSize, {
      stride,
      padding,
      ...(outputSize !== undefined && { outputSize }),
    });
  }
}

/** Puts the elements of images back to where a pooling took them from. */
export class MaxUnpool2d extends MaxUnpool {
  /**
   * Puts the elements of images to the positions that a max pooling returned, among zeros, as
   * {@link functional.maxUnpool2d} does. It is called with the elements, the positions, and the sizes of the result
   * where they are not the least that fit.
   *
   * Shapes: `(batch, channels, height, width) → (batch, channels, height′, width′)`; also without the batch.
   *
   * @param kernelSize - the size of a window of the pooling: a number for all axes, or a list with one for each.
   * @param options - `stride` (default: the size of a window) and `padding` (default 0) of the pooling.
   * @throws ArgumentError for sizes that are not such integers, or an unknown option.
   *
   * @example
   * ```ts
   * new MaxUnpool2d(2)(tensor([[[7]]]), tensor([[[3]]], { dtype: "int32" })); // → Tensor([[[0, 0], [0, 7]]])
   * ```
   *
   * Source: torch.nn.MaxUnpool2d.
   */
  constructor(kernelSize: Sizes, options?: MaxUnpoolOptions) {
    super(2, kernelSize, options);
  }

  forward(input: Tensor, indices: Tensor, outputSize?: readonly number[]): Tensor {
    const { kernelSize, stride, padding } = this;
    return maxUnpool2d(input, indices, kernelSize, {
      stride,
      padding,
      ...(outputSize !== undefined && { outputSize }),
    });
  }
}

/** Puts the elements of volumes back to where a pooling took them from. */
export class MaxUnpool3d extends MaxUnpool {
  /**
   * Puts the elements of volumes to the positions that a max pooling returned, among zeros, as
   * {@link functional.maxUnpool3d} does. It is called with the elements, the positions, and the sizes of the result
   * where they are not the least that fit.
   *
   * Shapes: `(batch, channels, depth, height, width) → (batch, channels, depth′, height′, width′)`; also without the batch.
   *
   * @param kernelSize - the size of a window of the pooling: a number for all axes, or a list with one for each.
   * @param options - `stride` (default: the size of a window) and `padding` (default 0) of the pooling.
   * @throws ArgumentError for sizes that are not such integers, or an unknown option.
   *
   * @example
   * ```ts
   * new MaxUnpool3d(2)(zeros([1, 2, 2, 2, 2]), zeros([1, 2, 2, 2, 2], { dtype: "int32" })).shape; // → [1, 2, 4, 4, 4]
   * ```
   *
   * Source: torch.nn.MaxUnpool3d.
   */
  constructor(kernelSize: Sizes, options?: MaxUnpoolOptions) {
    super(3, kernelSize, options);
  }

  forward(input: Tensor, indices: Tensor, outputSize?: readonly number[]): Tensor {
    const { kernelSize, stride, padding } = this;
    return maxUnpool3d(input, indices, kernelSize, {
      stride,
      padding,
      ...(outputSize !== undefined && { outputSize }),
    });
  }
}
