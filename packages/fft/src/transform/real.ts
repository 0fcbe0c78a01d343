/**
 * Transforms between real numbers and the first half of their spectrum, which do half the work of complex ones.
 *
 * @module
 */
import { callMatmul, reshaped, viewed } from "@lucid/tensor/extend";
import { cat, constantPadNd, mul, stack, Tensor, zerosLike } from "@lucid/tensor/functions";
import { permuted, reversed, sliced } from "../internal/views.js";
import { inOrder } from "./digits.js";
import { factorsOf } from "./factors.js";
import { fromRealMatrix, halfOf, toRealMatrix } from "./matrices.js";
import { rotated, twiddles } from "./rotation.js";
import { stages } from "./stages.js";

/** The conjugates of complex numbers whose parts lie along axis 1. */
function conjugated(x: Tensor): Tensor {
  const signs = new Tensor([1, -1], { backend: x.backend, dtype: x.dtype });
  return mul(x, viewed(signs, [2, ...new Array<number>(x.ndim - 2).fill(1)]));
}

/** The first size of a length that is transformed in several steps; undefined if there is one step. */
function firstRadix(length: number): number | undefined {
  const { radices, rest } = factorsOf(length);
  return radices.length + (rest > 1 ? 1 : 0) > 1 ? radices[0] : undefined;
}

/**
 * Transforms real numbers `[batch, length]` to `[batch, 2, ⌊length / 2⌋ + 1]`.
 *
 * With `length = r · m`, element `k₁ + r · k₂` of the spectrum is the conjugate of element
 * `(r − k₁) + r · (m − 1 − k₂)`, so the transforms of length m are needed for `k₁ ≤ r / 2` alone.
 */
export function fromReal(x: Tensor, sign: number, scale: number): Tensor {
  const [batch, length] = x.shape as readonly [number, number];
  const half = halfOf(length);
  const radix = firstRadix(length);
  if (radix === undefined) {
    if (factorsOf(length).rest > 1) {
      return sliced(inOrder(stages(stack([x, zerosLike(x)], 1), sign, scale)), 2, 0, half);
    }
    const product = callMatmul(x, fromRealMatrix(x, length, sign, scale), { transposeB: true });
    return viewed(product, [batch, 2, half]);
  }
  const size = length / radix;
  const rows = halfOf(radix);
  const small = callMatmul(fromRealMatrix(x, radix, sign, 1), reshaped("rfft", x, [batch, radix, size]));
  const { real, imaginary } = twiddles(x, radix, rows, size, sign);
  const factor = { real: viewed(real, [rows, 1, size]), imaginary: viewed(imaginary, [rows, 1, size]) };
  const turned = rotated(permuted(viewed(small, [batch, 2, rows, size]), [0, 2, 1, 3]), 2, factor);
  const { tensor, axes, pair } = stages(viewed(turned, [batch * rows, 2, size]), sign, scale);
  const parted = viewed(tensor, [batch, rows, ...tensor.shape.slice(1)]);
  const ordered = permuted(parted, [0, pair + 1, 1, ...axes.map((axis) => axis + 1)]);
  const upper = reshaped("rfft", ordered, [batch, 2, rows, size]);
  const columns = Math.min(size, Math.ceil(half / radix));
  const mirrored = reversed(reversed(sliced(upper, 2, 1, radix - rows), 2), 3);
  const all = cat([sliced(upper, 3, 0, columns), conjugated(sliced(mirrored, 3, 0, columns))], 2);
  const spectrum = reshaped("rfft", permuted(all, [0, 1, 3, 2]), [batch, 2, radix * columns]);
  return sliced(spectrum, 2, 0, half);
}

/** The whole spectrum of `length` elements, from its first half. */
function completed(x: Tensor, length: number): Tensor {
  const paired = Math.ceil(length / 2) - 1;
  // The elements without a mirror image are real.
  const imaginary = constantPadNd(sliced(sliced(x, 1, 1, 1), 2, 1, paired), [1, length % 2 === 0 ? 1 : 0]);
  const first = cat([sliced(x, 1, 0, 1), imaginary], 1);
  return cat([first, conjugated(reversed(sliced(first, 2, 1, paired), 2))], 2);
}

/**
 * Transforms the first half of a spectrum, `[batch, 2, ⌊length / 2⌋ + 1]`, to real numbers `[batch, length]`. It is
 * {@link fromReal} backwards: transforms of length m for `k₁ ≤ r / 2`, a rotation, and small transforms to real numbers.
 */
export function toReal(x: Tensor, length: number, sign: number, scale: number): Tensor {
  const batch = x.shape[0]!;
  const radix = firstRadix(length);
  if (radix === undefined) {
    if (factorsOf(length).rest > 1) {
      return viewed(sliced(inOrder(stages(completed(x, length), sign, scale)), 1, 0, 1), [batch, length]);
    }
    const flat = reshaped("irfft", x, [batch, 2 * halfOf(length)]);
    return callMatmul(flat, toRealMatrix(x, length, sign, scale), { transposeB: true });
  }
  const size = length / radix;
  const rows = halfOf(radix);
  const parted = sliced(reshaped("irfft", completed(x, length), [batch, 2, size, radix]), 3, 0, rows);
  const lines = reshaped("irfft", permuted(parted, [0, 3, 1, 2]), [batch * rows, 2, size]);
  const { tensor, axes, pair } = stages(lines, sign, 1);
  const digits = viewed(tensor, [batch, rows, ...tensor.shape.slice(1)]);
  const ordered = permuted(digits, [0, pair + 1, 1, ...axes.map((axis) => axis + 1)]);
  const { real, imaginary } = twiddles(x, radix, rows, size, sign);
  const sizes = ordered.shape.slice(2);
  const factor = { real: viewed(real, sizes), imaginary: viewed(imaginary, sizes) };
  const turned = viewed(rotated(ordered, 1, factor), [batch, 2 * rows, size]);
  return viewed(callMatmul(toRealMatrix(x, radix, sign, scale), turned), [batch, length]);
}
