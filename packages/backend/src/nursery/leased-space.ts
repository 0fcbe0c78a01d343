/**
 * Memory that the host cannot copy from, such as a buffer of a graphics card: slots are never evicted. Slots of buffers
 * that nobody can reach are found by their leases, on Node even inside a synchronous loop, and elsewhere when the
 * program returns to its event loop.
 *
 * @module
 */
import type { OutOfMemoryError } from "../index.js";
import { type Collector, engineCollector } from "./collector.js";
import type { GrowableHeap } from "./heap.js";
import { LargeSlots } from "./large.js";
import type { Lease } from "./lease.js";
import { FREED, type NurserySlot } from "./slot.js";

/** How a {@link LeasedSpace} uses its addresses. */
export interface LeasedSpaceOptions {
  readonly heap: GrowableHeap;
  /** The end of the addresses that can be used now. */
  readonly size: () => number;
  /** Makes the error for a request for which there is no room. */
  readonly outOfMemory: (requestedBytes: number) => OutOfMemoryError;
  /** For tests; default the engine's. */
  readonly collector?: Collector;
}

/** The number of every call: no slot is protected from being freed, because its lease says whether it is in use. */
const CALL = 1;
const NEVER = 0;

/**
 * Slots at addresses that can grow.
 *
 * @example
 * ```ts
 * const space = new LeasedSpace({
 *   heap: { limit: 65536, grow: () => false },
 *   size: () => 65536,
 *   outOfMemory: (bytes) => new OutOfMemoryError("take", bytes, 0, 65536),
 * });
 * const slot = space.take(100);
 * space.addressOf(slot) % 64; // → 0
 * space.bytes; // → 100
 * space.give(slot);
 * space.bytes; // → 0
 * ```
 */
export class LeasedSpace {
  readonly #slots: LargeSlots;

  constructor({ heap, size, outOfMemory, collector = engineCollector() }: LeasedSpaceOptions) {
    this.#slots = new LargeSlots({
      heap,
      size,
      copies: undefined,
      outOfMemory,
      collector,
      start: 0,
      watermark: heap.limit,
    });
  }

  /** Bytes of all slots, without rounding. */
  get bytes(): number {
    return this.#slots.bytes;
  }

  /**
   * A slot of `byteLength` bytes with undefined contents.
   *
   * @throws OutOfMemoryError if there is no room even when all slots are freed that nobody can reach.
   */
  take(byteLength: number): NurserySlot {
    const slot = this.#slots.make(byteLength, NEVER);
    this.#slots.place(slot, CALL);
    return slot;
  }

  /** The address of a slot, a multiple of 64. It does not change. */
  addressOf(slot: NurserySlot): number {
    return slot.address;
  }

  /**
   * A lease of a slot, for the buffer that refers to the slot to keep, and nobody else. When the buffer becomes
   * unreachable, so does the lease, and the slot is freed. A slot without a lease stays until it is given back.
   */
  lease(slot: NurserySlot): Lease {
    return this.#slots.lease(slot, slot.block!)!;
  }

  /** Frees a slot at once. Freeing it again does nothing. */
  give(slot: NurserySlot): void {
    if (slot.block === undefined) return;
    this.#slots.release(slot, slot.block);
    slot.address = FREED;
  }
}
