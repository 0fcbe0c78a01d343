/**
 * Exponentials and hyperbolic functions in float64 lanes.
 *
 * eᵃ = 2ⁿ · eʳ with n = a / ln 2 rounded and |r| ≤ ½ ln 2.
 *
 * @module
 */
import type { Local } from "../../assembler/types.js";
import { EXPONENTIAL_FULL, EXPONENTIAL_NARROW, HYPERBOLIC_SINE_FULL, HYPERBOLIC_SINE_NARROW } from "./coefficients.js";
import { type Arithmetic, type DoubleFunction, type Precision, powerOfTwo, scale } from "./toolkit.js";

/** ln 2 in two parts; the first has 21 zero bits at its end, so that whole multiples of it are exact. */
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;

/** eʳ − 1 for |r| ≤ ½ ln 2. */
export function smallExpm1(d: Arithmetic, r: Local, precision: Precision): Local {
  const rest = d.polynomial(precision === "full" ? EXPONENTIAL_FULL : EXPONENTIAL_NARROW, r);
  return d.mulAdd(d.mul(r, r), rest, r);
}

/** a = n · ln 2 + r. */
function reduce(d: Arithmetic, a: Local, precision: Precision): { readonly n: Local; readonly r: Local } {
  const n = d.nearest(d.mul(a, d.constant(Math.LOG2E)));
  if (precision === "narrow") return { n, r: d.sub(a, d.mul(n, d.constant(Math.LN2))) };
  const high = d.sub(a, d.mul(n, d.constant(LN2_HIGH)));
  return { n, r: d.sub(high, d.mul(n, d.constant(LN2_LOW))) };
}

/** eᵃ · 2ˢ for a constant s. */
export function scaledExponential(d: Arithmetic, a: Local, s: number, precision: Precision): Local {
  const narrow = precision === "narrow";
  // Beyond these, results are 0 and ∞ in the type at hand.
  const limited = d.atLeast(d.atMost(a, narrow ? 120 : 712), narrow ? -120 : -750);
  const { n, r } = reduce(d, limited, precision);
  const value = d.add(d.constant(1), smallExpm1(d, r, precision));
  const exponent = s === 0 ? n : d.add(n, d.constant(s));
  return narrow ? d.mul(value, powerOfTwo(d, exponent)) : scale(d, value, exponent);
}

/** eᵃ. */
export function exponential(precision: Precision): DoubleFunction {
  return (d, a) => scaledExponential(d, a, 0, precision);
}

/** 2ᵃ. */
export function exponential2(precision: Precision): DoubleFunction {
  const narrow = precision === "narrow";
  return (d, a) => {
    const limited = d.atLeast(d.atMost(a, narrow ? 200 : 1100), narrow ? -200 : -1100);
    const n = d.nearest(limited);
    const r = d.mul(d.sub(limited, n), d.constant(Math.LN2));
    const value = d.add(d.constant(1), smallExpm1(d, r, precision));
    return narrow ? d.mul(value, powerOfTwo(d, n)) : scale(d, value, n);
  };
}

/** eᵃ − 1 = 2ⁿ · ((eʳ − 1) + (1 − 2⁻ⁿ)). */
export function exponentialMinusOne(precision: Precision): DoubleFunction {
  const narrow = precision === "narrow";
  return (d, a) => {
    const limited = d.atLeast(d.atMost(a, narrow ? 120 : 712), -45);
    const { n, r } = reduce(d, limited, precision);
    const small = smallExpm1(d, r, precision);
    const one = d.constant(1);
    const half = narrow ? n : d.nearest(d.mul(n, d.constant(0.5)));
    const first = powerOfTwo(d, half);
    if (narrow) {
      const value = d.add(d.mul(small, first), d.sub(first, one));
      return d.choose(d.eq(a, d.constant(0)), a, value);
    }
    const rest = d.sub(n, half);
    const inverse = d.mul(powerOfTwo(d, d.neg(half)), powerOfTwo(d, d.neg(rest)));
    const scaled = d.mul(d.mul(d.add(small, d.sub(one, inverse)), first), powerOfTwo(d, rest));
    return d.choose(d.eq(a, d.constant(0)), a, scaled);
  };
}

/** cosh a = E + ¼ / E with E = ½ e^|a|. */
export function hyperbolicCosine(precision: Precision): DoubleFunction {
  return (d, a) => {
    const half = scaledExponential(d, d.abs(a), -1, precision);
    return d.add(half, d.div(d.constant(0.25), half));
  };
}

/** sinh a = E − ¼ / E for |a| ≥ 1, else a polynomial. */
export function hyperbolicSine(precision: Precision): DoubleFunction {
  const coefficients = precision === "full" ? HYPERBOLIC_SINE_FULL : HYPERBOLIC_SINE_NARROW;
  return (d, a) => {
    const size = d.abs(a);
    const half = scaledExponential(d, size, -1, precision);
    const large = d.sub(half, d.div(d.constant(0.25), half));
    const square = d.mul(size, size);
    const small = d.mulAdd(d.mul(size, square), d.polynomial(coefficients, square), size);
    const isSmall = d.lt(size, d.constant(1));
    return d.or(d.choose(isSmall, small, large), d.signOf(a));
  };
}

/** tanh a = t / (t + 2) with t = e^(2|a|) − 1. */
export function hyperbolicTangent(precision: Precision): DoubleFunction {
  const minusOne = exponentialMinusOne(precision);
  return (d, a) => {
    const size = d.atMost(d.abs(a), 22);
    const t = minusOne(d, d.add(size, size), a);
    return d.or(d.div(t, d.add(t, d.constant(2))), d.signOf(a));
  };
}
