/**
 * The transform of complex numbers along one axis, by small transforms (Cooley and Tukey): a length r · m is transformed
 * by matrices of size r, a rotation, and transforms of length m.
 *
 * @module
 */
import { callMatmul, reshaped, viewed } from "@lucid/tensor/extend";
import type { Tensor } from "@lucid/tensor/functions";
import { permuted } from "../internal/views.js";
import { chirped } from "./chirp.js";
import type { Digits } from "./digits.js";
import { factorsOf } from "./factors.js";
import { complexMatrix } from "./matrices.js";
import { rotated, twiddles } from "./rotation.js";

/**
 * Transforms `[batch, 2, length]`.
 *
 * @param sign - of the exponent: −1 forward, 1 backward.
 * @param scale - what the result is multiplied by.
 */
export function stages(x: Tensor, sign: number, scale: number): Digits {
  const [batch, , length] = x.shape as readonly [number, number, number];
  const { radices, rest } = factorsOf(length);
  const sizes = rest === 1 && radices.length > 0 ? radices : [...radices, rest];
  let count = batch;
  let size = length;
  let current = x;
  for (const radix of sizes.slice(0, -1)) {
    size /= radix;
    const columns = reshaped("fft", current, [count, 2 * radix, size]);
    const small = viewed(callMatmul(complexMatrix(x, radix, sign, 1), columns), [count, 2, radix, size]);
    const { real, imaginary } = twiddles(x, radix, radix, size, sign);
    const factor = { real: viewed(real, [radix, 1, size]), imaginary: viewed(imaginary, [radix, 1, size]) };
    count *= radix;
    current = viewed(rotated(permuted(small, [0, 2, 1, 3]), 2, factor), [count, 2, size]);
  }
  const last =
    rest > 1
      ? chirped(reshaped("fft", current, [count, 2, size]), sign, scale, stages)
      : callMatmul(reshaped("fft", current, [count, 2 * size]), complexMatrix(x, size, sign, scale), {
          transposeB: true,
        });
  const before = sizes.slice(0, -1);
  const axes = [before.length + 2, ...before.map((_, i) => before.length - i)];
  return { tensor: viewed(last, [batch, ...before, 2, size]), axes, pair: before.length + 1 };
}
