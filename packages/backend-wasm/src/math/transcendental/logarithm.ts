/**
 * Logarithms and inverse hyperbolic functions. They use x = 2ᵏ · m with √½ ≤ m < √2, and ln m = 2s + s³·R(s²) with s =
 * (m − 1) / (m + 1).
 *
 * @module
 */
import type { Local } from "../../assembler/types.js";
import { LOGARITHM_FULL, LOGARITHM_SINGLE } from "./coefficients.js";
import {
  type Arithmetic,
  exactSumOrdered,
  type LanesFunction,
  type NativePrecision,
  type Pair,
  split,
} from "./toolkit.js";

const LOGARITHM = { full: LOGARITHM_FULL, single: LOGARITHM_SINGLE };

/** A number in two parts. The first part is short, so that its products are exact. */
interface TwoParts {
  readonly full: readonly [number, number];
  readonly single: readonly [number, number];
}

const LN2: TwoParts = {
  full: [0.6931471803691238, 1.9082149292705877e-10],
  single: [0.693145751953125, 1.4286068203094173e-6],
};
const INVERSE_LN2: TwoParts = {
  full: [1.4426950407214463, 1.6751713164886512e-10],
  single: [1.4423828125, 0.00031222838896340733],
};
const INVERSE_LN10: TwoParts = {
  full: [0.4342944818781689, 2.5082946711645275e-11],
  single: [0.4342041015625, 9.038034075182765e-5],
};
const LOG10_2: TwoParts = {
  full: [0.30102999566395283, 2.8363394551044964e-14],
  single: [0.301025390625, 4.605038981195214e-6],
};
const ONE: TwoParts = { full: [1, 0], single: [1, 0] };

/** Computes ln(1 + f) − (f − ½f²) as s·(½f² + s²·R(s²)). */
function rest(d: Arithmetic, f: Local, halfSquare: Local, precision: NativePrecision): Local {
  const s = d.div(f, d.add(f, d.constant(2)));
  const z = d.mul(s, s);
  const series = d.mul(z, d.polynomial(LOGARITHM[precision], z));
  return d.mul(s, d.add(halfSquare, series));
}

/** Computes k·ln 2 + ln(1 + f) + correction. */
function assemble(d: Arithmetic, k: Local, f: Local, correction: Local | undefined, precision: NativePrecision): Local {
  const halfSquare = d.mul(d.mul(f, f), d.constant(0.5));
  const [ln2High, ln2Low] = LN2[precision];
  let low = d.mul(k, d.constant(ln2Low));
  if (correction !== undefined) low = d.add(low, correction);
  const tail = d.sub(halfSquare, d.add(rest(d, f, halfSquare, precision), low));
  return d.sub(d.mul(k, d.constant(ln2High)), d.sub(tail, f));
}

/** Replaces special values: −∞ at ±0, NaN for negative numbers, ∞ at ∞. */
function specials(d: Arithmetic, a: Local, value: Local): Local {
  const zero = d.constant(0);
  const finite = d.choose(d.lt(a, d.constant(Infinity)), value, a);
  const above = d.choose(d.eq(a, zero), d.constant(-Infinity), finite);
  return d.or(above, d.lt(a, zero));
}

/** Computes ln a. */
export function logarithm(precision: NativePrecision): LanesFunction {
  return (d, a) => {
    const { m, k } = split(d, a, true);
    return specials(d, a, assemble(d, k, d.sub(m, d.constant(1)), undefined, precision));
  };
}

/** Computes ln(1 + a). The rounding error of 1 + a, divided by 1 + a, is added to the logarithm. */
export function logarithmOfOnePlus(precision: NativePrecision): LanesFunction {
  return (d, a) => {
    const one = d.constant(1);
    const u = d.add(one, a);
    const { m, k } = split(d, u, false);
    const unscaled = d.eq(k, d.constant(0));
    // u + error is exactly 1 + a. If u needs no scaling, a itself is f, and no correction is needed.
    const back = d.sub(u, one);
    const error = d.add(d.sub(a, back), d.sub(one, d.sub(u, back)));
    const f = d.choose(unscaled, a, d.sub(m, one));
    const correction = d.andNot(d.div(error, u), unscaled);
    const value = assemble(d, k, f, correction, precision);
    const kept = d.choose(d.eq(a, d.constant(0)), a, value);
    const minusOne = d.constant(-1);
    const finite = d.choose(d.lt(a, d.constant(Infinity)), kept, a);
    const above = d.choose(d.eq(a, minusOne), d.constant(-Infinity), finite);
    return d.or(above, d.lt(a, minusOne));
  };
}

/** Returns ln m in two parts. The lower 32 bits (for float32, 12 bits) of the first part are 0. */
function inTwoParts(d: Arithmetic, m: Local, precision: NativePrecision): Pair {
  const f = d.sub(m, d.constant(1));
  const halfSquare = d.mul(d.mul(f, f), d.constant(0.5));
  const remaining = rest(d, f, halfSquare, precision);
  const mask = precision === "full" ? d.code.i64x2(-0x100000000n) : d.code.i32x4(-0x1000);
  const high = d.and(d.sub(f, halfSquare), mask);
  return { high, low: d.add(d.sub(d.sub(f, high), halfSquare), remaining) };
}

/** Computes a logarithm to another base, where `inverse` is 1 / ln of the base and `two` is the logarithm of 2. */
function toBase(inverse: TwoParts, two: TwoParts, precision: NativePrecision): LanesFunction {
  const [inverseHigh, inverseLow] = inverse[precision];
  const [twoHigh, twoLow] = two[precision];
  return (d, a) => {
    const { m, k } = split(d, a, true);
    const { high, low } = inTwoParts(d, m, precision);
    const product = d.mul(high, d.constant(inverseHigh));
    const small = d.mulAdd(d.add(low, high), d.constant(inverseLow), d.mul(low, d.constant(inverseHigh)));
    const tail = twoLow === 0 ? small : d.add(small, d.mul(k, d.constant(twoLow)));
    const sum = exactSumOrdered(d, d.mul(k, d.constant(twoHigh)), product);
    return specials(d, a, d.add(sum.high, d.add(sum.low, tail)));
  };
}

/** Computes log₂ a. */
export function logarithm2(precision: NativePrecision): LanesFunction {
  return toBase(INVERSE_LN2, ONE, precision);
}

/** Computes log₁₀ a. */
export function logarithm10(precision: NativePrecision): LanesFunction {
  return toBase(INVERSE_LN10, LOG10_2, precision);
}

/** From this number on, ln(1 + a) is ln a, and asinh a and acosh a are ln 2a. */
const LARGE = 2 ** 60;

/** Computes asinh a = ln(1 + |a| + a² / (1 + √(1 + a²))), with the sign of a. */
export function inverseHyperbolicSine(precision: NativePrecision): LanesFunction {
  const onePlus = logarithmOfOnePlus(precision);
  return (d, a) => {
    const size = d.abs(a);
    const one = d.constant(1);
    const isLarge = d.gt(size, d.constant(LARGE));
    const square = d.mul(size, size);
    const usual = d.add(size, d.div(square, d.add(one, d.sqrt(d.add(one, square)))));
    const value = onePlus(d, d.choose(isLarge, size, usual), a);
    return d.or(d.add(value, d.and(isLarge, d.constant(Math.LN2))), d.signOf(a));
  };
}

/** Computes acosh a = ln(1 + t + √(2t + t²)) with t = a − 1. */
export function inverseHyperbolicCosine(precision: NativePrecision): LanesFunction {
  const onePlus = logarithmOfOnePlus(precision);
  return (d, a) => {
    const one = d.constant(1);
    const isLarge = d.gt(a, d.constant(LARGE));
    const t = d.sub(a, one);
    const usual = d.add(t, d.sqrt(d.add(d.add(t, t), d.mul(t, t))));
    const value = onePlus(d, d.choose(isLarge, a, usual), a);
    return d.or(d.add(value, d.and(isLarge, d.constant(Math.LN2))), d.lt(a, one));
  };
}

/**
 * Computes atanh a = ½ ln(1 + 2|a| / (1 − |a|)), with the sign of a. Near 0 it uses the logarithm's series in a itself.
 */
export function inverseHyperbolicTangent(precision: NativePrecision): LanesFunction {
  const onePlus = logarithmOfOnePlus(precision);
  return (d, a) => {
    const size = d.abs(a);
    const half = d.constant(0.5);
    const large = onePlus(d, d.div(d.add(size, size), d.sub(d.constant(1), size)), a);
    const square = d.mul(size, size);
    const series = d.mul(d.mul(half, d.mul(size, square)), d.polynomial(LOGARITHM[precision], square));
    const value = d.choose(d.lt(size, d.constant(0.17)), d.add(size, series), d.mul(large, half));
    return d.or(value, d.signOf(a));
  };
}
