/**
 * The state of the random numbers. Random bits come from a counter-based generator: the position of an element is the
 * counter, and every call draws its own key from this state. So a seed gives the same bits on every backend and for any
 * number of threads.
 *
 * @module
 */
import { ArgumentError, describeValue } from "@lucid/backend";
import { hostNumbers } from "../../dispatch/host.js";
import type { Scalar } from "../../dispatch/scalar.js";
import { undoOnThrow } from "../../memory/ownership.js";

/** The state of the random numbers. It is plain data, so it can be stored and set again. */
export interface RandomState {
  /** A 32-bit integer that is computed from the seed. */
  readonly key: number;
  /** How many keys were drawn since the seed was set. */
  readonly draws: number;
}

/** The number of words that one key provides for each element: an operation may add 0 to 3 to its second integer. */
export const WORDS_PER_KEY = 4;
const KEYS_PER_CYCLE = 2 ** 32 / WORDS_PER_KEY;

let state: RandomState | undefined;

function current(): RandomState {
  // Programs that set no seed get different numbers in every run, as in PyTorch.
  state ??= { key: (Math.random() * 2 ** 32) | 0, draws: 0 };
  return state;
}

const isInteger = (value: unknown): value is number => Number.isSafeInteger(value);

/** Mixes the bits of a number, so that small seeds give keys that differ in all bits. */
const spread = (value: number): number => Math.imul(value ^ (value >>> 16), 0x9e3779b1);

/**
 * Starts the sequence of random numbers anew. The same seed gives the same numbers on every backend. A call that throws draws
 * no numbers.
 *
 * @param seed - a safe integer.
 * @throws ArgumentError unless the seed is a safe integer.
 *
 * @example
 * ```ts
 * manualSeed(1);
 * const x = rand([2]);
 * manualSeed(1);
 * equal(x, rand([2])); // → true
 * ```
 *
 * @see torch.manual_seed
 */
export function manualSeed(seed: number): void {
  if (!Number.isSafeInteger(seed)) {
    throw new ArgumentError("manualSeed", `${describeValue(seed)} is no seed`, { rule: "a seed is a safe integer" });
  }
  state = { key: (seed ^ spread(Math.floor(seed / 2 ** 32))) | 0, draws: 0 };
}

/**
 * Returns the state of the random numbers. {@link setRandomState} continues from it.
 *
 * @example
 * ```ts
 * const before = getRandomState();
 * const x = randn([2]);
 * setRandomState(before);
 * equal(x, randn([2])); // → true
 * ```
 *
 * @see torch.get_rng_state
 */
export function getRandomState(): RandomState {
  return current();
}

/**
 * Continues the sequence of random numbers from a state that {@link getRandomState} returned.
 *
 * @param next - the state.
 * @throws ArgumentError unless it is such a state.
 *
 * @example
 * ```ts
 * const state = getRandomState();
 * const first = rand([3]);
 * setRandomState(state);
 * equal(rand([3]), first); // → true
 * ```
 *
 * @example
 * ```ts
 * const state = getRandomState();
 * const first = rand([3]);
 * setRandomState(state);
 * equal(rand([3]), first); // → true
 * ```
 *
 * @see torch.set_rng_state
 */
export function setRandomState(next: RandomState): void {
  const { key, draws } = (next ?? {}) as Partial<RandomState>;
  if (!isInteger(key) || !isInteger(draws) || draws < 0) {
    throw new ArgumentError("setRandomState", `not a random state: ${describeValue(next)}`, {
      rule: "a state is what getRandomState() returned",
    });
  }
  state = { key: key | 0, draws };
}

/**
 * Runs an operation with a random key that no other gets: two 32-bit integers for the `random` expression. A recorded program
 * draws a new key in every run. The next three values of the second integer belong to the key too, for operations that need
 * up to four words per element.
 *
 * An operation that throws has drawn no key: the same call again gives the numbers that it would have given at first.
 *
 * @example
 * ```ts
 * manualSeed(7);
 * withRandomKey((key) => key); // → [7, 0]
 * withRandomKey((key) => key); // → [7, 4]
 * ```
 */
export function withRandomKey<R>(operation: (key: readonly [key0: Scalar, key1: Scalar]) => R): R {
  const before = current();
  const key = hostNumbers(2, drawKey) as readonly [Scalar, Scalar];
  try {
    const result = operation(key);
    // Library code that goes on, such as a Sequential, may still fail.
    undoOnThrow(before, restore);
    return result;
  } catch (error) {
    state = before;
    throw error;
  }
}

function restore(before: RandomState): void {
  state = before;
}

function drawKey(): readonly number[] {
  const { key, draws } = current();
  state = { key, draws: draws + 1 };
  const cycle = Math.floor(draws / KEYS_PER_CYCLE);
  const key0 = cycle === 0 ? key : key ^ spread(cycle);
  return [key0, ((draws % KEYS_PER_CYCLE) * WORDS_PER_KEY) | 0];
}
