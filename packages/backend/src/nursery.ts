/**
 * The nursery: bounded memory for backends whose heap no collector sees (WebAssembly memory). A buffer that the framework
 * does not free simply becomes unreachable, and a synchronous loop never learns of it. So storages are *slots* that are
 * moved out of the heap, oldest first, into ordinary typed arrays when the heap is full, and back in when they are used
 * again. The nursery forgets a slot as it moves it out: buffer → slot → copy is then all there is, and an unreachable
 * buffer's copy is ordinary garbage.
 *
 * Two classes. *Small* slots (≤ 4 KB) live in regions of 4 KB, bounded by number and by bytes; a region's evicted slots
 * share one copy, since copying a region costs hardly more than copying a slot. *Large* ones are blocks of any size, with
 * a watermark of their own.
 *
 * @module
 */
import { DisposedError, OutOfMemoryError } from "./errors.js";
import { type Block, blockSize, Space } from "./nursery-space.js";

/** The memory that a nursery manages. */
export interface NurseryHeap {
  /** All bytes that can be addressed now. After growth, and after anything else that detaches the memory, a new view. */
  readonly bytes: Uint8Array;
  /** The nursery never uses addresses from here on. */
  readonly limit: number;
  /** Makes addresses below `end` (≤ limit) usable; false where the system refuses. */
  grow(end: number): boolean;
}

/** What {@link memoryHeap} needs of a `WebAssembly.Memory`, shared or not. */
export interface GrowableMemory {
  readonly buffer: ArrayBufferLike;
  grow(pages: number): number;
}

const PAGE = 65536;

/**
 * A WebAssembly memory as a heap. `limit` is its maximum in bytes.
 *
 * @example
 * ```ts
 * const memory = new WebAssembly.Memory({ initial: 1, maximum: 64 });
 * const heap = memoryHeap(memory, 64 * 65536);
 * heap.grow(100_000); // → true
 * heap.bytes.length; // → 131072
 * ```
 */
export function memoryHeap(memory: GrowableMemory, limit: number): NurseryHeap {
  let bytes = new Uint8Array(memory.buffer);
  return {
    limit,
    get bytes(): Uint8Array {
      // Unshared memory that someone else grew detached the view; a view of shared memory only is too short.
      if (bytes.length === 0) bytes = new Uint8Array(memory.buffer);
      return bytes;
    },
    grow(end: number): boolean {
      const missing = Math.ceil((end - memory.buffer.byteLength) / PAGE);
      try {
        if (missing > 0) memory.grow(missing);
      } catch {
        return false;
      }
      bytes = new Uint8Array(memory.buffer);
      return true;
    },
  };
}

/** How a {@link Nursery} uses its heap. */
export interface NurseryOptions {
  readonly heap: NurseryHeap;
  /** First address to use; default 0. */
  readonly start?: number;
  /** Small slots in the heap at most; default 8192. Many more of them make the collector slow. */
  readonly smallSlots?: number;
  /** Bytes of the heap set apart for small slots; default 8 MiB, at most a quarter of the heap. */
  readonly smallBytes?: number;
  /** Large slots are evicted beyond this many bytes, unless all are in use; default half of what small slots leave. */
  readonly largeBytes?: number;
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

/** Copies that are reported as unreachable together; the ledger says how many of their bytes still count. */
interface CopyGroup {
  readonly ledger: { bytes: number };
  members: number;
}

/** What evicted slots share: one copy of their region. */
interface EvictedCopy {
  readonly bytes: Uint8Array;
  readonly group: CopyGroup;
}

const REGION = 4096;
/** The largest small slot. */
const SMALL = 4096;
const EVICTED = -1;
const FREED = -2;

/** A storage. Keep it for as long as the storage is needed, and nothing of the nursery's beside it. */
export class NurserySlot {
  readonly byteLength: number;
  /** In the heap, or a negative mark. @internal */
  address: number = EVICTED;
  /** The call that last used it. @internal */
  used: number;
  /** The call in which it was born or last spared. @internal */
  spared: number;
  /** Where a small slot lives. @internal */
  region: Region | undefined = undefined;
  /** Which cell of the region; of an evicted slot, where its bytes begin in the copy. @internal */
  cell: number = 0;
  /** Where a large slot lives. @internal */
  block: Block<NurserySlot> | undefined = undefined;
  /** Its bytes while it is evicted. @internal */
  copy: EvictedCopy | undefined = undefined;

  /** @internal */
  constructor(byteLength: number, call: number) {
    this.byteLength = byteLength;
    this.used = call;
    this.spared = call;
  }
}

/** 4 KB of the heap, cut into cells of one size. */
class Region {
  readonly address: number;
  cellSize = 0;
  sizeClass = 0;
  /** Slots by cell. */
  readonly slots: (NurserySlot | undefined)[] = [];
  /** Cells that were given back, as a stack of `freeCount`; cells from `fresh` on were never used. */
  readonly freeCells: number[] = [];
  freeCount = 0;
  fresh = 0;
  capacity = 0;
  live = 0;
  /** By age. */
  older: Region | undefined = undefined;
  newer: Region | undefined = undefined;
  /** Among the regions of its cell size that have room. */
  listed = false;
  previous: Region | undefined = undefined;
  next: Region | undefined = undefined;

  constructor(address: number) {
    this.address = address;
  }
}

/** Cell sizes: multiples of 16 up to 128, then four per doubling, as far as a region holds more than one. */
const cellSizes: readonly number[] = [
  16, 32, 48, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 640, 768, 1024, 1360, 2048, 4096,
];
/** The index of the cell size for `byteLength`, by (byteLength + 15) >>> 4. */
const classes: Uint8Array = Uint8Array.from({ length: SMALL / 16 + 1 }, (_, units) =>
  cellSizes.findIndex((size) => size >= units * 16),
);

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
  readonly #smallLimit: number;
  readonly #largeLimit: number;
  #call = 0;

  // Small slots: regions by age, free regions, and by cell size those that have room.
  readonly #smallEnd: number;
  #nextRegion: number;
  #oldest: Region | undefined;
  #newest: Region | undefined;
  readonly #freeRegions: Region[] = [];
  readonly #open: (Region | undefined)[] = new Array(cellSizes.length).fill(undefined);
  #smallCount = 0;
  #smallBytes = 0;

  // Large slots: blocks by age.
  readonly #space: Space<NurserySlot>;
  #oldestBlock: Block<NurserySlot> | undefined;
  #newestBlock: Block<NurserySlot> | undefined;
  #largeCount = 0;
  #largeBytes = 0;
  /** The same with rounding. */
  #largeTaken = 0;

  #evictedBytes = 0;
  #totalEvictedBytes = 0;
  #totalRestoredBytes = 0;
  #group: CopyGroup | undefined;
  #groups = 0;
  readonly #unreachableCopies: FinalizationRegistry<CopyGroup["ledger"]>;
  readonly #unreachableOwners: FinalizationRegistry<NurserySlot>;

  constructor(options: NurseryOptions) {
    const { heap, operation = "allocate", smallSlots = 8192 } = options;
    const start = Math.ceil((options.start ?? 0) / 64) * 64;
    const room = Math.max(heap.limit - start, 0);
    const smallBytes = Math.min(options.smallBytes ?? Math.min(8 << 20, room / 4), room);
    this.#heap = heap;
    this.#operation = operation;
    this.#smallLimit = smallSlots;
    this.#nextRegion = start;
    this.#smallEnd = start + Math.floor(smallBytes / REGION) * REGION;
    this.#largeLimit = options.largeBytes ?? (heap.limit - this.#smallEnd) / 2;
    this.#space = new Space(this.#smallEnd, Math.floor(heap.limit / 64) * 64);
    this.#unreachableCopies = new FinalizationRegistry((ledger) => {
      this.#groups--;
      this.#evictedBytes -= ledger.bytes;
    });
    this.#unreachableOwners = new FinalizationRegistry((slot) => this.free(slot));
  }

  /** Begins a call: from now on, only slots that are used again are sure to stay. */
  begin(): void {
    this.#call = (this.#call + 1) | 0;
  }

  /**
   * A slot of `byteLength` bytes, contents undefined; in use in this call.
   *
   * @throws OutOfMemoryError if there is no room even with everything evicted that is not in use; all slots stay intact.
   */
  allocate(byteLength: number): NurserySlot {
    const slot = new NurserySlot(byteLength, this.#call);
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
    if (slot.region !== undefined) this.#vacate(slot, slot.region);
    else if (slot.block !== undefined) this.#release(slot, slot.block);
    else this.#forget(slot);
    slot.address = FREED;
  }

  /**
   * Frees a large slot when the collector reports that `owner`, the buffer that refers to it, is gone. Only an
   * accelerator: the report needs a return to the event loop, and an evicted slot needs none. Small slots are not worth
   * the registration; nothing happens for them.
   */
  watch(owner: object, slot: NurserySlot): void {
    if (slot.block !== undefined) this.#unreachableOwners.register(owner, slot, slot);
  }

  /** Counters, for `Backend.memory()`. */
  statistics(): NurseryStatistics {
    return {
      bytes: this.#smallBytes + this.#largeBytes,
      slots: this.#smallCount + this.#largeCount,
      smallBytes: this.#smallBytes,
      smallSlots: this.#smallCount,
      evictedBytes: this.#evictedBytes,
      totalEvictedBytes: this.#totalEvictedBytes,
      totalRestoredBytes: this.#totalRestoredBytes,
    };
  }

  #place(slot: NurserySlot): void {
    if (slot.byteLength > SMALL || !this.#placeSmall(slot)) this.#placeLarge(slot);
  }

  #restore(slot: NurserySlot): number {
    const copy = slot.copy;
    if (copy === undefined) throw new DisposedError(this.#operation, "a storage is used after it was freed");
    const from = slot.cell;
    this.#place(slot);
    this.#heap.bytes.set(copy.bytes.subarray(from, from + slot.byteLength), slot.address);
    this.#forget(slot);
    this.#totalRestoredBytes += slot.byteLength;
    slot.spared = this.#call;
    return slot.address;
  }

  // ---------------------------------------------------------------------------------------------------- small slots

  /** False where every region is full of slots in use. */
  #placeSmall(slot: NurserySlot): boolean {
    const sizeClass = classes[(slot.byteLength + 15) >>> 4]!;
    let region = this.#open[sizeClass];
    if (region === undefined || this.#smallCount >= this.#smallLimit) {
      region = this.#makeRoom(sizeClass);
      if (region === undefined) return false;
    }
    const cell = region.freeCount > 0 ? region.freeCells[--region.freeCount]! : region.fresh++;
    region.slots[cell] = slot;
    region.live++;
    if (region.live === region.capacity) this.#unlist(region);
    slot.region = region;
    slot.cell = cell;
    slot.address = region.address + cell * region.cellSize;
    this.#smallCount++;
    this.#smallBytes += slot.byteLength;
    return true;
  }

  /** A region with a free cell, and one slot less than the limit. */
  #makeRoom(sizeClass: number): Region | undefined {
    if (this.#smallCount < this.#smallLimit) {
      const region = this.#newRegion(sizeClass);
      if (region !== undefined) return region;
    }
    // Once around for what is old, then for all that is not in use.
    for (let turn = 0; turn < 2; turn++) {
      let region = this.#oldest;
      const last = this.#newest;
      while (region !== undefined) {
        const following: Region | undefined = region === last ? undefined : region.newer;
        this.#evictRegion(region, turn === 1);
        if (this.#smallCount < this.#smallLimit) {
          const open = this.#open[sizeClass] ?? this.#newRegion(sizeClass);
          if (open !== undefined) return open;
        }
        region = following;
      }
    }
    return undefined;
  }

  /** A free region, cut into cells. */
  #newRegion(sizeClass: number): Region | undefined {
    let region = this.#freeRegions.pop();
    if (region === undefined) {
      const end = this.#nextRegion + REGION;
      if (end > this.#smallEnd || !this.#reach(end)) return undefined;
      region = new Region(this.#nextRegion);
      this.#nextRegion = end;
    }
    region.sizeClass = sizeClass;
    region.cellSize = cellSizes[sizeClass]!;
    region.capacity = Math.floor(REGION / region.cellSize);
    region.freeCount = 0;
    region.fresh = 0;
    this.#append(region);
    this.#list(region);
    return region;
  }

  /** Moves the region's slots out by one copy, except those in use and, unless forced, those to spare. */
  #evictRegion(region: Region, forced: boolean): void {
    const { slots, fresh, cellSize } = region;
    const call = this.#call;
    let first = -1;
    let last = -1;
    let bytes = 0;
    for (let cell = 0; cell < fresh; cell++) {
      const slot = slots[cell];
      if (slot === undefined || !this.#mayGo(slot, forced)) continue;
      if (first < 0) first = cell;
      last = cell;
      bytes += slot.byteLength;
    }
    this.#unqueue(region);
    this.#append(region);
    if (first < 0) {
      if (region.live === 0) this.#retire(region);
      return;
    }
    const from = region.address + first * cellSize;
    const length = (last - first) * cellSize + slots[last]!.byteLength;
    // Where most of the region stays, only what goes is copied, lest one slot keep 4 KB alive.
    const dense = bytes * 4 >= length;
    const copy = this.#copyOut(from, dense ? length : bytes, dense, bytes);
    let packed = 0;
    for (let cell = first; cell <= last; cell++) {
      const slot = slots[cell];
      if (slot === undefined || slot.used === call || (!forced && slot.spared === call)) continue;
      let start = (cell - first) * cellSize;
      if (!dense) {
        copy.bytes.set(this.#heap.bytes.subarray(slot.address, slot.address + slot.byteLength), packed);
        start = packed;
        packed += slot.byteLength;
      }
      this.#vacate(slot, region);
      slot.cell = start;
      slot.copy = copy;
    }
    if (region.live === 0 && region.listed) this.#retire(region);
  }

  /**
   * Whether a slot is to be evicted. One whose last use lies in the later half of the time since it was made, or spared
   * before, is spared for a turn; that it was used soon after it was made says nothing, every result is.
   */
  #mayGo(slot: NurserySlot, forced: boolean): boolean {
    const call = this.#call;
    if (slot.used === call) return false;
    if (forced) return true;
    if (slot.spared === call) return false;
    if (((slot.used - slot.spared) | 0) * 2 <= ((call - slot.spared) | 0)) return true;
    slot.spared = call;
    return false;
  }

  /** Takes a slot out of its cell. */
  #vacate(slot: NurserySlot, region: Region): void {
    region.slots[slot.cell] = undefined;
    region.freeCells[region.freeCount++] = slot.cell;
    region.live--;
    slot.region = undefined;
    slot.address = EVICTED;
    this.#smallCount--;
    this.#smallBytes -= slot.byteLength;
    if (!region.listed) this.#list(region);
    // The last region with room for this cell size stays even if it is empty: allocating and freeing in turn is common.
    if (region.live === 0 && (region.previous !== undefined || region.next !== undefined)) {
      this.#retire(region);
    }
  }

  /** Makes an empty region free for every cell size. */
  #retire(region: Region): void {
    this.#unlist(region);
    this.#unqueue(region);
    this.#freeRegions.push(region);
  }

  #list(region: Region): void {
    const head = this.#open[region.sizeClass];
    region.listed = true;
    region.next = head;
    if (head !== undefined) head.previous = region;
    this.#open[region.sizeClass] = region;
  }

  #unlist(region: Region): void {
    const { previous, next } = region;
    if (next !== undefined) next.previous = previous;
    if (previous !== undefined) previous.next = next;
    else this.#open[region.sizeClass] = next;
    region.listed = false;
    region.previous = undefined;
    region.next = undefined;
  }

  #append(region: Region): void {
    region.older = this.#newest;
    if (this.#newest === undefined) this.#oldest = region;
    else this.#newest.newer = region;
    this.#newest = region;
  }

  #unqueue(region: Region): void {
    const { older, newer } = region;
    if (older === undefined) this.#oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.#newest = older;
    else newer.older = older;
    region.older = undefined;
    region.newer = undefined;
  }

  // ---------------------------------------------------------------------------------------------------- large slots

  #placeLarge(slot: NurserySlot): void {
    const size = blockSize(slot.byteLength);
    if (size > this.#heap.limit - this.#smallEnd) throw this.#outOfMemory(slot.byteLength);
    if (this.#largeTaken + size > this.#largeLimit) this.#evictDownTo(this.#largeLimit - size);
    const block = this.#take(size, slot) ?? this.#takeByForce(size, slot);
    slot.block = block;
    slot.address = block.address;
    this.#enqueue(block);
    this.#largeCount++;
    this.#largeBytes += slot.byteLength;
    this.#largeTaken += size;
  }

  /** A block, where one is free and the memory behind it can be had. */
  #take(size: number, slot: NurserySlot): Block<NurserySlot> | undefined {
    let block = this.#space.take(size, slot);
    while (block !== undefined && !this.#reach(block.address + size)) {
      this.#space.give(block);
      this.#space.truncate(this.#heap.bytes.length);
      block = this.#space.take(size, slot);
    }
    return block;
  }

  /** Evicts until the block can be had. Nothing is evicted where that is hopeless. */
  #takeByForce(size: number, slot: NurserySlot): Block<NurserySlot> {
    if (this.#longestPossible() >= size) {
      for (let turn = 0; turn < 2; turn++) {
        let old = this.#oldestBlock;
        const last = this.#newestBlock;
        while (old !== undefined) {
          const following: Block<NurserySlot> | undefined = old === last ? undefined : old.next;
          if (this.#evictBlock(old, turn === 1)) {
            const block = this.#take(size, slot);
            if (block !== undefined) return block;
          }
          old = following;
        }
      }
    }
    throw this.#outOfMemory(slot.byteLength);
  }

  /** The longest stretch free of slots in use. */
  #longestPossible(): number {
    let longest = 0;
    let length = 0;
    for (let block = this.#space.first; block !== undefined; block = block.above) {
      length = block.owner?.used === this.#call ? 0 : length + block.size;
      if (length > longest) longest = length;
    }
    return longest;
  }

  /** Evicts large slots, oldest first, until they take at most `bytes`, or only slots in use are left. */
  #evictDownTo(bytes: number): void {
    for (let turn = 0; turn < 2; turn++) {
      let old = this.#oldestBlock;
      const last = this.#newestBlock;
      while (old !== undefined && this.#largeTaken > bytes) {
        const following: Block<NurserySlot> | undefined = old === last ? undefined : old.next;
        this.#evictBlock(old, turn === 1);
        old = following;
      }
    }
  }

  /** Moves a large slot out, or to the young end if it stays. */
  #evictBlock(block: Block<NurserySlot>, forced: boolean): boolean {
    const slot = block.owner!;
    if (!this.#mayGo(slot, forced)) {
      this.#dequeue(block);
      this.#enqueue(block);
      return false;
    }
    const copy = this.#copyOut(slot.address, slot.byteLength, true, slot.byteLength);
    this.#release(slot, block);
    slot.cell = 0;
    slot.copy = copy;
    return true;
  }

  /** Takes a slot out of its block. */
  #release(slot: NurserySlot, block: Block<NurserySlot>): void {
    this.#unreachableOwners.unregister(slot);
    this.#dequeue(block);
    this.#largeCount--;
    this.#largeBytes -= slot.byteLength;
    this.#largeTaken -= block.size;
    this.#space.give(block);
    slot.block = undefined;
    slot.address = EVICTED;
  }

  #enqueue(block: Block<NurserySlot>): void {
    block.previous = this.#newestBlock;
    if (this.#newestBlock === undefined) this.#oldestBlock = block;
    else this.#newestBlock.next = block;
    this.#newestBlock = block;
  }

  #dequeue(block: Block<NurserySlot>): void {
    const { previous, next } = block;
    if (previous === undefined) this.#oldestBlock = next;
    else previous.next = next;
    if (next === undefined) this.#newestBlock = previous;
    else next.previous = previous;
    block.previous = undefined;
    block.next = undefined;
  }

  // ----------------------------------------------------------------------------------------------------------- both

  /** Whether addresses below `end` can be used; grows the heap by a quarter at least, to grow seldom. */
  #reach(end: number): boolean {
    const { length } = this.#heap.bytes;
    if (end <= length) return true;
    const generous = Math.min(Math.max(end, Math.ceil(length * 1.25)), this.#heap.limit);
    return this.#heap.grow(generous) || this.#heap.grow(end);
  }

  /** `length` bytes outside the heap for slots of `bytes` bytes: a copy of what stands at `from`, or room to fill. */
  #copyOut(from: number, length: number, filled: boolean, bytes: number): EvictedCopy {
    let data: Uint8Array;
    try {
      data = filled ? this.#heap.bytes.slice(from, from + length) : new Uint8Array(length);
    } catch (cause) {
      throw this.#outOfMemory(length, cause);
    }
    // More copies share one registration the more of them are waiting for the collector's report.
    let group = this.#group;
    if (group === undefined || group.members > this.#groups >>> 4) {
      group = { ledger: { bytes: 0 }, members: 0 };
      this.#group = group;
      this.#groups++;
      this.#unreachableCopies.register(group, group.ledger);
    }
    group.members++;
    group.ledger.bytes += bytes;
    this.#evictedBytes += bytes;
    this.#totalEvictedBytes += bytes;
    return { bytes: data, group };
  }

  /** Drops a slot's evicted copy. */
  #forget(slot: NurserySlot): void {
    const copy = slot.copy;
    if (copy === undefined) return;
    copy.group.ledger.bytes -= slot.byteLength;
    this.#evictedBytes -= slot.byteLength;
    slot.copy = undefined;
  }

  #outOfMemory(requested: number, cause?: unknown): OutOfMemoryError {
    const used = this.#smallBytes + this.#largeBytes;
    return new OutOfMemoryError(this.#operation, requested, used, this.#heap.limit, { cause });
  }
}
