/**
 * What WGSL lacks, or leaves too inexact, as functions. Parameters are run-time values, so nothing in here is a constant
 * expression that must be finite or must not divide by zero.
 */

/** Functions by name; each may call those above it. */
const helpers = {
  zero: `fn zero() -> u32 { return bitcast<u32>(parameters[0]); }`,
  isNan: `fn isNan(a: f32) -> bool { return (bitcast<u32>(a) & 0x7fffffffu) > 0x7f800000u; }`,
  notANumber: `fn notANumber() -> f32 { return bitcast<f32>(0x7fc00000u | zero()); }`,
  infinity: `fn infinity() -> f32 { return bitcast<f32>(0x7f800000u | zero()); }`,
  negative: `fn negative(a: f32) -> f32 { return bitcast<f32>(bitcast<u32>(a) ^ 0x80000000u); }`,
  // |a| with the sign of b.
  withSign: `fn withSign(a: f32, b: f32) -> f32 {
  return bitcast<f32>((bitcast<u32>(a) & 0x7fffffffu) | (bitcast<u32>(b) & 0x80000000u));
}`,
  // By the series below ½, where e^a − 1 cancels.
  expMinus1: `fn expMinus1(a: f32) -> f32 {
  if (isNan(a)) { return a; }
  if (abs(a) >= 0.5f) { return exp(a) - 1f; }
  var sum = 1f;
  for (var n = 9; n >= 2; n--) { sum = 1f + sum * a / f32(n); }
  return a * sum;
}`,
  // ln(1 + a) = 2 artanh(a / (2 + a)), again by the series where 1 + a cancels.
  log1Plus: `fn log1Plus(a: f32) -> f32 {
  if (isNan(a)) { return a; }
  if (a == -1f) { return negative(infinity()); }
  if (a < -1f) { return notANumber(); }
  if (abs(a) >= 0.5f) { return log(1f + a); }
  let ratio = a / (2f + a);
  let square = ratio * ratio;
  var sum = 0f;
  for (var n = 15; n >= 1; n -= 2) { sum = sum * square + 1f / f32(n); }
  return 2f * ratio * sum;
}`,
  log10: `fn log10(a: f32) -> f32 { return log2(a) * 0.3010299956639812f; }`,
  sineHyperbolic: `fn sineHyperbolic(a: f32) -> f32 {
  let size = abs(a);
  // e^a overflows before sinh(a) does.
  if (size > 88f) { let half = exp(size * 0.5f); return withSign(0.5f * half * half, a); }
  let rest = expMinus1(size);
  return withSign(0.5f * (rest + rest / (rest + 1f)), a);
}`,
  tangentHyperbolic: `fn tangentHyperbolic(a: f32) -> f32 {
  if (isNan(a)) { return a; }
  let size = abs(a);
  if (size > 10f) { return withSign(1f, a); }
  let rest = expMinus1(2f * size);
  return withSign(rest / (rest + 2f), a);
}`,
  areaSine: `fn areaSine(a: f32) -> f32 {
  let size = abs(a);
  if (size > 1e9f) { return withSign(log(size) + 0.6931471805599453f, a); }
  return withSign(log1Plus(size + size * size / (1f + sqrt(size * size + 1f))), a);
}`,
  areaCosine: `fn areaCosine(a: f32) -> f32 {
  if (a < 1f) { return notANumber(); }
  if (a > 1e9f) { return log(a) + 0.6931471805599453f; }
  let rest = a - 1f;
  return log1Plus(rest + sqrt(2f * rest + rest * rest));
}`,
  areaTangent: `fn areaTangent(a: f32) -> f32 {
  let size = abs(a);
  if (size > 1f) { return notANumber(); }
  if (size == 1f) { return withSign(infinity(), a); }
  return withSign(0.5f * log1Plus(2f * size / (1f - size)), a);
}`,
  // The series below 2, the continued fraction of the complement above.
  errorFunction: `fn errorFunction(a: f32) -> f32 {
  if (isNan(a)) { return a; }
  let size = abs(a);
  if (size > 4f) { return withSign(1f, a); }
  let square = size * size;
  if (size < 2f) {
    var sum = 1f;
    for (var n = 24; n >= 1; n--) { sum = 1f + sum * 2f * square / f32(2 * n + 1); }
    return 1.1283791670955126f * exp(-square) * sum * a;
  }
  var fraction = size;
  for (var n = 24; n >= 1; n--) { fraction = size + 0.5f * f32(n) / fraction; }
  return withSign(1f - 0.5641895835477563f * exp(-square) / fraction, a);
}`,
  // a − b·trunc(a / b) without an error, by long division of the significands.
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
  return select(rest, rest + b, rest != 0f && (rest < 0f) != (b < 0f));
}`,
  divideInt: `fn divideInt(a: i32, b: i32) -> i32 {
  if (b == 0) { return 0; }
  // The smallest integer by −1 overflows.
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
  // WGSL's pow knows no negative base.
  powerFloat: `fn powerFloat(a: f32, b: f32) -> f32 {
  if (b == 0f || a == 1f) { return 1f; }
  if (isNan(a) || isNan(b)) { return notANumber(); }
  let size = abs(a);
  let whole = abs(b) >= 8388608f || trunc(b) == b;
  let odd = whole && abs(b) < 16777216f && (i32(b) & 1) != 0;
  let negativeBase = (bitcast<u32>(a) >> 31u) != 0u;
  if (negativeBase && !whole && size > 0f && size < infinity()) { return notANumber(); }
  var result = 1f;
  if (size == 0f) { result = select(0f, infinity(), b < 0f); }
  else if (size != 1f) { result = exp2(b * log2(size)); }
  return select(result, negative(result), negativeBase && odd);
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
  // WGSL's atan2 is inexact and leaves the axes open.
  angle: `fn angle(a: f32, b: f32) -> f32 {
  if (isNan(a) || isNan(b)) { return notANumber(); }
  let high = abs(a);
  let wide = abs(b);
  var result = 0f;
  if (high == wide) { result = select(0f, 0.7853981633974483f, high > 0f); }
  else if (high < wide) { result = atan(high / wide); }
  else { result = 1.5707963267948966f - atan(wide / high); }
  if ((bitcast<u32>(b) >> 31u) != 0u) { result = 3.141592653589793f - result; }
  return withSign(result, a);
}`,
  smaller: `fn smaller(a: f32, b: f32) -> f32 {
  if (isNan(a)) { return a; }
  if (isNan(b)) { return b; }
  if (a == b) { return bitcast<f32>(bitcast<u32>(a) | bitcast<u32>(b)); }
  return select(b, a, a < b);
}`,
  larger: `fn larger(a: f32, b: f32) -> f32 {
  if (isNan(a)) { return a; }
  if (isNan(b)) { return b; }
  if (a == b) { return bitcast<f32>(bitcast<u32>(a) & bitcast<u32>(b)); }
  return select(b, a, a > b);
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
  // There is no 64-bit integer, so the product's high word is put together from 16-bit halves.
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

type Helper = keyof typeof helpers;
const names = Object.keys(helpers) as Helper[];

/** The functions that `code` calls, and those that they call, each after the ones it needs. */
export function helpersFor(code: string): readonly string[] {
  const needed = new Set<Helper>();
  let text = code;
  for (const name of [...names].reverse()) {
    if (!new RegExp(`\\b${name}\\(`).test(text)) continue;
    needed.add(name);
    text += helpers[name];
  }
  return names.filter((name) => needed.has(name)).map((name) => helpers[name]);
}
