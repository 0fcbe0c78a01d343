/**
 * Instance and group normalization.
 *
 * @module
 */
import { noGrad } from "@lucid/autograd";
import { ArgumentError, checkOptions, sizeOf } from "@lucid/backend";
import { callFused, fusedLayerNorm, owned, viewed } from "@lucid/tensor/extend";
import { mean as meanOf, reshape, type Tensor } from "@lucid/tensor/functions";
import { assertFactor, assertFlag, assertNumber } from "../internal/checks.js";
import { affineOverChannels, assertChannels, assertSeveralValues } from "./internal/affine.js";
import { normalizeBatch, unbiasedVariance } from "./internal/batch-norm.js";
import { statisticsOf, updateStatistics } from "./internal/running-statistics.js";

/** Options of `groupNorm`. */
export interface GroupNormFunctionOptions {
  /** A factor for each channel; null (the default) means none. */
  readonly weight?: Tensor | null | undefined;
  /** A summand for each channel; null (the default) means none. */
  readonly bias?: Tensor | null | undefined;
  /** What is added to the variance, so that it is not 0; default 1e-5. */
  readonly eps?: number;
}

/** Normalizes groups of channels of each example. Returns the normalized rows, the rows themselves and their means. */
function normalizeGroups(
  input: Tensor,
  groups: number,
  eps: number,
): { readonly y: Tensor; readonly rows: Tensor; readonly means: Tensor } {
  const batch = input.shape[0]!;
  const size = (input.shape[1]! / groups) * sizeOf(input.shape.slice(2));
  const rows = reshape(input, [batch, groups, size]);
  const [y, means] = callFused(fusedLayerNorm, [rows], { axes: 1, eps });
  return { y: reshape(y!, input.shape), rows, means: means! };
}

/**
 * Normalizes groups of channels of each example (Wu and He 2018).
 *
 *     y = (x − mean) / √(variance + eps) · weight + bias, over the channels of a group and all dimensions after them
 *
 * Shapes: `(batch, channels, …) → (batch, channels, …)`.
 *
 * @param input - a tensor of two dimensions at least.
 * @param numGroups - the number of groups, which divides the number of channels.
 * @param options - `weight`, `bias`, `eps`.
 * @throws ArgumentError for a number of groups that does not divide the channels, or an unknown option; ShapeError for
 * fewer than two dimensions, vectors of another size, or a single number for each group; DTypeError unless everything
 * has one floating type.
 *
 * @example
 * ```ts
 * functional.groupNorm(tensor([[1, 3, 10, 30]]), 2); // → Tensor([[-1, 1, -1, 1]])
 * ```
 *
 * Source: torch.nn.functional.group_norm.
 */
export function groupNorm(input: Tensor, numGroups: number, options?: GroupNormFunctionOptions): Tensor {
  const name = "groupNorm";
  checkOptions(name, options, { weight: true, bias: true, eps: true });
  const { eps = 1e-5 } = options ?? {};
  const weight = options?.weight ?? null;
  const bias = options?.bias ?? null;
  assertFactor(name, "numGroups", numGroups);
  assertChannels(name, input, 2, { eps, vectors: { weight, bias } });
  const [batch, channels] = input.shape as readonly [number, number];
  if (channels % numGroups !== 0) {
    throw new ArgumentError(name, `numGroups is ${numGroups}, the input has ${channels} channels`, {
      rule: "numGroups divides the number of channels",
    });
  }
  assertSeveralValues(name, input, ((batch * channels) / numGroups) * sizeOf(input.shape.slice(2)), "group");
  return owned(() => affineOverChannels(normalizeGroups(input, numGroups, eps).y, weight, bias));
}

/** Options of `instanceNorm`. */
export interface InstanceNormFunctionOptions {
  /** The running mean of each channel, which is updated in place; null (the default) means none. */
  readonly runningMean?: Tensor | null | undefined;
  /** The running variance of each channel, which is updated in place; null (the default) means none. */
  readonly runningVar?: Tensor | null | undefined;
  /** A factor for each channel; null (the default) means none. */
  readonly weight?: Tensor | null | undefined;
  /** A summand for each channel; null (the default) means none. */
  readonly bias?: Tensor | null | undefined;
  /** Whether mean and variance are those of the input, and update the running ones; default true. */
  readonly useInputStats?: boolean;
  /** The share of the input in the updated running statistics; default 0.1. */
  readonly momentum?: number;
  /** What is added to the variance, so that it is not 0; default 1e-5. */
  readonly eps?: number;
}

/**
 * Normalizes each channel of each example (Ulyanov and others 2016).
 *
 *     y = (x − mean) / √(variance + eps) · weight + bias, over all dimensions after the channels
 *
 * Running statistics, if they are given, are updated in place by the mean of the statistics over the batch:
 * `running · (1 − momentum) + batch · momentum`, where the variance has the divisor n − 1. They replace those of the
 * input if `useInputStats` is false, and get no gradient.
 *
 * Shapes: `(batch, channels, …) → (batch, channels, …)`.
 *
 * @param input - a tensor of three dimensions at least.
 * @param options - `runningMean`, `runningVar`, `weight`, `bias`, `useInputStats`, `momentum`, `eps`.
 * @throws ArgumentError if only one running statistic is given, or none where they are needed, or for an unknown
 * option; ShapeError for fewer than three dimensions, vectors of another size, or a single number for each channel;
 * DTypeError unless everything has one floating type.
 *
 * @example
 * ```ts
 * functional.instanceNorm(tensor([[[1, 3], [10, 30]]])); // → Tensor([[[-1, 1], [-1, 1]]])
 * ```
 *
 * Source: torch.nn.functional.instance_norm.
 */
export function instanceNorm(input: Tensor, options?: InstanceNormFunctionOptions): Tensor {
  const name = "instanceNorm";
  checkOptions(name, options, {
    runningMean: true,
    runningVar: true,
    weight: true,
    bias: true,
    useInputStats: true,
    momentum: true,
    eps: true,
  });
  const { useInputStats = true, momentum = 0.1, eps = 1e-5 } = options ?? {};
  const weight = options?.weight ?? null;
  const bias = options?.bias ?? null;
  const runningMean = options?.runningMean ?? null;
  const runningVar = options?.runningVar ?? null;
  assertFlag(name, "useInputStats", useInputStats);
  assertNumber(name, "momentum", momentum);
  assertChannels(name, input, 3, { eps, vectors: { runningMean, runningVar, weight, bias } });
  const running = statisticsOf(name, runningMean, runningVar, !useInputStats);
  if (!useInputStats) return normalizeBatch(input, { running, weight, bias, fromBatch: false, momentum, eps });
  assertSeveralValues(name, input, sizeOf(input.shape.slice(2)), "channel");
  return owned(() => {
    const [batch, channels] = input.shape as readonly [number, number];
    const { y, rows, means } = normalizeGroups(input, channels, eps);
    const result = affineOverChannels(y, weight, bias);
    if (running !== undefined && batch > 0) {
      noGrad(() => {
        const held = means.detach();
        const variance = meanOf(unbiasedVariance(rows.detach(), held), 0);
        updateStatistics(running, meanOf(viewed(held, [batch, channels]), 0), variance, momentum);
      });
    }
    return result;
  });
}
