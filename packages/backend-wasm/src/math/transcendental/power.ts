/**
 * Powers in float64 lanes: aᵇ = 2^(b · log₂|a|), where the logarithm has two parts.
 *
 * @module
 */
import type { Code } from "../../assembler/code.js";
import type { Local } from "../../assembler/types.js";
import { LOGARITHM_FIFTH_FULL, LOGARITHM_NARROW } from "./coefficients.js";
import { smallExpm1 } from "./exponential.js";
import {
  type Arithmetic,
  arithmetic,
  type DoublePrecision,
  exactProduct,
  exactSum,
  exactSumOrdered,
  type FloatShape,
  type LanesFunction,
  type Pair,
  powerOfTwo,
  scale,
  split,
  toWhole,
} from "./toolkit.js";

const INVERSE_LN2_LOW = 2.0355273740931033e-17;
const TWO_THIRDS_LOW = 3.700743415417188e-17;

/** Computes the product of two pairs. */
function multiply(d: Arithmetic, a: Pair, b: Pair): Pair {
  const { high, low } = exactProduct(d, a.high, b.high);
  const cross = d.add(d.mul(a.high, b.low), d.mul(a.low, b.high));
  return exactSumOrdered(d, high, d.add(low, cross));
}

/** Computes log₂(2ᵏ · m) with a relative error of about 2⁻⁶⁵. */
function logarithm2InTwoParts(d: Arithmetic, m: Local, k: Local): Pair {
  const one = d.constant(1);
  // s = f / (m + 1) is computed in two parts.
  const f = d.sub(m, one);
  const sum = exactSum(d, m, one);
  const s = d.div(f, sum.high);
  const back = exactProduct(d, s, sum.high);
  const remainder = d.sub(d.sub(d.sub(f, back.high), back.low), d.mul(s, sum.low));
  const quotient: Pair = { high: s, low: d.div(remainder, sum.high) };
  // ln m = 2s + ⅔s³ + s⁵·P(s²)
  const square = multiply(d, quotient, quotient);
  const cube = multiply(d, multiply(d, square, quotient), {
    high: d.constant(2 / 3),
    low: d.constant(TWO_THIRDS_LOW),
  });
  const z = square.high;
  const fifth = d.mul(d.mul(d.mul(z, z), s), d.polynomial(LOGARITHM_FIFTH_FULL, z));
  const main = exactSumOrdered(d, d.add(s, s), cube.high);
  const low = d.add(d.add(d.add(quotient.low, quotient.low), cube.low), d.add(fifth, main.low));
  const natural = exactSumOrdered(d, main.high, low);
  const scaled = multiply(d, natural, { high: d.constant(Math.LOG2E), low: d.constant(INVERSE_LN2_LOW) });
  const total = exactSumOrdered(d, k, scaled.high);
  return exactSumOrdered(d, total.high, d.add(total.low, scaled.low));
}

/** Computes aᵇ. */
export function power(precision: DoublePrecision): LanesFunction {
  const narrow = precision === "narrow";
  const limit = narrow ? 200 : 1100;
  return (d, a, b) => {
    const zero = d.constant(0);
    const one = d.constant(1);
    const infinity = d.constant(Infinity);
    const size = d.abs(a);
    const { m, k } = split(d, size, !narrow);
    // With log₂ 0 = −∞ and log₂ ∞ = ∞, the powers are right.
    const none = d.eq(size, zero);
    const endless = d.eq(size, infinity);
    const special = d.or(none, endless);
    const ends = d.choose(none, d.constant(-Infinity), infinity);
    let exponent: Local;
    let tail: Local | undefined;
    if (narrow) {
      const f = d.sub(m, one);
      const s = d.div(f, d.add(m, one));
      const z = d.mul(s, s);
      const series = d.mulAdd(z, d.polynomial(LOGARITHM_NARROW, z), d.constant(2));
      const logarithm = d.mulAdd(d.mul(s, series), d.constant(Math.LOG2E), k);
      exponent = d.mul(b, d.choose(special, ends, logarithm));
    } else {
      const logarithm = logarithm2InTwoParts(d, m, k);
      const high = d.choose(special, ends, logarithm.high);
      const product = exactProduct(d, b, high);
      exponent = product.high;
      const small = d.lt(d.abs(exponent), d.constant(limit));
      tail = d.and(d.add(product.low, d.mul(b, logarithm.low)), small);
    }
    const limited = d.atLeast(d.atMost(exponent, limit), -limit);
    const { n, shifted } = toWhole(d, limited);
    const fraction = d.sub(limited, n);
    const r = d.mul(tail === undefined ? fraction : d.add(fraction, tail), d.constant(Math.LN2));
    const raised = d.add(one, smallExpm1(d, r, precision));
    let value = narrow ? d.mul(raised, powerOfTwo(d, shifted)) : scale(d, raised, shifted);
    // The size of (±1)^b is 1, also for b = ±∞.
    value = d.choose(d.eq(size, one), one, value);
    const whole = d.eq(d.code.value("f64x2.trunc", b), b);
    const half = d.mul(b, d.constant(0.5));
    const even = d.eq(d.code.value("f64x2.trunc", half), half);
    value = d.or(value, d.andNot(d.and(whole, d.signOf(a)), even));
    // A negative number has no real power for an exponent that is not an integer. −∞ counts by its size only.
    const outside = d.andNot(d.andNot(d.lt(a, zero), endless), whole);
    value = d.or(value, d.or(outside, d.or(d.isNaN(a), d.isNaN(b))));
    return d.choose(d.or(d.eq(b, zero), d.eq(a, one)), one, value);
  };
}

/** Computes aᵇ for a literal b that needs no logarithm. */
export function literalPower(code: Code, shape: FloatShape | "i32x4", a: Local, b: number): Local | undefined {
  if (shape === "i32x4") return b === 2 ? code.value("i32x4.mul", a, a) : undefined;
  const f = arithmetic(code, shape);
  switch (b) {
    case -1:
      return f.div(f.constant(1), a);
    case 0.5: {
      // −0 counts as 0, and (−∞)^½ must be ∞.
      const root = f.sqrt(f.add(a, f.constant(0)));
      return f.choose(f.eq(a, f.constant(-Infinity)), f.constant(Infinity), root);
    }
    case 2:
      return f.mul(a, a);
    case 3:
      return f.mul(f.mul(a, a), a);
    default:
      return undefined;
  }
}
