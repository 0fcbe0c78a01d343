/**
 * Transposed convolution of sequences, images and volumes.
 *
 * @module
 */
import type { Tensor } from "@lucid/tensor/functions";
import { convolveTransposed, type TransposedConvolutionFunctionOptions } from "../internal/convolve.js";

export type { TransposedConvolutionFunctionOptions };

/**
 * Multiplies every element of sequences by a weight, adds the results up where they overlap, and adds a bias. This is
 * what the gradient of a convolution's input is, so it goes back from the sizes of its output to those of its input.
 *
 * Shapes: `(batch, channels, length), (channels, outputs / groups, kernel length) → (batch, outputs,
 * length′)`; also without the batch. A size n becomes
 * (n − 1) · stride − 2 · padding + dilation · (kernel − 1) + outputPadding + 1.
 *
 * @param input - sequences.
 * @param weight - the factors, as a convolution in the other direction has them.
 * @param options - `bias` (default null): what is added to each output channel; `stride` (default 1); `padding` (default
 * 0): how many elements are left out on both sides; `outputPadding` (default 0): how many elements there are more at the
 * end; `groups` (default 1): into how many parts the channels are divided; `dilation` (default 1). Numbers are for all
 * axes, lists have one for each.
 * @throws ArgumentError for options that are not such integers, an `outputPadding` that is not smaller than stride or
 * dilation, or an unknown option; ShapeError if sizes do not fit; DTypeError if types differ or are bool.
 *
 * @example
 * ```ts
 * functional.convTranspose1d(tensor([[1, 2]]), tensor([[[1, 1, 1]]])); // → Tensor([[1, 3, 3, 2]])
 * functional.convTranspose1d(tensor([[1, 2]]), tensor([[[1, 10]]]), { stride: 2 }); // → Tensor([[1, 10, 2, 20]])
 * ```
 *
 * Source: torch.nn.functional.conv_transpose1d.
 */
export function convTranspose1d(input: Tensor, weight: Tensor, options?: TransposedConvolutionFunctionOptions): Tensor {
  return convolveTransposed("convTranspose1d", 1, input, weight, options);
}

/**
 * Multiplies every element of images by a weight, adds the results up where they overlap, and adds a bias. This is
 * what the gradient of a convolution's input is, so it goes back from the sizes of its output to those of its input.
 *
 * Shapes: `(batch, channels, height, width), (channels, outputs / groups, kernel height, kernel width) → (batch, outputs,
 * height′, width′)`; also without the batch. A size n becomes
 * (n − 1) · stride − 2 · padding + dilation · (kernel − 1) + outputPadding + 1.
 *
 * @param input - images.
 * @param weight - the factors, as a convolution in the other direction has them.
 * @param options - `bias` (default null): what is added to each output channel; `stride` (default 1); `padding` (default
 * 0): how many elements are left out on both sides; `outputPadding` (default 0): how many elements there are more at the
 * end; `groups` (default 1): into how many parts the channels are divided; `dilation` (default 1). Numbers are for all
 * axes, lists have one for each.
 * @throws ArgumentError for options that are not such integers, an `outputPadding` that is not smaller than stride or
 * dilation, or an unknown option; ShapeError if sizes do not fit; DTypeError if types differ or are bool.
 *
 * @example
 * ```ts
 * functional.convTranspose2d(tensor([[[1, 2]]]), tensor([[[[1, 1], [3, 3]]]])); // → Tensor([[[1, 3, 2], [3, 9, 6]]])
 * functional.convTranspose2d(zeros([8, 16, 7, 7]), zeros([16, 4, 2, 2]), { stride: 2 }).shape; // → [8, 4, 14, 14]
 * ```
 *
 * Source: torch.nn.functional.conv_transpose2d.
 */
export function convTranspose2d(input: Tensor, weight: Tensor, options?: TransposedConvolutionFunctionOptions): Tensor {
  return convolveTransposed("convTranspose2d", 2, input, weight, options);
}

/**
 * Multiplies every element of volumes by a weight, adds the results up where they overlap, and adds a bias. This is
 * what the gradient of a convolution's input is, so it goes back from the sizes of its output to those of its input.
 *
 * Shapes: `(batch, channels, depth, height, width), (channels, outputs / groups, kernel depth, kernel height, kernel width) → (batch, outputs,
 * depth′, height′, width′)`; also without the batch. A size n becomes
 * (n − 1) · stride − 2 · padding + dilation · (kernel − 1) + outputPadding + 1.
 *
 * @param input - volumes.
 * @param weight - the factors, as a convolution in the other direction has them.
 * @param options - `bias` (default null): what is added to each output channel; `stride` (default 1); `padding` (default
 * 0): how many elements are left out on both sides; `outputPadding` (default 0): how many elements there are more at the
 * end; `groups` (default 1): into how many parts the channels are divided; `dilation` (default 1). Numbers are for all
 * axes, lists have one for each.
 * @throws ArgumentError for options that are not such integers, an `outputPadding` that is not smaller than stride or
 * dilation, or an unknown option; ShapeError if sizes do not fit; DTypeError if types differ or are bool.
 *
 * @example
 * ```ts
 * functional.convTranspose3d(zeros([2, 3, 4, 4, 4]), zeros([3, 4, 2, 2, 2]), { stride: 2 }).shape; // → [2, 4, 8, 8, 8]
 * ```
 *
 * Source: torch.nn.functional.conv_transpose3d.
 */
export function convTranspose3d(input: Tensor, weight: Tensor, options?: TransposedConvolutionFunctionOptions): Tensor {
  return convolveTransposed("convTranspose3d", 3, input, weight, options);
}
