/**
 * Work on the host that belongs to a program: numbers that it computes anew in every run (a learning rate, Adam's bias
 * correction, a random key), and what it counts. A tracer records such work, and its replay repeats it.
 *
 * @module
 */
import { hostRecorder } from "./call.js";
import { HostNumber, type HostWork, type Scalar } from "./scalar.js";

/**
 * Computes numbers that a program needs anew in every run, to be used as scalars of calls. Without a tracer, `run` is
 * called at once and its numbers are returned.
 *
 * @param count - how many numbers `run` returns.
 * @param run - computes the numbers; calls no tensor operation.
 *
 * @example
 * ```ts
 * let step = 0;
 * hostNumbers(1, () => [1 / ++step]); // → [1]
 * ```
 */
export function hostNumbers(count: number, run: () => readonly number[]): readonly Scalar[] {
  const recorder = hostRecorder();
  if (recorder === undefined) return run();
  const work: HostWork = { count, run };
  recorder(work);
  return Array.from({ length: count }, (_, index) => new HostNumber(work, index));
}

/**
 * Does work on the host that has no result, such as counting steps. Without a tracer, `run` is called at once.
 *
 * @example
 * ```ts
 * let steps = 0;
 * hostAction(() => {
 *   steps++;
 * });
 * steps; // → 1
 * ```
 */
export function hostAction(run: () => void): void {
  const recorder = hostRecorder();
  if (recorder === undefined) run();
  else {
    recorder({
      count: 0,
      run() {
        run();
        return [];
      },
    });
  }
}
