/**
 * Layer normalisation as a layer.
 *
 * @module
 */
import { ArgumentError, type Backend, type DType } from "@lucid/backend";
import { ones, type Tensor, zeros } from "@lucid/tensor/core";
import { layerNorm } from "../functional/normalization.js";
import { assertNotNegative } from "../functional/reduction.js";
import { ones_, zeros_ } from "../init.js";
import { Module } from "../module/module.js";
import { Parameter } from "../module/parameter.js";

/** Options of {@link LayerNorm}. */
export interface LayerNormOptions {
  /** What is added to variances; default 1e-5. */
  readonly eps?: number;
  /** Whether there is a weight and, unless `bias` is false, a bias; default true. */
  readonly elementwiseAffine?: boolean;
  /** Whether there is a bias beside the weight; default true. */
  readonly bias?: boolean;
  /** Type of the parameters; default float32. */
  readonly dtype?: DType;
  /** Where the parameters live; default the default backend. */
  readonly backend?: Backend;
}

/**
 * Normalises over the last axes, whose sizes are `normalizedShape` (a number means one axis):
 * (x − mean) / √(variance + eps) · weight + bias, the variance being Σ (x − mean)² / n. Weight begins as 1, bias as 0.
 * (torch.nn.LayerNorm)
 *
 * @throws ArgumentError for an empty `normalizedShape` or a negative `eps`; when called, ShapeError if the input's last
 * axes have other sizes.
 *
 * @example
 * ```ts
 * const layer = new LayerNorm(3);
 * layer(tensor([[1, 2, 3], [2, 2, 5]])).detach(); // → Tensor([[-1.2247, 0, 1.2247], [-0.7071, -0.7071, 1.4142]])
 * layer.weight.shape; // → [3]
 * ```
 */
export class LayerNorm extends Module {
  static readonly libraryCode = true;

  /** The sizes of the axes that are normalised over. */
  readonly normalizedShape: readonly number[];
  /** What is added to variances. */
  readonly eps: number;
  /** Of the normalised shape, or null for none. */
  weight: Parameter | null;
  /** Of the normalised shape, or null for none. */
  bias: Parameter | null;

  constructor(normalizedShape: number | readonly number[], options: LayerNormOptions = {}) {
    super();
    const { eps = 1e-5, elementwiseAffine = true, bias = true, ...place } = options;
    assertNotNegative("LayerNorm", "eps", eps);
    this.normalizedShape = typeof normalizedShape === "number" ? [normalizedShape] : [...normalizedShape];
    if (this.normalizedShape.length === 0) {
      throw new ArgumentError("LayerNorm", "the normalised shape is []", {
        rule: "it lists the sizes of the last axes, one at least",
      });
    }
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
    const { weight, bias, eps } = this;
    return layerNorm(input, this.normalizedShape, { weight: weight ?? undefined, bias: bias ?? undefined, eps });
  }

  override extraRepresentation(): string {
    return `[${this.normalizedShape.join(", ")}], eps=${this.eps}, elementwiseAffine=${this.weight !== null}`;
  }
}
