/**
 * Layers that compute a linear function of the last dimension.
 *
 * @module
 */
import { type Backend, checkOptions, type DType } from "@lucid/backend";
import { empty, linear, type Tensor } from "@lucid/tensor/functions";
import { kaimingUniform_, uniform_ } from "../../init/index.js";
import { assertCount, assertFlag } from "../../internal/checks.js";
import { LibraryModule } from "../../module/library-module.js";
import { Parameter } from "../../module/parameter.js";

/**
 * Returns its input. It stands where a layer is expected and nothing is to be computed.
 *
 * Shapes: `(*) → (*)`, where `*` is any shape.
 *
 * @example
 * ```ts
 * new Identity()(tensor([1, 2])); // → Tensor([1, 2])
 * ```
 *
 * Source: torch.nn.Identity.
 */
export class Identity extends LibraryModule {
  forward(input: Tensor): Tensor {
    return input;
  }
}

/** Options of {@link Linear}. */
export interface LinearOptions {
  /** Whether a bias is added; default true. */
  readonly bias?: boolean;
  /** The type of the parameters; default float32. */
  readonly dtype?: DType;
  /** Where the parameters are stored; by default on the default backend. */
  readonly backend?: Backend;
}

/** A fully connected layer: an affine function of the last dimension, in one kernel. */
export class Linear extends LibraryModule {
  /** The size of the input's last dimension. */
  readonly inFeatures: number;
  /** The size of the output's last dimension. */
  readonly outFeatures: number;
  /** The factors, `(outFeatures, inFeatures)`. */
  weight: Parameter;
  /** The summands, `(outFeatures)`, or null for none. */
  bias: Parameter | null;

  /**
   * A fully connected layer: an affine function of the last dimension, in one kernel.
   *
   *     y = x Wᵀ + b
   *
   * The weight W `(outFeatures, inFeatures)` and the bias b `(outFeatures)` begin with uniform random numbers between
   * −1 / √inFeatures and 1 / √inFeatures.
   *
   * Shapes: `(…, inFeatures) → (…, outFeatures)`.
   *
   * @param inFeatures - the size of the input's last dimension.
   * @param outFeatures - the size of the output's last dimension.
   * @param options - `bias` (default true): whether a bias is added; `dtype` (default float32) of the parameters;
   * `backend` on which they are stored.
   * @throws ArgumentError for sizes that are not integers, 0 or above, or an unknown option; DTypeError for a `dtype`
   * that is not floating.
   *
   * @example
   * ```ts
   * const layer = new Linear(3, 2);
   * layer(zeros([5, 3])).shape; // → [5, 2]
   * layer.weight.shape; // → [2, 3]
   * ```
   *
   * Source: torch.nn.Linear.
   */
  constructor(inFeatures: number, outFeatures: number, options?: LinearOptions) {
    super();
    assertCount("Linear", "inFeatures", inFeatures);
    assertCount("Linear", "outFeatures", outFeatures);
    checkOptions("Linear", options, { bias: true, dtype: true, backend: true });
    const { bias = true, ...place } = options ?? {};
    assertFlag("Linear", "bias", bias);
    this.inFeatures = inFeatures;
    this.outFeatures = outFeatures;
    this.weight = new Parameter(empty([outFeatures, inFeatures], place));
    this.bias = bias ? new Parameter(empty([outFeatures], place)) : null;
    this.resetParameters();
  }

  /** Draws weight and bias anew. */
  resetParameters(): void {
    kaimingUniform_(this.weight, { a: Math.sqrt(5) });
    const bound = this.inFeatures > 0 ? 1 / Math.sqrt(this.inFeatures) : 0;
    if (this.bias !== null) uniform_(this.bias, -bound, bound);
  }

  forward(input: Tensor): Tensor {
    return linear(input, this.weight, this.bias);
  }

  override extraRepresentation(): string {
    return `${super.extraRepresentation()}, bias=${this.bias !== null}`;
  }
}
