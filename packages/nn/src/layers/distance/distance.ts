/**
 * Distances and similarities between vectors, as layers.
 *
 * @module
 */
import { checkOptions } from "@lucid/backend";
import { readArguments } from "@lucid/tensor/extend";
import type { Tensor } from "@lucid/tensor/functions";
import {
  type CosineSimilarityOptions,
  cosineSimilarity,
  type PairwiseDistanceOptions,
  pairwiseDistance,
} from "../../functional/distance.js";
import { assertFlag, assertInteger, assertNotNegative, assertNumber } from "../../internal/checks.js";
import { LibraryModule } from "../../module/library-module.js";

export type { CosineSimilarityOptions, PairwiseDistanceOptions };

/** The cosines of the angles between vectors. */
export class CosineSimilarity extends LibraryModule<[x1: Tensor, x2: Tensor]> {
  /** The dimension along which the vectors lie. */
  readonly dim: number;
  /** The least length of a vector that is divided by. */
  readonly eps: number;

  /**
   * The cosines of the angles between vectors.
   *
   *     x1 · x2 / (max(‖x1‖, eps) · max(‖x2‖, eps))
   *
   * Shapes: `(…, n, …), (…, n, …) → (…, …)`. Different shapes broadcast.
   *
   * @param dim - the dimension along which the vectors lie, by position or in the options; default 1.
   * @param eps - the least length that is divided by, by position or in the options; default 1e-8.
   * @throws ArgumentError for a `dim` that is not an integer, a negative `eps` or an unknown option.
   *
   * @example
   * ```ts
   * new CosineSimilarity()(tensor([[3, 0], [1, 1]]), tensor([[2, 0], [0, 1]])); // → Tensor([1, 0.7071])
   * ```
   *
   * Source: torch.nn.CosineSimilarity.
   */
  constructor(dim?: number | CosineSimilarityOptions, eps?: number | CosineSimilarityOptions) {
    super();
    const given = readArguments<CosineSimilarityOptions>("CosineSimilarity", [dim, eps], ["dim", "eps"], {
      dim: true,
      eps: true,
    });
    this.dim = given.dim ?? 1;
    this.eps = given.eps ?? 1e-8;
    assertInteger("CosineSimilarity", "dim", this.dim);
    assertNotNegative("CosineSimilarity", "eps", this.eps);
  }

  forward(x1: Tensor, x2: Tensor): Tensor {
    return cosineSimilarity(x1, x2, this.dim, this.eps);
  }
}

/** The distances between vectors, which lie along the last dimension. */
export class PairwiseDistance extends LibraryModule<[x1: Tensor, x2: Tensor]> {
  /** The degree of the norm. */
  readonly p: number;
  /** What is added to every difference. */
  readonly eps: number;
  /** Whether the last dimension stays, with size 1. */
  readonly keepdim: boolean;

  /**
   * The distances between vectors, which lie along the last dimension.
   *
   *     (Σ |x1 − x2 + eps|^p)^(1/p)
   *
   * Shapes: `(…, n), (…, n) → (…)`; with `keepdim` `(…, n), (…, n) → (…, 1)`. Different shapes broadcast.
   *
   * @param options - `p` (default 2): the degree of the norm; `eps` (default 1e-6): what is added to every difference;
   * `keepdim` (default false): whether the last dimension stays, with size 1.
   * @throws ArgumentError for a `p` or `eps` that is not a number, a `keepdim` that is not true or false, or an unknown
   * option.
   *
   * @example
   * ```ts
   * new PairwiseDistance({ p: 1 })(tensor([[3, 0]]), tensor([[0, 4]])); // → Tensor([7])
   * ```
   *
   * Source: torch.nn.PairwiseDistance.
   */
  constructor(options?: PairwiseDistanceOptions) {
    super();
    checkOptions("PairwiseDistance", options, { p: true, eps: true, keepdim: true });
    const { p = 2, eps = 1e-6, keepdim = false } = options ?? {};
    assertNumber("PairwiseDistance", "p", p);
    assertNumber("PairwiseDistance", "eps", eps);
    assertFlag("PairwiseDistance", "keepdim", keepdim);
    this.p = p;
    this.eps = eps;
    this.keepdim = keepdim;
  }

  forward(x1: Tensor, x2: Tensor): Tensor {
    const { p, eps, keepdim } = this;
    return pairwiseDistance(x1, x2, { p, eps, keepdim });
  }
}
