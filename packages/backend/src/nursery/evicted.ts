/**
 * Evicted slots: their bytes are copied to ordinary typed arrays. This module makes the copies and counts their bytes.
 *
 * @module
 */
import type { OutOfMemoryError } from "../index.js";
import type { NurseryHeap } from "./heap.js";

/** The error of a request for which there is no room. */
export type OutOfMemory = (requestedBytes: number, cause?: unknown) => OutOfMemoryError;

/**
 * Copies that the collector reports as unreachable together. The ledger holds the number of their bytes that slots
 * still use.
 */
interface CopyGroup {
  readonly ledger: { bytes: number };
  members: number;
}

/** A copy of a part of the heap. All slots that were evicted together share it. */
export interface EvictedCopy {
  readonly bytes: Uint8Array;
  readonly group: CopyGroup;
}

/** The part of a slot that says where its bytes are while it is evicted. */
interface EvictedSlot {
  readonly byteLength: number;
  copy: EvictedCopy | undefined;
}

/** Makes copies and counts their bytes. It holds no copy, so the collector can free them. */
export class EvictedCopies {
  readonly #heap: NurseryHeap;
  readonly #outOfMemory: OutOfMemory;
  /** Bytes of all copies that are not yet known to be unreachable. */
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
  forget(slot: EvictedSlot): void {
    const copy = slot.copy;
    if (copy === undefined) return;
    copy.group.ledger.bytes -= slot.byteLength;
    this.bytes -= slot.byteLength;
    slot.copy = undefined;
  }

  #enter(copy: Uint8Array, bytes: number): EvictedCopy {
    // The more groups wait for the collector's report, the more copies share one group, because registrations cost
    // time.
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
