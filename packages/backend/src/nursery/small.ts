/**
 * Small slots. They stand in regions, and their number and bytes are bounded. The slots of a region are evicted
 * together, by one copy.
 *
 * @module
 */
import { ByAge } from "./age.js";
import type { EvictedCopies } from "./evicted.js";
import { type NurseryHeap, reach } from "./heap.js";
import { OpenRegions, REGION_BYTES, Region, sizeClassOf } from "./region.js";
import { EVICTED, mayBeEvicted, type NurserySlot } from "./slot.js";

/**
 * A slot is evicted this many calls after it was made, unless it was used in the later half of them. The time is short
 * so that copies die while they are in V8's young generation. A copy that reaches the old generation stays until a
 * major collection. If the program needs evicted slots again, the time becomes longer.
 */
const SHORTEST = 1024;
const LONGEST = 1 << 20;
/** The time grows by so many calls when an evicted slot is needed again. Each eviction makes it shorter by one call. */
const MISSED = 8;

/** The small slots of a nursery. */
export class SmallSlots {
  /** How many are in the heap, and their bytes. */
  count = 0;
  bytes = 0;
  readonly #heap: NurseryHeap;
  readonly #copies: EvictedCopies;
  readonly #limit: number;
  /** After how many calls slots are evicted, and the call in which that was last done. */
  #time = SHORTEST;
  #swept = 0;
  /** Where the next region begins, and where the last one has to end. */
  #nextRegion: number;
  readonly #end: number;
  readonly #regions = new ByAge<Region<NurserySlot>>();
  readonly #open = new OpenRegions<NurserySlot>();
  readonly #free: Region<NurserySlot>[] = [];

  /** At most `limit` slots, in `[start, end)`. */
  constructor(heap: NurseryHeap, copies: EvictedCopies, start: number, end: number, limit: number) {
    this.#heap = heap;
    this.#copies = copies;
    this.#nextRegion = start;
    this.#end = end;
    this.#limit = limit;
  }

  /** Gives a slot a place in the heap. Returns false if every region is full of slots in use. */
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
  release(slot: NurserySlot, region: Region<NurserySlot>): void {
    region.vacate(slot);
    slot.address = EVICTED;
    this.count--;
    this.bytes -= slot.byteLength;
    if (!region.listed) this.#open.add(region);
    // The last region with room for this cell size stays even if it is empty, because programs often free and allocate
    // in turn.
    if (region.live === 0 && (region.previous !== undefined || region.next !== undefined)) this.#retire(region);
  }

  /** Returns a region with a free cell, and makes sure that one more slot is within the limit. */
  #makeRoom(sizeClass: number, call: number): Region<NurserySlot> | undefined {
    if (this.count < this.#limit) {
      const region = this.#newRegion(sizeClass, call);
      if (region !== undefined) return region;
    }
    return this.#regions.sweep((region, forced) => {
      this.#evict(region, call, forced, 0);
      return this.count < this.#limit ? (this.#open.first(sizeClass) ?? this.#newRegion(sizeClass, call)) : undefined;
    });
  }

  /** Returns a free region, divided into cells. */
  #newRegion(sizeClass: number, call: number): Region<NurserySlot> | undefined {
    let region = this.#free.pop();
    if (region === undefined) {
      const end = this.#nextRegion + REGION_BYTES;
      if (end > this.#end || !reach(this.#heap, this.#heap.bytes.length, end)) return undefined;
      region = new Region<NurserySlot>(this.#nextRegion);
      this.#nextRegion = end;
    }
    region.cut(sizeClass);
    region.visited = call;
    this.#regions.append(region);
    this.#open.add(region);
    return region;
  }

  /** Makes an empty region free for every cell size. */
  #retire(region: Region<NurserySlot>): void {
    this.#open.remove(region);
    this.#regions.remove(region);
    this.#free.push(region);
  }

  /** Evicts the slots whose time is over. */
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
   * Evicts the region's slots by one copy. Slots that were used within the last `idle` calls or in this one stay, and
   * so do slots to spare, unless `forced` is set.
   */
  #evict(region: Region<NurserySlot>, call: number, forced: boolean, idle: number): void {
    const { slots, fresh, cellSize } = region;
    region.visited = call;
    let first = -1;
    let last = -1;
    let bytes = 0;
    for (let cell = 0; cell < fresh; cell++) {
      const slot = slots[cell];
      if (slot === undefined || ((call - slot.used) | 0) < idle || !mayBeEvicted(slot, call, forced)) continue;
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
    // If most of the region stays, only the evicted slots are copied. Otherwise a single slot would keep 4 KB alive.
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
