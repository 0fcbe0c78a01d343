/**
 * The bit patterns of float16 (IEEE 754 binary16: 1 sign bit, 5 bits of exponent, 10 of mantissa) and of bfloat16 (the upper half of a
 * float32: 8 bits of exponent, 7 of mantissa).
 *
 * Numbers are rounded into float32 first and then to the nearest value of the type, halves to even, as PyTorch does. Numbers beyond
 * the range become infinite, subnormal numbers are kept, and every NaN becomes the same quiet NaN.
 *
 * @module
 */

const single = /* @__PURE__ */ new Float32Array(1);
const word = /* @__PURE__ */ new Uint32Array(single.buffer);

/** The bits of the nearest float16. */
export function encodeFloat16(value: number): number {
  single[0] = value;
  const bits = word[0]!;
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return 0x7e00;
  // From 2¹⁶ on, the exponent is too large. What lies between 65520 and 2¹⁶ is carried to the exponent of infinity below.
  if (magnitude >= 0x47800000) return sign | 0x7c00;
  if (magnitude < 0x38800000) {
    // Below 2⁻¹⁴ the result is a multiple of 2⁻²⁴, which is the distance of neighbouring float32 numbers from 0.5 on.
    single[0] = Math.abs(single[0]!) + 0.5;
    return sign | (word[0]! - 0x3f000000);
  }
  // 13 bits are dropped: adding half of their range, less one unless the result would be odd, rounds halves to even.
  return sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
}

/** The value of the bits of a float16. */
export function decodeFloat16(bits: number): number {
  const exponent = (bits >>> 10) & 31;
  const mantissa = bits & 0x3ff;
  const magnitude =
    exponent === 31
      ? mantissa === 0
        ? Infinity
        : NaN
      : exponent === 0
        ? mantissa * 2 ** -24
        : (1024 + mantissa) * POWERS[exponent]!;
  return bits & 0x8000 ? -magnitude : magnitude;
}

/** The distance of neighbouring float16 numbers, by the bits of their exponent. */
const POWERS: Float64Array = /* @__PURE__ */ Float64Array.from({ length: 32 }, (_, exponent) => 2 ** (exponent - 25));

/** The bits of the nearest bfloat16. */
export function encodeBfloat16(value: number): number {
  single[0] = value;
  const bits = word[0]!;
  if ((bits & 0x7fffffff) > 0x7f800000) return 0x7fc0;
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
}

/** The value of the bits of a bfloat16. */
export function decodeBfloat16(bits: number): number {
  word[0] = bits << 16;
  return single[0]!;
}
