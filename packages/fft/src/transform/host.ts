/**
 * A transform in float64 on the host, for the tables.
 *
 * @module
 */
import { turn } from "./tables.js";

/** Transforms complex numbers in place, forward and without a factor. Their count is a power of two. */
export function hostTransform(real: Float64Array, imaginary: Float64Array): void {
  const count = real.length;
  // Brings every element to the position whose binary digits are reversed.
  for (let i = 1, j = 0; i < count; i++) {
    let bit = count >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j |= bit;
    if (i >= j) continue;
    for (const part of [real, imaginary]) [part[i], part[j]] = [part[j]!, part[i]!];
  }
  const cos = new Float64Array(count / 2);
  const sin = new Float64Array(count / 2);
  const at = { cos: 0, sin: 0 };
  for (let k = 0; k < count / 2; k++) {
    turn(k, count, at);
    cos[k] = at.cos;
    sin[k] = -at.sin;
  }
  for (let half = 1; half < count; half *= 2) {
    const step = count / (2 * half);
    for (let start = 0; start < count; start += 2 * half) {
      for (let k = 0; k < half; k++) {
        const [i, j] = [start + k, start + k + half];
        const re = real[j]! * cos[k * step]! - imaginary[j]! * sin[k * step]!;
        const im = real[j]! * sin[k * step]! + imaginary[j]! * cos[k * step]!;
        real[j] = real[i]! - re;
        imaginary[j] = imaginary[i]! - im;
        real[i]! += re;
        imaginary[i]! += im;
      }
    }
  }
}
