/**
 * The transform of a length with large prime factors as a convolution of a length that is a power of two (Bluestein).
 *
 * @module
 */
import { viewed } from "@lucid/tensor/extend";
import type { Tensor } from "@lucid/tensor/functions";
import { fitted, permuted, sliced } from "../internal/views.js";
import { type Digits, inOrder } from "./digits.js";
import { hostTransform } from "./host.js";
import type { Place } from "./matrices.js";
import { type Factor, rotated } from "./rotation.js";
import { table, turn } from "./tables.js";

/** `exp(sign · πi · k² / length)` at position k. */
function chirp(length: number, sign: number): { readonly real: Float64Array; readonly imaginary: Float64Array } {
  const real = new Float64Array(length);
  const imaginary = new Float64Array(length);
  const at = { cos: 0, sin: 0 };
  for (let k = 0; k < length; k++) {
    turn((k * k) % (2 * length), 2 * length, at);
    real[k] = at.cos;
    imaginary[k] = sign * at.sin;
  }
  return { real, imaginary };
}

function chirpFactor({ backend, dtype }: Place, length: number, sign: number, scale: number): Factor {
  const part = (name: "real" | "imaginary"): Tensor =>
    table(backend, dtype, [length], `chirp ${name} ${length} ${sign} ${scale}`, (to) => {
      const numbers = chirp(length, sign)[name];
      for (let k = 0; k < length; k++) to[k] = numbers[k]! * scale;
    });
  return { real: part("real"), imaginary: part("imaginary") };
}

/** The spectrum of the sequence that the convolution is with. */
function spectrum({ backend, dtype }: Place, length: number, padded: number, sign: number): Factor {
  const part = (name: "real" | "imaginary"): Tensor =>
    table(backend, dtype, [padded], `convolution ${name} ${length} ${sign}`, (to) => {
      const given = chirp(length, -sign);
      const values = { real: new Float64Array(padded), imaginary: new Float64Array(padded) };
      for (let k = 0; k < length; k++) {
        for (const key of ["real", "imaginary"] as const) {
          values[key][k] = given[key][k]!;
          values[key][(padded - k) % padded] = given[key][k]!;
        }
      }
      hostTransform(values.real, values.imaginary);
      to.set(values[name]);
    });
  return { real: part("real"), imaginary: part("imaginary") };
}

/** Views of a factor whose axes are the digits of another order. */
function inDigits(factor: Factor, sizes: readonly number[]): Factor {
  return { real: viewed(factor.real, sizes), imaginary: viewed(factor.imaginary, sizes) };
}

/**
 * Transforms `[batch, 2, length]` of any length.
 *
 * @param stages - transforms a power of two.
 */
export function chirped(
  x: Tensor,
  sign: number,
  scale: number,
  stages: (x: Tensor, sign: number, scale: number) => Digits,
): Tensor {
  const [batch, , length] = x.shape as readonly [number, number, number];
  let padded = 1;
  while (padded < 2 * length - 1) padded *= 2;
  const first = fitted(rotated(x, 1, chirpFactor(x, length, sign, 1)), 2, padded);
  const { tensor, axes, pair } = stages(first, -1, 1);
  const digits = permuted(tensor, [0, pair, ...axes]);
  const factor = inDigits(spectrum(x, length, padded, sign), digits.shape.slice(2));
  const product = viewed(rotated(digits, 1, factor), [batch, 2, padded]);
  return rotated(sliced(inOrder(stages(product, 1, 1 / padded)), 2, 0, length), 1, chirpFactor(x, length, sign, scale));
}
