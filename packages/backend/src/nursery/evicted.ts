/**
 * What was moved out of the heap: copies in ordinary typed arrays, and how many of their bytes still count.
 *
 * @module
 */
import type { OutOfMemoryError } from "../errors.js";
import type { NurseryHeap } from "./heap.js";
import type { NurserySlot } from "./slot.js";

/** The error of a request for which there is no room. */
export type OutOfMemory = (requestedBytes: number, cause?: unknown) => OutOfMemoryError;

/** Copies that are reported as unreachable together; the ledger says how many of their bytes still count. */
interface CopyGroup {
  readonly ledger: { bytes: number };
  members: number;
}

/** What evicted slots share: one copy of their region. */
export interface EvictedCopy {
  readonly bytes: Uint8Array;
  readonly group: CopyGroup;
}

/** Makes copies and counts them; holds none. */
export class EvictedCopies {
  readonly #heap: NurseryHeap;
  readonly #outOfMemory: OutOfMemory;
  /** Bytes outside the heap, as far as is known. */
  bytes = 0;
  /** Bytes moved out so far. */
  totalBytes = 0;
  #group: CopyGroup | undefined;
  #groups = 0;
  readonly #unreachable: FinalizationRegistry<CopyGroup["ledger"]>;

  constructor(heap: NurseryHeap, outOfMemory: OutOfMemory) {
    this.#heap = heap;
    this.#outOfMemory = outOfMemory;
    this.#unreachable = new FinalizationRegistry((ledger) => {
      this.#groups--;
      this.bytes -= ledger.bytes;
    });
  }

  /** A copy of `length` bytes of the heap, in which slots of `bytes` bytes stand. */
  copyOf(address: number, length: number, bytes: number): EvictedCopy {
    try {
      return this.#enter(this.#heap.bytes.slice(address, address + length), bytes);
    } catch (cause) {
      throw this.#outOfMemory(length, cause);
    }
  }

  /** Room for copies of slots of `bytes` bytes, to be filled. */
  roomFor(bytes: number): EvictedCopy {
    try {
      return this.#enter(new Uint8Array(bytes), bytes);
    } catch (cause) {
      throw this.#outOfMemory(bytes, cause);
    }
  }

  /** Drops a slot's evicted copy. */
  forget(slot: NurserySlot): void {
    const copy = slot.copy;
    if (copy === undefined) return;
    copy.group.ledger.bytes -= slot.byteLength;
    this.bytes -= slot.byteLength;
    slot.copy = undefined;
  }

  #enter(copy: Uint8Array, bytes: number): EvictedCopy {
    // More copies share one registration the more of them are waiting for the collector's report.
    let group = this.#group;
    if (group === undefined || group.members > this.#groups >>> 4) {
      group = { ledger: { bytes: 0 }, members: 0 };
      this.#group = group;
      this.#groups++;
      this.#unreachable.register(group, group.ledger);
    }
    group.members++;
    group.ledger.bytes += bytes;
    this.bytes += bytes;
    this.totalBytes += bytes;
    return { bytes: copy, group };
  }
}
