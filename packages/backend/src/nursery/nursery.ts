/**
 * The nursery: bounded memory for backends whose heap the garbage collector does not see (WebAssembly memory). A buffer
 * that the framework does not free becomes unreachable, and a synchronous loop is never told. So storages are *slots*.
 * When there are too many, the oldest are evicted, which means that they are copied to ordinary typed arrays. They are
 * brought back when they are used again. The nursery does not refer to an evicted slot, only the buffer does, so the
 * copy of an unreachable buffer is ordinary garbage.
 *
 * There are two classes. *Small* slots (up to 4 KB) stand in regions of 4 KB. Evicted slots of a region share one copy,
 * because copying a region costs hardly more than copying a slot. *Large* slots are blocks of any size. They have
 * *leases*, by which the nursery finds out that a buffer is unreachable, and are evicted only beyond a watermark.
 *
 * @module
 */
import { DisposedError, OutOfMemoryError } from "../index.js";
import { type Collector, engineCollector } from "./collector.js";
import { EvictedCopies, type OutOfMemory } from "./evicted.js";
import type { NurseryHeap } from "./heap.js";
import { LargeSlots } from "./large.js";
import type { Lease } from "./lease.js";
import { LARGEST_SMALL, REGION_BYTES } from "./region.js";
import { EVICTED, FREED, NurserySlot } from "./slot.js";
import { SmallSlots } from "./small.js";

/** How a {@link Nursery} uses its heap. */
export interface NurseryOptions {
  readonly heap: NurseryHeap;
  /** First address to use; default 0. */
  readonly start?: number;
  /** Small slots in the heap at most; default 8192. Many more of them make the collector slow. */
  readonly smallSlots?: number;
  /** Bytes of the heap set apart for small slots; default 8 MiB, at most a quarter of the heap. */
  readonly smallBytes?: number;
  /**
   * Large slots are evicted beyond this many bytes, unless all are in use; default half of what small slots leave.
   * Beyond 512 MiB only in so far as more is needed again.
   */
  readonly largeBytes?: number;
  /** For tests; default the engine's. */
  readonly collector?: Collector;
  /** Named in errors; default `"allocate"`. */
  readonly operation?: string;
}

/** What a nursery says about itself. Bytes are those that were asked for, without rounding. */
export interface NurseryStatistics {
  /** Bytes and number of the slots in the heap. */
  readonly bytes: number;
  readonly slots: number;
  /** Of these, the slots in the regions for small ones. */
  readonly smallBytes: number;
  readonly smallSlots: number;
  /**
   * Bytes that stand outside the heap. An upper bound: copies that became unreachable leave it when the collector
   * reports them, for which the program must return to its event loop.
   */
  readonly evictedBytes: number;
  /** Bytes moved out of the heap, and back into it, so far. */
  readonly totalEvictedBytes: number;
  readonly totalRestoredBytes: number;
}

/**
 * Slots in a heap of bounded size.
 *
 * A slot that was used since the last {@link begin} stays where it is; every other may be evicted by `allocate` and
 * `address`, so addresses hold until the next `begin`, and a backend calls `begin` at the start of each of its members.
 *
 * @example
 * ```ts
 * const bytes = new Uint8Array(65536);
 * const nursery = new Nursery({ heap: { bytes, limit: 65536, grow: () => false }, smallSlots: 2 });
 * const slots = [7, 8, 9].map((value) => {
 *   nursery.begin();
 *   const slot = nursery.allocate(100);
 *   bytes.fill(value, nursery.address(slot), nursery.address(slot) + 100);
 *   return slot;
 * });
 * nursery.statistics().totalEvictedBytes; // → 200
 * nursery.begin();
 * bytes[nursery.address(slots[0]!)]; // → 7
 * ```
 */
export class Nursery {
  readonly #heap: NurseryHeap;
  readonly #operation: string;
  readonly #small: SmallSlots;
  readonly #large: LargeSlots;
  readonly #copies: EvictedCopies;
  /** Which call this is. */
  #call = 0;
  #totalRestoredBytes = 0;

  constructor(options: NurseryOptions) {
    const { heap, operation = "allocate", smallSlots = 8192, collector = engineCollector() } = options;
    const start = Math.ceil((options.start ?? 0) / 64) * 64;
    const room = Math.max(heap.limit - start, 0);
    const smallBytes = Math.min(options.smallBytes ?? Math.min(8 << 20, room / 4), room);
    const smallEnd = start + Math.floor(smallBytes / REGION_BYTES) * REGION_BYTES;
    const outOfMemory: OutOfMemory = (requested, cause) =>
      new OutOfMemoryError(operation, requested, this.#small.bytes + this.#large.bytes, heap.limit, { cause });
    this.#heap = heap;
    this.#operation = operation;
    this.#copies = new EvictedCopies(heap, outOfMemory);
    this.#small = new SmallSlots(heap, this.#copies, start, smallEnd, smallSlots);
    const largeBytes = options.largeBytes ?? (heap.limit - smallEnd) / 2;
    this.#large = new LargeSlots({
      heap,
      size: () => heap.bytes.length,
      copies: this.#copies,
      outOfMemory,
      collector,
      start: smallEnd,
      watermark: largeBytes,
    });
  }

  /** Begins a call. From now on, only slots that are used again are sure to stay. */
  begin(): void {
    this.#call = (this.#call + 1) | 0;
  }

  /**
   * A slot of `byteLength` bytes, contents undefined; in use in this call.
   *
   * @throws OutOfMemoryError if there is no room even with everything evicted that is not in use; all slots stay
   * intact.
   */
  allocate(byteLength: number): NurserySlot {
    const call = this.#call;
    const slot = byteLength > LARGEST_SMALL ? this.#large.make(byteLength, call) : new NurserySlot(byteLength, call);
    this.#place(slot);
    return slot;
  }

  /**
   * Where the slot's bytes are, a multiple of 16 (64 for large slots), until the next {@link begin}. An evicted slot is
   * brought back in.
   *
   * @throws OutOfMemoryError if there is no room to bring it back; it stays intact.
   */
  address(slot: NurserySlot): number {
    slot.used = this.#call;
    return slot.address >= 0 ? slot.address : this.#restore(slot);
  }

  /** Whether the slot is outside the heap; its `address` would bring it back. */
  isEvicted(slot: NurserySlot): boolean {
    return slot.address === EVICTED;
  }

  /** Returns the slot's room at once. Freeing it again does nothing. */
  free(slot: NurserySlot): void {
    if (slot.address === FREED) return;
    if (slot.region !== undefined) this.#small.release(slot, slot.region);
    else if (slot.block !== undefined) this.#large.release(slot, slot.block);
    else this.#copies.forget(slot);
    slot.address = FREED;
  }

  /**
   * A lease of a large slot, for the buffer that refers to the slot to keep, and nobody else. When the buffer becomes
   * unreachable, so does the lease, and the nursery frees the slot without copying it. Undefined for a slot that is not
   * worth it. Without leases the nursery is correct too, and slower.
   */
  lease(slot: NurserySlot): Lease | undefined {
    return slot.block === undefined ? undefined : this.#large.lease(slot, slot.block);
  }

  /**
   * Counts bytes that a read has copied for the program. A program that reads every result soon drops these copies, too, so
   * the nursery looks for unreachable slots earlier.
   */
  copiedOut(bytes: number): void {
    this.#large.copiedOut(bytes);
  }

  /** Counters, for `Backend.memory()`. */
  statistics(): NurseryStatistics {
    return {
      bytes: this.#small.bytes + this.#large.bytes,
      slots: this.#small.count + this.#large.count,
      smallBytes: this.#small.bytes,
      smallSlots: this.#small.count,
      evictedBytes: this.#copies.bytes,
      totalEvictedBytes: this.#copies.totalBytes,
      totalRestoredBytes: this.#totalRestoredBytes,
    };
  }

  #place(slot: NurserySlot): void {
    const call = this.#call;
    if (slot.byteLength > LARGEST_SMALL || !this.#small.place(slot, call)) this.#large.place(slot, call);
  }

  #restore(slot: NurserySlot): number {
    const copy = slot.copy;
    if (copy === undefined) throw new DisposedError(this.#operation, "a storage is used after it was freed");
    const from = slot.cell;
    if (slot.byteLength > LARGEST_SMALL) this.#large.miss(slot.byteLength);
    else this.#small.miss();
    this.#place(slot);
    this.#heap.bytes.set(copy.bytes.subarray(from, from + slot.byteLength), slot.address);
    this.#copies.forget(slot);
    this.#totalRestoredBytes += slot.byteLength;
    slot.spared = this.#call;
    return slot.address;
  }
}
