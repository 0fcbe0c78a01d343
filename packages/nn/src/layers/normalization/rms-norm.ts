/**
 * Normalization by the root of the mean of squares as a layer.
 *
 * @module
 */
import { type Backend, checkOptions, type DType } from "@lucid/backend";
import { ones, type Tensor } from "@lucid/tensor/functions";
import { normalizedSizes } from "../../functional/internal/normalized-sizes.js";
import { rmsNorm } from "../../functional/rms-norm.js";
import { ones_ } from "../../init/index.js";
import { assertFlag, assertNotNegative } from "../../internal/checks.js";
import { LibraryModule } from "../../module/library-module.js";
import { Parameter } from "../../module/parameter.js";

/** Options of {@link RMSNorm}. */
export interface RMSNormOptions {
  /** What is added to the mean of squares; null (the default) means the distance from 1 to the next number. */
  readonly eps?: number | null;
  /** Whether there is a weight; default true. */
  readonly elementwiseAffine?: boolean;
  /** The type of the weight; default float32. */
  readonly dtype?: DType;
  /** Where the weight is stored; by default on the default backend. */
  readonly backend?: Backend;
}

/** Divides by the root of the mean of squares over the last dimensions. */
export class RMSNorm extends LibraryModule {
  /** The sizes of the dimensions that are normalized over. */
  readonly normalizedShape: readonly number[];
  /** What is added to the mean of squares; null means the distance from 1 to the next number. */
  readonly eps: number | null;
  /** The factors, of the normalized shape, or null for none. */
  weight: Parameter | null;

  /**
   * Divides by the root of the mean of squares over the last dimensions, whose sizes are `normalizedShape` (Zhang and
   * Sennrich 2019).
   *
   *     y = x / √(mean(x²) + eps) · weight
   *
   * The weight begins with ones.
   *
   * Shapes: `(batch, …, normalizedShape) → (batch, …, normalizedShape)`.
   *
   * @param normalizedShape - the sizes of the last dimensions; a number means one dimension.
   * @param options - `eps` (default null, which means the distance from 1 to the next number of the input's type);
   * `elementwiseAffine` (default true): whether there is a weight; `dtype` (default float32) of the weight; `backend`
   * on which it is stored.
   * @throws ArgumentError for an empty `normalizedShape`, a negative `eps` or an unknown option.
   *
   * @example
   * ```ts
   * new RMSNorm(2)(tensor([[3, 4], [0, 5]])).detach(); // → Tensor([[0.8485, 1.1314], [0, 1.4142]])
   * ```
   *
   * Source: torch.nn.RMSNorm.
   */
  constructor(normalizedShape: number | readonly number[], options?: RMSNormOptions) {
    super();
    checkOptions("RMSNorm", options, { eps: true, elementwiseAffine: true, dtype: true, backend: true });
    const { eps = null, elementwiseAffine = true, ...place } = options ?? {};
    if (eps !== null) assertNotNegative("RMSNorm", "eps", eps);
    assertFlag("RMSNorm", "elementwiseAffine", elementwiseAffine);
    this.normalizedShape = normalizedSizes("RMSNorm", normalizedShape);
    this.eps = eps;
    this.weight = elementwiseAffine ? new Parameter(ones(this.normalizedShape, place)) : null;
  }

  /** Sets the weight to 1. */
  resetParameters(): void {
    if (this.weight !== null) ones_(this.weight);
  }

  forward(input: Tensor): Tensor {
    const { normalizedShape, weight, eps } = this;
    return rmsNorm(input, normalizedShape, { weight, eps });
  }

  override extraRepresentation(): string {
    const text = super.extraRepresentation();
    const eps = this.eps === null ? ", eps=null" : "";
    return `${text}${eps}, elementwiseAffine=${this.weight !== null}`;
  }
}
