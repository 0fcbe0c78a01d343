/**
 * The modified Bessel function I₀ on the host.
 *
 * @module
 */

/** Computes `I₀(x) = Σ (x² / 4)ᵏ / k!²`. All terms are positive, so nothing cancels. */
export function besselI0(x: number): number {
  const quarter = (x * x) / 4;
  let term = 1;
  let sum = 1;
  for (let k = 1; term > sum * 2 ** -54; k++) {
    term *= quarter / (k * k);
    sum += term;
  }
  return sum;
}
