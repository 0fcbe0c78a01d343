/**
 * Searches that wait for losses and numbers. The same search runs at once, or awaits what it asks for.
 *
 * @module
 */
import type { Tensor } from "@lucid/tensor/functions";

/** What a search asks for: the loss at the present parameters, or the numbers in tensors of one element. */
export type Request = { readonly loss: true } | { readonly numbers: readonly Tensor[] };

/** A search: it yields requests, and continues with the numbers that answer them. */
export type Search<R> = Generator<Request, R, readonly number[]>;

/** Asks for the loss at the present parameters. Their gradients belong to it afterwards. */
export function* lossNow(): Search<number> {
  return (yield { loss: true })[0]!;
}

/** Asks for the numbers in tensors of one element. */
export function* numbersIn(...numbers: readonly Tensor[]): Search<readonly number[]> {
  return yield { numbers };
}

/** Runs a search at once. */
export function runSearch<R>(search: Search<R>, answer: (request: Request) => readonly number[]): R {
  let state = search.next();
  while (state.done !== true) {
    let numbers: readonly number[];
    try {
      numbers = answer(state.value);
    } catch (error) {
      state = search.throw(error);
      continue;
    }
    state = search.next(numbers);
  }
  return state.value;
}

/** Runs a search that awaits its answers. `step` runs the code between two of them. */
export async function runSearchAsync<R>(
  search: Search<R>,
  answer: (request: Request) => Promise<readonly number[]>,
  step: <T>(code: () => T) => T,
): Promise<R> {
  let state = step(() => search.next());
  while (state.done !== true) {
    let numbers: readonly number[];
    try {
      numbers = await answer(state.value);
    } catch (error) {
      state = step(() => search.throw(error));
      continue;
    }
    state = step(() => search.next(numbers));
  }
  return state.value;
}
