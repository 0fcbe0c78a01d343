/**
 * Algorithms that can run in two ways. Everything that may have to wait for a device is a step, which is done at once
 * or awaited.
 *
 * @module
 */

/** Something that can be done at once or awaited. */
export interface Step<T> {
  now(): T;
  later(): Promise<T> | T;
}

/** An algorithm, as a generator that yields steps and continues with their results. */
export type Steps<R> = Generator<Step<unknown>, R, unknown>;

/** Does a step from within an algorithm: `yield* take(step)`. */
export function* take<T>(step: Step<T>): Generator<Step<unknown>, T, unknown> {
  return (yield step) as T;
}

/** Runs an algorithm without waiting. */
export function runNow<R>(steps: Steps<R>): R {
  let state = steps.next();
  while (state.done !== true) state = steps.next(state.value.now());
  return state.value;
}

/** Runs an algorithm that waits for every step. */
export async function runLater<R>(steps: Steps<R>): Promise<R> {
  let state = steps.next();
  while (state.done !== true) state = steps.next(await state.value.later());
  return state.value;
}
