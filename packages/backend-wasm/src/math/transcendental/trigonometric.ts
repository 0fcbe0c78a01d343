/**
 * Sine, cosine and tangent. They use a = n·π/2 + r with |r| ≤ π/4. π/2 is divided into parts of 33 bits, so that n
 * times a part is exact for n below 2²⁰. For larger angles the functions of the host are called.
 *
 * @module
 */
import type { Local } from "../../assembler/types.js";
import type { VectorFunction } from "../vector-function.js";
import { COSINE_FULL, COSINE_NARROW, COSINE_SINGLE, SINE_FULL, SINE_NARROW, SINE_SINGLE } from "./coefficients.js";
import {
  type Arithmetic,
  arithmetic,
  type DoublePrecision,
  exactSum,
  exactSumOrdered,
  type LanesFunction,
  toWhole,
} from "./toolkit.js";

/** The host computes the functions of angles above this size. */
export const LARGEST_ANGLE = 1.6e6;

const PARTS: readonly [number, number, number, number] = [
  1.5707963267341256, 6.077100506303966e-11, 2.0222662487111665e-21, 8.4784276603689e-32,
];
/** π/2 minus its first part. */
const REST = 6.077100506506192e-11;

interface Reduced {
  /** The number of quarter turns, in the low bits of 64-bit lanes. */
  readonly quarters: Local;
  readonly r: Local;
  /** The part of the angle that r cannot represent, in full precision. */
  readonly low: Local | undefined;
}

function reduce(d: Arithmetic, a: Local, precision: DoublePrecision): Reduced {
  const { n, shifted: quarters } = toWhole(d, d.mul(a, d.constant(2 / Math.PI)));
  const first = d.sub(a, d.mul(n, d.constant(PARTS[0])));
  if (precision === "narrow") return { quarters, r: d.sub(first, d.mul(n, d.constant(REST))), low: undefined };
  const negative = d.neg(n);
  const second = exactSum(d, first, d.mul(negative, d.constant(PARTS[1])));
  const third = exactSum(d, second.high, d.mul(negative, d.constant(PARTS[2])));
  const rest = d.add(d.add(second.low, third.low), d.mul(negative, d.constant(PARTS[3])));
  const { high, low } = exactSumOrdered(d, third.high, rest);
  return { quarters, r: high, low };
}

/** Computes sin(r + low). */
function sineOf(d: Arithmetic, { r, low }: Reduced): Local {
  const z = d.mul(r, r);
  if (low === undefined) return d.mulAdd(d.mul(r, z), d.polynomial(SINE_NARROW, z), r);
  const cube = d.mulAdd(d.mul(r, z), d.polynomial(SINE_FULL, z), low);
  // The low part is multiplied by the derivative 1 − ½r².
  return d.add(r, d.sub(cube, d.mul(d.mul(z, d.constant(0.5)), low)));
}

/** Computes cos(r + low). */
function cosineOf(d: Arithmetic, { r, low }: Reduced): Local {
  const one = d.constant(1);
  const z = d.mul(r, r);
  const half = d.mul(z, d.constant(0.5));
  const first = d.sub(one, half);
  const tail = d.mul(d.mul(z, z), d.polynomial(low === undefined ? COSINE_NARROW : COSINE_FULL, z));
  if (low === undefined) return d.add(first, tail);
  const lost = d.sub(d.sub(one, first), half);
  return d.add(first, d.add(lost, d.sub(tail, d.mul(r, low))));
}

/** Returns a mask of the lanes in which a bit is set. */
function bitMask(d: Arithmetic, word: Local, bit: 0 | 1): Local {
  const { code } = d;
  const top = code.value("i64x2.shl", word, code.constantI32(63 - bit));
  return code.value("i64x2.shr_s", top, code.constantI32(63));
}

/** Computes the sine of an angle after some quarter turns. The cosine is the sine after one more quarter turn. */
function turned(d: Arithmetic, reduced: Reduced, quarters: Local): Local {
  const value = d.choose(bitMask(d, quarters, 0), cosineOf(d, reduced), sineOf(d, reduced));
  return d.xor(value, d.signOf(d.code.value("i64x2.shl", quarters, d.code.constantI32(62))));
}

/** Computes sin a for |a| ≤ {@link LARGEST_ANGLE}. */
export function sine(precision: DoublePrecision): LanesFunction {
  return (d, a) => {
    const reduced = reduce(d, a, precision);
    const value = turned(d, reduced, reduced.quarters);
    return d.choose(d.eq(a, d.constant(0)), a, value);
  };
}

/** Computes cos a for |a| ≤ {@link LARGEST_ANGLE}. */
export function cosine(precision: DoublePrecision): LanesFunction {
  return (d, a) => {
    const reduced = reduce(d, a, precision);
    return turned(d, reduced, d.code.value("i64x2.add", reduced.quarters, d.code.i64x2(1n)));
  };
}

/** Computes tan a as sin r / cos r or −cos r / sin r, for |a| ≤ {@link LARGEST_ANGLE}. */
export function tangent(precision: DoublePrecision): LanesFunction {
  return (d, a) => {
    const reduced = reduce(d, a, precision);
    const s = sineOf(d, reduced);
    const c = cosineOf(d, reduced);
    const odd = bitMask(d, reduced.quarters, 0);
    const value = d.div(d.choose(odd, d.neg(c), s), d.choose(odd, s, c));
    return d.choose(d.eq(a, d.constant(0)), a, value);
  };
}

/** Computes sin a, or cos a if `ahead` is 1 quarter turn, in float32. The angle is reduced in float64. */
function turnedSingle(ahead: 0 | 1): VectorFunction {
  return (code, a) => {
    const f = arithmetic(code, "f32x4");
    const d = arithmetic(code, "f64x2");
    const wide = [a, code.shuffle32(a, a, [2, 3, 2, 3])].map((half) =>
      reduce(d, code.value("f64x2.promote_low_f32x4", half), "narrow"),
    );
    const [low, high] = wide.map((half) => code.value("f32x4.demote_f64x2_zero", half.r));
    const r = code.shuffle32(low!, high!, [0, 1, 4, 5]);
    let quarters = code.shuffle32(wide[0]!.quarters, wide[1]!.quarters, [0, 2, 4, 6]);
    if (ahead === 1) quarters = code.value("i32x4.add", quarters, code.i32x4(1));
    const z = f.mul(r, r);
    const s = f.mulAdd(f.mul(r, z), f.polynomial(SINE_SINGLE, z), r);
    const c = f.add(
      f.sub(f.constant(1), f.mul(z, f.constant(0.5))),
      f.mul(f.mul(z, z), f.polynomial(COSINE_SINGLE, z)),
    );
    const odd = code.value(
      "i32x4.shr_s",
      code.value("i32x4.shl", quarters, code.constantI32(31)),
      code.constantI32(31),
    );
    const sign = f.signOf(code.value("i32x4.shl", quarters, code.constantI32(30)));
    const value = f.xor(f.choose(odd, c, s), sign);
    return ahead === 1 ? value : f.choose(f.eq(a, f.constant(0)), a, value);
  };
}

/** Computes sin a in float32 for |a| ≤ {@link LARGEST_ANGLE}. */
export const sineSingle: VectorFunction = turnedSingle(0);

/** Computes cos a in float32 for |a| ≤ {@link LARGEST_ANGLE}. */
export const cosineSingle: VectorFunction = turnedSingle(1);
