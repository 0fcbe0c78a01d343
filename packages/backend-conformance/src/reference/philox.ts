/**
 * Philox-4×32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011), in whole numbers.
 *
 * @module
 */

const MASK = 0xffffffffn;
const MULTIPLIERS = [0xd2511f53n, 0xcd9e8d57n] as const;
const WEYL = [0x9e3779b9n, 0xbb67ae85n] as const;

/** The four words of block `block` under a key. */
function block(key0: number, key1: number, at: number): readonly bigint[] {
  let [a, b, c, d] = [BigInt(at), 0n, 0n, 0n];
  let [k0, k1] = [BigInt(key0 >>> 0), BigInt(key1 >>> 0)];
  for (let round = 0; round < 10; round++) {
    const [p, q] = [MULTIPLIERS[0] * a, MULTIPLIERS[1] * c];
    [a, b, c, d] = [(q >> 32n) ^ b ^ k0, q & MASK, (p >> 32n) ^ d ^ k1, p & MASK];
    [k0, k1] = [(k0 + WEYL[0]) & MASK, (k1 + WEYL[1]) & MASK];
  }
  return [a, b, c, d];
}

const blocks = new Map<string, readonly bigint[]>();

/** The 32 bits at `counter` under a key, as a signed number: word `counter & 3` of block `counter >>> 2`. */
export function philoxWord(key0: number, key1: number, counter: number): number {
  const at = counter >>> 2;
  const name = `${key0},${key1},${at}`;
  let words = blocks.get(name);
  if (words === undefined) {
    if (blocks.size > 20_000) blocks.clear();
    words = block(key0, key1, at);
    blocks.set(name, words);
  }
  return Number(words[counter & 3]!) | 0;
}
