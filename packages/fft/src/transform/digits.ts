/**
 * Spectra whose elements are not in order yet.
 *
 * @module
 */
import { reshaped } from "@lucid/tensor/extend";
import type { Tensor } from "@lucid/tensor/functions";
import { permuted } from "../internal/views.js";

/** A spectrum before its elements are brought into order. */
export interface Digits {
  /** The shape `[batch, d₁, d₂, …, 2, d]`: element k stands where `k = d₁ + size₁ · (d₂ + size₂ · (… d))`. */
  readonly tensor: Tensor;
  /** The axes of the digits, from the one that counts most to the one that counts least. */
  readonly axes: readonly number[];
  /** The axis of the two parts of the complex numbers. */
  readonly pair: number;
}

/** The elements in order: `[batch, 2, length]`. */
export function inOrder({ tensor, axes, pair }: Digits): Tensor {
  const ordered = permuted(tensor, [0, pair, ...axes]);
  return reshaped("fft", ordered, [ordered.shape[0]!, 2, ordered.shape.slice(2).reduce((a, b) => a * b, 1)]);
}
