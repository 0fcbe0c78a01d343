/**
 * Activation layers: element-wise functions, and the softmaxes.
 *
 * @module
 */
import { logSoftmax, relu, sigmoid, softmax, type Tensor, tanh } from "@lucid/tensor/core";
import { assertApproximation, type GELUApproximation, type GELUOptions, gelu } from "../functional/activations.js";
import { Module } from "../module/module.js";

/**
 * Applies max(x, 0) to every element. (torch.nn.ReLU)
 *
 * @example
 * ```ts
 * new ReLU()(tensor([-1, 0, 2])); // → Tensor([0, 0, 2])
 * ```
 */
export class ReLU extends Module {
  static readonly libraryCode = true;

  forward(input: Tensor): Tensor {
    return relu(input);
  }
}

/**
 * Applies the hyperbolic tangent to every element. (torch.nn.Tanh)
 *
 * @example
 * ```ts
 * new Tanh()(tensor([0, 1])); // → Tensor([0, 0.7616])
 * ```
 */
export class Tanh extends Module {
  static readonly libraryCode = true;

  forward(input: Tensor): Tensor {
    return tanh(input);
  }
}

/**
 * Applies 1 / (1 + e⁻ˣ) to every element. (torch.nn.Sigmoid)
 *
 * @example
 * ```ts
 * new Sigmoid()(tensor([0, 2])); // → Tensor([0.5, 0.8808])
 * ```
 */
export class Sigmoid extends Module {
  static readonly libraryCode = true;

  forward(input: Tensor): Tensor {
    return sigmoid(input);
  }
}

/**
 * Applies x · Φ(x) to every element, Φ being the standard normal distribution, or with `approximate: "tanh"` an
 * approximation of it. (torch.nn.GELU)
 *
 * @throws ArgumentError for an unknown approximation.
 *
 * @example
 * ```ts
 * new GELU()(tensor([-1, 0, 1])); // → Tensor([-0.1587, 0, 0.8413])
 * ```
 */
export class GELU extends Module {
  static readonly libraryCode = true;

  /** How the normal distribution is computed. */
  readonly approximate: GELUApproximation;

  constructor({ approximate = "none" }: GELUOptions = {}) {
    super();
    assertApproximation("GELU", approximate);
    this.approximate = approximate;
  }

  forward(input: Tensor): Tensor {
    return gelu(input, this);
  }

  override extraRepresentation(): string {
    return `approximate=${JSON.stringify(this.approximate)}`;
  }
}

/**
 * Exponentials along an axis that add up to 1, eˣ / Σ eˣ. (torch.nn.Softmax)
 *
 * @example
 * ```ts
 * new Softmax(1)(tensor([[1, 2, 3]])); // → Tensor([[0.09, 0.2447, 0.6652]])
 * ```
 */
export class Softmax extends Module {
  static readonly libraryCode = true;

  /** The axis along which the results add up to 1; negative counts from the end. */
  readonly dim: number;

  constructor(dim: number) {
    super();
    this.dim = dim;
  }

  forward(input: Tensor): Tensor {
    return softmax(input, this.dim);
  }

  override extraRepresentation(): string {
    return `dim=${this.dim}`;
  }
}

/**
 * The logarithm of the softmax along an axis, x − ln Σ eˣ. (torch.nn.LogSoftmax)
 *
 * @example
 * ```ts
 * new LogSoftmax(1)(tensor([[1, 2, 3]])); // → Tensor([[-2.4076, -1.4076, -0.4076]])
 * ```
 */
export class LogSoftmax extends Module {
  static readonly libraryCode = true;

  /** The axis of the softmax; negative counts from the end. */
  readonly dim: number;

  constructor(dim: number) {
    super();
    this.dim = dim;
  }

  forward(input: Tensor): Tensor {
    return logSoftmax(input, this.dim);
  }

  override extraRepresentation(): string {
    return `dim=${this.dim}`;
  }
}
