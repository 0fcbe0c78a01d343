/**
 * The error function in float64 lanes.
 *
 * @module
 */
import { ERROR_FULL, ERROR_NARROW, ERROR_REST_FULL, ERROR_REST_NARROW } from "./coefficients.js";
import { scaledExponential } from "./exponential.js";
import type { DoubleFunction, Precision } from "./toolkit.js";

/** erf a: a polynomial for |a| < 1, else 1 − e^(−a²) times a polynomial in (|a| − 3) / (|a| + 3). */
export function errorFunction(precision: Precision): DoubleFunction {
  const full = precision === "full";
  return (d, a) => {
    const one = d.constant(1);
    const three = d.constant(3);
    // 1 − erf 6 is 2·10⁻¹⁷.
    const size = d.atMost(d.abs(a), 6);
    const square = d.mul(size, size);
    const small = d.mulAdd(size, d.polynomial(full ? ERROR_FULL : ERROR_NARROW, square), size);
    const t = d.div(d.sub(size, three), d.add(size, three));
    const decay = scaledExponential(d, d.neg(square), 0, precision);
    const large = d.sub(one, d.mul(decay, d.polynomial(full ? ERROR_REST_FULL : ERROR_REST_NARROW, t)));
    return d.or(d.choose(d.lt(size, one), small, large), d.signOf(a));
  };
}
