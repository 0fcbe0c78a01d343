/**
 * Dropout as a layer.
 *
 * @module
 */
import type { Tensor } from "@lucid/tensor/core";
import { dropout } from "../functional/dropout.js";
import { assertShare } from "../functional/reduction.js";
import { Module } from "../module/module.js";

/**
 * In training, every element becomes 0 with probability p and is multiplied by 1 / (1 − p) otherwise; after `eval()` the
 * input passes unchanged. Every call draws anew. (torch.nn.Dropout)
 *
 * @throws ArgumentError unless 0 ≤ p ≤ 1.
 *
 * @example
 * ```ts
 * new Dropout(0.5).eval()(tensor([1, 2])); // → Tensor([1, 2])
 * new Dropout(1)(tensor([1, 2])); // → Tensor([0, 0])
 * ```
 */
export class Dropout extends Module {
  static readonly libraryCode = true;

  /** The probability with which an element becomes 0. */
  readonly p: number;

  constructor(p = 0.5) {
    super();
    assertShare("Dropout", "p", p);
    this.p = p;
  }

  forward(input: Tensor): Tensor {
    return dropout(input, this.p, this.training);
  }

  override extraRepresentation(): string {
    return `p=${this.p}`;
  }
}
