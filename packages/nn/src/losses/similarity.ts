/**
 * Losses of how near vectors are to each other, as modules.
 *
 * @module
 */
import type { Tensor } from "@lucid/tensor/functions";
import {
  type CosineEmbeddingLossOptions,
  cosineEmbeddingLoss,
  type DistanceFunction,
  type TripletMarginLossOptions,
  type TripletMarginWithDistanceLossOptions,
  tripletMarginLoss,
  tripletMarginWithDistanceLoss,
} from "../functional/similarity.js";
import { assertFlag, assertFunction, assertNumber } from "../internal/checks.js";
import { Loss } from "./loss.js";

export type {
  CosineEmbeddingLossOptions,
  DistanceFunction,
  TripletMarginLossOptions,
  TripletMarginWithDistanceLossOptions,
};

/** The loss of pairs of vectors that should point in the same direction or not. */
export class CosineEmbeddingLoss extends Loss<
  CosineEmbeddingLossOptions,
  [input1: Tensor, input2: Tensor, target: Tensor]
> {
  /** The cosine up to which dissimilar pairs do not count. */
  readonly margin: number;

  /**
   * The loss of pairs of vectors that should point in the same direction or not.
   *
   *     1 − cos(input1, input2)                where the target is 1
   *     max(0, cos(input1, input2) − margin)   where the target is −1
   *
   * Shapes: `(batch, n), (batch, n), (batch) → ()`; `(n), (n), () → ()`. With the reduction "none" the result has the
   * shape of the target.
   *
   * @param options - `margin` (default 0): the cosine up to which dissimilar pairs do not count; `reduction` (default
   * "mean"): "mean", "sum", "none" or null, which means "none".
   * @throws ArgumentError for a `margin` that is not a number, an unknown reduction or an unknown option.
   *
   * @example
   * ```ts
   * const [x, y] = [tensor([[1, 0], [1, 0]]), tensor([[0, 2], [3, 0]])];
   * new CosineEmbeddingLoss()(x, y, tensor([1, -1])).item(); // → 1
   * ```
   *
   * Source: torch.nn.CosineEmbeddingLoss.
   */
  constructor(options?: CosineEmbeddingLossOptions) {
    super(options, { margin: true, reduction: true });
    const { margin = 0 } = options ?? {};
    assertNumber("CosineEmbeddingLoss", "margin", margin);
    this.margin = margin;
  }

  forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    const { margin, reduction } = this;
    return cosineEmbeddingLoss(input1, input2, target, { margin, reduction });
  }
}

/** The loss of triplets: an anchor should be nearer to a positive example than to a negative one. */
export class TripletMarginLoss extends Loss<
  TripletMarginLossOptions,
  [anchor: Tensor, positive: Tensor, negative: Tensor]
> {
  /** By how much the negative must be farther away than the positive. */
  readonly margin: number;
  /** The degree of the norm. */
  readonly p: number;
  /** What is added to every difference. */
  readonly eps: number;
  /** Whether the distance of positive and negative counts where it is smaller than that of the anchor. */
  readonly swap: boolean;

  /**
   * The loss of triplets: an anchor should be nearer to a positive example than to a negative one.
   *
   *     max(0, ‖anchor − positive‖ − ‖anchor − negative‖ + margin)
   *
   * Shapes: `(…, n), (…, n), (…, n) → ()`; with the reduction "none" `(…, n), (…, n), (…, n) → (…)`.
   *
   * @param options - `margin` (default 1): by how much the negative must be farther away than the positive; `p`
   * (default 2): the degree of the norm; `eps` (default 1e-6): what is added to every difference; `swap` (default
   * false): whether the distance of positive and negative counts where it is smaller than that of the anchor;
   * `reduction` (default "mean"): "mean", "sum", "none" or null, which means "none".
   * @throws ArgumentError for a `margin` that is not a number, a `p` that is not a number, a `eps` that is not a
   * number, a `swap` that is not true or false, an unknown reduction or an unknown option.
   *
   * @example
   * ```ts
   * const [anchor, near, far] = [tensor([[0, 0]]), tensor([[3, 4]]), tensor([[0, 4]])];
   * new TripletMarginLoss()(anchor, near, far).item().toFixed(4); // → "2.0000"
   * ```
   *
   * Source: torch.nn.TripletMarginLoss.
   */
  constructor(options?: TripletMarginLossOptions) {
    super(options, { margin: true, p: true, eps: true, swap: true, reduction: true });
    const { margin = 1, p = 2, eps = 1e-6, swap = false } = options ?? {};
    assertNumber("TripletMarginLoss", "margin", margin);
    assertNumber("TripletMarginLoss", "p", p);
    assertNumber("TripletMarginLoss", "eps", eps);
    assertFlag("TripletMarginLoss", "swap", swap);
    this.margin = margin;
    this.p = p;
    this.eps = eps;
    this.swap = swap;
  }

  forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    const { margin, p, eps, swap, reduction } = this;
    return tripletMarginLoss(anchor, positive, negative, { margin, p, eps, swap, reduction });
  }
}

/**
 * The loss of triplets for a distance of one's own: an anchor should be nearer to a positive example than to a
 * negative one.
 */
export class TripletMarginWithDistanceLoss extends Loss<
  TripletMarginWithDistanceLossOptions,
  [anchor: Tensor, positive: Tensor, negative: Tensor]
> {
  /** Computes distances; null means `pairwiseDistance`. */
  readonly distanceFunction: DistanceFunction | null;
  /** By how much the negative must be farther away than the positive. */
  readonly margin: number;
  /** Whether the distance of positive and negative counts where it is smaller than that of the anchor. */
  readonly swap: boolean;

  /**
   * The loss of triplets for a distance of one's own: an anchor should be nearer to a positive example than to a
   * negative one.
   *
   *     max(0, d(anchor, positive) − d(anchor, negative) + margin)
   *
   * Shapes: `(…, n), (…, n), (…, n) → ()`; with the reduction "none" the result has the shape of the distances.
   *
   * @param options - `distanceFunction` (default null): computes distances; null means `pairwiseDistance`; `margin`
   * (default 1): by how much the negative must be farther away than the positive; `swap` (default false): whether the
   * distance of positive and negative counts where it is smaller than that of the anchor; `reduction` (default
   * "mean"): "mean", "sum", "none" or null, which means "none".
   * @throws ArgumentError for a `distanceFunction` that is not a function, a `margin` that is not a number, an
   * unknown reduction or an unknown option.
   *
   * @example
   * ```ts
   * const distanceFunction = (x: Tensor, y: Tensor) => sub(1, functional.cosineSimilarity(x, y));
   * const criterion = new TripletMarginWithDistanceLoss({ distanceFunction });
   * criterion(tensor([[1, 0]]), tensor([[0, 2]]), tensor([[3, 0]])).item(); // → 2
   * ```
   *
   * Source: torch.nn.TripletMarginWithDistanceLoss.
   */
  constructor(options?: TripletMarginWithDistanceLossOptions) {
    super(options, { distanceFunction: true, margin: true, swap: true, reduction: true });
    const { distanceFunction = null, margin = 1, swap = false } = options ?? {};
    if (distanceFunction !== null) {
      assertFunction("TripletMarginWithDistanceLoss", "distanceFunction", distanceFunction);
    }
    assertNumber("TripletMarginWithDistanceLoss", "margin", margin);
    assertFlag("TripletMarginWithDistanceLoss", "swap", swap);
    this.distanceFunction = distanceFunction;
    this.margin = margin;
    this.swap = swap;
  }

  forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    const { distanceFunction, margin, swap, reduction } = this;
    return tripletMarginWithDistanceLoss(anchor, positive, negative, { distanceFunction, margin, swap, reduction });
  }
}
