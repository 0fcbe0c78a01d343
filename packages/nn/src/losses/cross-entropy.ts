/**
 * Cross entropy as a module.
 *
 * @module
 */
import type { Tensor } from "@lucid/tensor/core";
import { assertIgnoreIndex, type CrossEntropyOptions, crossEntropy } from "../functional/cross-entropy.js";
import { assertShare, assertTensor, type SettledReduction, settleReduction } from "../functional/reduction.js";
import { Module } from "../module/module.js";
import { Buffer } from "../module/parameter.js";

/**
 * The cross entropy between scores and the right classes, −w[y] · log softmax(x)[y].
 *
 * Scores are `(batch, classes)`, `(batch, classes, …)` or `(classes)`. The target holds class indices (int32), of that shape
 * without the class axis, or the probabilities of all classes, of the same shape. The weight is a buffer: it moves with
 * the module and is saved with it. A mean over class indices divides by the weights of the targets that count, and is
 * NaN if none does. (torch.nn.CrossEntropyLoss)
 *
 * @throws ArgumentError for an unknown reduction, an `ignoreIndex` that is no integer, or a `labelSmoothing` outside 0 … 1.
 *
 * @example
 * ```ts
 * const criterion = new CrossEntropyLoss({ labelSmoothing: 0.1 });
 * const classes = tensor([0, 2], { dtype: "int32" });
 * criterion(tensor([[2, 1, 0], [0, 0, 0]]), classes).item().toFixed(4); // → "0.8031"
 * ```
 */
export class CrossEntropyLoss extends Module<[input: Tensor, target: Tensor]> {
  static readonly libraryCode = true;

  /** A factor for every class. */
  weight: Buffer | null;
  /** Targets of this value count nothing. */
  readonly ignoreIndex: number;
  /** This share of the target is spread over all classes. */
  readonly labelSmoothing: number;
  /** How the losses of all score vectors are reduced. */
  readonly reduction: SettledReduction;

  constructor({ weight = null, ignoreIndex = -100, labelSmoothing = 0, reduction }: CrossEntropyOptions = {}) {
    super();
    if (weight !== null) assertTensor("CrossEntropyLoss", "weight", weight);
    assertIgnoreIndex("CrossEntropyLoss", ignoreIndex);
    assertShare("CrossEntropyLoss", "labelSmoothing", labelSmoothing);
    this.weight = weight === null ? null : new Buffer(weight);
    this.ignoreIndex = ignoreIndex;
    this.labelSmoothing = labelSmoothing;
    this.reduction = settleReduction("CrossEntropyLoss", reduction);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return crossEntropy(input, target, this);
  }

  override extraRepresentation(): string {
    const { ignoreIndex, labelSmoothing, reduction } = this;
    return `reduction=${JSON.stringify(reduction)}, ignoreIndex=${ignoreIndex}, labelSmoothing=${labelSmoothing}`;
  }
}
