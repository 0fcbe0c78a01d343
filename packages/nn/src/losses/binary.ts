/**
 * Losses between probabilities or scores of one class and whether it is the right one, as modules.
 *
 * @module
 */
import type { Tensor } from "@lucid/tensor/functions";
import {
  type BCELossOptions,
  type BCEWithLogitsLossOptions,
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
} from "../functional/binary.js";
import { assertTensor } from "../internal/checks.js";
import { Buffer } from "../module/parameter.js";
import { Loss } from "./loss.js";

export type { BCELossOptions, BCEWithLogitsLossOptions };

/** A weight among options as a buffer: it moves with the module and is part of its state. */
function weightBuffer(loss: string, name: string, weight: Tensor | null): Buffer | null {
  if (weight === null) return null;
  assertTensor(loss, name, weight);
  return new Buffer(weight);
}

/** The binary cross entropy between probabilities and what they should be. */
export class BCELoss extends Loss<BCELossOptions> {
  /** A factor for every element, or null for none. */
  weight: Buffer | null;

  /**
   * The binary cross entropy between probabilities and what they should be.
   *
   *     −weight · (target · log(input) + (1 − target) · log(1 − input))
   *
   * Logarithms below −100 count as −100. A probability outside 0 … 1 gives NaN. The weight is a buffer: it moves with
   * the module and is part of its state.
   *
   * Shapes: `(…), (…) → ()`; with the reduction "none" `(…), (…) → (…)`.
   *
   * @param options - `weight` (default null): a factor for every element; `reduction` (default "mean"): "mean", "sum",
   * "none" or null, which means "none".
   * @throws ArgumentError for an unknown reduction or an unknown option.
   *
   * @example
   * ```ts
   * new BCELoss()(tensor([0.5, 1]), tensor([1, 1])).item().toFixed(4); // → "0.3466"
   * ```
   *
   * Source: torch.nn.BCELoss.
   */
  constructor(options?: BCELossOptions) {
    super(options, { weight: true, reduction: true });
    const { weight = null } = options ?? {};
    this.weight = weightBuffer("BCELoss", "weight", weight);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    const { weight, reduction } = this;
    return binaryCrossEntropy(input, target, { weight, reduction });
  }
}

/** The binary cross entropy between scores and what the probabilities `sigmoid(input)` should be. */
export class BCEWithLogitsLoss extends Loss<BCEWithLogitsLossOptions> {
  static readonly stateNames = { posWeight: "pos_weight" };

  /** A factor for every element, or null for none. */
  weight: Buffer | null;
  /** A factor for the loss of positive targets, or null for none. */
  posWeight: Buffer | null;

  /**
   * The binary cross entropy between scores and what the probabilities `sigmoid(input)` should be. It keeps its digits
   * where a probability is so close to 0 or 1 that {@link BCELoss} would lose them.
   *
   *     −weight · (posWeight · target · log sigmoid(input) + (1 − target) · log(1 − sigmoid(input)))
   *
   * The weights are buffers: they move with the module and are part of its state.
   *
   * Shapes: `(…), (…) → ()`; with the reduction "none" `(…), (…) → (…)`.
   *
   * @param options - `weight` (default null): a factor for every element; `posWeight` (default null): a factor for the
   * loss of positive targets; `reduction` (default "mean"): "mean", "sum", "none" or null, which means "none".
   * @throws ArgumentError for an unknown reduction or an unknown option.
   *
   * @example
   * ```ts
   * new BCEWithLogitsLoss()(tensor([0, 100]), tensor([1, 1])).item().toFixed(4); // → "0.3466"
   * ```
   *
   * Source: torch.nn.BCEWithLogitsLoss.
   */
  constructor(options?: BCEWithLogitsLossOptions) {
    super(options, { weight: true, posWeight: true, reduction: true });
    const { weight = null, posWeight = null } = options ?? {};
    this.weight = weightBuffer("BCEWithLogitsLoss", "weight", weight);
    this.posWeight = weightBuffer("BCEWithLogitsLoss", "posWeight", posWeight);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    const { weight, posWeight, reduction } = this;
    return binaryCrossEntropyWithLogits(input, target, { weight, posWeight, reduction });
  }
}
