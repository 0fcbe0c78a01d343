/**
 * What WGSL lacks, or leaves too inexact, as functions. WGSL lets an implementation assume that NaN and ±∞ never occur, so
 * tests for them look at bits. Parameters are run-time values, so nothing here is a constant expression that must be
 * finite or must not divide by zero.
 *
 * @module
 */
import { elementary } from "./elementary.js";

/** Functions by name; each may call those above it. */
const basic = {
  zero: `fn zero() -> u32 { return bitcast<u32>(parameters[0]); }`,
  isNan: `fn isNan(a: f32) -> bool { return (bitcast<u32>(a) & 0x7fffffffu) > 0x7f800000u; }`,
  notANumber: `fn notANumber() -> f32 { return bitcast<f32>(0x7fc00000u | zero()); }`,
  infinity: `fn infinity() -> f32 { return bitcast<f32>(0x7f800000u | zero()); }`,
  negative: `fn negative(a: f32) -> f32 { return bitcast<f32>(bitcast<u32>(a) ^ 0x80000000u); }`,
  magnitude: `fn magnitude(a: f32) -> f32 { return bitcast<f32>(bitcast<u32>(a) & 0x7fffffffu); }`,
  // |a| with the sign of b.
  withSign: `fn withSign(a: f32, b: f32) -> f32 {
  return bitcast<f32>((bitcast<u32>(a) & 0x7fffffffu) | (bitcast<u32>(b) & 0x80000000u));
}`,
  equal: `fn equal(a: f32, b: f32) -> bool { return a == b && !isNan(a) && !isNan(b); }`,
  less: `fn less(a: f32, b: f32) -> bool { return a < b && !isNan(a) && !isNan(b); }`,
  lessOrEqual: `fn lessOrEqual(a: f32, b: f32) -> bool { return a <= b && !isNan(a) && !isNan(b); }`,
  // A literal 0 would be −0 on a driver that merges the two.
  signOf: `fn signOf(a: f32) -> f32 {
  if (isNan(a) || a == 0f) { return bitcast<f32>(zero()); }
  return withSign(1f, a);
}`,
  // Floats from 2^23 on are whole, and the sign of zero stays.
  isWhole: `fn isWhole(a: f32) -> bool { return (bitcast<u32>(a) & 0x7fffffffu) >= 0x4b000000u; }`,
  roundDown: `fn roundDown(a: f32) -> f32 { if (isWhole(a)) { return a; } return withSign(floor(a), a); }`,
  roundUp: `fn roundUp(a: f32) -> f32 { if (isWhole(a)) { return a; } return withSign(ceil(a), a); }`,
  nearest: `fn nearest(a: f32) -> f32 { if (isWhole(a)) { return a; } return withSign(round(a), a); }`,
  truncate: `fn truncate(a: f32) -> f32 { if (isWhole(a)) { return a; } return withSign(trunc(a), a); }`,
  squareRoot: `fn squareRoot(a: f32) -> f32 {
  if (isNan(a) || a == infinity()) { return a; }
  if (a == 0f) { return withSign(0f, a); }
  if (a < 0f) { return notANumber(); }
  return sqrt(a);
}`,
  quotient: `fn quotient(a: f32, b: f32) -> f32 {
  if (isNan(a) || isNan(b)) { return notANumber(); }
  let sign = bitcast<f32>((bitcast<u32>(a) ^ bitcast<u32>(b)) & 0x80000000u);
  let x = magnitude(a);
  let y = magnitude(b);
  if (x == infinity()) { if (y == infinity()) { return notANumber(); } return withSign(x, sign); }
  if (y == infinity()) { return withSign(0f, sign); }
  if (y == 0f) { if (x == 0f) { return notANumber(); } return withSign(infinity(), sign); }
  // WGSL promises accuracy only for divisors up to 2^126.
  if (y > 8e37f) { return (a * 0.25f) / (b * 0.25f); }
  // Drivers replace the division by a constant with an inexact product. This hides that it is one.
  return a / bitcast<f32>(bitcast<u32>(b) | zero());
}`,
  modulo: `fn modulo(a: f32, b: f32) -> f32 {
  let x = bitcast<u32>(a) & 0x7fffffffu;
  let y = bitcast<u32>(b) & 0x7fffffffu;
  let sign = bitcast<u32>(a) & 0x80000000u;
  if (x >= 0x7f800000u || y > 0x7f800000u || y == 0u) { return notANumber(); }
  if (x < y) { return a; }
  var exponent = max(x >> 23u, 1u);
  var rest = select((x & 0x7fffffu) | 0x800000u, x, x < 0x800000u);
  let least = max(y >> 23u, 1u);
  let divisor = select((y & 0x7fffffu) | 0x800000u, y, y < 0x800000u);
  loop {
    rest = rest % divisor;
    if (exponent == least) { break; }
    rest = rest << 1u;
    exponent--;
  }
  if (rest == 0u) { return bitcast<f32>(sign); }
  let shift = min(countLeadingZeros(rest) - 8u, least - 1u);
  rest = rest << shift;
  exponent = least - shift;
  if (rest < 0x800000u) { return bitcast<f32>(sign | rest); }
  return bitcast<f32>(sign | (exponent << 23u) | (rest & 0x7fffffu));
}`,
  remainderFloat: `fn remainderFloat(a: f32, b: f32) -> f32 {
  let rest = modulo(a, b);
  // This is also true for subnormal numbers if the device treats them as 0.
  if (rest == 0f) { return withSign(0f, rest); }
  return select(rest, rest + b, (rest < 0f) != (b < 0f));
}`,
  divideInt: `fn divideInt(a: i32, b: i32) -> i32 {
  if (b == 0) { return 0; }
  // The lowest integer divided by −1 overflows.
  if (b == -1) { return -a; }
  return a / b;
}`,
  divideByte: `fn divideByte(a: u32, b: u32) -> u32 {
  if (b == 0u) { return 0u; }
  return a / b;
}`,
  remainderInt: `fn remainderInt(a: i32, b: i32) -> i32 {
  if (b == 0 || b == -1) { return 0; }
  let rest = a % b;
  return select(rest, rest + b, rest != 0 && (rest < 0) != (b < 0));
}`,
  remainderByte: `fn remainderByte(a: u32, b: u32) -> u32 {
  if (b == 0u) { return 0u; }
  return a % b;
}`,
  powerInt: `fn powerInt(a: i32, b: i32) -> i32 {
  if (b < 0) {
    if (a == 1) { return 1; }
    return select(0, select(1, -1, (b & 1) != 0), a == -1);
  }
  var result = 1;
  var base = a;
  for (var exponent = b; exponent > 0; exponent = exponent >> 1u) {
    if ((exponent & 1) != 0) { result *= base; }
    base *= base;
  }
  return result;
}`,
  powerByte: `fn powerByte(a: u32, b: u32) -> u32 {
  var result = 1u;
  var base = a;
  for (var exponent = b; exponent > 0u; exponent = exponent >> 1u) {
    if ((exponent & 1u) != 0u) { result *= base; }
    base *= base;
  }
  return result;
}`,
  // Integers that are ordered as floats are, −0 before 0. Comparisons of floats may take subnormal numbers for 0.
  order: `fn order(a: f32) -> i32 {
  let word = bitcast<i32>(a);
  return word ^ ((word >> 31u) & 0x7fffffff);
}`,
  smaller: `fn smaller(a: f32, b: f32) -> f32 {
  if (isNan(a)) { return a; }
  return select(a, b, isNan(b) || order(b) < order(a));
}`,
  larger: `fn larger(a: f32, b: f32) -> f32 {
  if (isNan(a)) { return a; }
  return select(a, b, isNan(b) || order(b) > order(a));
}`,
  floatToInt: `fn floatToInt(a: f32) -> i32 {
  if (isNan(a)) { return 0; }
  if (a >= 2147483648f) { return 2147483647; }
  if (a <= -2147483648f) { return i32(-2147483648); }
  return i32(a);
}`,
  floatToByte: `fn floatToByte(a: f32) -> u32 {
  if (isNan(a)) { return 0u; }
  return u32(clamp(a, 0f, 255f));
}`,
  // Bits of float16 and bfloat16, as in half.ts of @lucid/backend. Functions on bits keep subnormal numbers.
  fromFloat16: `fn fromFloat16(bits: u32) -> f32 {
  let sign = (bits & 0x8000u) << 16u;
  let magnitude = bits & 0x7fffu;
  if (magnitude >= 0x7c00u) { return bitcast<f32>(sign | (magnitude << 13u) | 0x7f800000u); }
  if (magnitude >= 0x400u) { return bitcast<f32>(sign | ((magnitude << 13u) + 0x38000000u)); }
  // Subnormal numbers are multiples of 2^-24, which float32 holds as normal numbers.
  return withSign(f32(magnitude) * 5.9604644775390625e-8f, bitcast<f32>(sign));
}`,
  toFloat16: `fn toFloat16(value: f32) -> u32 {
  let bits = bitcast<u32>(value);
  let sign = (bits >> 16u) & 0x8000u;
  let magnitude = bits & 0x7fffffffu;
  if (magnitude > 0x7f800000u) { return 0x7e00u; }
  if (magnitude >= 0x47800000u) { return sign | 0x7c00u; }
  if (magnitude >= 0x38800000u) {
    return sign | ((magnitude - 0x38000000u + 0xfffu + ((magnitude >> 13u) & 1u)) >> 13u);
  }
  // Below 2^-14 the result is a multiple of 2^-24.
  let shift = 126u - (magnitude >> 23u);
  if (shift > 24u) { return sign; }
  let mantissa = (magnitude & 0x7fffffu) | 0x800000u;
  let whole = mantissa >> shift;
  let rest = mantissa & ((1u << shift) - 1u);
  let half = 1u << (shift - 1u);
  return sign | (whole + select(0u, 1u, rest > half || (rest == half && (whole & 1u) == 1u)));
}`,
  fromBfloat16: `fn fromBfloat16(bits: u32) -> f32 { return bitcast<f32>(bits << 16u); }`,
  toBfloat16: `fn toBfloat16(value: f32) -> u32 {
  let bits = bitcast<u32>(value);
  if ((bits & 0x7fffffffu) > 0x7f800000u) { return 0x7fc0u; }
  return (bits + 0x7fffu + ((bits >> 16u) & 1u)) >> 16u;
}`,
  multiplyHigh: `fn multiplyHigh(a: u32, b: u32) -> u32 {
  let aLow = a & 0xffffu;
  let aHigh = a >> 16u;
  let bLow = b & 0xffffu;
  let bHigh = b >> 16u;
  let middle = aHigh * bLow + ((aLow * bLow) >> 16u);
  let carry = aLow * bHigh + (middle & 0xffffu);
  return aHigh * bHigh + (middle >> 16u) + (carry >> 16u);
}`,
  philox: `fn philox(keyLow: i32, keyHigh: i32, counter: i32) -> i32 {
  var key = vec2<u32>(bitcast<u32>(keyLow), bitcast<u32>(keyHigh));
  var block = vec4<u32>(bitcast<u32>(counter) >> 2u, 0u, 0u, 0u);
  for (var round = 0; round < 10; round++) {
    block = vec4<u32>(
      multiplyHigh(0xcd9e8d57u, block.z) ^ block.y ^ key.x,
      0xcd9e8d57u * block.z,
      multiplyHigh(0xd2511f53u, block.x) ^ block.w ^ key.y,
      0xd2511f53u * block.x,
    );
    key = key + vec2<u32>(0x9e3779b9u, 0xbb67ae85u);
  }
  return bitcast<i32>(block[bitcast<u32>(counter) & 3u]);
}`,
} as const;

const functions = { ...basic, ...elementary };
type Name = keyof typeof functions;
const names = Object.keys(functions) as Name[];

/** The functions that `code` uses, and those that they use, each after the ones it needs. */
export function functionsFor(code: string): string {
  const needed = new Set<Name>();
  let text = code;
  for (const name of [...names].reverse()) {
    if (!new RegExp(`\\b${name}\\b`).test(text)) continue;
    needed.add(name);
    text += functions[name];
  }
  return names
    .filter((name) => needed.has(name))
    .map((name) => `${functions[name]}\n`)
    .join("");
}
