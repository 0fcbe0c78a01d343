/**
 * Tables of special values, from IEEE 754, from Annex F of C, and from PyTorch for what these do not define.
 *
 * @module
 */
import type { DType, ScalarOp } from "@lucid/backend";

/**
 * Rows `arguments → result`, by the element types for which they hold; `float` stands for both float types. MAX, NORMAL
 * and TINY are the largest number, the smallest normal and the smallest subnormal number of the type; LOW and HIGH are
 * the ends of int32.
 */
export interface SpecialValues {
  readonly float?: string;
  readonly float32?: string;
  readonly float64?: string;
  readonly int32?: string;
  readonly uint8?: string;
  readonly bool?: string;
}

/** The special values of every operation. */
export const specialValues: Readonly<Record<ScalarOp, SpecialValues>> = {
  neg: {
    float: "0 → -0, -0 → 0, ∞ → -∞, -∞ → ∞, NaN → NaN, 1.5 → -1.5",
    float32: "TINY → -TINY, MAX → -MAX",
    float64: "TINY → -TINY, MAX → -MAX",
    int32: "0 → 0, 5 → -5, HIGH → -2147483647, LOW → LOW",
    uint8: "0 → 0, 1 → 255, 128 → 128, 255 → 1",
  },
  abs: {
    float: "0 → 0, -0 → 0, ∞ → ∞, -∞ → ∞, NaN → NaN, -2.5 → 2.5",
    float32: "-TINY → TINY",
    float64: "-TINY → TINY",
    int32: "-5 → 5, HIGH → HIGH, LOW → LOW",
    uint8: "0 → 0, 200 → 200",
  },
  sign: {
    float: "0 → 0, -0 → 0, NaN → 0, ∞ → 1, -∞ → -1, 0.25 → 1, -3 → -1",
    float32: "TINY → 1, -TINY → -1",
    float64: "TINY → 1, -TINY → -1",
    int32: "0 → 0, HIGH → 1, LOW → -1",
    uint8: "0 → 0, 255 → 1",
  },
  floor: {
    float: "0 → 0, -0 → -0, ∞ → ∞, -∞ → -∞, NaN → NaN, 0.5 → 0, -0.5 → -1, -1 → -1, 2.75 → 2, 16777216 → 16777216",
    float32: "TINY → 0, -TINY → -1, 8388607.5 → 8388607",
    float64: "TINY → 0, -TINY → -1, 4503599627370495.5 → 4503599627370495, -1e300 → -1e300",
  },
  ceil: {
    float:
      "0 → 0, -0 → -0, ∞ → ∞, -∞ → -∞, NaN → NaN, 0.5 → 1, -0.5 → -0, -1 → -1, -2.75 → -2, " + "16777216 → 16777216",
    float32: "TINY → 1, -TINY → -0, 8388607.5 → 8388608",
    float64: "TINY → 1, -TINY → -0, 4503599627370495.5 → 4503599627370496, -1e300 → -1e300",
  },
  round: {
    float:
      "0 → 0, -0 → -0, ∞ → ∞, -∞ → -∞, NaN → NaN, 0.5 → 0, -0.5 → -0, 1.5 → 2, -1.5 → -2, 2.5 → 2, -2.5 → -2, " +
      "3.5 → 4, 0.25 → 0, -0.25 → -0, 2.75 → 3, 16777216 → 16777216",
    float32: "0.4999999701976776 → 0, 8388607.5 → 8388608, 8388609 → 8388609, MAX → MAX",
    float64:
      "0.49999999999999994 → 0, 4503599627370495.5 → 4503599627370496, 4503599627370497 → 4503599627370497, " +
      "9007199254740991 → 9007199254740991, MAX → MAX",
  },
  trunc: {
    float: "0 → 0, -0 → -0, ∞ → ∞, -∞ → -∞, NaN → NaN, 0.75 → 0, -0.75 → -0, -2.5 → -2, 3e9 → 3e9",
    float32: "-TINY → -0, -MAX → -MAX",
    float64: "-TINY → -0, -MAX → -MAX",
  },
  sqrt: {
    float: "0 → 0, -0 → -0, ∞ → ∞, -∞ → NaN, NaN → NaN, -1 → NaN, 4 → 2, 0.25 → 0.5, 2 → 1.4142135623730951",
    float32: "TINY → 3.743392066509216e-23, MAX → 1.8446742974197924e19",
    float64: "TINY → 2.2227587494850775e-162, MAX → 1.3407807929942596e154",
  },
  exp: {
    float: "0 → 1, -0 → 1, ∞ → ∞, -∞ → 0, NaN → NaN",
    float32: "89 → ∞, MAX → ∞, -105 → 0, -MAX → 0, TINY → 1",
    float64: "710 → ∞, MAX → ∞, -746 → 0, -MAX → 0, TINY → 1",
  },
  exp2: {
    float: "0 → 1, -0 → 1, ∞ → ∞, -∞ → 0, NaN → NaN",
    float32: "128 → ∞, MAX → ∞, -151 → 0, -MAX → 0",
    float64: "1024 → ∞, MAX → ∞, -1076 → 0, -MAX → 0",
  },
  expm1: {
    float: "0 → 0, -0 → -0, NaN → NaN, ∞ → ∞, -∞ → -1",
    float32: "89 → ∞, -100 → -1, TINY → TINY, -TINY → -TINY",
    float64: "710 → ∞, -100 → -1, TINY → TINY, -TINY → -TINY",
  },
  log: {
    float: "0 → -∞, -0 → -∞, 1 → 0, ∞ → ∞, -∞ → NaN, -1 → NaN, NaN → NaN",
    float32: "-TINY → NaN",
    float64: "-TINY → NaN",
  },
  log1p: {
    float: "0 → 0, -0 → -0, NaN → NaN, -1 → -∞, -2 → NaN, ∞ → ∞, -∞ → NaN",
    float32: "TINY → TINY, -TINY → -TINY",
    float64: "TINY → TINY, -TINY → -TINY",
  },
  log2: {
    float: "0 → -∞, -0 → -∞, 1 → 0, ∞ → ∞, -∞ → NaN, -1 → NaN, NaN → NaN",
  },
  log10: {
    float: "0 → -∞, -0 → -∞, 1 → 0, ∞ → ∞, -∞ → NaN, -1 → NaN, NaN → NaN",
  },
  sin: {
    float: "0 → 0, -0 → -0, NaN → NaN, ∞ → NaN, -∞ → NaN",
    float32: "TINY → TINY",
    float64: "TINY → TINY",
  },
  cos: {
    float: "0 → 1, -0 → 1, ∞ → NaN, -∞ → NaN, NaN → NaN",
  },
  tan: {
    float: "0 → 0, -0 → -0, NaN → NaN, ∞ → NaN, -∞ → NaN",
    float32: "TINY → TINY",
    float64: "TINY → TINY",
  },
  asin: {
    float: "0 → 0, -0 → -0, NaN → NaN, 1.5 → NaN, -1.5 → NaN, ∞ → NaN, -∞ → NaN",
    float32: "TINY → TINY",
  },
  acos: {
    float: "1 → 0, 1.5 → NaN, -1.5 → NaN, ∞ → NaN, -∞ → NaN, NaN → NaN",
  },
  atan: {
    float: "0 → 0, -0 → -0, NaN → NaN, ∞ → 1.5707963267948966, -∞ → -1.5707963267948966",
    float32: "TINY → TINY",
  },
  sinh: {
    float: "0 → 0, -0 → -0, NaN → NaN, ∞ → ∞, -∞ → -∞",
    float32: "90 → ∞, -90 → -∞, TINY → TINY",
    float64: "711 → ∞, -711 → -∞, TINY → TINY",
  },
  cosh: {
    float: "0 → 1, -0 → 1, ∞ → ∞, -∞ → ∞, NaN → NaN",
    float32: "90 → ∞, -90 → ∞",
    float64: "711 → ∞, -711 → ∞",
  },
  tanh: {
    float: "0 → 0, -0 → -0, NaN → NaN, ∞ → 1, -∞ → -1, 100 → 1, -100 → -1",
    float32: "TINY → TINY",
    float64: "TINY → TINY",
  },
  asinh: {
    float: "0 → 0, -0 → -0, NaN → NaN, ∞ → ∞, -∞ → -∞",
    float32: "TINY → TINY",
  },
  acosh: {
    float: "1 → 0, 0.5 → NaN, 0 → NaN, -1 → NaN, ∞ → ∞, -∞ → NaN, NaN → NaN",
  },
  atanh: {
    float: "0 → 0, -0 → -0, NaN → NaN, 1 → ∞, -1 → -∞, 1.5 → NaN, -1.5 → NaN, ∞ → NaN, -∞ → NaN",
    float32: "TINY → TINY",
  },
  erf: {
    float: "0 → 0, -0 → -0, NaN → NaN, ∞ → 1, -∞ → -1, 10 → 1, -10 → -1",
  },
  not: {
    int32: "0 → -1, -1 → 0, HIGH → LOW, 5 → -6",
    uint8: "0 → 255, 255 → 0, 5 → 250",
    bool: "0 → 1, 1 → 0",
  },
  add: {
    float:
      "0 -0 → 0, -0 0 → 0, -0 -0 → -0, ∞ -∞ → NaN, -∞ ∞ → NaN, ∞ ∞ → ∞, ∞ 1 → ∞, NaN 1 → NaN, 1 NaN → NaN, " +
      "1 -1 → 0, 0.5 0.25 → 0.75",
    float32:
      "MAX MAX → ∞, 16777216 1 → 16777216, 16777216 3 → 16777220, TINY TINY → 2.802596928649634e-45, " +
      "NORMAL -TINY → 1.1754942106924411e-38",
    float64: "MAX MAX → ∞, 9007199254740992 1 → 9007199254740992, TINY TINY → 1e-323, 0.1 0.2 → 0.30000000000000004",
    int32: "HIGH 1 → LOW, LOW -1 → HIGH, LOW LOW → 0, 2 3 → 5",
    uint8: "255 1 → 0, 200 100 → 44, 2 3 → 5",
  },
  sub: {
    float: "0 0 → 0, 0 -0 → 0, -0 0 → -0, -0 -0 → 0, ∞ ∞ → NaN, ∞ -∞ → ∞, NaN 1 → NaN, 1 NaN → NaN, 1 1 → 0",
    float32: "-MAX MAX → -∞, NORMAL TINY → 1.1754942106924411e-38",
    float64: "-MAX MAX → -∞, NORMAL TINY → 2.225073858507201e-308",
    int32: "LOW 1 → HIGH, 0 LOW → LOW, 2 3 → -1",
    uint8: "0 1 → 255, 100 200 → 156",
  },
  mul: {
    float: "0 -1 → -0, -0 -0 → 0, 0 ∞ → NaN, ∞ -0 → NaN, ∞ -2 → -∞, NaN 0 → NaN, 0 NaN → NaN, -∞ -∞ → ∞, 1.5 2 → 3",
    float32:
      "MAX 2 → ∞, TINY 0.5 → 0, -TINY 0.5 → -0, TINY 1.5 → 2.802596928649634e-45, " +
      "NORMAL 0.5 → 5.877471754111438e-39, 16777215 16777215 → 281474943156225",
    float64: "MAX 2 → ∞, TINY 0.5 → 0, TINY 1.5 → 1e-323, NORMAL 0.5 → 1.1125369292536007e-308",
    int32:
      "46341 46341 → -2147479015, LOW -1 → LOW, 65536 65536 → 0, HIGH HIGH → 1, " +
      "123456789 987654321 → -67153019, -3 4 → -12",
    uint8: "16 16 → 0, 255 255 → 1, 20 13 → 4",
  },
  div: {
    float:
      "1 0 → ∞, -1 0 → -∞, 1 -0 → -∞, 0 0 → NaN, -0 1 → -0, 0 -1 → -0, ∞ ∞ → NaN, 1 ∞ → 0, -1 ∞ → -0, ∞ 0 → ∞, " +
      "NaN 1 → NaN, 1 NaN → NaN, 3 2 → 1.5",
    float32:
      "MAX 0.5 → ∞, TINY 2 → 0, TINY -2 → -0, 1 3 → 0.3333333432674408, NORMAL 2 → 5.877471754111438e-39, " +
      "1 MAX → 2.938735877055719e-39",
    float64: "MAX 0.5 → ∞, TINY 2 → 0, 1 3 → 0.3333333333333333, 1 MAX → 5.562684646268003e-309",
    int32:
      "7 2 → 3, -7 2 → -3, 7 -2 → -3, -7 -2 → 3, 5 0 → 0, 0 0 → 0, LOW 0 → 0, LOW -1 → LOW, HIGH LOW → 0, " +
      "LOW 3 → -715827882",
    uint8: "255 2 → 127, 5 0 → 0, 1 255 → 0",
  },
  rem: {
    float:
      "7 3 → 1, -7 3 → 2, 7 -3 → -2, -7 -3 → -1, 6 3 → 0, -6 3 → -0, 6 -3 → 0, -0 3 → -0, 0 -3 → 0, " +
      "5.5 2 → 1.5, 1 0 → NaN, 0 0 → NaN, ∞ 1 → NaN, -∞ 1 → NaN, 5 ∞ → 5, -5 ∞ → ∞, 5 -∞ → -∞, -5 -∞ → -5, " +
      "NaN 1 → NaN, 1 NaN → NaN",
    float32: "MAX 3 → 0, -9.999999682655225e-21 3 → 3, NORMAL TINY → 0",
    float64: "1 0.1 → 0.09999999999999995, 1e300 7 → 1, -1e-30 3 → 3, NORMAL TINY → 0",
    int32: "7 3 → 1, -7 3 → 2, 7 -3 → -2, -7 -3 → -1, 6 -3 → 0, 5 0 → 0, LOW -1 → 0, LOW HIGH → 2147483646",
    uint8: "255 7 → 3, 5 0 → 0, 3 200 → 3",
  },
  pow: {
    float:
      "NaN 0 → 1, NaN -0 → 1, 1 NaN → 1, 1 ∞ → 1, 1 -∞ → 1, -1 ∞ → 1, -1 -∞ → 1, 0 0 → 1, ∞ 0 → 1, -∞ -0 → 1, " +
      "0 -1 → ∞, -0 -1 → -∞, -0 -3 → -∞, -0 -2 → ∞, -0 -0.5 → ∞, 0 -∞ → ∞, -0 -∞ → ∞, 0 1 → 0, -0 1 → -0, " +
      "-0 3 → -0, -0 2 → 0, -0 0.5 → 0, 0 ∞ → 0, -2 0.5 → NaN, -∞ 0.5 → ∞, 0.5 ∞ → 0, 0.5 -∞ → ∞, 2 ∞ → ∞, " +
      "2 -∞ → 0, -0.5 -∞ → ∞, -2 ∞ → ∞, -2 -∞ → 0, -∞ -3 → -0, -∞ -2 → 0, -∞ 3 → -∞, -∞ 2 → ∞, ∞ 0.5 → ∞, " +
      "∞ -0.5 → 0, NaN 1 → NaN, 2 NaN → NaN, -1 3 → -1, -1 2 → 1, -1 16777216 → 1",
    float32: "10 39 → ∞, -10 39 → -∞, 10 -46 → 0, -10 -47 → -0",
    float64: "10 309 → ∞, -10 309 → -∞, 10 -324 → 0, -10 -325 → -0",
    int32:
      "2 10 → 1024, 2 31 → LOW, 2 32 → 0, -2 3 → -8, 3 40 → 689956897, 0 0 → 1, 0 -1 → 0, 1 -5 → 1, " +
      "-1 -5 → -1, -1 -4 → 1, 2 -1 → 0, -7 0 → 1, LOW 1 → LOW, -1 HIGH → -1",
    uint8: "2 7 → 128, 2 8 → 0, 3 5 → 243, 3 6 → 217, 0 0 → 1, 255 255 → 255",
  },
  atan2: {
    float:
      "0 1 → 0, -0 1 → -0, 0 -1 → 3.141592653589793, -0 -1 → -3.141592653589793, 0 0 → 0, -0 0 → -0, " +
      "0 -0 → 3.141592653589793, -0 -0 → -3.141592653589793, 1 0 → 1.5707963267948966, " +
      "-1 -0 → -1.5707963267948966, ∞ 1 → 1.5707963267948966, -∞ 1 → -1.5707963267948966, 1 ∞ → 0, -1 ∞ → -0, " +
      "1 -∞ → 3.141592653589793, -1 -∞ → -3.141592653589793, ∞ ∞ → 0.7853981633974483, " +
      "∞ -∞ → 2.356194490192345, -∞ -∞ → -2.356194490192345, -∞ ∞ → -0.7853981633974483, NaN 1 → NaN, " +
      "1 NaN → NaN, NaN NaN → NaN",
  },
  min: {
    float: "0 -0 → -0, -0 0 → -0, NaN 1 → NaN, 1 NaN → NaN, NaN ∞ → NaN, -∞ NaN → NaN, ∞ -∞ → -∞, 1 2 → 1, 2 1 → 1",
    int32: "LOW HIGH → LOW, -1 1 → -1, 3 3 → 3",
    uint8: "127 128 → 127, 255 0 → 0",
    bool: "0 0 → 0, 0 1 → 0, 1 0 → 0, 1 1 → 1",
  },
  max: {
    float:
      "0 -0 → 0, -0 0 → 0, -0 -0 → -0, NaN 1 → NaN, 1 NaN → NaN, NaN ∞ → NaN, -∞ NaN → NaN, ∞ -∞ → ∞, 1 2 → 2, " +
      "2 1 → 2",
    int32: "LOW HIGH → HIGH, -1 1 → 1, 3 3 → 3",
    uint8: "127 128 → 128, 255 0 → 255",
    bool: "0 0 → 0, 0 1 → 1, 1 0 → 1, 1 1 → 1",
  },
  eq: {
    float: "0 -0 → 1, NaN NaN → 0, ∞ ∞ → 1, ∞ -∞ → 0, 1 1 → 1, 1 2 → 0, NaN 1 → 0",
    float32: "TINY 0 → 0",
    float64: "TINY 0 → 0, 1 1.0000000000000002 → 0",
    int32: "LOW LOW → 1, HIGH LOW → 0, 2147483646 HIGH → 0",
    uint8: "255 255 → 1, 255 0 → 0",
    bool: "0 0 → 1, 0 1 → 0, 1 0 → 0, 1 1 → 1",
  },
  lt: {
    float: "-0 0 → 0, 0 -0 → 0, NaN 1 → 0, 1 NaN → 0, NaN NaN → 0, -∞ ∞ → 1, ∞ ∞ → 0, 1 2 → 1, 2 1 → 0",
    float32: "0 TINY → 1, -TINY 0 → 1",
    float64: "0 TINY → 1, 1 1.0000000000000002 → 1",
    int32: "LOW HIGH → 1, HIGH LOW → 0, -1 0 → 1, 2147483646 HIGH → 1",
    uint8: "127 128 → 1, 255 0 → 0, 5 5 → 0",
    bool: "0 0 → 0, 0 1 → 1, 1 0 → 0, 1 1 → 0",
  },
  le: {
    float: "-0 0 → 1, 0 -0 → 1, NaN 1 → 0, 1 NaN → 0, NaN NaN → 0, ∞ ∞ → 1, -∞ -∞ → 1, 1 2 → 1, 2 1 → 0",
    float32: "TINY 0 → 0",
    float64: "1.0000000000000002 1 → 0",
    int32: "LOW LOW → 1, HIGH LOW → 0, -1 0 → 1",
    uint8: "128 127 → 0, 5 5 → 1",
    bool: "0 0 → 1, 0 1 → 1, 1 0 → 0, 1 1 → 1",
  },
  and: {
    int32: "-1 5 → 5, 12 10 → 8, LOW -1 → LOW, LOW HIGH → 0",
    uint8: "255 170 → 170, 12 10 → 8",
    bool: "0 0 → 0, 0 1 → 0, 1 0 → 0, 1 1 → 1",
  },
  or: {
    int32: "LOW HIGH → -1, 12 10 → 14, 0 0 → 0",
    uint8: "128 127 → 255, 12 10 → 14",
    bool: "0 0 → 0, 0 1 → 1, 1 0 → 1, 1 1 → 1",
  },
  xor: {
    int32: "-1 LOW → HIGH, 12 10 → 6, 7 7 → 0",
    uint8: "255 170 → 85, 12 10 → 6",
    bool: "0 0 → 0, 0 1 → 1, 1 0 → 1, 1 1 → 0",
  },
  shl: {
    int32: "1 31 → LOW, 1 32 → 1, 1 33 → 2, 3 30 → -1073741824, -1 4 → -16, 1 -1 → LOW",
    uint8: "1 7 → 128, 1 8 → 0, 255 1 → 254, 3 32 → 3",
  },
  shr: {
    int32: "LOW 31 → -1, -16 2 → -4, -1 40 → -1, HIGH 30 → 1, 5 32 → 5",
    uint8: "255 1 → 127, 128 7 → 1, 200 8 → 0, 200 32 → 200",
  },
  ushr: {
    int32: "-1 1 → HIGH, LOW 31 → 1, -1 0 → -1, -16 28 → 15, 5 32 → 5",
    uint8: "255 1 → 127, 128 7 → 1, 200 8 → 0",
  },
  where: {
    float: "1 2 NaN → 2, 0 NaN 3 → 3, 1 NaN 3 → NaN, 1 -0 0 → -0, 0 0 -0 → -0, 1 ∞ -∞ → ∞",
    int32: "1 LOW HIGH → LOW, 0 LOW HIGH → HIGH",
    uint8: "1 255 0 → 255, 0 255 0 → 0",
    bool: "1 0 1 → 0, 1 1 0 → 1, 0 0 1 → 1, 0 1 0 → 0",
  },
};

const names: Readonly<Partial<Record<DType | "float", Readonly<Record<string, number>>>>> = {
  float32: { MAX: 3.4028234663852886e38, NORMAL: 1.1754943508222875e-38, TINY: 1.401298464324817e-45 },
  float64: { MAX: 1.7976931348623157e308, NORMAL: 2.2250738585072014e-308, TINY: 5e-324 },
  int32: { LOW: -2147483648, HIGH: 2147483647 },
};

/** Returns the number that a token of a row stands for. */
function parse(token: string, named: Readonly<Record<string, number>>): number {
  const negative = token.startsWith("-");
  const text = negative ? token.slice(1) : token;
  const value = text === "∞" ? Infinity : (named[text] ?? Number(text));
  if (value !== value && text !== "NaN") throw new SyntaxError(`"${token}" is no number`);
  return negative ? -value : value;
}

/** Returns the rows of a text. Each row consists of its arguments, followed by its result. */
export function parseRows(text: string, dtype: DType | "float"): readonly (readonly number[])[] {
  const named = names[dtype] ?? {};
  return text.split(", ").map((row) => {
    const numbers = row.split(/ → | /).map((token) => parse(token, named));
    if (!row.includes(" → ")) throw new SyntaxError(`"${row}" has no result`);
    return numbers;
  });
}
