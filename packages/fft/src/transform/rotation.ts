/**
 * Products with tables of complex numbers.
 *
 * @module
 */
import { type Elementwise, elementwise, type Formula, mul, add, Tensor } from "@lucid/tensor/functions";
import { viewed } from "@lucid/tensor/extend";
import { reversed } from "../internal/views.js";
import type { Place } from "./matrices.js";
import { table, turn } from "./tables.js";

/** Two tensors that together hold complex numbers. */
export interface Factor {
  readonly real: Tensor;
  readonly imaginary: Tensor;
}

const combined: Elementwise<[x: Formula, other: Formula, real: Formula, imaginary: Formula, sign: Formula]> =
  /* @__PURE__ */ elementwise(
    (x: Formula, other: Formula, real: Formula, imaginary: Formula, sign: Formula) =>
      add(mul(x, real), mul(other, mul(imaginary, sign))),
    { name: "fft" },
  );

/** Multiplies complex numbers, whose two parts lie along `axis`, by complex numbers that broadcast to them. */
export function rotated(x: Tensor, axis: number, { real, imaginary }: Factor): Tensor {
  const sign = new Tensor([-1, 1], { backend: x.backend, dtype: x.dtype });
  const shape = [2, ...new Array<number>(x.ndim - 1 - axis).fill(1)];
  return combined(x, reversed(x, axis), real, imaginary, viewed(sign, shape));
}

/** The factors `exp(sign · 2πi · jk / (radix · size))` of shape `[rows, size]`, for k < rows ≤ radix and j < size. */
export function twiddles(place: Place, radix: number, rows: number, size: number, sign: number): Factor {
  const count = radix * size;
  const part = (name: "cos" | "sin"): Tensor =>
    table(place.backend, place.dtype, [rows, size], `${name} ${radix} ${rows} ${size} ${sign}`, (to) => {
      const at = { cos: 0, sin: 0 };
      for (let k = 0; k < rows; k++) {
        for (let j = 0; j < size; j++) {
          turn((j * k) % count, count, at);
          to[k * size + j] = name === "cos" ? at.cos : sign * at.sin + 0;
        }
      }
    });
  return { real: part("cos"), imaginary: part("sin") };
}
