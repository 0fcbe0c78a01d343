/**
 * The parts from which the functions of this folder are built: arithmetic that reads like formulas, polynomials, powers
 * of two, and sums and products together with their rounding errors.
 *
 * Products are added with one rounding if the engine can do so (`mulAdd`, `subProduct`, polynomials), otherwise with
 * two. So the last bit of a result may differ between engines. Code that computes with rounding errors never fuses.
 *
 * @module
 */
import type { Code, HelperFunction, HostFunction } from "../../assembler/code.js";
import { type Local, V128 } from "../../assembler/types.js";
import { float32Lanes, float64Lanes } from "../lanes.js";
import type { VectorFunction } from "../vector-function.js";

export type FloatShape = "f32x4" | "f64x2";

/**
 * What a function is written for: `full` is float64, `narrow` is float64 lanes that are rounded to float32 afterwards,
 * and `single` is float32 lanes.
 */
export type Precision = "full" | "narrow" | "single";
/** The precisions of functions that are computed in float64 for both types. */
export type DoublePrecision = "full" | "narrow";
/** The precisions of functions that are computed in the type itself. */
export type NativePrecision = "full" | "single";

/** The instructions on vectors of one shape. */
export interface Arithmetic {
  readonly code: Code;
  readonly shape: FloatShape;
  /** Returns a constant in every lane. */
  constant(value: number): Local;
  add(a: Local, b: Local): Local;
  sub(a: Local, b: Local): Local;
  mul(a: Local, b: Local): Local;
  div(a: Local, b: Local): Local;
  neg(a: Local): Local;
  abs(a: Local): Local;
  sqrt(a: Local): Local;
  eq(a: Local, b: Local): Local;
  lt(a: Local, b: Local): Local;
  gt(a: Local, b: Local): Local;
  /** Returns the smaller of a and a number. NaN stays NaN. */
  atMost(a: Local, limit: number): Local;
  atLeast(a: Local, limit: number): Local;
  and(a: Local, b: Local): Local;
  /** Returns the bits of a where those of b are 0. */
  andNot(a: Local, b: Local): Local;
  or(a: Local, b: Local): Local;
  xor(a: Local, b: Local): Local;
  /** Returns `condition ? a : b`. */
  choose(condition: Local, a: Local, b: Local): Local;
  /** Returns a mask of the lanes that are NaN. */
  isNaN(a: Local): Local;
  /** Returns only the sign bit. */
  signOf(a: Local): Local;
  /** Evaluates a polynomial at a. The coefficient of the lowest power comes first. */
  polynomial(coefficients: readonly number[], a: Local): Local;
  /** Computes a·s + c. It is rounded once if the engine can do so, otherwise twice. */
  mulAdd(a: Local, s: Local, c: Local): Local;
  /** Computes c − a·s, which is rounded in the same way. */
  subProduct(c: Local, a: Local, s: Local): Local;
}

/** Returns the instructions of one shape. */
export function arithmetic(code: Code, shape: FloatShape): Arithmetic {
  const constant = (value: number): Local => code[shape](value);
  const add = (a: Local, b: Local): Local => code.value(`${shape}.add`, a, b);
  const mul = (a: Local, b: Local): Local => code.value(`${shape}.mul`, a, b);
  const mulAdd = (a: Local, s: Local, c: Local): Local => code.multiplyAdd(shape, a, s, c);
  const horner = (coefficients: readonly number[], a: Local): Local => {
    let result = constant(coefficients[coefficients.length - 1]!);
    for (let i = coefficients.length - 2; i >= 0; i--) result = mulAdd(result, a, constant(coefficients[i]!));
    return result;
  };
  return {
    code,
    shape,
    constant,
    add,
    sub: (a, b) => code.value(`${shape}.sub`, a, b),
    mul,
    div: (a, b) => code.value(`${shape}.div`, a, b),
    // Masks in registers are used, because engines load the masks of their own instructions from memory every time.
    neg: (a) => code.value("v128.xor", a, constant(-0)),
    abs: (a) => code.value("v128.andnot", a, constant(-0)),
    sqrt: (a) => code.value(`${shape}.sqrt`, a),
    eq: (a, b) => code.value(`${shape}.eq`, a, b),
    lt: (a, b) => code.value(`${shape}.lt`, a, b),
    gt: (a, b) => code.value(`${shape}.gt`, a, b),
    atMost: (a, limit) => code.value(`${shape}.pmin`, a, constant(limit)),
    atLeast: (a, limit) => code.value(`${shape}.pmax`, a, constant(limit)),
    and: (a, b) => code.value("v128.and", a, b),
    andNot: (a, b) => code.value("v128.andnot", a, b),
    or: (a, b) => code.value("v128.or", a, b),
    xor: (a, b) => code.value("v128.xor", a, b),
    choose: (condition, a, b) => code.value("v128.bitselect", a, b, condition),
    isNaN: (a) => code.value(`${shape}.ne`, a, a),
    signOf: (a) => code.value("v128.and", a, constant(-0)),
    polynomial(coefficients, a) {
      if (coefficients.length < 7) return horner(coefficients, a);
      // Even and odd powers are summed separately, so that there are two chains of dependent steps of half the length.
      const square = mul(a, a);
      const even = horner(
        coefficients.filter((_, i) => i % 2 === 0),
        square,
      );
      const odd = horner(
        coefficients.filter((_, i) => i % 2 === 1),
        square,
      );
      return mulAdd(odd, a, even);
    },
    mulAdd,
    subProduct: (c, a, s) => code.negativeMultiplyAdd(shape, a, s, c),
  };
}

/** Adding this number rounds to an integer and moves the integer into the low bits. */
const SHIFTER = { f32x4: 1.5 * 2 ** 23, f64x2: 1.5 * 2 ** 52 } as const;
const ONE_BITS = 0x3ff0000000000000n;
const ONE_BITS_32 = 0x3f800000;

/**
 * A number that was rounded to an integer (halves to the even one), also as `shifted`, whose low bits are the two's
 * complement of the integer.
 */
export interface Whole {
  readonly n: Local;
  readonly shifted: Local;
}

/** Rounds numbers below 2²² (for float64, 2⁵¹), or a multiple of them, to integers. */
export function toWhole(d: Arithmetic, a: Local, factor = 1): Whole {
  const shifter = d.constant(SHIFTER[d.shape]);
  const shifted = factor === 1 ? d.add(a, shifter) : d.mulAdd(a, d.constant(factor), shifter);
  return { n: d.sub(shifted, shifter), shifted };
}

const shiftedToExponent = (d: Arithmetic, shifted: Local): Local =>
  d.shape === "f32x4"
    ? d.code.value("i32x4.shl", shifted, d.code.constantI32(23))
    : d.code.value("i64x2.shl", shifted, d.code.constantI32(52));

const fromExponent = (d: Arithmetic, exponent: Local): Local =>
  d.shape === "f32x4"
    ? d.code.value("i32x4.add", exponent, d.code.i32x4(ONE_BITS_32))
    : d.code.value("i64x2.add", exponent, d.code.i64x2(ONE_BITS));

/** Computes 2ⁿ for n from −1022 to 1023 (for float32, −126 to 127), from `shifted` of the {@link Whole}. */
export function powerOfTwo(d: Arithmetic, shifted: Local): Local {
  return fromExponent(d, shiftedToExponent(d, shifted));
}

/** Computes a · 2ⁿ where the result is a normal number, for a near 1, from `shifted` of the {@link Whole}. */
export function scaleNormal(d: Arithmetic, a: Local, shifted: Local): Local {
  return d.code.value(d.shape === "f32x4" ? "i32x4.add" : "i64x2.add", a, shiftedToExponent(d, shifted));
}

/**
 * Computes a · 2ⁿ, rounded once, for n from −2044 to 2046 (for float32, −252 to 254) and a near 1, from `shifted` of
 * the {@link Whole}.
 */
export function scale(d: Arithmetic, a: Local, shifted: Local): Local {
  const { code } = d;
  const whole = shiftedToExponent(d, shifted);
  // This is ⌊n / 2⌋ in the bits of the exponent.
  const half =
    d.shape === "f32x4"
      ? d.and(code.value("i32x4.shl", shifted, code.constantI32(22)), code.i32x4(-0x800000))
      : d.and(code.value("i64x2.shl", shifted, code.constantI32(51)), code.i64x2(-0x10000000000000n));
  const rest = code.value(d.shape === "f32x4" ? "i32x4.sub" : "i64x2.sub", whole, half);
  return d.mul(d.mul(a, fromExponent(d, half)), fromExponent(d, rest));
}

const SQRT_HALF_BITS = 0x3fe6a09e667f3bcdn;
const SQRT_HALF_BITS_32 = 0x3f3504f3;

/** Finds m and k with x = m · 2ᵏ and √½ ≤ m < √2, for x > 0. `subnormal` says whether x may be subnormal. */
export function split(d: Arithmetic, x: Local, subnormal: boolean): { readonly m: Local; readonly k: Local } {
  const { code } = d;
  const single = d.shape === "f32x4";
  let value = x;
  let small: Local | undefined;
  if (subnormal) {
    small = d.lt(x, d.constant(single ? 2 ** -126 : 2 ** -1022));
    value = d.choose(small, d.mul(x, d.constant(2 ** 54)), x);
  }
  if (single) {
    const above = code.value("i32x4.sub", value, code.i32x4(SQRT_HALF_BITS_32));
    const exponent = code.value("i32x4.shr_s", above, code.constantI32(23));
    const m = code.value("i32x4.sub", value, code.value("i32x4.shl", exponent, code.constantI32(23)));
    const k = code.value("f32x4.convert_i32x4_s", exponent);
    return { m, k: small === undefined ? k : d.sub(k, d.and(small, d.constant(54))) };
  }
  const above = code.value("i64x2.sub", value, code.i64x2(SQRT_HALF_BITS));
  const exponent = code.value("i64x2.shr_s", above, code.constantI32(52));
  const m = code.value("i64x2.sub", value, code.value("i64x2.shl", exponent, code.constantI32(52)));
  const shifter = d.constant(SHIFTER.f64x2);
  let k = d.sub(code.value("i64x2.add", exponent, shifter), shifter);
  if (small !== undefined) k = d.sub(k, d.and(small, d.constant(54)));
  return { m, k };
}

/** A number as a sum of two numbers, of which the second is far smaller. */
export interface Pair {
  readonly high: Local;
  readonly low: Local;
}

/** Computes a + b exactly. */
export function exactSum(d: Arithmetic, a: Local, b: Local): Pair {
  const high = d.add(a, b);
  const part = d.sub(high, a);
  return { high, low: d.add(d.sub(a, d.sub(high, part)), d.sub(b, part)) };
}

/** Computes a + b exactly, if |a| ≥ |b| or a = 0. */
export function exactSumOrdered(d: Arithmetic, a: Local, b: Local): Pair {
  const high = d.add(a, b);
  return { high, low: d.sub(b, d.sub(high, a)) };
}

/** Splits float64 lanes into the upper 26 bits and the rest. */
export function halves(d: Arithmetic, a: Local): Pair {
  const high = d.and(a, d.code.i64x2(-0x8000000n));
  return { high, low: d.sub(a, high) };
}

/** Computes a · b with its rounding error, in float64 lanes. */
export function exactProduct(d: Arithmetic, a: Local, b: Local): Pair {
  const high = d.mul(a, b);
  const x = halves(d, a);
  const y = halves(d, b);
  const first = d.sub(d.mul(x.high, y.high), high);
  const middle = d.add(d.add(first, d.mul(x.high, y.low)), d.mul(x.low, y.high));
  return { high, low: d.add(middle, d.mul(x.low, y.low)) };
}

/** A function that is computed in the lanes of one shape. */
export type LanesFunction = (d: Arithmetic, a: Local, b: Local) => Local;

/** Applies a function to float64 vectors. */
export function onDoubles(run: LanesFunction): VectorFunction {
  return (code, a, b) => run(arithmetic(code, "f64x2"), a, b);
}

/** Applies a function to float32 vectors, computed in float32. */
export function onSingles(run: LanesFunction): VectorFunction {
  return (code, a, b) => run(arithmetic(code, "f32x4"), a, b);
}

/** Applies a function to float32 vectors, computed in float64. */
export function throughDoubles(arity: 1 | 2, run: LanesFunction): VectorFunction {
  return (code, a, b) => {
    const d = arithmetic(code, "f64x2");
    const wide = (x: Local, half: 0 | 1): Local =>
      code.value("f64x2.promote_low_f32x4", half === 0 ? x : code.shuffle32(x, x, [2, 3, 2, 3]));
    const part = (half: 0 | 1): Local => {
      const x = wide(a, half);
      return code.value("f32x4.demote_f64x2_zero", run(d, x, arity === 2 ? wide(b, half) : x));
    };
    const low = part(0);
    return code.shuffle32(low, part(1), [0, 1, 4, 5]);
  };
}

/** Makes a separate function of the module. It is for long code, which is then in the module only once. */
export function separateFunction(name: string, arity: 1 | 2, write: VectorFunction): VectorFunction {
  const helper: HelperFunction = {
    name,
    parameters: arity === 1 ? [V128] : [V128, V128],
    results: [V128],
    body(code) {
      const [a, b] = code.parameters as [Local, Local];
      code.get(write(code, a, arity === 2 ? b : a, a));
    },
  };
  return (code, a, b) => (arity === 1 ? code.callValue(helper, a) : code.callValue(helper, a, b));
}

/**
 * Computes `usual`, but `rest` in lanes whose size is not at most `limit`, which includes NaN. `rest` is a separate
 * function behind a branch, because such lanes are rare.
 */
export function withinLimit(limit: number, usual: LanesFunction, rest: VectorFunction): LanesFunction {
  return (d, a, b) => {
    const { code } = d;
    const result = code.local(V128);
    code.copy(result, usual(d, a, b));
    const within = code.value(`${d.shape}.le`, d.abs(a), d.constant(limit));
    code.op(d.shape === "f32x4" ? "i32x4.bitmask" : "i64x2.bitmask", within);
    code.i32(d.shape === "f32x4" ? 15 : 3);
    code.op("i32.ne");
    code.if(() => code.assign(result, "v128.bitselect", result, rest(code, a, b, b), within));
    return result;
  };
}

/** Computes `usual`, but lets the host compute lanes whose size is above `limit`. */
export function hostAbove(shape: FloatShape, limit: number, host: HostFunction, usual: VectorFunction): VectorFunction {
  return (code, a, b, c) => {
    const f = arithmetic(code, shape);
    const large = f.gt(f.abs(a), f.constant(limit));
    const result = code.local(V128);
    code.copy(result, usual(code, a, b, c));
    code.op("v128.any_true", large);
    code.if(() => {
      const exact = (shape === "f32x4" ? float32Lanes : float64Lanes)(code, host, a);
      code.copy(result, f.choose(large, exact, result));
    });
    return result;
  };
}
