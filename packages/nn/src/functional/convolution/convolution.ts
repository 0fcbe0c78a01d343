/**
 * Convolution of sequences, images and volumes.
 *
 * @module
 */
import type { Tensor } from "@lucid/tensor/functions";
import { type ConvolutionFunctionOptions, type ConvolutionPadding, convolve } from "../internal/convolve.js";
import type { Sizes } from "../internal/spatial.js";

export type { ConvolutionFunctionOptions, ConvolutionPadding, Sizes };

/**
 * Convolves sequences with a weight, and adds a bias. No axis of the weight is reversed.
 *
 *     y[o, p] = bias[o] + Σ weight[o, c, k] · x[c, p · stride + k · dilation − padding], over channels c and places k
 *
 * Shapes: `(batch, channels, length), (outputs, channels / groups, kernel length) → (batch, outputs,
 * length′)`; also without the batch. A size n becomes ⌊(n + 2 · padding − dilation · (kernel − 1) − 1) / stride⌋ + 1.
 *
 * @param input - sequences.
 * @param weight - the factors. Output o of group g sums over the channels of group g alone.
 * @param options - `bias` (default null): what is added to each output channel; `stride` (default 1); `padding` (default
 * 0): how many zeros are added on both sides, or "same" for as many as keep the size, or "valid" for none; `dilation`
 * (default 1); `groups` (default 1): into how many parts the channels are divided. Numbers are for all axes, lists have
 * one for each.
 * @throws ArgumentError for options that are not such integers, "same" with a stride, or an unknown option; ShapeError if
 * sizes do not fit; DTypeError if types differ or are bool.
 *
 * @example
 * ```ts
 * functional.conv1d(tensor([[1, 2, 3, 4]]), tensor([[[1, 1]]])); // → Tensor([[3, 5, 7]])
 * functional.conv1d(tensor([[1, 2, 3, 4]]), tensor([[[1, 1, 1]]]), { stride: 2, padding: 1 }); // → Tensor([[3, 9]])
 * ```
 *
 * Source: torch.nn.functional.conv1d.
 */
export function conv1d(input: Tensor, weight: Tensor, options?: ConvolutionFunctionOptions): Tensor {
  return convolve("conv1d", 1, input, weight, options);
}

/**
 * Convolves images with a weight, and adds a bias. No axis of the weight is reversed.
 *
 *     y[o, p] = bias[o] + Σ weight[o, c, k] · x[c, p · stride + k · dilation − padding], over channels c and places k
 *
 * Shapes: `(batch, channels, height, width), (outputs, channels / groups, kernel height, kernel width) → (batch, outputs,
 * height′, width′)`; also without the batch. A size n becomes ⌊(n + 2 · padding − dilation · (kernel − 1) − 1) / stride⌋ + 1.
 *
 * @param input - images.
 * @param weight - the factors. Output o of group g sums over the channels of group g alone.
 * @param options - `bias` (default null): what is added to each output channel; `stride` (default 1); `padding` (default
 * 0): how many zeros are added on both sides, or "same" for as many as keep the size, or "valid" for none; `dilation`
 * (default 1); `groups` (default 1): into how many parts the channels are divided. Numbers are for all axes, lists have
 * one for each.
 * @throws ArgumentError for options that are not such integers, "same" with a stride, or an unknown option; ShapeError if
 * sizes do not fit; DTypeError if types differ or are bool.
 *
 * @example
 * ```ts
 * functional.conv2d(tensor([[[1, 2, 3], [4, 5, 6]]]), tensor([[[[1, 0], [0, 1]]]])); // → Tensor([[[6, 8]]])
 * functional.conv2d(zeros([8, 3, 32, 32]), zeros([16, 3, 3, 3]), { padding: "same" }).shape; // → [8, 16, 32, 32]
 * ```
 *
 * Source: torch.nn.functional.conv2d.
 */
export function conv2d(input: Tensor, weight: Tensor, options?: ConvolutionFunctionOptions): Tensor {
  return convolve("conv2d", 2, input, weight, options);
}

/**
 * Convolves volumes with a weight, and adds a bias. No axis of the weight is reversed.
 *
 *     y[o, p] = bias[o] + Σ weight[o, c, k] · x[c, p · stride + k · dilation − padding], over channels c and places k
 *
 * Shapes: `(batch, channels, depth, height, width), (outputs, channels / groups, kernel depth, kernel height, kernel width) → (batch, outputs,
 * depth′, height′, width′)`; also without the batch. A size n becomes ⌊(n + 2 · padding − dilation · (kernel − 1) − 1) / stride⌋ + 1.
 *
 * @param input - volumes.
 * @param weight - the factors. Output o of group g sums over the channels of group g alone.
 * @param options - `bias` (default null): what is added to each output channel; `stride` (default 1); `padding` (default
 * 0): how many zeros are added on both sides, or "same" for as many as keep the size, or "valid" for none; `dilation`
 * (default 1); `groups` (default 1): into how many parts the channels are divided. Numbers are for all axes, lists have
 * one for each.
 * @throws ArgumentError for options that are not such integers, "same" with a stride, or an unknown option; ShapeError if
 * sizes do not fit; DTypeError if types differ or are bool.
 *
 * @example
 * ```ts
 * functional.conv3d(zeros([2, 3, 8, 8, 8]), zeros([4, 3, 3, 3, 3]), { padding: 1, stride: 2 }).shape; // → [2, 4, 4, 4, 4]
 * ```
 *
 * Source: torch.nn.functional.conv3d.
 */
export function conv3d(input: Tensor, weight: Tensor, options?: ConvolutionFunctionOptions): Tensor {
  return convolve("conv3d", 3, input, weight, options);
}
