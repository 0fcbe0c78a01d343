/**
 * Philox-4×32-10, the counter-based random generator of Salmon, Moraes, Dror and Shaw, "Parallel Random Numbers: As
 * Easy as 1, 2, 3" (2011). A word depends only on key and counter, so every backend draws the same numbers, with any
 * number of threads.
 *
 * @module
 */

/** Returns the high 32 bits of the unsigned product of two 32-bit words. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carry = aLow * bHigh + (middle & 0xffff);
  return (aHigh * bHigh + Math.floor(middle / 65536) + Math.floor(carry / 65536)) | 0;
}

/**
 * Returns 32 random bits as an int32: word `counter & 3` of the block whose counter is `(counter >>> 2, 0, 0, 0)` under
 * the key `(key0, key1)`.
 *
 * @example
 * ```ts
 * philox(0, 0, 0) >>> 0; // → 0x6627e8d5
 * ```
 */
export function philox(key0: number, key1: number, counter: number): number {
  let c0 = counter >>> 2;
  let c1 = 0;
  let c2 = 0;
  let c3 = 0;
  for (let round = 0; round < 10; round++) {
    const high0 = multiplyHigh(0xd2511f53, c0);
    const low0 = Math.imul(0xd2511f53, c0);
    const high1 = multiplyHigh(0xcd9e8d57, c2);
    const low1 = Math.imul(0xcd9e8d57, c2);
    c0 = high1 ^ c1 ^ key0;
    c1 = low1;
    c2 = high0 ^ c3 ^ key1;
    c3 = low0;
    key0 = (key0 + 0x9e3779b9) | 0;
    key1 = (key1 + 0xbb67ae85) | 0;
  }
  const word = counter & 3;
  return (word === 0 ? c0 : word === 1 ? c1 : word === 2 ? c2 : c3) | 0;
}
