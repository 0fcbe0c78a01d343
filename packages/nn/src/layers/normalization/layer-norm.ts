/**
 * Layer normalization as a layer.
 *
 * @module
 */
import { type Backend, checkOptions, type DType } from "@lucid/backend";
import { ones, type Tensor, zeros } from "@lucid/tensor/functions";
import { normalizedSizes } from "../../functional/internal/normalized-sizes.js";
import { layerNorm } from "../../functional/normalization.js";
import { ones_, zeros_ } from "../../init/index.js";
import { assertFlag, assertNotNegative } from "../../internal/checks.js";
import { LibraryModule } from "../../module/library-module.js";
import { Parameter } from "../../module/parameter.js";

/** Options of {@link LayerNorm}. */
export interface LayerNormOptions {
  /** What is added to the variance, so that it is not 0; default 1e-5. */
  readonly eps?: number;
  /** Whether there is a weight and, unless `bias` is false, a bias; default true. */
  readonly elementwiseAffine?: boolean;
  /** Whether there is a bias beside the weight; default true. */
  readonly bias?: boolean;
  /** The type of the parameters; default float32. */
  readonly dtype?: DType;
  /** Where the parameters are stored; by default on the default backend. */
  readonly backend?: Backend;
}

/** Normalizes over the last dimensions, whose sizes are `normalizedShape`. */
export class LayerNorm extends LibraryModule {
  /** The sizes of the dimensions that are normalized over. */
  readonly normalizedShape: readonly number[];
  /** What is added to the variance. */
  readonly eps: number;
  /** The factors, of the normalized shape, or null for none. */
  weight: Parameter | null;
  /** The summands, of the normalized shape, or null for none. */
  bias: Parameter | null;

  /**
   * Normalizes over the last dimensions, whose sizes are `normalizedShape`.
   *
   *     y = (x − mean(x)) / √(var(x) + eps) · weight + bias, where var(x) = Σ (x − mean(x))² / n
   *
   * The weight begins with ones, the bias with zeros; both have the normalized shape.
   *
   * Shapes: `(batch, …, normalizedShape) → (batch, …, normalizedShape)`.
   *
   * @param normalizedShape - the sizes of the last dimensions; a number means one dimension.
   * @param options - `eps` (default 1e-5); `elementwiseAffine` (default true): whether there are weight and bias;
   * `bias` (default true): whether there is a bias beside the weight; `dtype` (default float32) of the parameters;
   * `backend` on which they are stored.
   * @throws ArgumentError for an empty `normalizedShape`, a negative `eps` or an unknown option.
   *
   * @example
   * ```ts
   * const layer = new LayerNorm(3);
   * layer(tensor([[1, 2, 3], [2, 2, 5]])).detach(); // → Tensor([[-1.2247, 0, 1.2247], [-0.7071, -0.7071, 1.4142]])
   * layer.weight.shape; // → [3]
   * ```
   *
   * Source: torch.nn.LayerNorm.
   */
  constructor(normalizedShape: number | readonly number[], options?: LayerNormOptions) {
    super();
    checkOptions("LayerNorm", options, { eps: true, elementwiseAffine: true, bias: true, dtype: true, backend: true });
    const { eps = 1e-5, elementwiseAffine = true, bias = true, ...place } = options ?? {};
    assertNotNegative("LayerNorm", "eps", eps);
    assertFlag("LayerNorm", "elementwiseAffine", elementwiseAffine);
    assertFlag("LayerNorm", "bias", bias);
    this.normalizedShape = normalizedSizes("LayerNorm", normalizedShape);
    this.eps = eps;
    this.weight = elementwiseAffine ? new Parameter(ones(this.normalizedShape, place)) : null;
    this.bias = elementwiseAffine && bias ? new Parameter(zeros(this.normalizedShape, place)) : null;
  }

  /** Sets weight to 1 and bias to 0. */
  resetParameters(): void {
    if (this.weight !== null) ones_(this.weight);
    if (this.bias !== null) zeros_(this.bias);
  }

  forward(input: Tensor): Tensor {
    const { normalizedShape, weight, bias, eps } = this;
    return layerNorm(input, normalizedShape, { weight, bias, eps });
  }

  override extraRepresentation(): string {
    return `${super.extraRepresentation()}, elementwiseAffine=${this.weight !== null}`;
  }
}
