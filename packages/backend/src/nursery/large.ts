/**
 * Large slots: blocks of any size.
 *
 * They have *leases*, by which the slots of unreachable buffers are found and freed without a copy. Beyond a watermark,
 * slots are evicted one by one. That costs several times what computing their contents did, so it is the last resort,
 * or the only one where the engine does not let leases be looked at. A heap that the host cannot copy from, such as that
 * of a graphics card, has leases alone.
 *
 * The watermark begins low, which keeps the program small, and rises when evicted slots are needed again.
 *
 * @module
 */
import { ByAge } from "./age.js";
import type { Collector } from "./collector.js";
import type { EvictedCopies, OutOfMemory } from "./evicted.js";
import { type GrowableHeap, reach } from "./heap.js";
import type { Lease } from "./lease.js";
import { Leases } from "./leases.js";
import { EVICTED, FREED, mayBeEvicted, NO_BATCH, NurserySlot, TENURED } from "./slot.js";
import { type Block, blockSize, Space } from "./space.js";

/** Where the watermark begins if leases can be looked at, and if they cannot. */
const LEAST_LISTED = 512 << 20;
const LEAST_UNLISTED = 64 << 20;
/** No slot is leased while less than this is taken: most programs free such slots themselves. */
const LEASED_FROM = 4 << 20;
/** Where leases cannot be looked at, one costs more than evicting a slot that is smaller than this. */
const REGISTERED_FROM = 32768;
/**
 * Young leases are looked at when there are so many new ones, or when their slots have so many bytes. A look costs as
 * much as a few dozen additions of small slots, so fewer bytes are enough where there are at least so many leases.
 */
const STEP_LEASES = 1024;
const STEP = 8 << 20;
const SMALL_STEP = 5 << 20;
const SMALL_STEP_LEASES = 32;
/** Tenured slots may grow by a quarter and by so many bytes before their leases are looked at. */
const TENURED_STEP = 8 << 20;
/** After so many bytes of evicted copies a major collection is brought about as well: only it removes old copies. */
const EVICTED_STEP = 2 << 20;
/** So many slots that nobody can reach are kept, to be used again. */
const MOST_SPARE = 4096;
/** What a wrong eviction costs is so many times what a right one gains. */
const CAUTION = 64;

/** If there is no room and nothing can be evicted, unreachable slots are looked for so often. */
const LAST_LOOKS = 16;

/** What {@link LargeSlots} manages, and how. */
export interface LargeSlotsOptions {
  readonly heap: GrowableHeap;
  /** The end of the addresses that can be used now. */
  readonly size: () => number;
  /** Where evicted slots are copied to. Without it, no slot is evicted, and every slot may have a lease. */
  readonly copies: EvictedCopies | undefined;
  readonly outOfMemory: OutOfMemory;
  readonly collector: Collector;
  /** The first address. */
  readonly start: number;
  /** Slots are evicted beyond this many bytes, or fewer. */
  readonly watermark: number;
}

/** Slots by age, and their bytes with rounding. */
interface Generation {
  readonly blocks: ByAge<Block<NurserySlot>>;
  taken: number;
}

/** The large slots of a nursery. */
export class LargeSlots {
  /** The number of slots in the heap, and their bytes. */
  count = 0;
  bytes = 0;
  readonly #heap: GrowableHeap;
  readonly #size: () => number;
  readonly #copies: EvictedCopies | undefined;
  readonly #outOfMemory: OutOfMemory;
  readonly #start: number;
  readonly #space: Space<NurserySlot>;
  readonly #leases: Leases;
  /** Slots with a young lease, and all others. */
  readonly #young: Generation = { blocks: new ByAge(), taken: 0 };
  readonly #old: Generation = { blocks: new ByAge(), taken: 0 };
  readonly #step: number;
  readonly #least: number;
  readonly #most: number;
  #watermark: number;
  /** Bytes of tenured slots. */
  #tenured = 0;
  /** The bytes of young and of tenured slots that were left when they had last been looked at. */
  #youngBefore = 0;
  #tenuredBefore = 0;
  #copiedOut = 0;
  /** All bytes that had been evicted when tenured leases had last been looked at. */
  #evictedBefore = 0;
  /**
   * Slots that nobody can reach, to be used again. A slot lives until its lease is looked at, longer than V8's young
   * generation likes: were each a new object, V8 would soon give that generation all the memory that it may have.
   */
  readonly #spare: NurserySlot[] = [];

  constructor({ heap, size, copies, outOfMemory, collector, start, watermark }: LargeSlotsOptions) {
    this.#heap = heap;
    this.#size = size;
    this.#copies = copies;
    this.#outOfMemory = outOfMemory;
    this.#start = start;
    this.#space = new Space(start, Math.floor(heap.limit / 64) * 64);
    this.#leases = new Leases(collector, (slot) => this.#forfeit(slot));
    this.#step = Math.min(STEP, watermark / 4);
    this.#most = watermark;
    this.#least = Math.min(this.#leases.canList ? LEAST_LISTED : LEAST_UNLISTED, watermark);
    this.#watermark = this.#least;
  }

  /** Gives a slot a place in the heap. */
  place(slot: NurserySlot, call: number): void {
    const size = blockSize(slot.byteLength);
    if (size > this.#heap.limit - this.#start) throw this.#outOfMemory(slot.byteLength);
    const granted = this.#young.taken - this.#youngBefore + this.#copiedOut;
    const step = this.#leases.granted >= SMALL_STEP_LEASES ? Math.min(SMALL_STEP, this.#step) : this.#step;
    const enough = this.#leases.granted >= STEP_LEASES || granted >= step;
    if (enough && granted * 6 >= this.#taken) this.#collect(call);
    if (this.#taken + size > this.#watermark) this.#shrink(this.#watermark - size, call);
    const block = this.#take(size, slot) ?? this.#takeByForce(size, slot, call);
    slot.block = block;
    slot.address = block.address;
    this.count++;
    this.bytes += slot.byteLength;
    this.#enter(slot, block);
  }

  /** A slot without a place. */
  make(byteLength: number, call: number): NurserySlot {
    const slot = this.#spare.pop();
    if (slot === undefined) return new NurserySlot(byteLength, call);
    slot.renew(byteLength, call);
    return slot;
  }

  /** Counts bytes that a read has copied. The next look comes as early as if so many more bytes were in young slots. */
  copiedOut(bytes: number): void {
    this.#copiedOut += bytes;
  }

  /** Takes a slot out of the heap. */
  release(slot: NurserySlot, block: Block<NurserySlot>): void {
    this.#leases.withdraw(slot);
    this.#leave(slot, block);
    this.count--;
    this.bytes -= slot.byteLength;
    this.#space.give(block);
    slot.block = undefined;
    slot.address = EVICTED;
  }

  /** A lease of a slot, where it is worth its cost. */
  lease(slot: NurserySlot, block: Block<NurserySlot>): Lease | undefined {
    const worthwhile = this.#leases.canList ? this.#taken >= LEASED_FROM : slot.byteLength >= REGISTERED_FROM;
    if (this.#copies !== undefined && !worthwhile) return undefined;
    this.#leave(slot, block);
    const lease = this.#leases.grant(slot);
    this.#enter(slot, block);
    return lease;
  }

  /** An evicted slot was needed: the watermark was too low for this program. */
  miss(byteLength: number): void {
    this.#watermark = Math.min(this.#watermark + byteLength, this.#most);
  }

  /** Bytes of all slots, with rounding. */
  get #taken(): number {
    return this.#old.taken + this.#young.taken;
  }

  #enter(slot: NurserySlot, block: Block<NurserySlot>): void {
    slot.isYoung = slot.batch !== NO_BATCH && slot.batch !== TENURED;
    const generation = slot.isYoung ? this.#young : this.#old;
    generation.blocks.append(block);
    generation.taken += block.size;
    slot.isTenured = slot.batch === TENURED;
    if (slot.isTenured) this.#tenured += block.size;
  }

  #leave(slot: NurserySlot, block: Block<NurserySlot>): void {
    const generation = slot.isYoung ? this.#young : this.#old;
    generation.blocks.remove(block);
    generation.taken -= block.size;
    this.#youngBefore = Math.min(this.#youngBefore, this.#young.taken);
    if (!slot.isTenured) return;
    this.#tenured -= block.size;
    this.#tenuredBefore = Math.min(this.#tenuredBefore, this.#tenured);
  }

  /** Frees slots whose leases are unreachable. */
  #collect(call: number, tenuredStep = TENURED_STEP): void {
    const leases = this.#leases;
    const isGone = (slot: NurserySlot): boolean => slot.seen !== leases.turn && slot.used !== call;
    const known = leases.lookAtYoung();
    this.#young.blocks.each((block) => {
      const slot = block.owner!;
      if (slot.batch <= known && isGone(slot)) this.#forfeit(slot);
      else if (slot.batch === TENURED) {
        this.#leave(slot, block);
        this.#enter(slot, block);
      }
    });
    this.#youngBefore = this.#young.taken;
    this.#copiedOut = 0;
    const evicted = this.#copies?.totalBytes ?? 0;
    const grown = this.#tenured >= this.#tenuredBefore * 1.25 + tenuredStep;
    if (!(grown || evicted >= this.#evictedBefore + EVICTED_STEP) || !leases.lookAtTenured()) return;
    this.#evictedBefore = evicted;
    this.#old.blocks.each(({ owner: slot }) => {
      if (slot!.isTenured && isGone(slot!)) this.#forfeit(slot!);
    });
    this.#tenuredBefore = this.#tenured;
  }

  /** Frees a slot that nobody can reach any more. */
  #forfeit(slot: NurserySlot): void {
    if (slot.block === undefined) return;
    this.release(slot, slot.block);
    slot.address = FREED;
    if (this.#spare.length < MOST_SPARE) this.#spare.push(slot);
  }

  /** A block, where one is free and the memory behind it can be had. */
  #take(size: number, slot: NurserySlot): Block<NurserySlot> | undefined {
    let block = this.#space.take(size, slot);
    while (block !== undefined && !reach(this.#heap, this.#size(), block.address + size)) {
      this.#space.give(block);
      this.#space.truncate(this.#size());
      block = this.#space.take(size, slot);
    }
    return block;
  }

  /** Evicts slots until the block can be had. Evicts none if that is hopeless. */
  #takeByForce(size: number, slot: NurserySlot, call: number): Block<NurserySlot> {
    if (this.#copies === undefined) return this.#takeUnreachable(size, slot, call);
    if (this.#longestPossible(call) < size) throw this.#outOfMemory(slot.byteLength);
    const block = this.#evict(call, () => this.#take(size, slot));
    if (block === undefined) throw this.#outOfMemory(slot.byteLength);
    return block;
  }

  /** Looks for unreachable slots until the block can be had. */
  #takeUnreachable(size: number, slot: NurserySlot, call: number): Block<NurserySlot> {
    for (let looks = 0; looks < LAST_LOOKS && this.#leases.canList; looks++) {
      this.#tenuredBefore = 0;
      this.#collect(call, 0);
      const block = this.#take(size, slot);
      if (block !== undefined) return block;
    }
    throw this.#outOfMemory(slot.byteLength);
  }

  /** The longest stretch of addresses without a slot in use. */
  #longestPossible(call: number): number {
    let longest = 0;
    let length = 0;
    for (let block = this.#space.first; block !== undefined; block = block.above) {
      length = block.owner?.used === call ? 0 : length + block.size;
      if (length > longest) longest = length;
    }
    return longest;
  }

  /** Evicts slots until they take at most `bytes`, or until all that are left are in use. */
  #shrink(bytes: number, call: number): void {
    if (!this.#leases.canList) this.#leases.lookAtTenured();
    if (this.#copies !== undefined) this.#evict(call, () => (this.#taken <= bytes ? true : undefined));
  }

  /** Evicts slots, in each generation the oldest first, until `answer` answers. */
  #evict<Answer>(call: number, answer: () => Answer | undefined): Answer | undefined {
    for (const { blocks } of [this.#old, this.#young]) {
      const found = blocks.sweep((block, forced) => {
        const slot = block.owner!;
        if (!mayBeEvicted(slot, call, forced)) {
          blocks.renew(block);
          return undefined;
        }
        const copy = this.#copies!.copyOf(slot.address, slot.byteLength, slot.byteLength);
        this.release(slot, block);
        slot.cell = 0;
        slot.copy = copy;
        this.#watermark = Math.max(this.#watermark - slot.byteLength / CAUTION, this.#least);
        return answer();
      });
      if (found !== undefined) return found;
    }
    return undefined;
  }
}
