/**
 * Batch normalization as layers.
 *
 * @module
 */
import type { Tensor } from "@lucid/tensor/functions";
import { assertChannels, assertSeveralValues } from "../../functional/internal/affine.js";
import { normalizeBatch, valuesPerChannel } from "../../functional/internal/batch-norm.js";
import { statisticsOf } from "../../functional/internal/running-statistics.js";
import { assertDimensions, ChannelNorm, type ChannelNormOptions } from "./over-channels.js";

/** Options of {@link BatchNorm1d}, {@link BatchNorm2d} and {@link BatchNorm3d}. */
export interface BatchNormOptions extends ChannelNormOptions {}

/** What batch normalization of any number of dimensions computes. */
function normalize(name: string, layer: ChannelNorm, input: Tensor): Tensor {
  const { training, trackRunningStats, momentum, eps, weight, bias, runningMean, runningVar } = layer;
  const fromBatch = training || (runningMean === null && runningVar === null);
  assertChannels(name, input, 2, { eps, vectors: { runningMean, runningVar, weight, bias } });
  const known = statisticsOf(name, runningMean, runningVar, !fromBatch);
  if (fromBatch) assertSeveralValues(name, input, valuesPerChannel(input), "channel");
  // While training, statistics are passed on only to be updated.
  const running = fromBatch && !(training && trackRunningStats) ? undefined : known;
  const batches = layer.numBatchesTracked ?? undefined;
  const counted = running === undefined || batches === undefined ? running : { ...running, batches };
  const share = batches === undefined ? (momentum ?? 0) : momentum;
  return normalizeBatch(input, { running: counted, weight, bias, fromBatch, momentum: share, eps });
}

/** Normalizes each channel of a batch of vectors or of sequences over the batch and all positions. */
export class BatchNorm1d extends ChannelNorm {
  /**
   * Normalizes each channel of a batch of vectors or of sequences over the batch and all positions (Ioffe and Szegedy 2015).
   *
   *     y = (x − mean) / √(variance + eps) · weight + bias
   *
   * In training, mean and variance are those of the batch, and the running ones are updated. In evaluation they are the
   * running ones, unless `trackRunningStats` is false. The variance of the batch has the divisor n, that in the running
   * one n − 1. The weight begins with ones, the bias with zeros.
   *
   * Shapes: `(batch, channels) → (batch, channels)` or `(batch, channels, length) → (batch, channels, length)`.
   *
   * @param numFeatures - the number of channels.
   * @param options - `eps` (default 1e-5); `momentum` (default 0.1): the share of a batch in the updated running
   * statistics, or null for the mean over all batches; `affine` (default true): whether there are weight and bias;
   * `trackRunningStats` (default true); `dtype` (default float32) of the parameters; `backend` on which they are stored.
   * @throws ArgumentError for a number of channels that is not an integer, 0 or above, a wrong option or an unknown one.
   *
   * @example
   * ```ts
   * const layer = new BatchNorm1d(2);
   * layer(tensor([[1, 10], [3, 30]])).detach(); // → Tensor([[-1, -1], [1, 1]])
   * layer.runningMean?.detach(); // → Tensor([0.2, 2])
   * ```
   *
   * Source: torch.nn.BatchNorm1d.
   */
  constructor(numFeatures: number, options?: BatchNormOptions) {
    super("BatchNorm1d", numFeatures, options, true);
  }

  forward(input: Tensor): Tensor {
    assertDimensions("BatchNorm1d", input, [2, 3], "(batch, channels) or (batch, channels, length)");
    return normalize("BatchNorm1d", this, input);
  }
}

/** Normalizes each channel of a batch of images over the batch and all positions. */
export class BatchNorm2d extends ChannelNorm {
  /**
   * Normalizes each channel of a batch of images over the batch and all positions (Ioffe and Szegedy 2015).
   *
   *     y = (x − mean) / √(variance + eps) · weight + bias
   *
   * In training, mean and variance are those of the batch, and the running ones are updated. In evaluation they are the
   * running ones, unless `trackRunningStats` is false. The variance of the batch has the divisor n, that in the running
   * one n − 1. The weight begins with ones, the bias with zeros.
   *
   * Shapes: `(batch, channels, height, width) → (batch, channels, height, width)`.
   *
   * @param numFeatures - the number of channels.
   * @param options - `eps` (default 1e-5); `momentum` (default 0.1): the share of a batch in the updated running
   * statistics, or null for the mean over all batches; `affine` (default true): whether there are weight and bias;
   * `trackRunningStats` (default true); `dtype` (default float32) of the parameters; `backend` on which they are stored.
   * @throws ArgumentError for a number of channels that is not an integer, 0 or above, a wrong option or an unknown one.
   *
   * @example
   * ```ts
   * const layer = new BatchNorm2d(2);
   * layer(tensor([[[[1, 3]], [[10, 30]]]])).detach(); // → Tensor([[[[-1, 1]], [[-1, 1]]]])
   * layer.runningMean?.detach(); // → Tensor([0.2, 2])
   * ```
   *
   * Source: torch.nn.BatchNorm2d.
   */
  constructor(numFeatures: number, options?: BatchNormOptions) {
    super("BatchNorm2d", numFeatures, options, true);
  }

  forward(input: Tensor): Tensor {
    assertDimensions("BatchNorm2d", input, [4], "(batch, channels, height, width)");
    return normalize("BatchNorm2d", this, input);
  }
}

/** Normalizes each channel of a batch of volumes over the batch and all positions. */
export class BatchNorm3d extends ChannelNorm {
  /**
   * Normalizes each channel of a batch of volumes over the batch and all positions (Ioffe and Szegedy 2015).
   *
   *     y = (x − mean) / √(variance + eps) · weight + bias
   *
   * In training, mean and variance are those of the batch, and the running ones are updated. In evaluation they are the
   * running ones, unless `trackRunningStats` is false. The variance of the batch has the divisor n, that in the running
   * one n − 1. The weight begins with ones, the bias with zeros.
   *
   * Shapes: `(batch, channels, depth, height, width) → (batch, channels, depth, height, width)`.
   *
   * @param numFeatures - the number of channels.
   * @param options - `eps` (default 1e-5); `momentum` (default 0.1): the share of a batch in the updated running
   * statistics, or null for the mean over all batches; `affine` (default true): whether there are weight and bias;
   * `trackRunningStats` (default true); `dtype` (default float32) of the parameters; `backend` on which they are stored.
   * @throws ArgumentError for a number of channels that is not an integer, 0 or above, a wrong option or an unknown one.
   *
   * @example
   * ```ts
   * const layer = new BatchNorm3d(2);
   * layer(tensor([[[[[1, 3]]], [[[10, 30]]]]])).detach(); // → Tensor([[[[[-1, 1]]], [[[-1, 1]]]]])
   * layer.runningMean?.detach(); // → Tensor([0.2, 2])
   * ```
   *
   * Source: torch.nn.BatchNorm3d.
   */
  constructor(numFeatures: number, options?: BatchNormOptions) {
    super("BatchNorm3d", numFeatures, options, true);
  }

  forward(input: Tensor): Tensor {
    assertDimensions("BatchNorm3d", input, [5], "(batch, channels, depth, height, width)");
    return normalize("BatchNorm3d", this, input);
  }
}
