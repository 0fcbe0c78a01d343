/**
 * Indices out of range, which the device finds while it computes. Every call that checks indices gets a slot in a buffer
 * of the device; the kernel writes the index there. The next read brings the slots back.
 *
 * @module
 */
import { BackendError, type Deferred, IndexOutOfRangeError } from "@lucid/backend";
import { ERROR_SLOTS } from "./queue.js";

/** A call whose outcome is not known yet. */
export interface Waiting {
  readonly slot: number;
  readonly operation: string;
  readonly size: number;
  /** undefined as long as it is not known. */
  outcome: IndexOutOfRangeError | null | undefined;
}

/** The calls whose outcome is not known yet. */
export class Failures {
  readonly #waiting: (Waiting | undefined)[] = new Array(ERROR_SLOTS).fill(undefined);
  #next = 0;
  #count = 0;

  /** Gives a slot to a call. */
  expect(operation: string, size: number): readonly [slot: number, deferred: Deferred] {
    if (this.#count === ERROR_SLOTS) {
      throw new BackendError(operation, `${ERROR_SLOTS} calls wait for their indices to be checked`, ["webgpu"], {
        rule: "the outcome of a call is known when something that was asked for after it has been read",
        remedy: "await a result or synchronize() in the loop",
      });
    }
    while (this.#waiting[this.#next] !== undefined) this.#next = (this.#next + 1) % ERROR_SLOTS;
    const slot = this.#next;
    this.#next = (slot + 1) % ERROR_SLOTS;
    const waiting: Waiting = { slot, operation, size, outcome: undefined };
    this.#waiting[slot] = waiting;
    this.#count++;
    return [slot, { failure: () => waiting.outcome }];
  }

  /** The calls that wait now, by ascending slots. A read that is asked for now answers them. */
  pending(): readonly Waiting[] {
    return this.#count === 0 ? [] : this.#waiting.filter((waiting) => waiting !== undefined);
  }

  /**
   * Takes in what a read has brought back for `calls`: the words of the slots from the first one on. Returns the slots to
   * clear.
   */
  resolve(calls: readonly Waiting[], words: Uint32Array): readonly number[] {
    const failed: number[] = [];
    for (const call of calls) {
      const { slot, operation, size } = call;
      // Another read may have answered it, and the slot may belong to a later call.
      if (this.#waiting[slot] !== call) continue;
      this.#waiting[slot] = undefined;
      this.#count--;
      const at = 2 * (slot - calls[0]!.slot);
      if (words[at] === 0) call.outcome = null;
      else {
        failed.push(slot);
        call.outcome = new IndexOutOfRangeError(operation, words[at + 1]! | 0, size);
      }
    }
    return failed;
  }
}
