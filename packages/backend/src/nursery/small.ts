/**
 * Small slots: they live in regions, bounded by number and by bytes, and leave it a region at a time, by one copy.
 *
 * @module
 */
import { ByAge } from "./age.js";
import type { EvictedCopies } from "./evicted.js";
import { type NurseryHeap, reach } from "./heap.js";
import { OpenRegions, REGION_BYTES, Region, sizeClassOf } from "./region.js";
import { EVICTED, mayGo, type NurserySlot } from "./slot.js";

/**
 * After so many calls a slot is evicted, if it was not used for half of them. What leaves soon dies young, and its copy
 * with it; what lives to see the old generation of V8 stays there until a major collection. A program that needs such slots
 * again has a longer time.
 */
const SHORTEST = 1024;
const LONGEST = 1 << 20;
/** What an eviction that was wrong adds; one that was right takes 1 away. */
const MISSED = 8;

/** The small slots of a nursery. */
export class SmallSlots {
  /** How many are in the heap, and their bytes. */
  count = 0;
  bytes = 0;
  readonly #heap: NurseryHeap;
  readonly #copies: EvictedCopies;
  readonly #limit: number;
  /** After how many calls slots leave, and when that was last looked after. */
  #time = SHORTEST;
  #swept = 0;
  /** Where the next region begins, and where the last one has to end. */
  #nextRegion: number;
  readonly #end: number;
  readonly #regions = new ByAge<Region>();
  readonly #open = new OpenRegions();
  readonly #free: Region[] = [];

  /** At most `limit` slots, in `[start, end)`. */
  constructor(heap: NurseryHeap, copies: EvictedCopies, start: number, end: number, limit: number) {
    this.#heap = heap;
    this.#copies = copies;
    this.#nextRegion = start;
    this.#end = end;
    this.#limit = limit;
  }

  /** Gives a slot a place in the heap; false where every region is full of slots in use. */
  place(slot: NurserySlot, call: number): boolean {
    if (((call - this.#swept) | 0) >= SHORTEST / 8) this.#evictOld(call);
    const sizeClass = sizeClassOf(slot.byteLength);
    let region = this.#open.first(sizeClass);
    if (region === undefined || this.count >= this.#limit) {
      region = this.#makeRoom(sizeClass, call);
      if (region === undefined) return false;
    }
    region.settle(slot);
    if (region.live === region.capacity) this.#open.remove(region);
    this.count++;
    this.bytes += slot.byteLength;
    return true;
  }

  /** An evicted slot was needed: the time was too short for this program. */
  miss(): void {
    this.#time = Math.min(this.#time + MISSED, LONGEST);
  }

  /** Takes a slot out of the heap. */
  release(slot: NurserySlot, region: Region): void {
    region.vacate(slot);
    slot.address = EVICTED;
    this.count--;
    this.bytes -= slot.byteLength;
    if (!region.listed) this.#open.add(region);
    // The last region with room for this cell size stays even if it is empty: allocating and freeing in turn is common.
    if (region.live === 0 && (region.previous !== undefined || region.next !== undefined)) this.#retire(region);
  }

  /** A region with a free cell, and one slot less than the limit. */
  #makeRoom(sizeClass: number, call: number): Region | undefined {
    if (this.count < this.#limit) {
      const region = this.#newRegion(sizeClass, call);
      if (region !== undefined) return region;
    }
    return this.#regions.sweep((region, forced) => {
      this.#evict(region, call, forced, 0);
      return this.count < this.#limit ? (this.#open.first(sizeClass) ?? this.#newRegion(sizeClass, call)) : undefined;
    });
  }

  /** A free region, cut into cells. */
  #newRegion(sizeClass: number, call: number): Region | undefined {
    let region = this.#free.pop();
    if (region === undefined) {
      const end = this.#nextRegion + REGION_BYTES;
      if (end > this.#end || !reach(this.#heap, end)) return undefined;
      region = new Region(this.#nextRegion);
      this.#nextRegion = end;
    }
    region.cut(sizeClass);
    region.visited = call;
    this.#regions.append(region);
    this.#open.add(region);
    return region;
  }

  /** Makes an empty region free for every cell size. */
  #retire(region: Region): void {
    this.#open.remove(region);
    this.#regions.remove(region);
    this.#free.push(region);
  }

  /** Moves slots out whose time has come. */
  #evictOld(call: number): void {
    this.#swept = call;
    const time = this.#time;
    this.#regions.sweep((region, forced) => {
      if (forced || ((call - region.visited) | 0) < time) return true;
      this.#evict(region, call, false, time >> 1);
      return undefined;
    });
  }

  /**
   * Moves the region's slots out by one copy, except those used within the last `idle` calls or this one and, unless
   * forced, those to spare.
   */
  #evict(region: Region, call: number, forced: boolean, idle: number): void {
    const { slots, fresh, cellSize } = region;
    region.visited = call;
    let first = -1;
    let last = -1;
    let bytes = 0;
    for (let cell = 0; cell < fresh; cell++) {
      const slot = slots[cell];
      if (slot === undefined || ((call - slot.used) | 0) < idle || !mayGo(slot, call, forced)) continue;
      if (first < 0) first = cell;
      last = cell;
      bytes += slot.byteLength;
    }
    this.#regions.renew(region);
    if (first < 0) {
      if (region.live === 0) this.#retire(region);
      return;
    }
    const from = region.address + first * cellSize;
    const length = (last - first) * cellSize + slots[last]!.byteLength;
    // Where most of the region stays, only what goes is copied, lest one slot keep 4 KB alive.
    const dense = bytes * 4 >= length;
    const copy = dense ? this.#copies.copyOf(from, length, bytes) : this.#copies.roomFor(bytes);
    let packed = 0;
    for (let cell = first; cell <= last; cell++) {
      const slot = slots[cell];
      if (slot === undefined || ((call - slot.used) | 0) < idle || slot.used === call) continue;
      if (!forced && slot.spared === call) continue;
      let start = (cell - first) * cellSize;
      if (!dense) {
        copy.bytes.set(this.#heap.bytes.subarray(slot.address, slot.address + slot.byteLength), packed);
        start = packed;
        packed += slot.byteLength;
      }
      this.release(slot, region);
      slot.cell = start;
      slot.copy = copy;
      if (this.#time > SHORTEST) this.#time--;
    }
    if (region.live === 0 && region.listed) this.#retire(region);
  }
}
