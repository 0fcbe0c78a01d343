/**
 * Elementary functions in WGSL. WGSL's own are inexact by many units in the last place on some drivers, and wrong for
 * special values, so only addition, multiplication, division and square root are used of the language. Every function
 * may call those above it.
 *
 * Sums such as `a - k * 0.693359375f` are exact, because the constant has few bits. The masks `0xfffff000` leave the 12
 * upper bits of a float, so that products of two such halves are exact.
 *
 * @module
 */

/** Functions by name. */
export const elementary = {
  // The series of e^r for |r| ≤ ln(2) / 2.
  exponentialSeries: `fn exponentialSeries(r: f32) -> f32 {
  let tail = 0.5f + r * (0.16666667f + r * (0.041666668f + r * (0.008333334f + r * (0.0013888889f + r * 1.9841270e-4f))));
  return 1f + (r + r * r * tail);
}`,
  powerOfTwo: `fn powerOfTwo(k: i32) -> f32 { return bitcast<f32>(u32(clamp(k + 127, 0, 254)) << 23u); }`,
  // x · 2^k, in two steps, because 2^k may lie outside of the range.
  scaled: `fn scaled(x: f32, k: i32) -> f32 {
  let half = k >> 1u;
  return (x * powerOfTwo(half)) * powerOfTwo(k - half);
}`,
  // e^a · 2^shift.
  exponentialScaled: `fn exponentialScaled(a: f32, shift: i32) -> f32 {
  if (isNan(a)) { return a; }
  if (a > 90f) { return infinity(); }
  if (a < -104f) { return 0f; }
  let k = round(a * 1.4426950f);
  let r = (a - k * 0.693359375f) + k * 2.1219444e-4f;
  return scaled(exponentialSeries(r), i32(k) + shift);
}`,
  exponential: `fn exponential(a: f32) -> f32 { return exponentialScaled(a, 0); }`,
  exponential2: `fn exponential2(a: f32) -> f32 {
  if (isNan(a)) { return a; }
  if (a >= 128f) { return infinity(); }
  if (a < -150f) { return 0f; }
  let k = round(a);
  return scaled(exponentialSeries((a - k) * 0.69314718f), i32(k));
}`,
  // e^a − 1 for |a| ≤ ½.
  expMinus1Series: `fn expMinus1Series(a: f32) -> f32 {
  let tail = 0.5f + a * (0.16666667f + a * (0.041666668f + a * (0.008333334f + a * (0.0013888889f + a * (1.9841270e-4f
    + a * (2.4801588e-5f + a * 2.7557319e-6f))))));
  return a + a * a * tail;
}`,
  expMinus1: `fn expMinus1(a: f32) -> f32 {
  if (isNan(a) || a == 0f) { return a; }
  if (abs(a) <= 0.5f) { return expMinus1Series(a); }
  if (a > 90f) { return infinity(); }
  if (a < -18f) { return -1f; }
  let k = round(a * 1.4426950f);
  let r = (a - k * 0.693359375f) + k * 2.1219444e-4f;
  if (k > 24f) { return scaled(exponentialSeries(r), i32(k)); }
  let power = powerOfTwo(i32(k));
  return power * expMinus1Series(r) + (power - 1f);
}`,
  // s·(h + R) of ln(1 + f) = f − (h − s·(h + R)) with s = f / (2 + f) and h = f² / 2.
  logarithmTail: `fn logarithmTail(f: f32) -> f32 {
  let s = f / (2f + f);
  let z = s * s;
  let rest = z * (0.6666667f + z * (0.4f + z * (0.2857143f + z * (0.22222222f + z * (0.18181819f + z * 0.15384616f)))));
  return s * (0.5f * f * f + rest);
}`,
  // ln(1 + f) for −0.3 ≤ f ≤ 0.5.
  logarithmNearOne: `fn logarithmNearOne(f: f32) -> f32 { return f - (0.5f * f * f - logarithmTail(f)); }`,
  // The exponent k and the fraction f of a = 2^k · (1 + f), with 1 + f between √½ and √2.
  Split: `struct Split { k: f32, f: f32 }`,
  splitOf: `fn splitOf(a: f32) -> Split {
  var word = bitcast<u32>(a);
  var k = 0;
  if (word < 0x800000u) { word = bitcast<u32>(a * 8388608f); k = -23; }
  k += (bitcast<i32>(word) - 0x3f3504f3) >> 23u;
  let whole = (bitcast<i32>(word) - 0x3f3504f3) >> 23u;
  return Split(f32(k), bitcast<f32>(bitcast<i32>(word) - (whole << 23u)) - 1f);
}`,
  // The logarithm, to any base, of everything but positive finite numbers.
  logarithmOfSpecial: `fn logarithmOfSpecial(a: f32) -> f32 {
  if (isNan(a)) { return a; }
  if (a == 0f) { return negative(infinity()); }
  if (a < 0f) { return notANumber(); }
  return a;
}`,
  isPositive: `fn isPositive(a: f32) -> bool { return bitcast<u32>(a) - 1u < 0x7f7fffffu && a != 0f; }`,
  // ln(a · 2^shift).
  logarithmScaled: `fn logarithmScaled(a: f32, shift: f32) -> f32 {
  if (!isPositive(a)) { return logarithmOfSpecial(a); }
  let parts = splitOf(a);
  let k = parts.k + shift;
  let f = parts.f;
  if (k == 0f) { return logarithmNearOne(f); }
  return k * 0.693359375f - ((0.5f * f * f - (logarithmTail(f) - k * 2.1219444e-4f)) - f);
}`,
  logarithm: `fn logarithm(a: f32) -> f32 { return logarithmScaled(a, 0f); }`,
  logarithm2: `fn logarithm2(a: f32) -> f32 {
  if (!isPositive(a)) { return logarithmOfSpecial(a); }
  let parts = splitOf(a);
  let natural = logarithmNearOne(parts.f);
  return parts.k + (natural + natural * 0.44269504f);
}`,
  logarithm10: `fn logarithm10(a: f32) -> f32 {
  if (!isPositive(a)) { return logarithmOfSpecial(a); }
  let parts = splitOf(a);
  let small = logarithmNearOne(parts.f) * 0.4342944819f;
  return parts.k * 0.301025390625f + (parts.k * 4.6050390e-6f + small);
}`,
  log1Plus: `fn log1Plus(a: f32) -> f32 {
  if (isNan(a) || a == 0f) { return a; }
  if (a == -1f) { return negative(infinity()); }
  if (a < -1f) { return notANumber(); }
  if (a >= -0.29f && a <= 0.41f) { return logarithmNearOne(a); }
  // ln(1 + a) = ln(2) + ln(1 + (a − 1) / 2), where a − 1 is exact.
  if (a > 0.41f && a < 1.9f) {
    let f = 0.5f * (a - 1f);
    return 0.693359375f - ((0.5f * f * f - (logarithmTail(f) - 2.1219444e-4f)) - f);
  }
  if (a > 16777216f) { return logarithm(a); }
  return logarithm(1f + a);
}`,
  // The position of an angle: r between −π/4 and π/4, and the number of quarter turns.
  Turn: `struct Turn { r: f32, quarter: u32 }`,
  // Payne and Hanek: the product of the significand and a window of the bits of 2/π, in integers.
  turnOf: `fn turnOf(size: f32) -> Turn {
  if (size <= 0.78539816f) { return Turn(size, 0u); }
  var bits = array<u32, 9>(0x00000000u, 0xa2f9836eu, 0x4e441529u, 0xfc2757d1u, 0xf534ddc0u, 0xdb629599u, 0x3c439041u, 0xfe5163abu, 0xdebbc561u);
  let word = bitcast<u32>(size);
  let m = (word & 0x7fffffu) | 0x800000u;
  let at = (word >> 23u) - 150u + 30u;
  let first = at >> 5u;
  let shift = at & 31u;
  var w0 = bits[first];
  var w1 = bits[first + 1u];
  var w2 = bits[first + 2u];
  if (shift > 0u) {
    w0 = (w0 << shift) | (w1 >> (32u - shift));
    w1 = (w1 << shift) | (w2 >> (32u - shift));
    w2 = (w2 << shift) | (bits[first + 3u] >> (32u - shift));
  }
  let p2 = m * w2;
  let low1 = m * w1;
  let p1 = low1 + multiplyHigh(m, w2);
  let carry = select(0u, 1u, p1 < low1);
  let p0 = m * w0 + multiplyHigh(m, w1) + carry;
  var quarter = p0 >> 30u;
  var high = (p0 << 2u) | (p1 >> 30u);
  var low = (p1 << 2u) | (p2 >> 30u);
  let over = high >= 0x80000000u;
  if (over) {
    quarter = (quarter + 1u) & 3u;
    low = ~low + 1u;
    high = ~high + select(0u, 1u, low == 0u);
  }
  var exponent = -32;
  if (high == 0u) { high = low; low = 0u; exponent = -64; }
  if (high == 0u) { return Turn(0f, quarter); }
  let zeros = countLeadingZeros(high);
  if (zeros > 0u) { high = (high << zeros) | (low >> (32u - zeros)); }
  let upper = f32(high >> 8u);
  let rest = f32(high & 255u) * 0.00390625f;
  // π/2 as a sum of two floats.
  let r = scaled(upper * 1.5707964f + (rest * 1.5707964f - upper * 4.3711388e-8f), exponent + 8 - i32(zeros));
  return Turn(select(r, -r, over), quarter);
}`,
  sineSeries: `fn sineSeries(r: f32) -> f32 {
  let z = r * r;
  return r + r * z * (-0.16666667f + z * (0.008333334f + z * (-1.9841270e-4f + z * (2.7557319e-6f - z * 2.5052108e-8f))));
}`,
  cosineSeries: `fn cosineSeries(r: f32) -> f32 {
  let z = r * r;
  return 1f - (0.5f * z - z * z * (0.041666668f + z * (-0.0013888889f + z * (2.4801588e-5f - z * 2.7557319e-7f))));
}`,
  sine: `fn sine(a: f32) -> f32 {
  let size = magnitude(a);
  if (!(size < infinity())) { return notANumber(); }
  if (size < 0.0002f) { return a; }
  let turn = turnOf(size);
  var result = select(sineSeries(turn.r), cosineSeries(turn.r), (turn.quarter & 1u) != 0u);
  if ((turn.quarter & 2u) != 0u) { result = negative(result); }
  return select(result, negative(result), a < 0f);
}`,
  cosine: `fn cosine(a: f32) -> f32 {
  let size = magnitude(a);
  if (!(size < infinity())) { return notANumber(); }
  let turn = turnOf(size);
  let result = select(cosineSeries(turn.r), sineSeries(turn.r), (turn.quarter & 1u) != 0u);
  return select(result, negative(result), ((turn.quarter + 1u) & 2u) != 0u);
}`,
  tangent: `fn tangent(a: f32) -> f32 {
  let size = magnitude(a);
  if (!(size < infinity())) { return notANumber(); }
  if (size < 0.0002f) { return a; }
  let turn = turnOf(size);
  let sine = sineSeries(turn.r);
  let cosine = cosineSeries(turn.r);
  let result = select(sine / cosine, negative(cosine) / sine, (turn.quarter & 1u) != 0u);
  return select(result, negative(result), a < 0f);
}`,
  // arctan for 0 ≤ x ≤ tan(π/8).
  arcTangentSeries: `fn arcTangentSeries(x: f32) -> f32 {
  let z = x * x;
  return x + x * z * (-0.33333334f + z * (0.2f + z * (-0.14285715f + z * (0.11111111f + z * (-0.09090909f
    + z * (0.07692308f + z * (-0.06666667f + z * (0.05882353f - z * 0.05263158f))))))));
}`,
  arcTangentSeriesSigned: `fn arcTangentSeriesSigned(x: f32) -> f32 { return withSign(arcTangentSeries(magnitude(x)), x); }`,
  arcTangent: `fn arcTangent(a: f32) -> f32 {
  if (isNan(a)) { return a; }
  let size = magnitude(a);
  var result = 0f;
  if (size > 16777216f) { result = 1.5707964f; }
  else if (size > 2.4142135f) { result = 1.5707964f - (arcTangentSeries(1f / size) + 4.3711388e-8f); }
  else if (size > 0.41421357f) { result = 0.78539816f + (arcTangentSeriesSigned((size - 1f) / (size + 1f)) - 2.1855694e-8f); }
  else { result = arcTangentSeries(size); }
  return withSign(result, a);
}`,
  // arcsin for 0 ≤ x ≤ 0.6, by its Taylor series.
  arcSineSeries: `fn arcSineSeries(x: f32) -> f32 {
  let z = x * x;
  return x + x * z * (0.16666667f + z * (0.075f + z * (0.044642857f + z * (0.030381944f + z * (0.022372159f + z * (0.017352764f + z * (0.013964844f + z * (0.011551801f + z * (0.0097616095f + z * (0.0083903358f + z * (0.0073125259f + z * (0.0064472103f))))))))))));
}`,
  arcSine: `fn arcSine(a: f32) -> f32 {
  if (isNan(a)) { return a; }
  let size = magnitude(a);
  if (size > 1f) { return notANumber(); }
  if (size <= 0.6f) { return withSign(arcSineSeries(size), a); }
  return withSign(1.5707964f - (2f * arcSineSeries(squareRoot(0.5f * (1f - size))) + 4.3711388e-8f), a);
}`,
  arcCosine: `fn arcCosine(a: f32) -> f32 {
  if (isNan(a)) { return a; }
  if (magnitude(a) > 1f) { return notANumber(); }
  if (a > 0.5f) { return 2f * arcSineSeries(squareRoot(0.5f * (1f - a))); }
  if (a < -0.5f) { return 3.1415927f - (2f * arcSineSeries(squareRoot(0.5f * (1f + a))) + 8.7422777e-8f); }
  return 1.5707964f - (withSign(arcSineSeries(magnitude(a)), a) + 4.3711388e-8f);
}`,
  sineHyperbolic: `fn sineHyperbolic(a: f32) -> f32 {
  if (isNan(a) || a == 0f) { return a; }
  let size = magnitude(a);
  if (size > 9f) { return withSign(exponentialScaled(size, -1), a); }
  if (size < 0.5f) {
    let z = size * size;
    return withSign(size + size * z * (0.16666667f + z * (0.008333334f + z * (1.9841270e-4f + z * 2.7557319e-6f))), a);
  }
  let rest = expMinus1(size);
  return withSign(0.5f * (rest + rest / (rest + 1f)), a);
}`,
  cosineHyperbolic: `fn cosineHyperbolic(a: f32) -> f32 {
  if (isNan(a)) { return a; }
  let size = magnitude(a);
  if (size > 9f) { return exponentialScaled(size, -1); }
  let power = exponential(size);
  return 0.5f * power + 0.5f / power;
}`,
  tangentHyperbolic: `fn tangentHyperbolic(a: f32) -> f32 {
  if (isNan(a) || a == 0f) { return a; }
  let size = magnitude(a);
  if (size > 10f) { return withSign(1f, a); }
  if (size < 0.3f) {
    let z = size * size;
    return withSign(size + size * z * (-0.33333334f + z * (0.13333334f + z * (-0.053968254f + z * (0.021869488f
      + z * (-0.008863236f + z * 0.003592128f))))), a);
  }
  let rest = expMinus1(2f * size);
  return withSign(rest / (rest + 2f), a);
}`,
  areaSine: `fn areaSine(a: f32) -> f32 {
  if (isNan(a) || a == 0f) { return a; }
  let size = magnitude(a);
  if (size > 10000f) { return withSign(logarithmScaled(size, 1f), a); }
  return withSign(log1Plus(size + size * size / (1f + squareRoot(size * size + 1f))), a);
}`,
  areaCosine: `fn areaCosine(a: f32) -> f32 {
  if (isNan(a)) { return a; }
  if (a < 1f) { return notANumber(); }
  if (a > 10000f) { return logarithmScaled(a, 1f); }
  let rest = a - 1f;
  return log1Plus(rest + squareRoot(2f * rest + rest * rest));
}`,
  areaTangent: `fn areaTangent(a: f32) -> f32 {
  if (isNan(a) || a == 0f) { return a; }
  let size = magnitude(a);
  if (size > 1f) { return notANumber(); }
  if (size == 1f) { return withSign(infinity(), a); }
  return withSign(0.5f * log1Plus(2f * size + 2f * size * size / (1f - size)), a);
}`,
  // The Taylor series below 1. Above, 1 − e^(−a²)·g, where g is a polynomial in u = (a − 2) / (a + 2) that was fitted to
  // e^(a²)·erfc(a) between 1 and 4; its relative error is below 1e-8.
  errorFunction: `fn errorFunction(a: f32) -> f32 {
  if (isNan(a)) { return a; }
  if (a == 0f) { return withSign(0f, a); }
  let size = magnitude(a);
  if (size > 4f) { return withSign(1f, a); }
  let square = size * size;
  if (size < 1f) {
    var sum = 0f;
    for (var n = 12; n >= 1; n--) { sum = -(square / f32(n)) * (1f / f32(2 * n + 1) + sum); }
    return 1.1283791f * a + a * (5.8635383e-8f + 1.1283791f * sum);
  }
  let u = (size - 2f) / (size + 2f);
  let g = 0.255395676f + u * (-0.427185848f + u * (0.241658189f + u * (-0.07897848f + u * (0.00373315919f + u * (0.00699407823f + u * (-0.000851291287f + u * (-0.000940166337f + u * (6.6298094e-05f))))))));
  return withSign(1f - exponential(-square) * (g), a);
}`,
  upperHalf: `fn upperHalf(a: f32) -> f32 { return bitcast<f32>(bitcast<u32>(a) & 0xfffff000u); }`,
  // a^b for finite a > 0, a ≠ 1: 2^(b·log2(a)), with the logarithm in two floats.
  powerPositive: `fn powerPositive(a: f32, b: f32) -> f32 {
  let parts = splitOf(a);
  let f = parts.f;
  let k = parts.k;
  let d = 2f + f;
  let s = f / d;
  let sHigh = upperHalf(s);
  let dHigh = upperHalf(d);
  let dLow = f - (dHigh - 2f);
  let sLow = ((f - sHigh * dHigh) - sHigh * dLow) / d;
  let z = s * s;
  let series = s * z * (0.33333334f + z * (0.2f + z * (0.14285715f + z * (0.11111111f + z * 0.09090909f))));
  // 2 / ln(2) = 2.8847656 + 6.2444061e-4.
  let p = 2.884765625f * sHigh;
  let q = 2.884765625f * sLow + 6.2445678e-4f * (sHigh + sLow) + 2.8853901f * series;
  let about = b * (k + (p + q));
  if (about > 130f) { return infinity(); }
  if (about < -152f) { return 0f; }
  let n = round(about);
  let bHigh = upperHalf(b);
  let bLow = b - bHigh;
  let pHigh = upperHalf(p);
  let pLow = p - pHigh;
  let small = bLow * k + (bHigh * pLow + (bLow * pHigh + (b * q + bLow * pLow)));
  let r = ((bHigh * k - n) + bHigh * pHigh) + small;
  return scaled(exponentialSeries(r * 0.69314718f), i32(n));
}`,
  powerFloat: `fn powerFloat(a: f32, b: f32) -> f32 {
  if (b == 0f || a == 1f) { return 1f; }
  if (isNan(a) || isNan(b)) { return notANumber(); }
  let size = magnitude(a);
  let whole = abs(b) >= 8388608f || trunc(b) == b;
  let odd = whole && abs(b) < 16777216f && (i32(b) & 1) != 0;
  let isNegative = (bitcast<u32>(a) >> 31u) != 0u;
  if (isNegative && !whole && size > 0f && size < infinity()) { return notANumber(); }
  var result = 1f;
  if (size == 0f || size == infinity()) { result = select(0f, infinity(), (b < 0f) == (size == 0f)); }
  else if (size != 1f) {
    if (abs(b) == infinity()) { result = select(0f, infinity(), (b > 0f) == (size > 1f)); }
    else { result = powerPositive(size, b); }
  }
  return select(result, negative(result), isNegative && odd);
}`,
  angle: `fn angle(a: f32, b: f32) -> f32 {
  if (isNan(a) || isNan(b)) { return notANumber(); }
  let high = magnitude(a);
  let wide = magnitude(b);
  var result = 0f;
  if (high == wide) { result = select(0f, 0.78539816f, high > 0f); }
  else if (high < wide) { result = arcTangent(quotient(high, wide)); }
  else { result = 1.5707964f - (arcTangent(quotient(wide, high)) + 4.3711388e-8f); }
  if ((bitcast<u32>(b) >> 31u) != 0u) { result = 3.1415927f - (result + 8.7422777e-8f); }
  return withSign(result, a);
}`,
} as const;
