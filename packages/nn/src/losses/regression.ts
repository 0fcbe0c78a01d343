/**
 * Losses between an input and a target of one shape, as modules.
 *
 * @module
 */
import type { Tensor } from "@lucid/tensor/core";
import {
  assertNotNegative,
  assertPositive,
  type LossOptions,
  type SettledReduction,
  settleReduction,
} from "../functional/reduction.js";
import {
  type HuberLossOptions,
  huberLoss,
  l1Loss,
  mseLoss,
  type SmoothL1LossOptions,
  smoothL1Loss,
} from "../functional/regression.js";
import { Module } from "../module/module.js";

/**
 * The Huber loss of the residual r = input − target: quadratic near 0, linear beyond δ, so that outliers pull no harder
 * than δ.
 *
 *     ½ r²            where |r| ≤ δ
 *     δ (|r| − ½ δ)   elsewhere
 *
 * The gradient with respect to the input is r, limited to ±δ; with respect to the target, its negative. Any equal shapes; other
 * shapes broadcast, with one warning. With reduction "none" the result has that shape, otherwise `[]`. A NaN residual
 * gives NaN, forward and backward. (torch.nn.HuberLoss)
 *
 * @throws ArgumentError for a δ that is not a number above 0, or an unknown reduction.
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
 */
export class HuberLoss extends Module<[input: Tensor, target: Tensor]> {
  static readonly libraryCode = true;

  /** How the losses of all elements are reduced. */
  readonly reduction: SettledReduction;
  /** Where the loss turns from quadratic to linear. */
  readonly delta: number;

  constructor({ reduction, delta = 1 }: HuberLossOptions = {}) {
    super();
    this.reduction = settleReduction("HuberLoss", reduction);
    assertPositive("HuberLoss", "delta", delta);
    this.delta = delta;
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return huberLoss(input, target, this);
  }

  override extraRepresentation(): string {
    return `reduction=${JSON.stringify(this.reduction)}, delta=${this.delta}`;
  }
}

/**
 * The smooth L1 loss of the residual r = input − target: ½ r² / β where |r| < β, and |r| − ½ β elsewhere; with β = 0 the L1
 * loss. Otherwise like {@link HuberLoss}, which is β times as large. (torch.nn.SmoothL1Loss)
 *
 * @throws ArgumentError for a β that is not a number, 0 or above, or an unknown reduction.
 *
 * @example
 * ```ts
 * new SmoothL1Loss({ beta: 2 })(tensor([0, 3]), tensor([0.5, 0])).item(); // → 1.03125
 * ```
 */
export class SmoothL1Loss extends Module<[input: Tensor, target: Tensor]> {
  static readonly libraryCode = true;

  /** How the losses of all elements are reduced. */
  readonly reduction: SettledReduction;
  /** Where the loss turns from quadratic to linear. */
  readonly beta: number;

  constructor({ reduction, beta = 1 }: SmoothL1LossOptions = {}) {
    super();
    this.reduction = settleReduction("SmoothL1Loss", reduction);
    assertNotNegative("SmoothL1Loss", "beta", beta);
    this.beta = beta;
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return smoothL1Loss(input, target, this);
  }

  override extraRepresentation(): string {
    return `reduction=${JSON.stringify(this.reduction)}, beta=${this.beta}`;
  }
}

/**
 * The squared residual, (input − target)². Other shapes broadcast, with one warning. (torch.nn.MSELoss)
 *
 * @throws ArgumentError for an unknown reduction.
 *
 * @example
 * ```ts
 * new MSELoss()(tensor([1, 2]), tensor([1, 4])).item(); // → 2
 * ```
 */
export class MSELoss extends Module<[input: Tensor, target: Tensor]> {
  static readonly libraryCode = true;

  /** How the losses of all elements are reduced. */
  readonly reduction: SettledReduction;

  constructor({ reduction }: LossOptions = {}) {
    super();
    this.reduction = settleReduction("MSELoss", reduction);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return mseLoss(input, target, this);
  }

  override extraRepresentation(): string {
    return `reduction=${JSON.stringify(this.reduction)}`;
  }
}

/**
 * The size of the residual, |input − target|. Other shapes broadcast, with one warning. (torch.nn.L1Loss)
 *
 * @throws ArgumentError for an unknown reduction.
 *
 * @example
 * ```ts
 * new L1Loss()(tensor([1, 2]), tensor([1, 4])).item(); // → 1
 * ```
 */
export class L1Loss extends Module<[input: Tensor, target: Tensor]> {
  static readonly libraryCode = true;

  /** How the losses of all elements are reduced. */
  readonly reduction: SettledReduction;

  constructor({ reduction }: LossOptions = {}) {
    super();
    this.reduction = settleReduction("L1Loss", reduction);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return l1Loss(input, target, this);
  }

  override extraRepresentation(): string {
    return `reduction=${JSON.stringify(this.reduction)}`;
  }
}
