/**
 * Group normalization as a layer.
 *
 * @module
 */
import { ArgumentError, type Backend, checkOptions, type DType } from "@lucid/backend";
import { ones, type Tensor, zeros } from "@lucid/tensor/functions";
import { groupNorm } from "../../functional/instance-norm.js";
import { ones_, zeros_ } from "../../init/index.js";
import { assertCount, assertFactor, assertFlag, assertNotNegative } from "../../internal/checks.js";
import { LibraryModule } from "../../module/library-module.js";
import { Parameter } from "../../module/parameter.js";

/** Options of {@link GroupNorm}. */
export interface GroupNormOptions {
  /** What is added to the variance, so that it is not 0; default 1e-5. */
  readonly eps?: number;
  /** Whether there are a weight and a bias; default true. */
  readonly affine?: boolean;
  /** The type of the parameters; default float32. */
  readonly dtype?: DType;
  /** Where the parameters are stored; by default on the default backend. */
  readonly backend?: Backend;
}

/** Normalizes groups of channels of each example. */
export class GroupNorm extends LibraryModule {
  /** The number of groups. */
  readonly numGroups: number;
  /** The number of channels. */
  readonly numChannels: number;
  /** What is added to the variance. */
  readonly eps: number;
  /** Whether there are a weight and a bias. */
  readonly affine: boolean;
  /** The factor of each channel, or null for none. */
  weight: Parameter | null;
  /** The summand of each channel, or null for none. */
  bias: Parameter | null;

  /**
   * Normalizes groups of channels of each example (Wu and He 2018).
   *
   *     y = (x − mean) / √(variance + eps) · weight + bias, over the channels of a group and all dimensions after them
   *
   * The weight begins with ones, the bias with zeros.
   *
   * Shapes: `(batch, channels, …) → (batch, channels, …)`.
   *
   * @param numGroups - the number of groups.
   * @param numChannels - the number of channels, a multiple of the number of groups.
   * @param options - `eps` (default 1e-5); `affine` (default true): whether there are weight and bias; `dtype` (default
   * float32) of the parameters; `backend` on which they are stored.
   * @throws ArgumentError if the number of groups does not divide that of channels, or for a wrong or an unknown option.
   *
   * @example
   * ```ts
   * new GroupNorm(2, 4)(tensor([[1, 3, 10, 30]])).detach(); // → Tensor([[-1, 1, -1, 1]])
   * ```
   *
   * Source: torch.nn.GroupNorm.
   */
  constructor(numGroups: number, numChannels: number, options?: GroupNormOptions) {
    super();
    assertFactor("GroupNorm", "numGroups", numGroups);
    assertCount("GroupNorm", "numChannels", numChannels);
    checkOptions("GroupNorm", options, { eps: true, affine: true, dtype: true, backend: true });
    const { eps = 1e-5, affine = true, ...place } = options ?? {};
    assertNotNegative("GroupNorm", "eps", eps);
    assertFlag("GroupNorm", "affine", affine);
    if (numChannels % numGroups !== 0) {
      throw new ArgumentError("GroupNorm", `numGroups is ${numGroups}, numChannels ${numChannels}`, {
        rule: "numGroups divides numChannels",
      });
    }
    this.numGroups = numGroups;
    this.numChannels = numChannels;
    this.eps = eps;
    this.affine = affine;
    this.weight = affine ? new Parameter(ones([numChannels], place)) : null;
    this.bias = affine ? new Parameter(zeros([numChannels], place)) : null;
  }

  /** Sets weight to 1 and bias to 0. */
  resetParameters(): void {
    if (this.weight !== null) ones_(this.weight);
    if (this.bias !== null) zeros_(this.bias);
  }

  forward(input: Tensor): Tensor {
    const { numGroups, weight, bias, eps } = this;
    return groupNorm(input, numGroups, { weight, bias, eps });
  }
}
