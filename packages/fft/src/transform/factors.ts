/**
 * How a length is divided into the sizes of small transforms.
 *
 * @module
 */

/** The largest size that is transformed by a product with its matrix alone. */
const LARGEST_MATRIX = 64;
/** The size of the small transforms of a longer one: large enough for few passes over memory. */
const USUAL_RADIX = 32;

/** A length as a product. */
export interface Factors {
  /** Sizes that are transformed by their matrices, the largest first. */
  readonly radices: readonly number[];
  /** What is left: 1, or a product of primes that are too large for a matrix. */
  readonly rest: number;
}

/** Writes a length as a product of sizes of small transforms, of which there are as few and as equal ones as possible. */
export function factorsOf(length: number): Factors {
  const primes: number[] = [];
  let rest = length;
  for (let prime = 2; prime <= LARGEST_MATRIX && rest > 1; prime++) {
    while (rest % prime === 0) {
      primes.push(prime);
      rest /= prime;
    }
  }
  const smooth = length / rest;
  if (smooth === 1) return { radices: [], rest };
  if (smooth <= LARGEST_MATRIX) return { radices: [smooth], rest };
  primes.reverse();
  for (let count = Math.ceil(Math.log(smooth) / Math.log(USUAL_RADIX) - 1e-9); ; count++) {
    const radices = new Array<number>(count).fill(1);
    // The largest prime that is left goes to the smallest product.
    for (const prime of primes) radices[radices.indexOf(Math.min(...radices))]! *= prime;
    radices.sort((a, b) => b - a);
    if (radices[0]! <= LARGEST_MATRIX) return { radices: radices.filter((radix) => radix > 1), rest };
  }
}
