/**
 * Instance normalization as layers.
 *
 * @module
 */
import { formatShape, ShapeError } from "@lucid/backend";
import { owned } from "@lucid/tensor/extend";
import { squeeze, type Tensor, unsqueeze } from "@lucid/tensor/functions";
import { instanceNorm } from "../../functional/instance-norm.js";
import { assertDimensions, ChannelNorm, type ChannelNormOptions } from "./over-channels.js";

/** Options of {@link InstanceNorm1d}, {@link InstanceNorm2d} and {@link InstanceNorm3d}. */
export interface InstanceNormOptions extends ChannelNormOptions {}

/** What instance normalization over a number of dimensions computes. */
function normalize(name: string, layer: ChannelNorm, input: Tensor, field: number): Tensor {
  const { training, trackRunningStats, momentum, eps, weight, bias, runningMean, runningVar, numFeatures } = layer;
  const channels = input.shape.at(-field - 1);
  if (channels !== numFeatures && (weight !== null || runningMean !== null)) {
    throw new ShapeError(name, `the input is ${formatShape(input.shape)}`, [input.shape], {
      rule: `it has ${numFeatures} channels`,
    });
  }
  const useInputStats = training || !trackRunningStats;
  const options = { runningMean, runningVar, weight, bias, useInputStats, momentum: momentum ?? 0, eps };
  if (input.ndim === field + 2) return instanceNorm(input, options);
  return owned(() => squeeze(instanceNorm(unsqueeze(input, 0), options), 0));
}

/** Normalizes each channel of each of several sequences over its positions. */
export class InstanceNorm1d extends ChannelNorm {
  /**
   * Normalizes each channel of each of several sequences over its positions (Ulyanov and others 2016).
   *
   *     y = (x − mean) / √(variance + eps) · weight + bias
   *
   * With `trackRunningStats`, training updates running statistics, which evaluation uses in place of the input's.
   *
   * Shapes: `(batch, channels, length) → (batch, channels, length)`; also without the batch.
   *
   * @param numFeatures - the number of channels.
   * @param options - `eps` (default 1e-5); `momentum` (default 0.1): the share of a batch in the updated running
   * statistics, where null means 0; `affine` (default false): whether there are weight and bias; `trackRunningStats`
   * (default false); `dtype` (default float32) of the parameters; `backend` on which they are stored.
   * @throws ArgumentError for a number of channels that is not an integer, 0 or above, a wrong option or an unknown one.
   *
   * @example
   * ```ts
   * const layer = new InstanceNorm1d(2);
   * layer(tensor([[1, 3], [10, 30]])); // → Tensor([[-1, 1], [-1, 1]])
   * ```
   *
   * Source: torch.nn.InstanceNorm1d.
   */
  constructor(numFeatures: number, options?: InstanceNormOptions) {
    super("InstanceNorm1d", numFeatures, options, false);
  }

  forward(input: Tensor): Tensor {
    const rule = "(batch, channels, length) or (channels, length)";
    assertDimensions("InstanceNorm1d", input, [2, 3], rule);
    return normalize("InstanceNorm1d", this, input, 1);
  }
}

/** Normalizes each channel of each of several images over its positions. */
export class InstanceNorm2d extends ChannelNorm {
  /**
   * Normalizes each channel of each of several images over its positions (Ulyanov and others 2016).
   *
   *     y = (x − mean) / √(variance + eps) · weight + bias
   *
   * With `trackRunningStats`, training updates running statistics, which evaluation uses in place of the input's.
   *
   * Shapes: `(batch, channels, height, width) → (batch, channels, height, width)`; also without the batch.
   *
   * @param numFeatures - the number of channels.
   * @param options - `eps` (default 1e-5); `momentum` (default 0.1): the share of a batch in the updated running
   * statistics, where null means 0; `affine` (default false): whether there are weight and bias; `trackRunningStats`
   * (default false); `dtype` (default float32) of the parameters; `backend` on which they are stored.
   * @throws ArgumentError for a number of channels that is not an integer, 0 or above, a wrong option or an unknown one.
   *
   * @example
   * ```ts
   * const layer = new InstanceNorm2d(2);
   * layer(tensor([[[1, 3]], [[10, 30]]])); // → Tensor([[[-1, 1]], [[-1, 1]]])
   * ```
   *
   * Source: torch.nn.InstanceNorm2d.
   */
  constructor(numFeatures: number, options?: InstanceNormOptions) {
    super("InstanceNorm2d", numFeatures, options, false);
  }

  forward(input: Tensor): Tensor {
    const rule = "(batch, channels, height, width) or (channels, height, width)";
    assertDimensions("InstanceNorm2d", input, [3, 4], rule);
    return normalize("InstanceNorm2d", this, input, 2);
  }
}

/** Normalizes each channel of each of several volumes over its positions. */
export class InstanceNorm3d extends ChannelNorm {
  /**
   * Normalizes each channel of each of several volumes over its positions (Ulyanov and others 2016).
   *
   *     y = (x − mean) / √(variance + eps) · weight + bias
   *
   * With `trackRunningStats`, training updates running statistics, which evaluation uses in place of the input's.
   *
   * Shapes: `(batch, channels, depth, height, width) → (batch, channels, depth, height, width)`; also without the batch.
   *
   * @param numFeatures - the number of channels.
   * @param options - `eps` (default 1e-5); `momentum` (default 0.1): the share of a batch in the updated running
   * statistics, where null means 0; `affine` (default false): whether there are weight and bias; `trackRunningStats`
   * (default false); `dtype` (default float32) of the parameters; `backend` on which they are stored.
   * @throws ArgumentError for a number of channels that is not an integer, 0 or above, a wrong option or an unknown one.
   *
   * @example
   * ```ts
   * const layer = new InstanceNorm3d(2);
   * layer(tensor([[[[1, 3]]], [[[10, 30]]]])); // → Tensor([[[[-1, 1]]], [[[-1, 1]]]])
   * ```
   *
   * Source: torch.nn.InstanceNorm3d.
   */
  constructor(numFeatures: number, options?: InstanceNormOptions) {
    super("InstanceNorm3d", numFeatures, options, false);
  }

  forward(input: Tensor): Tensor {
    const rule = "(batch, channels, depth, height, width) or (channels, depth, height, width)";
    assertDimensions("InstanceNorm3d", input, [4, 5], rule);
    return normalize("InstanceNorm3d", this, input, 3);
  }
}
