/**
 * Batch normalization.
 *
 * @module
 */
import { checkOptions } from "@lucid/backend";
import type { Tensor } from "@lucid/tensor/functions";
import { assertFlag, assertNumber } from "../internal/checks.js";
import { assertChannels, assertSeveralValues } from "./internal/affine.js";
import { normalizeBatch, valuesPerChannel } from "./internal/batch-norm.js";
import { statisticsOf } from "./internal/running-statistics.js";

/** Options of `batchNorm`. */
export interface BatchNormFunctionOptions {
  /** A factor for each channel; null (the default) means none. */
  readonly weight?: Tensor | null | undefined;
  /** A summand for each channel; null (the default) means none. */
  readonly bias?: Tensor | null | undefined;
  /** Whether mean and variance are those of the batch, and update the running ones; default false. */
  readonly training?: boolean;
  /** The share of the batch in the updated running statistics; default 0.1. */
  readonly momentum?: number;
  /** What is added to the variance, so that it is not 0; default 1e-5. */
  readonly eps?: number;
}

/**
 * Normalizes each channel over the batch and all other dimensions (Ioffe and Szegedy 2015).
 *
 *     y = (x − mean) / √(variance + eps) · weight + bias
 *
 * In training, mean and variance (with n as divisor) are those of the batch, and the running ones, if they are given,
 * are updated in place: `running · (1 − momentum) + batch · momentum`, where the variance of the batch has the divisor
 * n − 1. Outside training they are the running ones, which get no gradient.
 *
 * Shapes: `(batch, channels, …) → (batch, channels, …)`.
 *
 * @param input - a tensor of two dimensions at least.
 * @param runningMean - the running mean of each channel, or null for none.
 * @param runningVar - the running variance of each channel, or null for none.
 * @param options - `weight`, `bias`, `training`, `momentum`, `eps`.
 * @throws ArgumentError if only one running statistic is given, or none outside training, or for an unknown option;
 * ShapeError for fewer than two dimensions, vectors of another size, or a single number for each channel in training;
 * DTypeError unless everything has one floating type.
 *
 * @example
 * ```ts
 * const x = tensor([[1, 10], [3, 30]]);
 * const [mean, variance] = [zeros([2]), ones([2])];
 * functional.batchNorm(x, mean, variance, { training: true }); // → Tensor([[-1, -1], [1, 1]])
 * mean; // → Tensor([0.2, 2])
 * functional.batchNorm(x, tensor([1, 10]), tensor([4, 400])); // → Tensor([[0, 0], [1, 1]])
 * ```
 *
 * Source: torch.nn.functional.batch_norm.
 */
export function batchNorm(
  input: Tensor,
  runningMean: Tensor | null,
  runningVar: Tensor | null,
  options?: BatchNormFunctionOptions,
): Tensor {
  const name = "batchNorm";
  checkOptions(name, options, { weight: true, bias: true, training: true, momentum: true, eps: true });
  const { training = false, momentum = 0.1, eps = 1e-5 } = options ?? {};
  const weight = options?.weight ?? null;
  const bias = options?.bias ?? null;
  assertFlag(name, "training", training);
  assertNumber(name, "momentum", momentum);
  const vectors = { runningMean: runningMean ?? null, runningVar: runningVar ?? null, weight, bias };
  assertChannels(name, input, 2, { eps, vectors });
  const running = statisticsOf(name, vectors.runningMean, vectors.runningVar, !training);
  if (training) assertSeveralValues(name, input, valuesPerChannel(input), "channel");
  return normalizeBatch(input, { running, weight, bias, fromBatch: training, momentum, eps });
}
