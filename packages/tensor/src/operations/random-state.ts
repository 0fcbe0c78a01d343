/**
 * The state behind random numbers. Bits come from the counter-based generator in expressions (`random`), so a seed gives
 * the same bits on every backend and any number of threads: the position of an element is the counter, and every call
 * draws a key of its own from this state.
 *
 * @module
 */
import { ArgumentError } from "@lucid/backend";

/** Where the sequence of random numbers stands. Plain data: it can be stored and set again. */
export interface RandomState {
  /** 32 bits made of the seed. */
  readonly key: number;
  /** Keys drawn since the seed was set. */
  readonly draws: number;
}

/** Words per element that one key provides: an operation may use its second key, plus 0 to 3. */
export const WORDS_PER_KEY = 4;
const KEYS_PER_CYCLE = 2 ** 32 / WORDS_PER_KEY;

let state: RandomState | undefined;

function current(): RandomState {
  // Unseeded programs differ from run to run, as in PyTorch.
  state ??= { key: (Math.random() * 2 ** 32) | 0, draws: 0 };
  return state;
}

/** Spreads the bits of small numbers over the whole word. */
const spread = (value: number): number => Math.imul(value ^ (value >>> 16), 0x9e3779b1);

/**
 * Starts the sequence of random numbers anew: the same seed gives the same numbers, on every backend. (torch.manual_seed)
 *
 * @param seed - any safe integer.
 * @throws ArgumentError if it is none.
 *
 * @example
 * ```ts
 * manualSeed(1);
 * const x = rand([2]);
 * manualSeed(1);
 * equal(x, rand([2])); // → true
 * ```
 */
export function manualSeed(seed: number): void {
  if (!Number.isSafeInteger(seed)) {
    throw new ArgumentError("manualSeed", `${String(seed)} is no seed`, { rule: "a seed is a safe integer" });
  }
  state = { key: (seed ^ spread(Math.floor(seed / 2 ** 32))) | 0, draws: 0 };
}

/**
 * Where the sequence of random numbers stands. (torch.get_rng_state)
 *
 * @example
 * ```ts
 * const before = getRandomState();
 * const x = randn([2]);
 * setRandomState(before);
 * equal(x, randn([2])); // → true
 * ```
 */
export function getRandomState(): RandomState {
  return current();
}

/**
 * Continues the sequence of random numbers from a state that was read earlier. (torch.set_rng_state)
 *
 * @throws ArgumentError unless it is such a state.
 */
export function setRandomState(next: RandomState): void {
  const { key, draws } = next;
  if (!Number.isInteger(key) || !Number.isSafeInteger(draws) || draws < 0) {
    throw new ArgumentError("setRandomState", `not a random state: ${JSON.stringify(next)}`, {
      rule: "a state is what getRandomState() returned",
    });
  }
  state = { key: key | 0, draws };
}

/**
 * A key that no other call gets, as two 32-bit integers for the `random` expression. The next three values of the second
 * belong to it too, for operations that need up to four words per element.
 *
 * @example
 * ```ts
 * manualSeed(7);
 * nextRandomKey(); // → [7, 0]
 * nextRandomKey(); // → [7, 4]
 * ```
 */
export function nextRandomKey(): readonly [key0: number, key1: number] {
  const { key, draws } = current();
  state = { key, draws: draws + 1 };
  const cycle = Math.floor(draws / KEYS_PER_CYCLE);
  const key0 = cycle === 0 ? key : key ^ spread(cycle);
  return [key0, ((draws % KEYS_PER_CYCLE) * WORDS_PER_KEY) | 0];
}
