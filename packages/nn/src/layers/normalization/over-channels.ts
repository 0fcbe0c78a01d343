/**
 * What batch and instance normalization have in common as layers: their options, parameters and running statistics.
 *
 * @module
 */
import {
  ArgumentError,
  type Backend,
  checkOptions,
  type DType,
  describeValue,
  formatShape,
  ShapeError,
} from "@lucid/backend";
import { ones, type Tensor, zeros } from "@lucid/tensor/functions";
import { fill_, zero_ } from "@lucid/tensor/functions";
import { noGrad } from "@lucid/autograd";
import { ones_, zeros_ } from "../../init/index.js";
import { assertCount, assertFlag, assertNotNegative, assertTensor } from "../../internal/checks.js";
import { LibraryModule } from "../../module/library-module.js";
import { Buffer, Parameter } from "../../module/parameter.js";

/** Options of batch and instance normalization. */
export interface ChannelNormOptions {
  /** What is added to the variance, so that it is not 0; default 1e-5. */
  readonly eps?: number;
  /**
   * The share of a batch in the updated running statistics; default 0.1. With null, they are the mean over all batches.
   */
  readonly momentum?: number | null;
  /** Whether there are a weight and a bias; the default is true for batch, and false for instance normalization. */
  readonly affine?: boolean;
  /** Whether there are running statistics; the default is true for batch, and false for instance normalization. */
  readonly trackRunningStats?: boolean;
  /** The type of the parameters and statistics; default float32. */
  readonly dtype?: DType;
  /** Where the parameters and statistics are stored; by default on the default backend. */
  readonly backend?: Backend;
}

/** A layer that normalizes channels. */
export abstract class ChannelNorm extends LibraryModule {
  static readonly stateNames = {
    runningMean: "running_mean",
    runningVar: "running_var",
    numBatchesTracked: "num_batches_tracked",
  };

  /** The number of channels. */
  readonly numFeatures: number;
  /** What is added to the variance. */
  readonly eps: number;
  /** The share of a batch in the updated running statistics; null means that they are the mean over all batches. */
  readonly momentum: number | null;
  /** Whether there are a weight and a bias. */
  readonly affine: boolean;
  /** Whether there are running statistics. */
  readonly trackRunningStats: boolean;
  /** The factor of each channel, or null for none. */
  weight: Parameter | null;
  /** The summand of each channel, or null for none. */
  bias: Parameter | null;
  /** The running mean of each channel, or null for none. */
  runningMean: Buffer | null;
  /** The running variance of each channel, or null for none. */
  runningVar: Buffer | null;
  /** How many batches the running statistics have seen, or null. */
  numBatchesTracked: Buffer | null;

  constructor(name: string, numFeatures: number, options: ChannelNormOptions | undefined, byDefault: boolean) {
    super();
    checkOptions(name, options, {
      eps: true,
      momentum: true,
      affine: true,
      trackRunningStats: true,
      dtype: true,
      backend: true,
    });
    const { eps = 1e-5, momentum = 0.1, affine = byDefault, trackRunningStats = byDefault, ...place } = options ?? {};
    assertCount(name, "numFeatures", numFeatures);
    assertNotNegative(name, "eps", eps);
    if (momentum !== null && typeof momentum !== "number") {
      throw new ArgumentError(name, `momentum is ${describeValue(momentum)}`, { rule: "momentum is a number or null" });
    }
    assertFlag(name, "affine", affine);
    assertFlag(name, "trackRunningStats", trackRunningStats);
    this.numFeatures = numFeatures;
    this.eps = eps;
    this.momentum = momentum;
    this.affine = affine;
    this.trackRunningStats = trackRunningStats;
    this.weight = affine ? new Parameter(ones([numFeatures], place)) : null;
    this.bias = affine ? new Parameter(zeros([numFeatures], place)) : null;
    this.runningMean = trackRunningStats ? new Buffer(zeros([numFeatures], place)) : null;
    this.runningVar = trackRunningStats ? new Buffer(ones([numFeatures], place)) : null;
    const count = place.backend === undefined ? {} : { backend: place.backend };
    this.numBatchesTracked = trackRunningStats ? new Buffer(zeros([], { dtype: "int32", ...count })) : null;
  }

  /** Sets the running statistics to mean 0 and variance 1. */
  resetRunningStats(): void {
    const { runningMean, runningVar, numBatchesTracked } = this;
    noGrad(() => {
      if (runningMean !== null) zero_(runningMean);
      if (runningVar !== null) fill_(runningVar, 1);
      if (numBatchesTracked !== null) zero_(numBatchesTracked);
    });
  }

  /** Sets weight to 1 and bias to 0, and resets the running statistics. */
  resetParameters(): void {
    this.resetRunningStats();
    if (this.weight !== null) ones_(this.weight);
    if (this.bias !== null) zeros_(this.bias);
  }

  override extraRepresentation(): string {
    const text = super.extraRepresentation();
    return this.momentum === null ? text.replace(/(eps=[^,]+)/, "$1, momentum=null") : text;
  }
}

/** @throws unless the input is a tensor with one of these numbers of dimensions. */
export function assertDimensions(name: string, input: Tensor, counts: readonly number[], rule: string): void {
  assertTensor(name, "input", input);
  if (counts.includes(input.ndim)) return;
  throw new ShapeError(name, `the input is ${formatShape(input.shape)}`, [input.shape], { rule: `it is ${rule}` });
}
