/**
 * The outcome of a call that a device checks later than it is made.
 *
 * @module
 */
import type { IndexOutOfRangeError } from "./errors.js";

/** The outcome of a call that a device checks later than it is made. */
export interface Deferred {
  /**
   * What went wrong, or null if nothing did; undefined as long as the device has not said. It has said once a `read`,
   * `readSync` or `synchronize` that was asked for after the call has been answered.
   */
  failure(): IndexOutOfRangeError | null | undefined;
}

/** What a call returns that may be checked later. Most backends check at once, and return nothing. */
// biome-ignore lint/suspicious/noConfusingVoidType: a method that returns nothing has to fit
export type Outcome = Deferred | void;
