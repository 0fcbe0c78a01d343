/**
 * The order in which Jacobi's methods visit all pairs of positions: in each round of a sweep, every position is in exactly
 * one pair, so that all rotations of a round are one kernel.
 *
 * The pairs of a round are (k, h + k) for k < h, where 2h is the size. Between two rounds, all positions but the first move
 * one place along a circle; after 2h − 1 rounds everything is back in its place and every pair has met once.
 *
 * @module
 */
import { type Expr, op } from "@lucid/backend";
import { add, div, less, lessOrEqual, mul, sub, type Terms, where } from "../internal/expressions.js";

/** Where the content of each place comes from, between two rounds. */
export function sources(half: number): Int32Array {
  const circle: number[] = [];
  for (let k = 1; k < half; k++) circle.push(k);
  for (let k = 2 * half - 1; k >= half; k--) circle.push(k);
  const from = new Int32Array(2 * half);
  circle.forEach((place, i) => {
    from[circle[(i + 1) % circle.length]!] = place;
  });
  return from;
}

/**
 * The number of sweeps after which nothing changes any more within the digits of a type. Random matrices need half of them;
 * equal singular values need the others.
 */
export function sweepsFor(size: number, dtype: string): number {
  if (size <= 2) return 2;
  const growth = Math.ceil(Math.log2(size));
  return dtype === "float32" ? 5 + growth : 12 + growth;
}

/** Up to which part of the diagonal elements an element beside them stays. */
export const toleranceOf = (size: number, dtype: string): number =>
  Math.sqrt(size) * (dtype === "float32" ? 2 ** -24 : 2 ** -53);

/**
 * The rotation that makes a symmetric 2 × 2 matrix diagonal. Inputs: its first and second diagonal element, and the
 * element beside the diagonal. Outputs: the sine, and the tangent of half the angle.
 *
 * An element that is small against the diagonal stays, as far as the number says: where diagonal elements are equal, rounding
 * would be rotated by large angles, and everything else with it.
 */
export function rotation({ x, number, scalar }: Terms): Expr[] {
  const [first, second, off] = [x(0), x(1), x(2)];
  const ratio = div(sub(second, first), mul(number(2), off));
  const size = add(op("abs", ratio), op("sqrt", add(number(1), mul(ratio, ratio))));
  const sign = where(less(ratio, number(0)), number(-1), number(1));
  const bound = mul(scalar(0), mul(op("sqrt", op("abs", first)), op("sqrt", op("abs", second))));
  const tangent = where(lessOrEqual(op("abs", off), bound), number(0), div(sign, size));
  const cosine = div(number(1), op("sqrt", add(number(1), mul(tangent, tangent))));
  const sine = mul(tangent, cosine);
  return [sine, div(sine, add(number(1), cosine))];
}

/**
 * One of two elements after a rotation. Both are written as a small change of what was there before, so that a small angle
 * rounds nearly nothing.
 *
 * @param isFirst - whether it is the first element.
 */
export function turned(isFirst: Expr, first: Expr, second: Expr, sine: Expr, half: Expr): Expr {
  return where(
    isFirst,
    sub(first, mul(sine, add(second, mul(half, first)))),
    add(second, mul(sine, sub(first, mul(half, second)))),
  );
}
