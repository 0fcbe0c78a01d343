/**
 * Large slots: blocks of any size, evicted one by one beyond a watermark of their own.
 *
 * @module
 */
import { ByAge } from "./age.js";
import type { EvictedCopies, OutOfMemory } from "./evicted.js";
import { type NurseryHeap, reach } from "./heap.js";
import { EVICTED, FREED, mayGo, type NurserySlot } from "./slot.js";
import { type Block, blockSize, Space } from "./space.js";

/** The large slots of a nursery. */
export class LargeSlots {
  /** How many are in the heap, and their bytes. */
  count = 0;
  bytes = 0;
  /** The same with rounding. */
  #taken = 0;
  readonly #heap: NurseryHeap;
  readonly #copies: EvictedCopies;
  readonly #outOfMemory: OutOfMemory;
  readonly #start: number;
  readonly #watermark: number;
  readonly #space: Space<NurserySlot>;
  readonly #blocks = new ByAge<Block<NurserySlot>>();
  readonly #unreachableOwners: FinalizationRegistry<NurserySlot>;

  /** From `start` to the heap's limit; above `watermark` bytes, slots are evicted. */
  constructor(heap: NurseryHeap, copies: EvictedCopies, outOfMemory: OutOfMemory, start: number, watermark: number) {
    this.#heap = heap;
    this.#copies = copies;
    this.#outOfMemory = outOfMemory;
    this.#start = start;
    this.#watermark = watermark;
    this.#space = new Space(start, Math.floor(heap.limit / 64) * 64);
    this.#unreachableOwners = new FinalizationRegistry((slot) => {
      if (slot.block === undefined) return;
      this.release(slot, slot.block);
      slot.address = FREED;
    });
  }

  /** Gives a slot a place in the heap. */
  place(slot: NurserySlot, call: number): void {
    const size = blockSize(slot.byteLength);
    if (size > this.#heap.limit - this.#start) throw this.#outOfMemory(slot.byteLength);
    if (this.#taken + size > this.#watermark) this.#evictDownTo(this.#watermark - size, call);
    const block = this.#take(size, slot) ?? this.#takeByForce(size, slot, call);
    this.#blocks.append(block);
    slot.block = block;
    slot.address = block.address;
    this.count++;
    this.bytes += slot.byteLength;
    this.#taken += size;
  }

  /** Takes a slot out of the heap. */
  release(slot: NurserySlot, block: Block<NurserySlot>): void {
    this.#unreachableOwners.unregister(slot);
    this.#blocks.remove(block);
    this.count--;
    this.bytes -= slot.byteLength;
    this.#taken -= block.size;
    this.#space.give(block);
    slot.block = undefined;
    slot.address = EVICTED;
  }

  /** Frees a slot when the collector reports that its owner is gone. */
  watch(owner: object, slot: NurserySlot): void {
    this.#unreachableOwners.register(owner, slot, slot);
  }

  /** A block, where one is free and the memory behind it can be had. */
  #take(size: number, slot: NurserySlot): Block<NurserySlot> | undefined {
    let block = this.#space.take(size, slot);
    while (block !== undefined && !reach(this.#heap, block.address + size)) {
      this.#space.give(block);
      this.#space.truncate(this.#heap.bytes.length);
      block = this.#space.take(size, slot);
    }
    return block;
  }

  /** Evicts until the block can be had. Nothing is evicted where that is hopeless. */
  #takeByForce(size: number, slot: NurserySlot, call: number): Block<NurserySlot> {
    if (this.#longestPossible(call) < size) throw this.#outOfMemory(slot.byteLength);
    const block = this.#blocks.sweep((old, forced) =>
      this.#evict(old, call, forced) ? this.#take(size, slot) : undefined,
    );
    if (block === undefined) throw this.#outOfMemory(slot.byteLength);
    return block;
  }

  /** The longest stretch free of slots in use. */
  #longestPossible(call: number): number {
    let longest = 0;
    let length = 0;
    for (let block = this.#space.first; block !== undefined; block = block.above) {
      length = block.owner?.used === call ? 0 : length + block.size;
      if (length > longest) longest = length;
    }
    return longest;
  }

  /** Evicts until slots take at most `bytes`, or only those in use are left. */
  #evictDownTo(bytes: number, call: number): void {
    this.#blocks.sweep((block, forced) => {
      this.#evict(block, call, forced);
      return this.#taken <= bytes ? true : undefined;
    });
  }

  /** Moves a slot out, or to the young end if it stays. */
  #evict(block: Block<NurserySlot>, call: number, forced: boolean): boolean {
    const slot = block.owner!;
    if (!mayGo(slot, call, forced)) {
      this.#blocks.renew(block);
      return false;
    }
    const copy = this.#copies.copyOf(slot.address, slot.byteLength, slot.byteLength);
    this.release(slot, block);
    slot.cell = 0;
    slot.copy = copy;
    return true;
  }
}
