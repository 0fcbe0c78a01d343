/**
 * Negative log-likelihoods of distributions, and the divergence between distributions, as modules.
 *
 * @module
 */
import { checkOptions } from "@lucid/backend";
import type { Tensor } from "@lucid/tensor/functions";
import {
  type KLDivReduction,
  type ResolvedReduction,
  resolveDivergenceReduction,
} from "../functional/internal/reduction.js";
import {
  type GaussianNLLLossOptions,
  gaussianNllLoss,
  type KLDivOptions,
  klDiv,
  type PoissonNLLLossOptions,
  poissonNllLoss,
} from "../functional/likelihood.js";
import { assertFlag, assertPositive } from "../internal/checks.js";
import { LibraryModule } from "../module/library-module.js";
import { Loss } from "./loss.js";

export type { GaussianNLLLossOptions, KLDivOptions, KLDivReduction, PoissonNLLLossOptions };

/** The Kullback–Leibler divergence of a distribution from the target distribution. */
export class KLDivLoss extends LibraryModule<[input: Tensor, target: Tensor]> {
  /** How the losses of all elements are reduced. */
  readonly reduction: ResolvedReduction | "batchmean";
  /** Whether the target holds logarithms of probabilities, too. */
  readonly logTarget: boolean;

  /**
   * The Kullback–Leibler divergence of a distribution from the target distribution.
   *
   *     target · (log target − input), for log-probabilities as input
   *
   * The reduction "batchmean", the sum divided by the size of the first dimension, is the divergence as mathematics
   * defines it; "mean" divides by the number of all elements.
   *
   * Shapes: `(…), (…) → ()`; with the reduction "none" `(…), (…) → (…)`.
   *
   * @param options - `logTarget` (default false): whether the target holds logarithms, too; `reduction` (default
   * "mean"): "mean", "batchmean", "sum", "none" or null, which means "none".
   * @throws ArgumentError for a `logTarget` that is not true or false, an unknown reduction or an unknown option.
   *
   * @example
   * ```ts
   * const criterion = new KLDivLoss({ reduction: "batchmean" });
   * criterion(tensor([[0.25, 0.75]]).log(), tensor([[0.5, 0.5]])).item().toFixed(4); // → "0.1438"
   * ```
   *
   * Source: torch.nn.KLDivLoss.
   */
  constructor(options?: KLDivOptions) {
    super();
    checkOptions("KLDivLoss", options, { reduction: true, logTarget: true });
    const { logTarget = false } = options ?? {};
    this.reduction = resolveDivergenceReduction("KLDivLoss", options?.reduction);
    assertFlag("KLDivLoss", "logTarget", logTarget);
    this.logTarget = logTarget;
  }

  forward(input: Tensor, target: Tensor): Tensor {
    const { reduction, logTarget } = this;
    return klDiv(input, target, { reduction, logTarget });
  }
}

/** The negative log-likelihood of counts whose distribution is Poisson's. */
export class PoissonNLLLoss extends Loss<PoissonNLLLossOptions> {
  /** Whether the input is the logarithm of the expected counts. */
  readonly logInput: boolean;
  /** Whether Stirling's approximation of log(target!) is added. */
  readonly full: boolean;
  /** What is added to the input before its logarithm where `logInput` is false. */
  readonly eps: number;

  /**
   * The negative log-likelihood of counts whose distribution is Poisson's.
   *
   *     exp(input) − target · input            with `logInput`
   *     input − target · log(input + eps)      without
   *
   * With `full`, target · log(target) − target + ½ log(2π · target) is added where the target is above 1.
   *
   * Shapes: `(…), (…) → ()`; with the reduction "none" `(…), (…) → (…)`.
   *
   * @param options - `logInput` (default true): whether the input is the logarithm of the expected counts; `full`
   * (default false): whether Stirling's approximation of log(target!) is added; `eps` (default 1e-8): what is added
   * to the input before its logarithm where `logInput` is false; `reduction` (default "mean"): "mean", "sum", "none"
   * or null, which means "none".
   * @throws ArgumentError for a `logInput` that is not true or false, a `full` that is not true or false, a `eps`
   * that is not above 0, an unknown reduction or an unknown option.
   *
   * @example
   * ```ts
   * new PoissonNLLLoss()(tensor([0, 0]), tensor([1, 3])).item(); // → 1
   * ```
   *
   * Source: torch.nn.PoissonNLLLoss.
   */
  constructor(options?: PoissonNLLLossOptions) {
    super(options, { logInput: true, full: true, eps: true, reduction: true });
    const { logInput = true, full = false, eps = 1e-8 } = options ?? {};
    assertFlag("PoissonNLLLoss", "logInput", logInput);
    assertFlag("PoissonNLLLoss", "full", full);
    assertPositive("PoissonNLLLoss", "eps", eps);
    this.logInput = logInput;
    this.full = full;
    this.eps = eps;
  }

  forward(input: Tensor, target: Tensor): Tensor {
    const { logInput, full, eps, reduction } = this;
    return poissonNllLoss(input, target, { logInput, full, eps, reduction });
  }
}

/** The negative log-likelihood of targets whose distribution is normal, for predictions of mean and variance. */
export class GaussianNLLLoss extends Loss<GaussianNLLLossOptions, [input: Tensor, target: Tensor, variance: Tensor]> {
  /** Whether the constant ½ log 2π is added. */
  readonly full: boolean;
  /** The least variance. */
  readonly eps: number;

  /**
   * The negative log-likelihood of targets whose distribution is normal, for predictions of mean and variance.
   *
   *     ½ (log v + (input − target)² / v) with v = max(variance, eps)
   *
   * PyTorch refuses negative variances; here they count as eps, since no value is read.
   *
   * Shapes: `(…, n), (…, n), (…, n) → ()`; the variance may also be `(…, 1)` or `(…)`, one for each n elements. With
   * the reduction "none" the result has the shape of the input.
   *
   * @param options - `full` (default false): whether the constant ½ log 2π is added; `eps` (default 1e-6): the least
   * variance; `reduction` (default "mean"): "mean", "sum", "none" or null, which means "none".
   * @throws ArgumentError for a `full` that is not true or false, a `eps` that is not above 0, an unknown reduction
   * or an unknown option.
   *
   * @example
   * ```ts
   * new GaussianNLLLoss()(tensor([0, 1]), tensor([2, 1]), tensor([1, 1])).item(); // → 1
   * ```
   *
   * Source: torch.nn.GaussianNLLLoss.
   */
  constructor(options?: GaussianNLLLossOptions) {
    super(options, { full: true, eps: true, reduction: true });
    const { full = false, eps = 1e-6 } = options ?? {};
    assertFlag("GaussianNLLLoss", "full", full);
    assertPositive("GaussianNLLLoss", "eps", eps);
    this.full = full;
    this.eps = eps;
  }

  forward(input: Tensor, target: Tensor, variance: Tensor): Tensor {
    const { full, eps, reduction } = this;
    return gaussianNllLoss(input, target, variance, { full, eps, reduction });
  }
}
