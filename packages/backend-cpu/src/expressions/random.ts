/**
 * Random words. Philox computes four words at a time, and neighbouring positions need neighbouring words, so the last block of four is
 * kept. The words are those of `philox` in `@lucid/backend`.
 *
 * @module
 */

/** The key and the number of the last block, and its words. */
let lastKey0 = 0;
let lastKey1 = 0;
let lastBlock = -1;
const words = new Int32Array(4);

/** The same word as `philox(key0, key1, counter)`. */
export function randomWord(key0: number, key1: number, counter: number): number {
  const block = counter >>> 2;
  if (block !== lastBlock || key0 !== lastKey0 || key1 !== lastKey1) {
    fillBlock(key0, key1, block);
    lastKey0 = key0;
    lastKey1 = key1;
    lastBlock = block;
  }
  return words[counter & 3]!;
}

const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;

function fillBlock(key0: number, key1: number, block: number): void {
  let c0 = block;
  let c1 = 0;
  let c2 = 0;
  let c3 = 0;
  for (let round = 0; round < 10; round++) {
    const low0 = Math.imul(MULTIPLIER_0, c0);
    const low1 = Math.imul(MULTIPLIER_1, c2);
    const high0 = highWord(MULTIPLIER_0, c0, low0);
    const high1 = highWord(MULTIPLIER_1, c2, low1);
    c0 = high1 ^ c1 ^ key0;
    c1 = low1;
    c2 = high0 ^ c3 ^ key1;
    c3 = low0;
    key0 = (key0 + WEYL_0) | 0;
    key1 = (key1 + WEYL_1) | 0;
  }
  words[0] = c0;
  words[1] = c1;
  words[2] = c2;
  words[3] = c3;
}

/**
 * The high 32 bits of the unsigned product a·b, whose low 32 bits are known. The product in float64 has an error of at most 2¹¹, so
 * (product − low)/2³² differs from an integer by less than one millionth, and this integer is the high word.
 */
function highWord(a: number, b: number, low: number): number {
  return Math.round(((a >>> 0) * (b >>> 0) - (low >>> 0)) * 2 ** -32) | 0;
}
