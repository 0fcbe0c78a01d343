/**
 * Layers without parameters that only rearrange.
 *
 * @module
 */
import { flatten, type Tensor } from "@lucid/tensor/core";
import { Module } from "../module/module.js";

/**
 * Returns its input. (torch.nn.Identity)
 *
 * @example
 * ```ts
 * new Identity()(tensor([1, 2])); // → Tensor([1, 2])
 * ```
 */
export class Identity extends Module {
  static readonly libraryCode = true;

  forward(input: Tensor): Tensor {
    return input;
  }
}

/**
 * Joins the axes from `startDim` to `endDim` into one: `(batch, …) → (batch, features)` by default. (torch.nn.Flatten)
 *
 * @example
 * ```ts
 * new Flatten()(zeros([2, 3, 4])).shape; // → [2, 12]
 * ```
 */
export class Flatten extends Module {
  static readonly libraryCode = true;

  /** First of the joined axes; negative counts from the end. */
  readonly startDim: number;
  /** Last of the joined axes; negative counts from the end. */
  readonly endDim: number;

  constructor(startDim = 1, endDim = -1) {
    super();
    this.startDim = startDim;
    this.endDim = endDim;
  }

  forward(input: Tensor): Tensor {
    return flatten(input, this.startDim, this.endDim);
  }

  override extraRepresentation(): string {
    return `startDim=${this.startDim}, endDim=${this.endDim}`;
  }
}
