/**
 * Layers of transposed convolution.
 *
 * @module
 */
import type { Tensor } from "@lucid/tensor/functions";
import { convTranspose1d, convTranspose2d, convTranspose3d } from "../../functional/convolution/transposed.js";
import type { Sizes } from "../../functional/internal/spatial.js";
import { outputPaddingFor, TransposedConvolution, type TransposedConvolutionOptions } from "./internal/base.js";

export type { TransposedConvolutionOptions };

/** A transposed convolution of sequences. */
export class ConvTranspose1d extends TransposedConvolution {
  /**
   * A transposed convolution of sequences, as {@link functional.convTranspose1d} computes it. A call may name the
   * sizes of the output, where several are possible because of the stride.
   *
   * The weight `(inChannels, outChannels / groups, kernel length)` and the bias `(outChannels)` begin with uniform
   * random numbers between ±1 / √n, where n is the product of all sizes of the weight but the first.
   *
   * Shapes: `(batch, inChannels, length) → (batch, outChannels, length′)`; also
   * without the batch. A size n becomes
   * (n − 1) · stride − 2 · padding + dilation · (kernelSize − 1) + outputPadding + 1.
   *
   * @param inChannels - how many channels the input has.
   * @param outChannels - how many channels the output has.
   * @param kernelSize - the size of a window: a number for all axes, or a list with one for each.
   * @param options - `stride` (default 1); `padding` (default 0): how many elements are left out on both sides;
   * `outputPadding` (default 0): how many elements there are more at the end; `groups` (default 1): into how many parts
   * the channels are divided; `bias` (default true): whether a bias is added; `dilation` (default 1); `paddingMode`,
   * only "zeros"; `dtype` (default float32) of the parameters; `backend` on which they are stored.
   * @throws ArgumentError for sizes that are not integers above 0, channels that are no multiple of the groups, or an
   * unknown option; DTypeError for a `dtype` that is not floating.
   *
   * @example
   * ```ts
   * new ConvTranspose1d(16, 8, 2, { stride: 2 })(zeros([4, 16, 10])).shape; // → [4, 8, 20]
   * ```
   *
   * Source: torch.nn.ConvTranspose1d.
   */
  constructor(inChannels: number, outChannels: number, kernelSize: Sizes, options?: TransposedConvolutionOptions) {
    super(1, inChannels, outChannels, kernelSize, options);
  }

  forward(input: Tensor, outputSize?: readonly number[]): Tensor {
    const { weight, bias, stride, padding, dilation, groups } = this;
    const outputPadding = outputPaddingFor(this, input, outputSize);
    return convTranspose1d(input, weight, { bias, stride, padding, outputPadding, dilation, groups });
  }
}

/** A transposed convolution of images. */
export class ConvTranspose2d extends TransposedConvolution {
  /**
   * A transposed convolution of images, as {@link functional.convTranspose2d} computes it. A call may name the
   * sizes of the output, where several are possible because of the stride.
   *
   * The weight `(inChannels, outChannels / groups, kernel height, kernel width)` and the bias `(outChannels)` begin with uniform
   * random numbers between ±1 / √n, where n is the product of all sizes of the weight but the first.
   *
   * Shapes: `(batch, inChannels, height, width) → (batch, outChannels, height′, width′)`; also
   * without the batch. A size n becomes
   * (n − 1) · stride − 2 · padding + dilation · (kernelSize − 1) + outputPadding + 1.
   *
   * @param inChannels - how many channels the input has.
   * @param outChannels - how many channels the output has.
   * @param kernelSize - the size of a window: a number for all axes, or a list with one for each.
   * @param options - `stride` (default 1); `padding` (default 0): how many elements are left out on both sides;
   * `outputPadding` (default 0): how many elements there are more at the end; `groups` (default 1): into how many parts
   * the channels are divided; `bias` (default true): whether a bias is added; `dilation` (default 1); `paddingMode`,
   * only "zeros"; `dtype` (default float32) of the parameters; `backend` on which they are stored.
   * @throws ArgumentError for sizes that are not integers above 0, channels that are no multiple of the groups, or an
   * unknown option; DTypeError for a `dtype` that is not floating.
   *
   * @example
   * ```ts
   * const layer = new ConvTranspose2d(16, 8, 3, { stride: 2, padding: 1 });
   * layer(zeros([4, 16, 7, 7])).shape; // → [4, 8, 13, 13]
   * layer(zeros([4, 16, 7, 7]), [14, 14]).shape; // → [4, 8, 14, 14]
   * layer.weight.shape; // → [16, 8, 3, 3]
   * ```
   *
   * Source: torch.nn.ConvTranspose2d.
   */
  constructor(inChannels: number, outChannels: number, kernelSize: Sizes, options?: TransposedConvolutionOptions) {
    super(2, inChannels, outChannels, kernelSize, options);
  }

  forward(input: Tensor, outputSize?: readonly number[]): Tensor {
    const { weight, bias, stride, padding, dilation, groups } = this;
    const outputPadding = outputPaddingFor(this, input, outputSize);
    return convTranspose2d(input, weight, { bias, stride, padding, outputPadding, dilation, groups });
  }
}

/** A transposed convolution of volumes. */
export class ConvTranspose3d extends TransposedConvolution {
  /**
   * A transposed convolution of volumes, as {@link functional.convTranspose3d} computes it. A call may name the
   * sizes of the output, where several are possible because of the stride.
   *
   * The weight `(inChannels, outChannels / groups, kernel depth, kernel height, kernel width)` and the bias `(outChannels)` begin with uniform
   * random numbers between ±1 / √n, where n is the product of all sizes of the weight but the first.
   *
   * Shapes: `(batch, inChannels, depth, height, width) → (batch, outChannels, depth′, height′, width′)`; also
   * without the batch. A size n becomes
   * (n − 1) · stride − 2 · padding + dilation · (kernelSize − 1) + outputPadding + 1.
   *
   * @param inChannels - how many channels the input has.
   * @param outChannels - how many channels the output has.
   * @param kernelSize - the size of a window: a number for all axes, or a list with one for each.
   * @param options - `stride` (default 1); `padding` (default 0): how many elements are left out on both sides;
   * `outputPadding` (default 0): how many elements there are more at the end; `groups` (default 1): into how many parts
   * the channels are divided; `bias` (default true): whether a bias is added; `dilation` (default 1); `paddingMode`,
   * only "zeros"; `dtype` (default float32) of the parameters; `backend` on which they are stored.
   * @throws ArgumentError for sizes that are not integers above 0, channels that are no multiple of the groups, or an
   * unknown option; DTypeError for a `dtype` that is not floating.
   *
   * @example
   * ```ts
   * new ConvTranspose3d(2, 4, 2, { stride: 2 })(zeros([1, 2, 3, 4, 5])).shape; // → [1, 4, 6, 8, 10]
   * ```
   *
   * Source: torch.nn.ConvTranspose3d.
   */
  constructor(inChannels: number, outChannels: number, kernelSize: Sizes, options?: TransposedConvolutionOptions) {
    super(3, inChannels, outChannels, kernelSize, options);
  }

  forward(input: Tensor, outputSize?: readonly number[]): Tensor {
    const { weight, bias, stride, padding, dilation, groups } = this;
    const outputPadding = outputPaddingFor(this, input, outputSize);
    return convTranspose3d(input, weight, { bias, stride, padding, outputPadding, dilation, groups });
  }
}
