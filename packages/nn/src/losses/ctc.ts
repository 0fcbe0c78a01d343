/**
 * The loss of connectionist temporal classification as a module.
 *
 * @module
 */
import { checkOptions } from "@lucid/backend";
import type { Tensor } from "@lucid/tensor/functions";
import { type CTCLossOptions, ctcLoss, type Lengths } from "../functional/ctc/loss.js";
import { type ResolvedReduction, resolveReduction } from "../functional/internal/reduction.js";
import { assertCount, assertFlag } from "../internal/checks.js";
import { LibraryModule } from "../module/library-module.js";

export type { CTCLossOptions, Lengths };

/**
 * The loss of connectionist temporal classification: the negative log-likelihood of label sequences that are shorter
 * than the inputs and not aligned with them (Graves and others 2006).
 */
export class CTCLoss extends LibraryModule<
  [logProbs: Tensor, targets: Tensor, inputLengths: Lengths, targetLengths: Lengths]
> {
  /** How the losses of all sequences are reduced. */
  readonly reduction: ResolvedReduction;
  /** The class that stands for no label. */
  readonly blank: number;
  /** Whether infinite losses and their gradients become 0. */
  readonly zeroInfinity: boolean;

  /**
   * The loss of connectionist temporal classification: the negative log-likelihood of label sequences that are shorter
   * than the inputs and not aligned with them (Graves and others 2006).
   *
   *     −log Σ Πₜ p(path[t]), over all paths that give the target when repeated labels are joined and blanks are left out
   *
   * The reduction "mean" divides each loss by the length of its target before it takes the mean over the batch.
   *
   * Shapes: `(time, batch, classes), (batch, labels), (batch), (batch) → ()`; without a batch `(time, classes),
   * (labels), (), () → ()`. With the reduction "none" the result is `(batch)` or `()`. Targets may also be joined to one
   * vector.
   *
   * @param options - `blank` (default 0): the class that stands for no label; `zeroInfinity` (default false): whether
   * infinite losses, of targets that are too long for their input, and their gradients become 0; `reduction` (default
   * "mean"): "mean", "sum", "none" or null, which means "none".
   * @throws ArgumentError for a `blank` that is not an integer, 0 or above, an unknown reduction or an unknown option.
   *
   * @example
   * ```ts
   * const logProbs = tensor([[0.5, 0.5], [0.5, 0.5]]).log();
   * new CTCLoss()(logProbs, tensor([1], { dtype: "int32" }), 2, 1).item().toFixed(4); // → "0.2877"
   * ```
   *
   * Source: torch.nn.CTCLoss.
   */
  constructor(options?: CTCLossOptions) {
    super();
    checkOptions("CTCLoss", options, { blank: true, zeroInfinity: true, reduction: true });
    const { blank = 0, zeroInfinity = false } = options ?? {};
    this.reduction = resolveReduction("CTCLoss", options?.reduction);
    assertCount("CTCLoss", "blank", blank);
    assertFlag("CTCLoss", "zeroInfinity", zeroInfinity);
    this.blank = blank;
    this.zeroInfinity = zeroInfinity;
  }

  forward(logProbs: Tensor, targets: Tensor, inputLengths: Lengths, targetLengths: Lengths): Tensor {
    const { blank, zeroInfinity, reduction } = this;
    return ctcLoss(logProbs, targets, inputLengths, targetLengths, { blank, zeroInfinity, reduction });
  }
}
