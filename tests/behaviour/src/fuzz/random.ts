/** A stream of random numbers that a seed determines. */
export interface Random {
  /** An integer from 0 to `bound - 1`. */
  readonly below: (bound: number) => number;
  /** True in `share` of all cases. */
  readonly chance: (share: number) => boolean;
  /** One of the items. */
  readonly pick: <T>(items: readonly T[]) => T;
}

/** The stream of a seed and of the number of a call: every call can be repeated alone. */
export function randomOf(seed: number, call: number): Random {
  let state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(call + 1, 0x85ebca6b)) >>> 0;
  // Mulberry32.
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (bound: number): number => Math.floor(next() * bound);
  return { below, chance: (share) => next() < share, pick: (items) => items[below(items.length)]! };
}
