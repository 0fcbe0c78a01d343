/** Repeatable random numbers for generated drawings. */
export interface Random {
  /** A uniform random number in [least, most). */
  between(least: number, most: number): number;
  /** A normal random number with mean 0. */
  normal(deviation: number): number;
  pick<T>(list: readonly T[]): T;
}

/** A generator that adds the golden ratio and mixes the bits with the finaliser of MurmurHash3. */
export function createRandom(seed: number): Random {
  let state = seed | 0;
  const next = (): number => {
    state = (state + 0x9e3779b9) | 0;
    let bits = state ^ (state >>> 16);
    bits = Math.imul(bits, 0x85ebca6b);
    bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
    return ((bits ^ (bits >>> 16)) >>> 0) / 2 ** 32;
  };
  return {
    between: (least, most) => least + (most - least) * next(),
    // The Box–Muller method. 1 − next() is never 0.
    normal: (deviation) => deviation * Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    pick: (list) => list[Math.floor(next() * list.length)]!,
  };
}
