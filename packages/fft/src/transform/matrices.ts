/**
 * The matrices of small transforms. Their rows and columns that belong to complex numbers list all real parts first, and
 * then all imaginary parts.
 *
 * @module
 */
import type { Backend, DType } from "@lucid/backend";
import type { Tensor } from "@lucid/tensor/functions";
import { table, turn } from "./tables.js";

/** Where a table is needed. */
export interface Place {
  readonly backend: Backend;
  readonly dtype: DType;
}

/** Of real numbers, how many elements of the spectrum tell the others. */
export const halfOf = (size: number): number => Math.floor(size / 2) + 1;

/** `[2 · outputs, 2 · inputs]` of the transform `Σ xⱼ · exp(sign · 2πi · jk / size) · scale`. */
export function complexMatrix({ backend, dtype }: Place, size: number, sign: number, scale: number): Tensor {
  return table(backend, dtype, [2 * size, 2 * size], `c ${size} ${sign} ${scale}`, (to) => {
    const at = { cos: 0, sin: 0 };
    for (let k = 0; k < size; k++) {
      for (let j = 0; j < size; j++) {
        turn((j * k) % size, size, at);
        const real = at.cos * scale;
        // With 0 added, no entry is −0, which would be the sign of sums that are 0.
        const imaginary = sign * at.sin * scale + 0;
        to[k * 2 * size + j] = real;
        to[k * 2 * size + size + j] = 0 - imaginary;
        to[(size + k) * 2 * size + j] = imaginary;
        to[(size + k) * 2 * size + size + j] = real;
      }
    }
  });
}

/** `[2 · half, size]` of the same transform of real numbers: the first half of the spectrum. */
export function fromRealMatrix({ backend, dtype }: Place, size: number, sign: number, scale: number): Tensor {
  const half = halfOf(size);
  return table(backend, dtype, [2 * half, size], `r ${size} ${sign} ${scale}`, (to) => {
    const at = { cos: 0, sin: 0 };
    for (let k = 0; k < half; k++) {
      for (let j = 0; j < size; j++) {
        turn((j * k) % size, size, at);
        to[k * size + j] = at.cos * scale;
        to[(half + k) * size + j] = sign * at.sin * scale + 0;
      }
    }
  });
}

/** `[size, 2 · half]` of the same transform from the first half of a spectrum whose result is real. */
export function toRealMatrix({ backend, dtype }: Place, size: number, sign: number, scale: number): Tensor {
  const half = halfOf(size);
  return table(backend, dtype, [size, 2 * half], `h ${size} ${sign} ${scale}`, (to) => {
    const at = { cos: 0, sin: 0 };
    for (let j = 0; j < size; j++) {
      for (let k = 0; k < half; k++) {
        turn((j * k) % size, size, at);
        // Every element counts for its mirror image too. The imaginary parts of those without one do not count.
        const alone = 2 * k === size || k === 0;
        to[j * 2 * half + k] = at.cos * scale * (alone ? 1 : 2);
        to[j * 2 * half + half + k] = alone ? 0 : 0 - 2 * sign * at.sin * scale;
      }
    }
  });
}
