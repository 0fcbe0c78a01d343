/**
 * Layers of convolution.
 *
 * @module
 */
import type { Tensor } from "@lucid/tensor/functions";
import { conv1d, conv2d, conv3d } from "../../functional/convolution/convolution.js";
import type { ConvolutionPadding } from "../../functional/internal/convolve.js";
import type { Sizes } from "../../functional/internal/spatial.js";
import { Convolution, type ConvolutionOptions, type ConvolutionPaddingMode, convolved } from "./internal/base.js";

export type { ConvolutionOptions, ConvolutionPadding, ConvolutionPaddingMode, Sizes };

/** A convolution of sequences. */
export class Conv1d extends Convolution {
  /**
   * A convolution of sequences, as {@link functional.conv1d} computes it.
   *
   * The weight `(outChannels, inChannels / groups, kernel length)` and the bias `(outChannels)` begin with uniform
   * random numbers between ±1 / √n, where n is the number of the factors of one output.
   *
   * Shapes: `(batch, inChannels, length) → (batch, outChannels, length′)`; also
   * without the batch. A size n becomes ⌊(n + 2 · padding − dilation · (kernelSize − 1) − 1) / stride⌋ + 1.
   *
   * @param inChannels - how many channels the input has.
   * @param outChannels - how many channels the output has.
   * @param kernelSize - the size of a window: a number for all axes, or a list with one for each.
   * @param options - `stride` (default 1); `padding` (default 0): how many elements are added on both sides, "same" for
   * as many as keep the size, or "valid" for none; `dilation` (default 1); `groups` (default 1): into how many parts the
   * channels are divided; `bias` (default true): whether a bias is added; `paddingMode` (default "zeros"): what the
   * added elements are, also "reflect", "replicate" or "circular"; `dtype` (default float32) of the parameters;
   * `backend` on which they are stored.
   * @throws ArgumentError for sizes that are not integers above 0, channels that are no multiple of the groups, "same"
   * with a stride, or an unknown option; DTypeError for a `dtype` that is not floating.
   *
   * @example
   * ```ts
   * const layer = new Conv1d(16, 33, 3, { stride: 2 });
   * layer(zeros([20, 16, 50])).shape; // → [20, 33, 24]
   * String(layer); // → "Conv1d(inChannels=16, outChannels=33, kernelSize=[3], stride=[2])"
   * ```
   *
   * Source: torch.nn.Conv1d.
   */
  constructor(inChannels: number, outChannels: number, kernelSize: Sizes, options?: ConvolutionOptions) {
    super(1, inChannels, outChannels, kernelSize, options);
  }

  forward(input: Tensor): Tensor {
    return convolved(this, input, conv1d);
  }
}

/** A convolution of images. */
export class Conv2d extends Convolution {
  /**
   * A convolution of images, as {@link functional.conv2d} computes it.
   *
   * The weight `(outChannels, inChannels / groups, kernel height, kernel width)` and the bias `(outChannels)` begin with uniform
   * random numbers between ±1 / √n, where n is the number of the factors of one output.
   *
   * Shapes: `(batch, inChannels, height, width) → (batch, outChannels, height′, width′)`; also
   * without the batch. A size n becomes ⌊(n + 2 · padding − dilation · (kernelSize − 1) − 1) / stride⌋ + 1.
   *
   * @param inChannels - how many channels the input has.
   * @param outChannels - how many channels the output has.
   * @param kernelSize - the size of a window: a number for all axes, or a list with one for each.
   * @param options - `stride` (default 1); `padding` (default 0): how many elements are added on both sides, "same" for
   * as many as keep the size, or "valid" for none; `dilation` (default 1); `groups` (default 1): into how many parts the
   * channels are divided; `bias` (default true): whether a bias is added; `paddingMode` (default "zeros"): what the
   * added elements are, also "reflect", "replicate" or "circular"; `dtype` (default float32) of the parameters;
   * `backend` on which they are stored.
   * @throws ArgumentError for sizes that are not integers above 0, channels that are no multiple of the groups, "same"
   * with a stride, or an unknown option; DTypeError for a `dtype` that is not floating.
   *
   * @example
   * ```ts
   * const layer = new Conv2d(3, 8, 3, { padding: 1 });
   * layer(zeros([4, 3, 28, 28])).shape; // → [4, 8, 28, 28]
   * layer.weight.shape; // → [8, 3, 3, 3]
   * new Conv2d(8, 8, [3, 5], { padding: "same", groups: 8 })(zeros([8, 9, 9])).shape; // → [8, 9, 9]
   * ```
   *
   * Source: torch.nn.Conv2d.
   */
  constructor(inChannels: number, outChannels: number, kernelSize: Sizes, options?: ConvolutionOptions) {
    super(2, inChannels, outChannels, kernelSize, options);
  }

  forward(input: Tensor): Tensor {
    return convolved(this, input, conv2d);
  }
}

/** A convolution of volumes. */
export class Conv3d extends Convolution {
  /**
   * A convolution of volumes, as {@link functional.conv3d} computes it.
   *
   * The weight `(outChannels, inChannels / groups, kernel depth, kernel height, kernel width)` and the bias `(outChannels)` begin with uniform
   * random numbers between ±1 / √n, where n is the number of the factors of one output.
   *
   * Shapes: `(batch, inChannels, depth, height, width) → (batch, outChannels, depth′, height′, width′)`; also
   * without the batch. A size n becomes ⌊(n + 2 · padding − dilation · (kernelSize − 1) − 1) / stride⌋ + 1.
   *
   * @param inChannels - how many channels the input has.
   * @param outChannels - how many channels the output has.
   * @param kernelSize - the size of a window: a number for all axes, or a list with one for each.
   * @param options - `stride` (default 1); `padding` (default 0): how many elements are added on both sides, "same" for
   * as many as keep the size, or "valid" for none; `dilation` (default 1); `groups` (default 1): into how many parts the
   * channels are divided; `bias` (default true): whether a bias is added; `paddingMode` (default "zeros"): what the
   * added elements are, also "reflect", "replicate" or "circular"; `dtype` (default float32) of the parameters;
   * `backend` on which they are stored.
   * @throws ArgumentError for sizes that are not integers above 0, channels that are no multiple of the groups, "same"
   * with a stride, or an unknown option; DTypeError for a `dtype` that is not floating.
   *
   * @example
   * ```ts
   * new Conv3d(2, 4, [3, 5, 2], { padding: [1, 2, 0] })(zeros([1, 2, 4, 5, 6])).shape; // → [1, 4, 4, 5, 5]
   * ```
   *
   * Source: torch.nn.Conv3d.
   */
  constructor(inChannels: number, outChannels: number, kernelSize: Sizes, options?: ConvolutionOptions) {
    super(3, inChannels, outChannels, kernelSize, options);
  }

  forward(input: Tensor): Tensor {
    return convolved(this, input, conv3d);
  }
}
