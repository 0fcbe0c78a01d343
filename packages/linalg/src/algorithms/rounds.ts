/**
 * The order in which Jacobi's methods visit all pairs of positions: in each round of a sweep, every position is in exactly
 * one pair, so that all rotations of a round are one kernel.
 *
 * The pairs of a round are (k, h + k) for k < h, where 2h is the size. Between two rounds, all positions but the first move
 * one place along a circle; after 2h − 1 rounds everything is back in its place and every pair has met once.
 *
 * @module
 */
import { op } from "@lucid/backend";
import { add, div, equal, mul, type Terms, where } from "../internal/expressions.js";

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

/** The number of sweeps after which nothing changes any more within the digits of a type. */
export function sweepsFor(size: number, dtype: string): number {
  if (size <= 2) return 2;
  const growth = Math.ceil(Math.log2(size));
  return dtype === "float32" ? 5 + growth : 6 + growth;
}

/**
 * The rotation that makes a symmetric 2 × 2 matrix diagonal. Inputs: its first and second diagonal element, and the
 * element beside the diagonal. Outputs: the cosine and the sine.
 */
export function rotation({ x, number }: Terms): ReturnType<Terms["x"]>[] {
  const [first, second, off] = [x(0), x(1), x(2)];
  const ratio = div(op("sub", second, first), mul(number(2), off));
  const size = add(op("abs", ratio), op("sqrt", add(number(1), mul(ratio, ratio))));
  const tangent = where(
    equal(off, number(0)),
    number(0),
    div(where(op("lt", ratio, number(0)), number(-1), number(1)), size),
  );
  const cosine = div(number(1), op("sqrt", add(number(1), mul(tangent, tangent))));
  return [cosine, mul(tangent, cosine)];
}
