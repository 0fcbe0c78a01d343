/**
 * Losses between an input and a target of the same shape, as modules.
 *
 * @module
 */
import type { Tensor } from "@lucid/tensor/functions";
import type { LossOptions } from "../functional/internal/reduction.js";
import {
  type HuberLossOptions,
  huberLoss,
  l1Loss,
  mseLoss,
  type SmoothL1LossOptions,
  smoothL1Loss,
} from "../functional/regression.js";
import { assertNotNegative, assertPositive } from "../internal/checks.js";
import { Loss } from "./loss.js";

export type { HuberLossOptions, SmoothL1LossOptions };

/** The Huber loss: quadratic for small residuals, linear for large ones, so that outliers do not dominate. */
export class HuberLoss extends Loss<HuberLossOptions> {
  /** The distance at which the loss turns from quadratic to linear. */
  readonly delta: number;

  /**
   * The Huber loss: quadratic for small residuals, linear for large ones, so that outliers do not dominate.
   *
   *     ½ r²            where |r| ≤ δ, for the residual r = input − target
   *     δ (|r| − ½ δ)   elsewhere
   *
   * The gradient of the input is r, limited to ±δ; that of the target is its negative. A NaN residual gives NaN,
   * forward and backward.
   *
   * Shapes: `(…), (…) → ()`; with the reduction "none" `(…), (…) → (…)`. Different shapes broadcast, with one warning.
   *
   * @param options - `delta` (default 1): the distance at which the loss turns from quadratic to linear; `reduction`
   * (default "mean"): "mean", "sum", "none" or null, which means "none".
   * @throws ArgumentError for a `delta` that is not above 0, an unknown reduction or an unknown option.
   *
   * @example
   * ```ts
   * const criterion = new HuberLoss({ delta: 1 });
   * const input = tensor([1, 2, 3, 4], { requiresGrad: true });
   * const target = tensor([0.5, 2.5, 2.5, 5]);
   * const loss = criterion(input, target);
   * loss.item(); // → 0.21875
   * loss.backward();
   * input.grad; // → Tensor([0.125, -0.125, 0.125, -0.25])
   * ```
   *
   * Source: torch.nn.HuberLoss.
   */
  constructor(options?: HuberLossOptions) {
    super(options, { reduction: true, delta: true });
    const { delta = 1 } = options ?? {};
    assertPositive("HuberLoss", "delta", delta);
    this.delta = delta;
  }

  forward(input: Tensor, target: Tensor): Tensor {
    const { reduction, delta } = this;
    return huberLoss(input, target, { reduction, delta });
  }
}

/**
 * The smooth L1 loss: the L1 loss with a quadratic part around 0. With `beta: 0` it is the L1 loss. {@link HuberLoss}
 * with δ = β is β times as large.
 */
export class SmoothL1Loss extends Loss<SmoothL1LossOptions> {
  /** The distance at which the loss turns from quadratic to linear. */
  readonly beta: number;

  /**
   * The smooth L1 loss: the L1 loss with a quadratic part around 0. With `beta: 0` it is the L1 loss. {@link HuberLoss}
   * with δ = β is β times as large.
   *
   *     ½ r² / β    where |r| < β, for the residual r = input − target
   *     |r| − ½ β   elsewhere
   *
   * Shapes: `(…), (…) → ()`; with the reduction "none" `(…), (…) → (…)`. Different shapes broadcast, with one warning.
   *
   * @param options - `beta` (default 1): the distance at which the loss turns from quadratic to linear; `reduction`
   * (default "mean"): "mean", "sum", "none" or null, which means "none".
   * @throws ArgumentError for a negative `beta`, an unknown reduction or an unknown option.
   *
   * @example
   * ```ts
   * new SmoothL1Loss({ beta: 2 })(tensor([0, 3]), tensor([0.5, 0])).item(); // → 1.03125
   * ```
   *
   * Source: torch.nn.SmoothL1Loss.
   */
  constructor(options?: SmoothL1LossOptions) {
    super(options, { reduction: true, beta: true });
    const { beta = 1 } = options ?? {};
    assertNotNegative("SmoothL1Loss", "beta", beta);
    this.beta = beta;
  }

  forward(input: Tensor, target: Tensor): Tensor {
    const { reduction, beta } = this;
    return smoothL1Loss(input, target, { reduction, beta });
  }
}

/** The squared error. */
export class MSELoss extends Loss {
  /**
   * The squared error.
   *
   *     (input − target)²
   *
   * Shapes: `(…), (…) → ()`; with the reduction "none" `(…), (…) → (…)`. Different shapes broadcast, with one warning.
   *
   * @param options - `reduction` (default "mean"): "mean", "sum", "none" or null, which means "none".
   * @throws ArgumentError for an unknown reduction or an unknown option.
   *
   * @example
   * ```ts
   * new MSELoss()(tensor([1, 2]), tensor([1, 4])).item(); // → 2
   * ```
   *
   * Source: torch.nn.MSELoss.
   */
  constructor(options?: LossOptions) {
    super(options, { reduction: true });
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return mseLoss(input, target, { reduction: this.reduction });
  }
}

/** The absolute error. */
export class L1Loss extends Loss {
  /**
   * The absolute error.
   *
   *     |input − target|
   *
   * Shapes: `(…), (…) → ()`; with the reduction "none" `(…), (…) → (…)`. Different shapes broadcast, with one warning.
   *
   * @param options - `reduction` (default "mean"): "mean", "sum", "none" or null, which means "none".
   * @throws ArgumentError for an unknown reduction or an unknown option.
   *
   * @example
   * ```ts
   * new L1Loss()(tensor([1, 2]), tensor([1, 4])).item(); // → 1
   * ```
   *
   * Source: torch.nn.L1Loss.
   */
  constructor(options?: LossOptions) {
    super(options, { reduction: true });
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return l1Loss(input, target, { reduction: this.reduction });
  }
}
