/**
 * The gated linear unit as a layer.
 *
 * @module
 */
import { readArguments } from "@lucid/tensor/extend";
import type { Tensor } from "@lucid/tensor/functions";
import { type GLUOptions, glu } from "../../functional/activation/gate.js";
import { assertInteger } from "../../internal/checks.js";
import { LibraryModule } from "../../module/library-module.js";

export type { GLUOptions };

/** The gated linear unit: the first half along a dimension, times the logistic function of the second half. */
export class GLU extends LibraryModule {
  /** The dimension that is halved; negative numbers count from the last one. */
  readonly dim: number;

  /**
   * The gated linear unit: the first half along a dimension, times the logistic function of the second half.
   *
   *     glu([a, b]) = a · sigmoid(b)
   *
   * Shapes: `(…, 2n, …) → (…, n, …)`.
   *
   * @param dim - the dimension that is halved; negative numbers count from the last one, by position or in the
   * options; default −1.
   * @throws ArgumentError for a `dim` that is not an integer, or an unknown option.
   *
   * @example
   * ```ts
   * new GLU()(tensor([1, 2, 0, 100])); // → Tensor([0.5, 2])
   * ```
   *
   * Source: torch.nn.GLU.
   */
  constructor(dim?: number | GLUOptions) {
    super();
    const given = readArguments<GLUOptions>("GLU", [dim], ["dim"], { dim: true });
    this.dim = given.dim ?? -1;
    assertInteger("GLU", "dim", this.dim);
  }

  forward(input: Tensor): Tensor {
    return glu(input, this.dim);
  }
}
