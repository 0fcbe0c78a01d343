/**
 * Conversions between float32 and the bit patterns of float16 and bfloat16, four at a time. Patterns stand in the low halves of 32-bit
 * lanes. Numbers are rounded to nearest, halves to even, and every NaN becomes a quiet NaN.
 *
 * @module
 */
import type { DType } from "@lucid/backend";
import type { Code } from "../assembler/code.js";
import type { Local } from "../assembler/types.js";

/** How values of a storage type are read and written. */
export interface StorageCode {
  /** The float32 values of bit patterns. */
  decode(code: Code, bits: Local): Local;
  /** The bit patterns of the nearest values. */
  encode(code: Code, values: Local): Local;
}

const shift = (code: Code, name: "i32x4.shl" | "i32x4.shr_u", vector: Local, bits: number): Local =>
  code.value(name, vector, code.constantI32(bits));

/** Half of the range that is dropped with the lowest `bits` bits, less one unless the result would be odd. */
function half(code: Code, words: Local, bits: number): Local {
  const odd = code.value("v128.and", shift(code, "i32x4.shr_u", words, bits), code.i32x4(1));
  return code.value("i32x4.add", odd, code.i32x4(2 ** (bits - 1) - 1));
}

const bfloat16: StorageCode = {
  decode: (code, bits) => shift(code, "i32x4.shl", bits, 16),
  encode(code, values) {
    const rounded = code.value("i32x4.add", values, half(code, values, 16));
    const nans = code.value("f32x4.ne", values, values);
    return code.value("v128.bitselect", code.i32x4(0x7fc0), shift(code, "i32x4.shr_u", rounded, 16), nans);
  },
};

const float16: StorageCode = {
  decode(code, bits) {
    const magnitude = code.value("v128.and", bits, code.i32x4(0x7fff));
    const sign = shift(code, "i32x4.shl", code.value("v128.xor", bits, magnitude), 16);
    // In the places of a float32, exponent and mantissa stand for a number that is too small by 2¹¹². Subnormals become normal.
    const scaled = code.value("f32x4.mul", shift(code, "i32x4.shl", magnitude, 13), code.f32x4(2 ** 112));
    const isSpecial = code.value("i32x4.gt_s", magnitude, code.i32x4(0x7bff));
    const exponent = code.value("v128.and", isSpecial, code.i32x4(0x7f800000));
    return code.value("v128.or", code.value("v128.or", scaled, exponent), sign);
  },
  encode(code, values) {
    const magnitude = code.value("v128.and", values, code.i32x4(0x7fffffff));
    const sign = shift(code, "i32x4.shr_u", code.value("v128.xor", values, magnitude), 16);
    // The exponent is smaller by 112, and 13 bits of the mantissa are dropped.
    const rebased = code.value("i32x4.add", magnitude, code.i32x4(-112 << 23));
    const normal = shift(code, "i32x4.shr_u", code.value("i32x4.add", rebased, half(code, magnitude, 13)), 13);
    // Below 2⁻¹⁴ the result is a multiple of 2⁻²⁴, the distance of neighbouring float32 numbers from 0.5 on.
    const sum = code.value("f32x4.add", magnitude, code.f32x4(0.5));
    const subnormal = code.value("i32x4.sub", sum, code.i32x4(0x3f000000));
    const isSmall = code.value("i32x4.lt_s", magnitude, code.i32x4(0x38800000));
    const finite = code.value("v128.bitselect", subnormal, normal, isSmall);
    // From 2¹⁶ on, the result is infinite, and beyond infinity there are NaNs.
    const nans = code.value("i32x4.gt_s", magnitude, code.i32x4(0x7f800000));
    const quiet = code.value("v128.and", nans, code.i32x4(0x200));
    const special = code.value("v128.or", quiet, code.i32x4(0x7c00));
    const isSpecial = code.value("i32x4.gt_s", magnitude, code.i32x4(0x477fffff));
    return code.value("v128.or", code.value("v128.bitselect", special, finite, isSpecial), sign);
  },
};

/** By storage type. */
export const storageCode: Readonly<Partial<Record<DType, StorageCode>>> = { float16, bfloat16 };
