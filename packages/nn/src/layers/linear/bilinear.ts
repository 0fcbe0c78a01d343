/**
 * The bilinear map as a layer.
 *
 * @module
 */
import { type Backend, checkOptions, type DType } from "@lucid/backend";
import { empty, type Tensor } from "@lucid/tensor/functions";
import { bilinear } from "../../functional/bilinear.js";
import { uniform_ } from "../../init/index.js";
import { assertCount, assertFlag } from "../../internal/checks.js";
import { LibraryModule } from "../../module/library-module.js";
import { Parameter } from "../../module/parameter.js";

/** Options of {@link Bilinear}. */
export interface BilinearOptions {
  /** Whether a bias is added; default true. */
  readonly bias?: boolean;
  /** The type of the parameters; default float32. */
  readonly dtype?: DType;
  /** Where the parameters are stored; by default on the default backend. */
  readonly backend?: Backend;
}

/** A bilinear map of pairs of vectors. */
export class Bilinear extends LibraryModule<[input1: Tensor, input2: Tensor]> {
  /** The size of the first vectors. */
  readonly in1Features: number;
  /** The size of the second vectors. */
  readonly in2Features: number;
  /** The size of the output. */
  readonly outFeatures: number;
  /** One matrix for each output, `(outFeatures, in1Features, in2Features)`. */
  weight: Parameter;
  /** The summands, `(outFeatures)`, or null for none. */
  bias: Parameter | null;

  /**
   * A bilinear map of pairs of vectors.
   *
   *     y[k] = x1ᵀ · weight[k] · x2 + bias[k]
   *
   * Weight and bias begin with uniform random numbers between −1 / √in1Features and 1 / √in1Features.
   *
   * Shapes: `(…, in1Features), (…, in2Features) → (…, outFeatures)`.
   *
   * @param in1Features - the size of the first vectors.
   * @param in2Features - the size of the second vectors.
   * @param outFeatures - the size of the output.
   * @param options - `bias` (default true): whether a bias is added; `dtype` (default float32) of the parameters;
   * `backend` on which they are stored.
   * @throws ArgumentError for sizes that are not integers, 0 or above, or an unknown option; DTypeError for a `dtype`
   * that is not floating.
   *
   * @example
   * ```ts
   * new Bilinear(3, 4, 2)(zeros([5, 3]), zeros([5, 4])).shape; // → [5, 2]
   * ```
   *
   * Source: torch.nn.Bilinear.
   */
  constructor(in1Features: number, in2Features: number, outFeatures: number, options?: BilinearOptions) {
    super();
    assertCount("Bilinear", "in1Features", in1Features);
    assertCount("Bilinear", "in2Features", in2Features);
    assertCount("Bilinear", "outFeatures", outFeatures);
    checkOptions("Bilinear", options, { bias: true, dtype: true, backend: true });
    const { bias = true, ...place } = options ?? {};
    assertFlag("Bilinear", "bias", bias);
    this.in1Features = in1Features;
    this.in2Features = in2Features;
    this.outFeatures = outFeatures;
    this.weight = new Parameter(empty([outFeatures, in1Features, in2Features], place));
    this.bias = bias ? new Parameter(empty([outFeatures], place)) : null;
    this.resetParameters();
  }

  /** Draws weight and bias anew. */
  resetParameters(): void {
    const bound = this.in1Features > 0 ? 1 / Math.sqrt(this.in1Features) : 0;
    uniform_(this.weight, -bound, bound);
    if (this.bias !== null) uniform_(this.bias, -bound, bound);
  }

  forward(input1: Tensor, input2: Tensor): Tensor {
    return bilinear(input1, input2, this.weight, this.bias);
  }

  override extraRepresentation(): string {
    return `${super.extraRepresentation()}, bias=${this.bias !== null}`;
  }
}
