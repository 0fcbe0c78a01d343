/**
 * Exponentials and hyperbolic functions. They use eᵃ = 2ⁿ · eʳ, where n is a / ln 2, rounded, and |r| ≤ ½ ln 2.
 *
 * @module
 */
import type { Local } from "../../assembler/types.js";
import type { VectorFunction } from "../vector-function.js";
import {
  EXPONENTIAL_FULL,
  EXPONENTIAL_NARROW,
  EXPONENTIAL_SINGLE,
  HYPERBOLIC_SINE_FULL,
  HYPERBOLIC_SINE_SINGLE,
  HYPERBOLIC_TANGENT_SINGLE,
} from "./coefficients.js";
import {
  type Arithmetic,
  separateFunction,
  type LanesFunction,
  type NativePrecision,
  onDoubles,
  onSingles,
  type Precision,
  powerOfTwo,
  scale,
  scaleNormal,
  toWhole,
  type Whole,
  withinLimit,
} from "./toolkit.js";

/** ln 2 in two parts. The first part ends with zero bits, so that its products with integers are exact. */
const LN2 = {
  full: [0.6931471803691238, 1.9082149292705877e-10],
  single: [0.693145751953125, 1.4286068203094173e-6],
} as const;

const EXPONENTIAL = { full: EXPONENTIAL_FULL, narrow: EXPONENTIAL_NARROW, single: EXPONENTIAL_SINGLE };
const HYPERBOLIC_SINE = { full: HYPERBOLIC_SINE_FULL, single: HYPERBOLIC_SINE_SINGLE };

/**
 * For exponents up to this size, powers of two are normal numbers, so that no intermediate result can overflow or
 * become subnormal.
 */
const NORMAL = { full: 708, single: 87 } as const;
const NORMAL2 = { full: 1022, single: 126 } as const;

/** Below and above this range, exponentials are 0 and ∞. */
const EXPONENT_RANGE = { full: [-750, 712], single: [-104.5, 89.5] } as const;
const EXPONENT2_RANGE = { full: [-1100, 1100], single: [-160, 140] } as const;

/** Computes eʳ − 1 for |r| ≤ ½ ln 2. */
export function smallExpm1(d: Arithmetic, r: Local, precision: Precision): Local {
  const rest = d.polynomial(EXPONENTIAL[precision], r);
  return d.mulAdd(d.mul(r, r), rest, r);
}

const on = (precision: NativePrecision, run: LanesFunction): VectorFunction =>
  precision === "full" ? onDoubles(run) : onSingles(run);

interface Reduced extends Whole {
  readonly r: Local;
}

/** Finds n and r with a = n · ln 2 + r. */
function reduce(d: Arithmetic, a: Local, precision: NativePrecision): Reduced {
  const { n, shifted } = toWhole(d, a, Math.LOG2E);
  const [high, low] = LN2[precision];
  return { n, shifted, r: d.subProduct(d.subProduct(a, n, d.constant(high)), n, d.constant(low)) };
}

/** Computes eʳ for |r| ≤ ½ ln 2. */
function smallExponential(d: Arithmetic, r: Local, precision: Precision): Local {
  const one = d.constant(1);
  return d.mulAdd(d.mulAdd(d.polynomial(EXPONENTIAL[precision], r), r, one), r, one);
}

/** Computes eᵃ · 2ˢ for any a and a small integer s. */
function anyExponential(precision: NativePrecision, s: number): LanesFunction {
  const [least, most] = EXPONENT_RANGE[precision];
  return (d, a) => {
    const { shifted, r } = reduce(d, d.atLeast(d.atMost(a, most), least), precision);
    return scale(d, smallExponential(d, r, precision), s === 0 ? shifted : d.add(shifted, d.constant(s)));
  };
}

/** Computes the same faster where the result is a normal number. */
function scaledExponential(precision: NativePrecision, s: -1 | 0): LanesFunction {
  const usual: LanesFunction = (d, a) => {
    const { shifted, r } = reduce(d, a, precision);
    return scaleNormal(d, smallExponential(d, r, precision), s === 0 ? shifted : d.add(shifted, d.constant(s)));
  };
  return withinLimit(
    NORMAL[precision] + s,
    usual,
    separateFunction("exponential", 1, on(precision, anyExponential(precision, s))),
  );
}

/** Computes eᵃ. */
export function exponential(precision: NativePrecision): LanesFunction {
  return scaledExponential(precision, 0);
}

/** Computes 2ᵃ. */
export function exponential2(precision: NativePrecision): LanesFunction {
  const [least, most] = EXPONENT2_RANGE[precision];
  const parts = (d: Arithmetic, a: Local): { readonly power: Local; readonly shifted: Local } => {
    const { n, shifted } = toWhole(d, a);
    return { power: smallExponential(d, d.mul(d.sub(a, n), d.constant(Math.LN2)), precision), shifted };
  };
  const usual: LanesFunction = (d, a) => {
    const { power, shifted } = parts(d, a);
    return scaleNormal(d, power, shifted);
  };
  const any: LanesFunction = (d, a) => {
    const { power, shifted } = parts(d, d.atLeast(d.atMost(a, most), least));
    return scale(d, power, shifted);
  };
  return withinLimit(NORMAL2[precision], usual, separateFunction("exponential2", 1, on(precision, any)));
}

/** Computes eᵃ − 1 = 2 · ((eʳ − 1)·2ⁿ⁻¹ + (2ⁿ⁻¹ − ½)), where only the last sum is rounded. */
export function exponentialMinusOne(precision: NativePrecision): LanesFunction {
  // Above this number, doubling the last sum gives ∞, while the power of two before it is still finite.
  const most = { full: 710, single: 89 }[precision];
  return (d, a) => {
    const limited = d.atLeast(d.atMost(a, most), -45);
    const { shifted, r } = reduce(d, limited, precision);
    const factor = powerOfTwo(d, d.sub(shifted, d.constant(1)));
    const sum = d.mulAdd(smallExpm1(d, r, precision), factor, d.sub(factor, d.constant(0.5)));
    // Tiny numbers are returned themselves, because half of a subnormal number is not exact.
    return d.choose(d.lt(d.abs(a), d.constant(2 ** -60)), a, d.add(sum, sum));
  };
}

/** Computes cosh a = E + ¼ / E with E = ½ e^|a|. */
export function hyperbolicCosine(precision: NativePrecision): LanesFunction {
  const halfExponential = scaledExponential(precision, -1);
  return (d, a) => {
    const size = d.abs(a);
    const half = halfExponential(d, size, size);
    return d.add(half, d.div(d.constant(0.25), half));
  };
}

/** Computes sinh a = E − ¼ / E for |a| ≥ 1, and by a polynomial for smaller |a|. */
export function hyperbolicSine(precision: NativePrecision): LanesFunction {
  const halfExponential = scaledExponential(precision, -1);
  return (d, a) => {
    const size = d.abs(a);
    const half = halfExponential(d, size, size);
    const large = d.sub(half, d.div(d.constant(0.25), half));
    const square = d.mul(size, size);
    const small = d.mulAdd(d.mul(size, square), d.polynomial(HYPERBOLIC_SINE[precision], square), size);
    const isSmall = d.lt(size, d.constant(1));
    return d.or(d.choose(isSmall, small, large), d.signOf(a));
  };
}

/** Computes tanh a in float64 lanes as t / (t + 2) with t = e^(2|a|) − 1. */
export const hyperbolicTangent: LanesFunction = (d, a) => {
  const size = d.atMost(d.abs(a), 22);
  const t = exponentialMinusOne("full")(d, d.add(size, size), a);
  return d.or(d.div(t, d.add(t, d.constant(2))), d.signOf(a));
};

/**
 * Computes tanh a in float32 lanes as 1 − 2 / (e^(2|a|) + 1) for |a| ≥ 0.625, and by a polynomial for smaller |a|.
 */
export const hyperbolicTangentSingle: LanesFunction = (d, a) => {
  const one = d.constant(1);
  const two = d.constant(2);
  // 1 − tanh 10 is 4·10⁻⁹, so larger arguments give 1.
  const size = d.atMost(d.abs(a), 10);
  const { shifted, r } = reduce(d, d.add(size, size), "single");
  const exponential = d.mul(d.add(one, smallExpm1(d, r, "single")), powerOfTwo(d, shifted));
  const large = d.sub(one, d.div(two, d.add(exponential, one)));
  const square = d.mul(size, size);
  const small = d.mulAdd(d.mul(size, square), d.polynomial(HYPERBOLIC_TANGENT_SINGLE, square), size);
  return d.or(d.choose(d.lt(size, d.constant(0.625)), small, large), d.signOf(a));
};
