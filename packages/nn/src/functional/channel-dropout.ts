/**
 * Dropout of whole channels.
 *
 * @module
 */
import { formatShape, ShapeError } from "@lucid/backend";
import { owned, withRandomKey } from "@lucid/tensor/extend";
import { mul, type Tensor } from "@lucid/tensor/functions";
import { channelShape, type DropoutFunctionOptions, drawScales, resolveDropout } from "./internal/dropout.js";

/** Drops whole channels. The last `field` dimensions are those of a channel. */
function dropChannels(operation: string, input: Tensor, probability: number, field: number): Tensor {
  const scale = probability === 1 ? 0 : 1 / (1 - probability);
  const shape = channelShape(input, field);
  return withRandomKey((key) =>
    owned(() => mul(input, drawScales(operation, input, shape, key, 1 - probability, scale))),
  );
}

/** @throws ShapeError unless the input has one of two numbers of dimensions. */
function assertDimensions(operation: string, input: Tensor, counts: readonly number[], rule: string): void {
  if (counts.includes(input.ndim)) return;
  throw new ShapeError(operation, `the input is ${formatShape(input.shape)}`, [input.shape], { rule });
}

/**
 * Sets random channels of sequences to 0 in training and enlarges the others, so that the mean stays the same.
 *
 *     y[n, c] = 0 with probability p, else x[n, c] / (1 − p)
 *
 * Shapes: `(batch, channels, length) → (batch, channels, length)`; `(channels, length) → (channels, length)`.
 *
 * @param input - the tensor.
 * @param p - the probability with which a channel becomes 0, by position or in the options; default 0.5.
 * @param training - whether anything is dropped, by position or in the options; default true.
 * @throws ArgumentError unless 0 ≤ p ≤ 1; ShapeError unless the input has 2 or 3 dimensions; DTypeError unless it holds
 * floating-point numbers.
 *
 * @example
 * ```ts
 * functional.dropout1d(tensor([[1, 2]]), 1); // → Tensor([[0, 0]])
 * ```
 *
 * Source: torch.nn.functional.dropout1d.
 */
export function dropout1d(
  input: Tensor,
  p?: number | DropoutFunctionOptions,
  training?: boolean | DropoutFunctionOptions,
): Tensor {
  const { probability, isTraining } = resolveDropout("dropout1d", input, p, training, true);
  assertDimensions("dropout1d", input, [2, 3], "it is (channels, length) or (batch, channels, length)");
  return isTraining ? dropChannels("dropout1d", input, probability, 1) : input;
}

/**
 * Sets random channels of images to 0 in training and enlarges the others, so that the mean stays the same. A tensor of
 * three dimensions counts as a batch of sequences, as in PyTorch.
 *
 *     y[n, c] = 0 with probability p, else x[n, c] / (1 − p)
 *
 * Shapes: `(batch, channels, height, width) → (batch, channels, height, width)`; `(batch, channels, length) → (batch,
 * channels, length)`.
 *
 * @param input - the tensor.
 * @param p - the probability with which a channel becomes 0, by position or in the options; default 0.5.
 * @param training - whether anything is dropped, by position or in the options; default true.
 * @throws ArgumentError unless 0 ≤ p ≤ 1; ShapeError unless the input has 3 or 4 dimensions; DTypeError unless it holds
 * floating-point numbers.
 *
 * @example
 * ```ts
 * functional.dropout2d(tensor([[[1, 2]]]), 1); // → Tensor([[[0, 0]]])
 * ```
 *
 * Source: torch.nn.functional.dropout2d.
 */
export function dropout2d(
  input: Tensor,
  p?: number | DropoutFunctionOptions,
  training?: boolean | DropoutFunctionOptions,
): Tensor {
  const { probability, isTraining } = resolveDropout("dropout2d", input, p, training, true);
  assertDimensions("dropout2d", input, [3, 4], "it is (batch, channels, height, width) or (batch, channels, length)");
  return isTraining ? dropChannels("dropout2d", input, probability, input.ndim - 2) : input;
}

/**
 * Sets random channels of volumes to 0 in training and enlarges the others, so that the mean stays the same.
 *
 *     y[n, c] = 0 with probability p, else x[n, c] / (1 − p)
 *
 * Shapes: `(batch, channels, depth, height, width) → (batch, channels, depth, height, width)`; without a batch
 * `(channels, depth, height, width) → (channels, depth, height, width)`.
 *
 * @param input - the tensor.
 * @param p - the probability with which a channel becomes 0, by position or in the options; default 0.5.
 * @param training - whether anything is dropped, by position or in the options; default true.
 * @throws ArgumentError unless 0 ≤ p ≤ 1; ShapeError unless the input has 4 or 5 dimensions; DTypeError unless it holds
 * floating-point numbers.
 *
 * @example
 * ```ts
 * functional.dropout3d(tensor([[[[1, 2]]]]), 1); // → Tensor([[[[0, 0]]]])
 * ```
 *
 * Source: torch.nn.functional.dropout3d.
 */
export function dropout3d(
  input: Tensor,
  p?: number | DropoutFunctionOptions,
  training?: boolean | DropoutFunctionOptions,
): Tensor {
  const { probability, isTraining } = resolveDropout("dropout3d", input, p, training, true);
  assertDimensions("dropout3d", input, [4, 5], "it is (batch, channels, depth, height, width), or without the batch");
  return isTraining ? dropChannels("dropout3d", input, probability, 3) : input;
}
