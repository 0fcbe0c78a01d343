/**
 * Losses between scores of classes and the right classes, as modules.
 *
 * @module
 */
import type { Tensor } from "@lucid/tensor/functions";
import { type CrossEntropyOptions, crossEntropy, type NLLLossOptions, nllLoss } from "../functional/classification.js";
import { assertFraction, assertInteger, assertTensor } from "../internal/checks.js";
import { Buffer } from "../module/parameter.js";
import { Loss } from "./loss.js";

export type { CrossEntropyOptions, NLLLossOptions };

/** The cross entropy between scores and the right classes. */
export class CrossEntropyLoss extends Loss<CrossEntropyOptions> {
  /** A factor for every class, or null for none. */
  weight: Buffer | null;
  /** Targets of this value do not count. */
  readonly ignoreIndex: number;
  /** The fraction of the target that is spread over all classes. */
  readonly labelSmoothing: number;

  /**
   * The cross entropy between scores and the right classes.
   *
   *     −weight[y] · log softmax(input)[y]         for a target of class indices y
   *     −Σ weight · target · log softmax(input)    for a target of probabilities
   *
   * The mean over class indices divides by the sum of the weights of the targets that count, and is NaN if none does.
   * The weight is a buffer: it moves with the module and is part of its state.
   *
   * Shapes: `(batch, classes), (batch) → ()`; `(batch, classes, …), (batch, …) → ()`; `(classes), () → ()`; a target of
   * probabilities has the shape of the input. With the reduction "none" the result has the input's shape without the
   * classes.
   *
   * @param options - `weight` (default null): a factor for every class; `ignoreIndex` (default −100): targets of this
   * value do not count; `labelSmoothing` (default 0): the fraction of the target that is spread over all classes;
   * `reduction` (default "mean"): "mean", "sum", "none" or null, which means "none".
   * @throws ArgumentError for an `ignoreIndex` that is not an integer, a `labelSmoothing` outside 0 … 1, an unknown
   * reduction or an unknown option.
   *
   * @example
   * ```ts
   * const criterion = new CrossEntropyLoss({ labelSmoothing: 0.1 });
   * const classes = tensor([0, 2], { dtype: "int32" });
   * criterion(tensor([[2, 1, 0], [0, 0, 0]]), classes).item().toFixed(4); // → "0.8031"
   * ```
   *
   * Source: torch.nn.CrossEntropyLoss.
   */
  constructor(options?: CrossEntropyOptions) {
    super(options, { weight: true, ignoreIndex: true, labelSmoothing: true, reduction: true });
    const { weight = null, ignoreIndex = -100, labelSmoothing = 0 } = options ?? {};
    if (weight !== null) assertTensor("CrossEntropyLoss", "weight", weight);
    assertInteger("CrossEntropyLoss", "ignoreIndex", ignoreIndex);
    assertFraction("CrossEntropyLoss", "labelSmoothing", labelSmoothing);
    this.weight = weight === null ? null : new Buffer(weight);
    this.ignoreIndex = ignoreIndex;
    this.labelSmoothing = labelSmoothing;
  }

  forward(input: Tensor, target: Tensor): Tensor {
    const { weight, ignoreIndex, labelSmoothing, reduction } = this;
    return crossEntropy(input, target, { weight, ignoreIndex, labelSmoothing, reduction });
  }
}

/** The negative log-likelihood of the right classes, for log-probabilities as `LogSoftmax` gives them. */
export class NLLLoss extends Loss<NLLLossOptions> {
  /** A factor for every class, or null for none. */
  weight: Buffer | null;
  /** Targets of this value do not count. */
  readonly ignoreIndex: number;

  /**
   * The negative log-likelihood of the right classes, for log-probabilities as `LogSoftmax` gives them.
   *
   *     −weight[y] · input[y], for the class y that the target names
   *
   * The mean divides by the sum of the weights of the targets that count, and is NaN if none does. The weight is a
   * buffer: it moves with the module and is part of its state.
   *
   * Shapes: `(batch, classes), (batch) → ()`; `(batch, classes, …), (batch, …) → ()`; `(classes), () → ()`. With the
   * reduction "none" the result has the shape of the target.
   *
   * @param options - `weight` (default null): a factor for every class; `ignoreIndex` (default −100): targets of this
   * value do not count; `reduction` (default "mean"): "mean", "sum", "none" or null, which means "none".
   * @throws ArgumentError for an `ignoreIndex` that is not an integer, an unknown reduction or an unknown option.
   *
   * @example
   * ```ts
   * const criterion = new NLLLoss();
   * criterion(tensor([[-0.5, -1], [-2, -0.25]]), tensor([0, 1], { dtype: "int32" })).item(); // → 0.375
   * ```
   *
   * Source: torch.nn.NLLLoss.
   */
  constructor(options?: NLLLossOptions) {
    super(options, { weight: true, ignoreIndex: true, reduction: true });
    const { weight = null, ignoreIndex = -100 } = options ?? {};
    if (weight !== null) assertTensor("NLLLoss", "weight", weight);
    assertInteger("NLLLoss", "ignoreIndex", ignoreIndex);
    this.weight = weight === null ? null : new Buffer(weight);
    this.ignoreIndex = ignoreIndex;
  }

  forward(input: Tensor, target: Tensor): Tensor {
    const { weight, ignoreIndex, reduction } = this;
    return nllLoss(input, target, { weight, ignoreIndex, reduction });
  }
}
