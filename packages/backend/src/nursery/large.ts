/**
 * Large slots: blocks of any size, evicted one by one beyond a watermark of their own. Evicting one costs many times what
 * computing it did, so half-way to the watermark the collector is asked which owners are gone.
 *
 * The watermark moves: a low one keeps the program small, and a program that uses more than that gets more.
 *
 * @module
 */
import { ByAge } from "./age.js";
import type { Collector } from "./collector.js";
import type { EvictedCopies, OutOfMemory } from "./evicted.js";
import { type NurseryHeap, reach } from "./heap.js";
import { Owners } from "./owners.js";
import { EVICTED, FREED, mayGo, type NurserySlot } from "./slot.js";
import { type Block, blockSize, Space } from "./space.js";

/** Where the watermark begins. */
const LEAST = 512 << 20;
/** Below this watermark collections would be too frequent to be worth their time. */
const WORTHWHILE = 64 << 20;
/** Smaller slots are not watched: evicting them costs little more than that. */
const WATCHED = 32768;

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
  readonly #least: number;
  readonly #most: number;
  #watermark: number;
  readonly #space: Space<NurserySlot>;
  readonly #blocks = new ByAge<Block<NurserySlot>>();
  readonly #owners: Owners;
  /** Bytes placed so far. */
  #placed = 0;
  /** The collector is asked about owners when this many bytes are taken, and this many were placed. */
  #attention: number;
  #patience = 0;

  /** From `start` to the heap's limit; above `watermark` bytes at most, slots are evicted. */
  constructor(
    heap: NurseryHeap,
    copies: EvictedCopies,
    outOfMemory: OutOfMemory,
    collector: Collector,
    start: number,
    watermark: number,
  ) {
    this.#heap = heap;
    this.#copies = copies;
    this.#outOfMemory = outOfMemory;
    this.#start = start;
    this.#most = watermark;
    this.#least = Math.min(watermark, LEAST);
    this.#watermark = this.#least;
    this.#attention = watermark < WORTHWHILE ? Infinity : this.#least / 2;
    this.#space = new Space(start, Math.floor(heap.limit / 64) * 64);
    this.#owners = new Owners(watermark < WORTHWHILE ? undefined : collector, (slot) => this.#forfeit(slot));
  }

  /** Gives a slot a place in the heap. */
  place(slot: NurserySlot, call: number): void {
    const size = blockSize(slot.byteLength);
    if (size > this.#heap.limit - this.#start) throw this.#outOfMemory(slot.byteLength);
    if (this.#taken + size > this.#attention && this.#placed >= this.#patience) this.#attend(call);
    if (this.#taken + size > this.#watermark) this.#evictDownTo(this.#watermark - size, call);
    const block = this.#take(size, slot) ?? this.#takeByForce(size, slot, call);
    this.#blocks.append(block);
    slot.block = block;
    slot.address = block.address;
    this.count++;
    this.bytes += slot.byteLength;
    this.#taken += size;
    this.#placed += size;
  }

  /** Takes a slot out of the heap. */
  release(slot: NurserySlot, block: Block<NurserySlot>): void {
    this.#owners.leave(slot);
    this.#blocks.remove(block);
    this.count--;
    this.bytes -= slot.byteLength;
    this.#taken -= block.size;
    this.#space.give(block);
    slot.block = undefined;
    slot.address = EVICTED;
  }

  /** Frees a slot when its owner is gone. Slots that do not come near the watermark need no watching. */
  watch(owner: object, slot: NurserySlot): void {
    if (slot.byteLength < WATCHED || (this.#owners.asks && this.#taken < this.#watermark / 8)) return;
    this.#owners.watch(owner, slot);
  }

  /** An evicted slot was needed: the watermark was too low for this program. */
  miss(byteLength: number): void {
    this.#watermark = Math.min(this.#watermark + byteLength, this.#most);
  }

  /** Frees the slots whose owners are gone, if a collection has ended. */
  #attend(call: number): void {
    const collection = this.#owners.look();
    if (collection === "going on") {
      this.#patience = this.#placed + this.#watermark / 64;
      return;
    }
    if (collection === "ended") {
      this.#blocks.each(({ owner: slot }) => {
        if (slot!.used !== call && this.#owners.isGone(slot!)) this.#forfeit(slot!);
      });
      this.#owners.forget();
      const lower = (this.#watermark * 7) / 8;
      this.#watermark = Math.min(Math.max(lower, 2 * this.#taken, this.#least), this.#most);
    }
    this.#attention = (this.#taken + this.#watermark) / 2;
    this.#patience = this.#placed + this.#watermark / 4;
  }

  /** Frees a slot that nobody can name any more. */
  #forfeit(slot: NurserySlot): void {
    if (slot.block === undefined) return;
    this.release(slot, slot.block);
    slot.address = FREED;
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
    if (slot.used !== call && this.#owners.isGone(slot)) {
      this.#forfeit(slot);
      return true;
    }
    if (!mayGo(slot, call, forced)) {
      this.#blocks.renew(block);
      return false;
    }
    const copy = this.#copies.copyOf(slot.address, slot.byteLength, slot.byteLength);
    this.release(slot, block);
    slot.cell = 0;
    slot.copy = copy;
    this.#watermark = Math.max(this.#watermark - slot.byteLength / 64, this.#least);
    return true;
  }
}
