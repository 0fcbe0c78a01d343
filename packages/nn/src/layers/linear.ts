/**
 * The fully connected layer.
 *
 * @module
 */
import { ArgumentError, type Backend, type DType } from "@lucid/backend";
import { empty, linear, type Tensor } from "@lucid/tensor/core";
import { show } from "../functional/reduction.js";
import { kaimingUniform_, uniform_ } from "../init.js";
import { isPlainRecord } from "../module/callable.js";
import { Module } from "../module/module.js";
import { Parameter } from "../module/parameter.js";

/** Options of {@link Linear}. */
export interface LinearOptions {
  /** Whether a bias is added; default true. */
  readonly bias?: boolean;
  /** Type of the parameters; default float32. */
  readonly dtype?: DType;
  /** Where the parameters live; default the default backend. */
  readonly backend?: Backend;
}

/**
 * An affine map of the last axis, x Wᵀ + b: `(…, inFeatures) → (…, outFeatures)`, in one kernel.
 *
 * Weight `(outFeatures, inFeatures)` and bias `(outFeatures)` begin uniform on ±1 / √inFeatures. (torch.nn.Linear)
 *
 * @throws ArgumentError for sizes that are no counts.
 *
 * @example
 * ```ts
 * const layer = new Linear(3, 2);
 * layer(zeros([5, 3])).shape; // → [5, 2]
 * layer.weight.shape; // → [2, 3]
 * ```
 */
export class Linear extends Module {
  static readonly libraryCode = true;

  /** Size of the input's last axis. */
  readonly inFeatures: number;
  /** Size of the output's last axis. */
  readonly outFeatures: number;
  /** `(outFeatures, inFeatures)`. */
  weight: Parameter;
  /** `(outFeatures)`, or null for none. */
  bias: Parameter | null;

  constructor(inFeatures: number, outFeatures: number, options: LinearOptions = {}) {
    super();
    assertCount("inFeatures", inFeatures);
    assertCount("outFeatures", outFeatures);
    if (!isPlainRecord(options)) {
      throw new ArgumentError("Linear", `the third argument is ${show(options)}`, {
        rule: "it holds options",
        remedy: "new Linear(2, 3, { bias: false })",
      });
    }
    const { bias = true, ...place } = options;
    this.inFeatures = inFeatures;
    this.outFeatures = outFeatures;
    this.weight = new Parameter(empty([outFeatures, inFeatures], place));
    this.bias = bias ? new Parameter(empty([outFeatures], place)) : null;
    this.resetParameters();
  }

  /** Draws the parameters anew. */
  resetParameters(): void {
    kaimingUniform_(this.weight, { a: Math.sqrt(5) });
    const bound = this.inFeatures > 0 ? 1 / Math.sqrt(this.inFeatures) : 0;
    if (this.bias !== null) uniform_(this.bias, -bound, bound);
  }

  forward(input: Tensor): Tensor {
    return linear(input, this.weight, this.bias);
  }

  override extraRepresentation(): string {
    return `inFeatures=${this.inFeatures}, outFeatures=${this.outFeatures}, bias=${this.bias !== null}`;
  }
}

function assertCount(name: string, value: unknown): void {
  if (Number.isInteger(value) && (value as number) >= 0) return;
  throw new ArgumentError("Linear", `${name} is ${show(value)}`, { rule: `${name} is an integer, 0 or above` });
}
