/**
 * Local response normalization as a layer.
 *
 * @module
 */
import { checkOptions } from "@lucid/backend";
import type { Tensor } from "@lucid/tensor/functions";
import { type LocalResponseNormOptions, localResponseNorm } from "../../functional/local-response-norm.js";
import { assertFactor, assertNumber } from "../../internal/checks.js";
import { LibraryModule } from "../../module/library-module.js";

export type { LocalResponseNormOptions };

/** Divides every element by a power of the mean of squares over neighbouring channels (Krizhevsky and others 2012). */
export class LocalResponseNorm extends LibraryModule {
  /** Over how many channels the mean is taken. */
  readonly size: number;
  /** The factor of the mean of squares. */
  readonly alpha: number;
  /** The exponent. */
  readonly beta: number;
  /** What is added to the mean of squares. */
  readonly k: number;

  /**
   * Divides every element by a power of the mean of squares over neighbouring channels (Krizhevsky and others 2012).
   *
   *     y[c] = x[c] / (k + alpha · Σ x[c′]² / size)^beta, over the `size` channels c′ around c
   *
   * Shapes: `(batch, channels, …) → (batch, channels, …)`.
   *
   * @param size - over how many channels the mean is taken.
   * @param options - `alpha` (default 1e-4): the factor of the mean of squares; `beta` (default 0.75): the exponent; `k`
   * (default 1): what is added.
   * @throws ArgumentError for a `size` that is not an integer above 0, an option that is not a number, or an unknown
   * option.
   *
   * @example
   * ```ts
   * new LocalResponseNorm(2, { alpha: 1, beta: 1 })(tensor([[[1], [2], [3]]]));
   * // → Tensor([[[0.6667], [0.5714], [0.4]]])
   * ```
   *
   * Source: torch.nn.LocalResponseNorm.
   */
  constructor(size: number, options?: LocalResponseNormOptions) {
    super();
    checkOptions("LocalResponseNorm", options, { alpha: true, beta: true, k: true });
    const { alpha = 1e-4, beta = 0.75, k = 1 } = options ?? {};
    assertFactor("LocalResponseNorm", "size", size);
    assertNumber("LocalResponseNorm", "alpha", alpha);
    assertNumber("LocalResponseNorm", "beta", beta);
    assertNumber("LocalResponseNorm", "k", k);
    this.size = size;
    this.alpha = alpha;
    this.beta = beta;
    this.k = k;
  }

  forward(input: Tensor): Tensor {
    const { size, alpha, beta, k } = this;
    return localResponseNorm(input, size, { alpha, beta, k });
  }
}
