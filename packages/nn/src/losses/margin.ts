/**
 * Losses that ask for a margin, as modules.
 *
 * @module
 */
import type { Tensor } from "@lucid/tensor/functions";
import { assertPower } from "../functional/internal/classes.js";
import type { LossOptions } from "../functional/internal/reduction.js";
import {
  type HingeEmbeddingLossOptions,
  hingeEmbeddingLoss,
  type MarginRankingLossOptions,
  marginRankingLoss,
  softMarginLoss,
} from "../functional/margin.js";
import {
  type MultiLabelSoftMarginLossOptions,
  type MultiMarginLossOptions,
  multilabelMarginLoss,
  multilabelSoftMarginLoss,
  multiMarginLoss,
} from "../functional/multi-margin.js";
import { assertNumber, assertTensor } from "../internal/checks.js";
import { Buffer } from "../module/parameter.js";
import { Loss } from "./loss.js";

export type {
  HingeEmbeddingLossOptions,
  MarginRankingLossOptions,
  MultiLabelSoftMarginLossOptions,
  MultiMarginLossOptions,
};

/** The loss of pairs of scores that should be ranked. */
export class MarginRankingLoss extends Loss<
  MarginRankingLossOptions,
  [input1: Tensor, input2: Tensor, target: Tensor]
> {
  /** By how much the higher score must exceed the other. */
  readonly margin: number;

  /**
   * The loss of pairs of scores that should be ranked.
   *
   *     max(0, −target · (input1 − input2) + margin)
   *
   * Shapes: `(…), (…), (…) → ()`; with the reduction "none" `(…), (…), (…) → (…)`.
   *
   * @param options - `margin` (default 0): by how much the higher score must exceed the other; `reduction` (default
   * "mean"): "mean", "sum", "none" or null, which means "none".
   * @throws ArgumentError for a `margin` that is not a number, an unknown reduction or an unknown option.
   *
   * @example
   * ```ts
   * const criterion = new MarginRankingLoss({ margin: 0.5 });
   * criterion(tensor([1, 3]), tensor([2, 1]), tensor([1, 1])).item(); // → 0.75
   * ```
   *
   * Source: torch.nn.MarginRankingLoss.
   */
  constructor(options?: MarginRankingLossOptions) {
    super(options, { margin: true, reduction: true });
    const { margin = 0 } = options ?? {};
    assertNumber("MarginRankingLoss", "margin", margin);
    this.margin = margin;
  }

  forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    const { margin, reduction } = this;
    return marginRankingLoss(input1, input2, target, { margin, reduction });
  }
}

/** The loss of distances between pairs that are similar or not. */
export class HingeEmbeddingLoss extends Loss<HingeEmbeddingLossOptions> {
  /** The distance from which on dissimilar pairs do not count. */
  readonly margin: number;

  /**
   * The loss of distances between pairs that are similar or not.
   *
   *     input                     where the target is 1
   *     max(0, margin − input)    where the target is −1
   *
   * Shapes: `(…), (…) → ()`; with the reduction "none" `(…), (…) → (…)`.
   *
   * @param options - `margin` (default 1): the distance from which on dissimilar pairs do not count; `reduction`
   * (default "mean"): "mean", "sum", "none" or null, which means "none".
   * @throws ArgumentError for a `margin` that is not a number, an unknown reduction or an unknown option.
   *
   * @example
   * ```ts
   * new HingeEmbeddingLoss()(tensor([0.5, 0.25]), tensor([1, -1])).item(); // → 0.625
   * ```
   *
   * Source: torch.nn.HingeEmbeddingLoss.
   */
  constructor(options?: HingeEmbeddingLossOptions) {
    super(options, { margin: true, reduction: true });
    const { margin = 1 } = options ?? {};
    assertNumber("HingeEmbeddingLoss", "margin", margin);
    this.margin = margin;
  }

  forward(input: Tensor, target: Tensor): Tensor {
    const { margin, reduction } = this;
    return hingeEmbeddingLoss(input, target, { margin, reduction });
  }
}

/** The logistic loss between scores and targets of 1 or −1. */
export class SoftMarginLoss extends Loss {
  /**
   * The logistic loss between scores and targets of 1 or −1.
   *
   *     log(1 + exp(−target · input))
   *
   * Shapes: `(…), (…) → ()`; with the reduction "none" `(…), (…) → (…)`.
   *
   * @param options - `reduction` (default "mean"): "mean", "sum", "none" or null, which means "none".
   * @throws ArgumentError for an unknown reduction or an unknown option.
   *
   * @example
   * ```ts
   * new SoftMarginLoss()(tensor([0, 100]), tensor([1, 1])).item().toFixed(4); // → "0.3466"
   * ```
   *
   * Source: torch.nn.SoftMarginLoss.
   */
  constructor(options?: LossOptions) {
    super(options, { reduction: true });
  }

  forward(input: Tensor, target: Tensor): Tensor {
    const { reduction } = this;
    return softMarginLoss(input, target, { reduction });
  }
}

/** The hinge loss of scores of classes, of which one is right. */
export class MultiMarginLoss extends Loss<MultiMarginLossOptions> {
  /** The power of what a class lacks, 1 or 2. */
  readonly p: 1 | 2;
  /** By how much the score of the right class must exceed each other. */
  readonly margin: number;
  /** A factor for every class, or null for none. */
  weight: Buffer | null;

  /**
   * The hinge loss of scores of classes, of which one is right.
   *
   *     Σ weight[y] · max(0, margin − input[y] + input[i])^p / classes, over all classes i but the right one, y
   *
   * The target holds class indices, int32. The weight is a buffer: it moves with the module and is part of its state.
   *
   * Shapes: `(batch, classes), (batch) → ()`; `(classes), () → ()`. With the reduction "none" the result has the
   * shape of the target.
   *
   * @param options - `p` (default 1): the power of what a class lacks, 1 or 2; `margin` (default 1): by how much the
   * score of the right class must exceed each other; `weight` (default null): a factor for every class; `reduction`
   * (default "mean"): "mean", "sum", "none" or null, which means "none".
   * @throws ArgumentError for a `p` other than 1 and 2, a `margin` that is not a number, an unknown reduction or an
   * unknown option.
   *
   * @example
   * ```ts
   * const right = tensor([3], { dtype: "int32" });
   * new MultiMarginLoss()(tensor([[0.1, 0.2, 0.4, 0.8]]), right).item().toFixed(4); // → "0.3250"
   * ```
   *
   * Source: torch.nn.MultiMarginLoss.
   */
  constructor(options?: MultiMarginLossOptions) {
    super(options, { p: true, margin: true, weight: true, reduction: true });
    const { p = 1, margin = 1, weight = null } = options ?? {};
    assertPower("MultiMarginLoss", p);
    assertNumber("MultiMarginLoss", "margin", margin);
    if (weight !== null) assertTensor("MultiMarginLoss", "weight", weight);
    this.p = p;
    this.margin = margin;
    this.weight = weight === null ? null : new Buffer(weight);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    const { p, margin, weight, reduction } = this;
    return multiMarginLoss(input, target, { p, margin, weight, reduction });
  }
}

/** The hinge loss of scores of classes, of which several are right. */
export class MultiLabelMarginLoss extends Loss {
  /**
   * The hinge loss of scores of classes, of which several are right.
   *
   *     Σ max(0, 1 − input[y] + input[i]) / classes, over all right classes y and all others i
   *
   * The target lists the right classes of every score vector, int32; what follows a first −1 does not count.
   *
   * Shapes: `(batch, classes), (batch, classes) → ()`; `(classes), (classes) → ()`. With the reduction "none"
   * `(batch, classes), (batch, classes) → (batch)`.
   *
   * @param options - `reduction` (default "mean"): "mean", "sum", "none" or null, which means "none".
   * @throws ArgumentError for an unknown reduction or an unknown option.
   *
   * @example
   * ```ts
   * const right = tensor([[3, 0, -1, 1]], { dtype: "int32" });
   * new MultiLabelMarginLoss()(tensor([[0.1, 0.2, 0.4, 0.8]]), right).item().toFixed(2); // → "0.85"
   * ```
   *
   * Source: torch.nn.MultiLabelMarginLoss.
   */
  constructor(options?: LossOptions) {
    super(options, { reduction: true });
  }

  forward(input: Tensor, target: Tensor): Tensor {
    const { reduction } = this;
    return multilabelMarginLoss(input, target, { reduction });
  }
}

/** The mean over the classes of the binary cross entropies between scores and targets. */
export class MultiLabelSoftMarginLoss extends Loss<MultiLabelSoftMarginLossOptions> {
  /** A factor for every class, or null for none. */
  weight: Buffer | null;

  /**
   * The mean over the classes of the binary cross entropies between scores and targets.
   *
   *     −Σ weight · (target · log sigmoid(input) + (1 − target) · log sigmoid(−input)) / classes
   *
   * The weight is a buffer: it moves with the module and is part of its state.
   *
   * Shapes: `(…, classes), (…, classes) → ()`; with the reduction "none" `(…, classes), (…, classes) → (…)`.
   *
   * @param options - `weight` (default null): a factor for every class; `reduction` (default "mean"): "mean", "sum",
   * "none" or null, which means "none".
   * @throws ArgumentError for an unknown reduction or an unknown option.
   *
   * @example
   * ```ts
   * new MultiLabelSoftMarginLoss()(tensor([[0, 100]]), tensor([[1, 1]])).item().toFixed(4); // → "0.3466"
   * ```
   *
   * Source: torch.nn.MultiLabelSoftMarginLoss.
   */
  constructor(options?: MultiLabelSoftMarginLossOptions) {
    super(options, { weight: true, reduction: true });
    const { weight = null } = options ?? {};
    if (weight !== null) assertTensor("MultiLabelSoftMarginLoss", "weight", weight);
    this.weight = weight === null ? null : new Buffer(weight);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    const { weight, reduction } = this;
    return multilabelSoftMarginLoss(input, target, { weight, reduction });
  }
}
