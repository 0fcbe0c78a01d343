/**
 * Activation layers that compute a function of every element.
 *
 * @module
 */
import { checkOptions } from "@lucid/backend";
import { relu, sigmoid, type Tensor, tanh } from "@lucid/tensor/functions";
import { type GELUApproximation, type GELUOptions, gelu } from "../../functional/activation/gelu.js";
import { assertChoice } from "../../internal/checks.js";
import { LibraryModule } from "../../module/library-module.js";

export type { GELUApproximation, GELUOptions };

/**
 * The rectified linear unit of every element.
 *
 *     relu(x) = max(x, 0)
 *
 * Shapes: `(*) → (*)`, where `*` is any shape.
 *
 * @example
 * ```ts
 * new ReLU()(tensor([-1, 0, 2])); // → Tensor([0, 0, 2])
 * ```
 *
 * Source: torch.nn.ReLU.
 */
export class ReLU extends LibraryModule {
  forward(input: Tensor): Tensor {
    return relu(input);
  }
}

/**
 * The hyperbolic tangent of every element.
 *
 *     tanh(x) = (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)
 *
 * Shapes: `(*) → (*)`, where `*` is any shape.
 *
 * @example
 * ```ts
 * new Tanh()(tensor([0, 1])); // → Tensor([0, 0.7616])
 * ```
 *
 * Source: torch.nn.Tanh.
 */
export class Tanh extends LibraryModule {
  forward(input: Tensor): Tensor {
    return tanh(input);
  }
}

/**
 * The logistic function of every element.
 *
 *     sigmoid(x) = 1 / (1 + e⁻ˣ)
 *
 * Shapes: `(*) → (*)`, where `*` is any shape.
 *
 * @example
 * ```ts
 * new Sigmoid()(tensor([0, 2])); // → Tensor([0.5, 0.8808])
 * ```
 *
 * Source: torch.nn.Sigmoid.
 */
export class Sigmoid extends LibraryModule {
  forward(input: Tensor): Tensor {
    return sigmoid(input);
  }
}

/** The Gaussian error linear unit of every element. */
export class GELU extends LibraryModule {
  /** How the normal distribution is computed. */
  readonly approximate: GELUApproximation;

  /**
   * The Gaussian error linear unit of every element.
   *
   *     gelu(x) = x · Φ(x), where Φ is the distribution function of the standard normal distribution
   *
   * Shapes: `(*) → (*)`, where `*` is any shape.
   *
   * @param options - `approximate`: "none" (the default) computes the exact function, "tanh" an approximation of it.
   * @throws ArgumentError for an unknown approximation or an unknown option.
   *
   * @example
   * ```ts
   * new GELU()(tensor([-1, 0, 1])); // → Tensor([-0.1587, 0, 0.8413])
   * ```
   *
   * Source: torch.nn.GELU.
   */
  constructor(options?: GELUOptions) {
    super();
    checkOptions("GELU", options, { approximate: true });
    const { approximate = "none" } = options ?? {};
    assertChoice("GELU", "approximate", approximate, ["none", "tanh"]);
    this.approximate = approximate;
  }

  forward(input: Tensor): Tensor {
    return gelu(input, { approximate: this.approximate });
  }
}
