/** Repeatable random numbers for drawings; the page, which loads no lucid, draws the same ones as the worker. */
export interface Random {
  /** Evenly within [least, most). */
  between(least: number, most: number): number;
  /** From the normal distribution of mean 0. */
  normal(deviation: number): number;
  pick<T>(list: readonly T[]): T;
}

/** Steps of the golden ratio, each put through murmur3's finaliser: 32 even bits. */
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
    // Box and Muller; 1 − next() is never 0.
    normal: (deviation) => deviation * Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    pick: (list) => list[Math.floor(next() * list.length)]!,
  };
}
