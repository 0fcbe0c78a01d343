/**
 * Inverse trigonometric functions in float64 lanes.
 *
 * @module
 */
import type { Local } from "../../assembler/types.js";
import { ARCSINE_FULL, ARCSINE_NARROW, ARCTANGENT_FULL, ARCTANGENT_NARROW } from "./coefficients.js";
import type { Arithmetic, DoublePrecision, LanesFunction } from "./toolkit.js";

/** π/2 minus Math.PI / 2. */
const HALF_PI_LOW = 6.123233995736766e-17;
const TAN_EIGHTH = 0.41421356237309503;
const TAN_THREE_EIGHTHS = 2.414213562373095;

interface Arc {
  /** Whether |a| < ½. */
  readonly small: Local;
  /** |a| if that is small, otherwise √((1 − |a|) / 2). */
  readonly s: Local;
  /** asin s − s. */
  readonly rest: Local;
}

function arc(d: Arithmetic, size: Local, precision: DoublePrecision): Arc {
  const half = d.constant(0.5);
  const small = d.lt(size, half);
  const z = d.choose(small, d.mul(size, size), d.mul(d.sub(d.constant(1), size), half));
  const s = d.choose(small, size, d.sqrt(z));
  const rest = d.mul(d.mul(s, z), d.polynomial(precision === "full" ? ARCSINE_FULL : ARCSINE_NARROW, z));
  return { small, s, rest };
}

/** Computes asin a. For a ≥ ½ it is π/2 − 2 asin √((1 − a) / 2). */
export function arcsine(precision: DoublePrecision): LanesFunction {
  return (d, a) => {
    const { small, s, rest } = arc(d, d.abs(a), precision);
    const value = d.add(s, rest);
    const low = d.sub(d.add(value, value), d.constant(HALF_PI_LOW));
    return d.or(d.choose(small, value, d.sub(d.constant(Math.PI / 2), low)), d.signOf(a));
  };
}

/** Computes acos a. It is π/2 − asin a, or 2 asin √((1 − |a|) / 2), or π minus that. */
export function arccosine(precision: DoublePrecision): LanesFunction {
  return (d, a) => {
    const { small, s, rest } = arc(d, d.abs(a), precision);
    const sign = d.signOf(a);
    const signed = d.sub(d.xor(s, sign), d.sub(d.constant(HALF_PI_LOW), d.xor(rest, sign)));
    const middle = d.sub(d.constant(Math.PI / 2), signed);
    const value = d.add(s, rest);
    const right = d.add(value, value);
    const left = d.sub(d.constant(Math.PI), d.sub(right, d.constant(2 * HALF_PI_LOW)));
    return d.choose(small, middle, d.choose(d.lt(a, d.constant(0)), left, right));
  };
}

/**
 * Computes the angle of the point (b, a) minus its `base`, which is 0, π/4 or π/2. Both coordinates are ≥ 0, and not
 * both are 0.
 */
function angle(
  d: Arithmetic,
  a: Local,
  b: Local,
  precision: DoublePrecision,
): { readonly base: Local; readonly rest: Local } {
  const steep = d.gt(a, d.mul(b, d.constant(TAN_THREE_EIGHTHS)));
  const middle = d.gt(a, d.mul(b, d.constant(TAN_EIGHTH)));
  const top = d.choose(steep, d.neg(b), d.choose(middle, d.sub(a, b), a));
  const bottom = d.choose(steep, a, d.choose(middle, d.add(a, b), b));
  const t = d.div(top, bottom);
  const z = d.mul(t, t);
  const series = d.polynomial(precision === "full" ? ARCTANGENT_FULL : ARCTANGENT_NARROW, z);
  const rest = d.mulAdd(d.mul(t, z), series, t);
  const base = d.choose(steep, d.constant(Math.PI / 2), d.and(middle, d.constant(Math.PI / 4)));
  return { base, rest };
}

/** Returns the part of `base` that float64 cannot represent. */
function lowOf(d: Arithmetic, base: Local): Local {
  return d.mul(base, d.constant(HALF_PI_LOW / (Math.PI / 2)));
}

/** Computes atan a. */
export function arctangent(precision: DoublePrecision): LanesFunction {
  return (d, a) => {
    const { base, rest } = angle(d, d.abs(a), d.constant(1), precision);
    const value = d.add(base, precision === "full" ? d.add(rest, lowOf(d, base)) : rest);
    return d.or(value, d.signOf(a));
  };
}

/** Computes the angle of the point (b, a). */
export function arctangent2(precision: DoublePrecision): LanesFunction {
  return (d, a, b) => {
    const zero = d.constant(0);
    const one = d.constant(1);
    let [y, x] = [d.abs(a), d.abs(b)];
    // ∞ is replaced by 1, and the other coordinate by 0, or by 1 if it is ∞ too.
    const infinity = d.constant(Infinity);
    const [yInfinite, xInfinite] = [d.eq(y, infinity), d.eq(x, infinity)];
    const infinite = d.or(yInfinite, xInfinite);
    y = d.choose(infinite, d.and(yInfinite, one), y);
    x = d.choose(infinite, d.and(xInfinite, one), x);
    if (precision === "full") {
      // The numbers are moved away from the ends of the range, so that sums do not overflow and quotients keep their
      // bits.
      const most = d.choose(d.lt(y, x), x, y);
      const down = d.choose(d.gt(most, d.constant(2 ** 1000)), d.constant(2 ** -100), one);
      const factor = d.choose(d.lt(most, d.constant(2 ** -800)), d.constant(2 ** 200), down);
      y = d.mul(y, factor);
      x = d.mul(x, factor);
    }
    x = d.choose(d.eq(y, zero), d.choose(d.eq(x, zero), one, x), x);
    const { base, rest } = angle(d, y, x, precision);
    // On the left side, the result is π minus the angle.
    const left = d.code.value("i64x2.shr_s", b, d.code.constantI32(63));
    const mirrored = d.choose(left, d.sub(d.constant(Math.PI), base), base);
    const turned = d.xor(rest, d.signOf(b));
    const value = d.add(mirrored, precision === "full" ? d.add(turned, lowOf(d, mirrored)) : turned);
    return d.or(d.xor(value, d.signOf(a)), d.or(d.isNaN(a), d.isNaN(b)));
  };
}
