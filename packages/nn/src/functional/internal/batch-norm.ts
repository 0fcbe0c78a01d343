/**
 * Batch normalization as function and layers share it.
 *
 * @module
 */
import { noGrad } from "@lucid/autograd";
import { sizeOf } from "@lucid/backend";
import { callFused, fusedLayerNorm, fusedReduce, op, owned, viewed } from "@lucid/tensor/extend";
import {
  add,
  type Elementwise,
  elementwise,
  type Formula,
  mul,
  permute,
  sqrt,
  square,
  sub,
  type Tensor,
} from "@lucid/tensor/functions";
import { affineOverChannels, alongChannels } from "./affine.js";
import { type RunningStatistics, updateStatistics } from "./running-statistics.js";

/** How a batch is normalized. All arguments have been checked. */
export interface BatchNormalization {
  readonly running: RunningStatistics | undefined;
  readonly weight: Tensor | null;
  readonly bias: Tensor | null;
  /** Whether the statistics are those of the batch. */
  readonly fromBatch: boolean;
  /** The share of the batch in the running statistics; null means the mean over all batches. */
  readonly momentum: number | null;
  readonly eps: number;
}

const squaredDistance: Elementwise<[x: Formula, center: Formula]> = /* @__PURE__ */ elementwise(
  (x: Formula, center: Formula) => square(sub(x, center)),
  { name: "batchNorm" },
);
const inverseDeviation: Elementwise<[variance: Formula, eps: Formula]> = /* @__PURE__ */ elementwise(
  (variance: Formula, eps: Formula) => op("div", 1, sqrt(add(variance, eps))),
  { name: "batchNorm" },
);
const normalized: Elementwise<[x: Formula, center: Formula, factor: Formula]> = /* @__PURE__ */ elementwise(
  (x: Formula, center: Formula, factor: Formula) => mul(sub(x, center), factor),
  { name: "batchNorm" },
);
const normalizedAffine: Elementwise<[x: Formula, center: Formula, factor: Formula, weight: Formula, bias: Formula]> =
  /* @__PURE__ */ elementwise(
    (x: Formula, center: Formula, factor: Formula, weight: Formula, bias: Formula) =>
      add(mul(mul(sub(x, center), factor), weight), bias),
    { name: "batchNorm" },
  );

/** The variance of vectors along the last dimension, with n − 1 as divisor. */
export function unbiasedVariance(rows: Tensor, means: Tensor): Tensor {
  return fusedReduce(squaredDistance, [rows, means], { dim: -1, mean: rows.shape.at(-1)! - 1 });
}

/** The dimensions with the channels first. Exchanging two dimensions is its own inverse. */
const channelsFirst = (ndim: number): readonly number[] => [1, 0, ...Array.from({ length: ndim - 2 }, (_, i) => i + 2)];

/** Normalizes each channel, and updates the running statistics where they are given and the batch's are used. */
export function normalizeBatch(input: Tensor, how: BatchNormalization): Tensor {
  return owned(() => (how.fromBatch ? byBatch(input, how) : byRunning(input, how)));
}

function byBatch(input: Tensor, { running, weight, bias, momentum, eps }: BatchNormalization): Tensor {
  const order = channelsFirst(input.ndim);
  const channels = input.shape[1]!;
  const turned = permute(input, order);
  const [y, mean] = callFused(fusedLayerNorm, [turned], { axes: input.ndim - 1, eps });
  const result = affineOverChannels(permute(y!, order), weight, bias);
  const count = input.numel() / channels;
  if (running !== undefined && count > 0) {
    noGrad(() => {
      const dim = Array.from({ length: input.ndim - 1 }, (_, i) => i + 1);
      const variance = fusedReduce(squaredDistance, [turned.detach(), mean!.detach()], { dim, mean: count - 1 });
      updateStatistics(running, viewed(mean!.detach(), [channels]), variance, momentum);
    });
  }
  return result;
}

function byRunning(input: Tensor, { running, weight, bias, eps }: BatchNormalization): Tensor {
  const { ndim } = input;
  const center = alongChannels(running!.mean.detach(), ndim);
  const factor = alongChannels(inverseDeviation(running!.variance.detach(), eps), ndim);
  if (weight !== null && bias !== null) {
    return normalizedAffine(input, center, factor, alongChannels(weight, ndim), alongChannels(bias, ndim));
  }
  const result = normalized(input, center, factor);
  return weight === null && bias === null ? result : affineOverChannels(result, weight, bias);
}

/** How many numbers each channel has. */
export function valuesPerChannel({ shape }: Tensor): number {
  return sizeOf(shape.filter((_, axis) => axis !== 1));
}
