/**
 * The error function.
 *
 * @module
 */
import { ERROR_EXPONENT_SINGLE, ERROR_FULL, ERROR_REST_FULL, ERROR_SINGLE } from "./coefficients.js";
import { exponential, smallExpm1 } from "./exponential.js";
import { type LanesFunction, type NativePrecision, powerOfTwo, toWhole } from "./toolkit.js";

/**
 * Computes erf a in float64 lanes: a polynomial for |a| < 1, otherwise 1 − e^(−a²) times a polynomial in (|a| − 3) /
 * (|a| + 3).
 */
function errorFunctionFull(): LanesFunction {
  const fullExponential = exponential("full");
  return (d, a) => {
    const one = d.constant(1);
    const three = d.constant(3);
    // 1 − erf 6 is 2·10⁻¹⁷, so larger arguments give 1.
    const size = d.atMost(d.abs(a), 6);
    const square = d.mul(size, size);
    const small = d.mulAdd(size, d.polynomial(ERROR_FULL, square), size);
    const t = d.div(d.sub(size, three), d.add(size, three));
    const decay = fullExponential(d, d.neg(square), square);
    const large = d.sub(one, d.mul(decay, d.polynomial(ERROR_REST_FULL, t)));
    return d.or(d.choose(d.lt(size, one), small, large), d.signOf(a));
  };
}

/** Computes erf a in float32 lanes: a polynomial for |a| < 1, otherwise 1 − 2^p with another polynomial p. */
const errorFunctionSingle: LanesFunction = (d, a) => {
  const one = d.constant(1);
  // 1 − erf 4 is 1.5·10⁻⁸, so larger arguments give 1.
  const size = d.atMost(d.abs(a), 4);
  const small = d.mulAdd(size, d.polynomial(ERROR_SINGLE, d.mul(size, size)), size);
  const exponent = d.polynomial(ERROR_EXPONENT_SINGLE, size);
  const { n, shifted } = toWhole(d, exponent);
  const r = d.mul(d.sub(exponent, n), d.constant(Math.LN2));
  const decay = d.mul(d.add(one, smallExpm1(d, r, "single")), powerOfTwo(d, shifted));
  return d.or(d.choose(d.lt(size, one), small, d.sub(one, decay)), d.signOf(a));
};

/** Returns the function that computes erf a. */
export function errorFunction(precision: NativePrecision): LanesFunction {
  return precision === "full" ? errorFunctionFull() : errorFunctionSingle;
}
