/**
 * The error function in float64.
 *
 * @module
 */

const TWO_OVER_SQRT_PI = 1.1283791670955126;

/**
 * erf(x) = 2/√π · ∫₀ˣ e^(−t²) dt. Below 2.5 by the all-positive Kummer series, above by the continued fraction of the
 * complement (Abramowitz & Stegun 7.1.6 and 7.1.14); relative error of a few ulp of float64.
 */
export function erf(x: number): number {
  const size = Math.abs(x);
  if (!(size < 6)) return x !== x ? x : Math.sign(x);
  const square = x * x;
  if (size < 2.5) {
    let term = x;
    let sum = x;
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
      term *= (2 * square) / (2 * n + 1);
      sum += term;
    }
    return TWO_OVER_SQRT_PI * Math.exp(-square) * sum;
  }
  let fraction = size;
  for (let n = 50; n >= 1; n--) fraction = size + n / 2 / fraction;
  return Math.sign(x) * (1 - (Math.exp(-square) / fraction) * (TWO_OVER_SQRT_PI / 2));
}
