import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OutOfMemoryError } from "../errors.js";
import { type Collector, engineCollector } from "./collector.js";
import { type GrowableMemory, memoryHeap, type NurseryHeap } from "./heap.js";
import { Nursery, type NurseryOptions } from "./nursery.js";
import type { NurserySlot } from "./slot.js";

// TypeScript keeps WebAssembly's types with the DOM's, which these tests do without.
type MemoryClass = new (type: { initial: number; maximum: number; shared?: boolean }) => GrowableMemory;
const { Memory } = (globalThis as unknown as { WebAssembly: { Memory: MemoryClass } }).WebAssembly;

/** An engine that does not list WeakSets. */
const unlisted: Collector = { ...engineCollector(), list: undefined };

/** A heap that already has all its bytes. */
function fixedHeap(limit: number): NurseryHeap {
  return { bytes: new Uint8Array(limit), limit, grow: () => false };
}

/** An ordinary ArrayBuffer that grows by moving, up to `limit` or where the "system" refuses. */
function growingHeap(limit: number, refusedFrom: number = limit): NurseryHeap {
  let bytes = new Uint8Array(0);
  return {
    limit,
    get bytes(): Uint8Array {
      return bytes;
    },
    grow(end: number): boolean {
      if (end > refusedFrom) return false;
      const grown = new Uint8Array(end);
      grown.set(bytes);
      bytes = grown;
      return true;
    },
  };
}

function fill(heap: NurseryHeap, nursery: Nursery, slot: NurserySlot, seed: number): void {
  const address = nursery.address(slot);
  for (let i = 0; i < slot.byteLength; i++) heap.bytes[address + i] = seed * 31 + i * 7;
}

function holds(heap: NurseryHeap, nursery: Nursery, slot: NurserySlot, seed: number): boolean {
  const address = nursery.address(slot);
  for (let i = 0; i < slot.byteLength; i++) {
    if (heap.bytes[address + i] !== ((seed * 31 + i * 7) & 255)) return false;
  }
  return true;
}

const heaps: Record<string, (limit: number) => NurseryHeap> = {
  "an ArrayBuffer": fixedHeap,
  "a growing ArrayBuffer": (limit) => growingHeap(limit),
  "WebAssembly memory": (limit) => memoryHeap(new Memory({ initial: 0, maximum: Math.ceil(limit / 65536) }), limit),
  "shared WebAssembly memory": (limit) =>
    memoryHeap(new Memory({ initial: 0, maximum: Math.ceil(limit / 65536), shared: true }), limit),
};

type Step =
  | { readonly kind: "allocate"; readonly bytes: number }
  | { readonly kind: "read" | "write" | "free" | "drop"; readonly pick: number }
  | { readonly kind: "begin" };

const byteLengths = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 300 }) },
  { weight: 1, arbitrary: fc.integer({ min: 301, max: 4096 }) },
  { weight: 1, arbitrary: fc.integer({ min: 4097, max: 20000 }) },
);
const pick = fc.nat(1_000_000);
const steps = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: byteLengths.map((bytes): Step => ({ kind: "allocate", bytes })) },
    {
      weight: 8,
      arbitrary: fc
        .tuple(fc.constantFrom("read", "write", "free", "drop"), pick)
        .map(([kind, pick]): Step => ({ kind: kind as "read" | "write" | "free" | "drop", pick })),
    },
    { weight: 4, arbitrary: fc.constant<Step>({ kind: "begin" }) },
  ),
  { minLength: 1, maxLength: 120 },
);

/** Runs steps beside a naive map from slots to what they hold, checking after every step. */
function follow(heap: NurseryHeap, options: Omit<NurseryOptions, "heap">, sequence: readonly Step[]): void {
  const nursery = new Nursery({ heap, ...options });
  const model = new Map<NurserySlot, number>();
  const dropped = new Set<NurserySlot>();
  const inUse = new Map<NurserySlot, number>();
  let seed = 0;
  let liveBytes = 0;
  const use = (slot: NurserySlot): void => {
    const address = nursery.address(slot);
    expect(address % 16).toBe(0);
    expect(address).toBeGreaterThanOrEqual(options.start ?? 0);
    expect(address + slot.byteLength).toBeLessThanOrEqual(heap.limit);
    expect(address + slot.byteLength).toBeLessThanOrEqual(heap.bytes.length);
    inUse.set(slot, address);
  };
  for (const step of sequence) {
    try {
      if (step.kind === "begin") {
        nursery.begin();
        inUse.clear();
      } else if (step.kind === "allocate") {
        const slot = nursery.allocate(step.bytes);
        expect(slot.byteLength).toBe(step.bytes);
        use(slot);
        model.set(slot, ++seed);
        liveBytes += step.bytes;
        fill(heap, nursery, slot, seed);
      } else {
        const slots = [...model.keys()];
        const slot = slots[step.pick % slots.length];
        if (slot === undefined) continue;
        if (step.kind === "read") {
          use(slot);
          expect(holds(heap, nursery, slot, model.get(slot)!)).toBe(true);
        } else if (step.kind === "write") {
          use(slot);
          model.set(slot, ++seed);
          fill(heap, nursery, slot, seed);
        } else if (step.kind === "free") {
          nursery.free(slot);
          nursery.free(slot);
          model.delete(slot);
          inUse.delete(slot);
          liveBytes -= slot.byteLength;
          expect(() => nursery.address(slot)).toThrow("used after it was freed");
        } else {
          // The test still sees it, the nursery is told nothing: it must count it and never corrupt it.
          model.delete(slot);
          dropped.add(slot);
        }
      }
    } catch (error) {
      if (!(error instanceof OutOfMemoryError)) throw error;
      expect(error.limitBytes).toBe(heap.limit);
      expect(error.usedBytes).toBe(nursery.statistics().bytes);
    }
    // What is in use stays where it is.
    for (const [slot, address] of inUse) expect(nursery.address(slot)).toBe(address);
    // Nothing overlaps. (Reading an address would bring slots back, so only those inside are looked at.)
    const inside = [...model.keys(), ...dropped]
      .filter((slot) => !nursery.isEvicted(slot) && slot.byteLength > 0)
      .map((slot) => ({ address: slot.address, end: slot.address + slot.byteLength }))
      .sort((a, b) => a.address - b.address);
    for (let i = 1; i < inside.length; i++) expect(inside[i]!.address).toBeGreaterThanOrEqual(inside[i - 1]!.end);
    // The books are right and the limits kept.
    const statistics = nursery.statistics();
    expect(statistics.bytes + statistics.evictedBytes).toBe(liveBytes);
    expect(statistics.bytes).toBeLessThanOrEqual(heap.limit);
    expect(statistics.smallSlots).toBeLessThanOrEqual(options.smallSlots ?? 8192);
    expect(statistics.smallBytes).toBeLessThanOrEqual(options.smallBytes ?? 8 << 20);
    expect(statistics.totalEvictedBytes).toBeGreaterThanOrEqual(statistics.evictedBytes);
  }
  // In the end every slot still holds what was last written, the dropped ones included where there is room.
  for (const [slot, expected] of model) {
    nursery.begin();
    expect(holds(heap, nursery, slot, expected)).toBe(true);
  }
  for (const slot of [...model.keys(), ...dropped]) nursery.free(slot);
  const { bytes, slots, evictedBytes } = nursery.statistics();
  expect({ bytes, slots, evictedBytes }).toEqual({ bytes: 0, slots: 0, evictedBytes: 0 });
}

describe("Nursery, compared with a naive map", () => {
  for (const [name, makeHeap] of Object.entries(heaps)) {
    it(`keeps contents, room and limits over ${name}`, () => {
      const limits = fc.record({
        smallSlots: fc.integer({ min: 0, max: 12 }),
        regions: fc.integer({ min: 0, max: 4 }),
        largeBytes: fc.integer({ min: 0, max: 65536 }),
        start: fc.constantFrom(0, 64, 1000),
      });
      fc.assert(
        fc.property(limits, steps, ({ regions, ...rest }, sequence) => {
          follow(makeHeap(96 * 1024), { smallBytes: regions * 4096, ...rest }, sequence);
        }),
        { numRuns: name === "an ArrayBuffer" ? 600 : 150 },
      );
    });
  }

  it("still works when the system refuses to grow", () => {
    fc.assert(
      fc.property(fc.integer({ min: 40_000, max: 96 * 1024 }), steps, (refusedFrom, sequence) => {
        follow(growingHeap(96 * 1024, refusedFrom), { smallBytes: 8192, smallSlots: 9 }, sequence);
      }),
      { numRuns: 200 },
    );
  });
});

describe("Nursery", () => {
  it("evicts the oldest small slots first, a region by one copy", () => {
    const heap = fixedHeap(1 << 20);
    const nursery = new Nursery({ heap, smallSlots: 100, smallBytes: 65536 });
    const slots: NurserySlot[] = [];
    for (let i = 0; i < 101; i++) {
      nursery.begin();
      slots.push(nursery.allocate(64));
      fill(heap, nursery, slots[i]!, i);
    }
    // A region holds 64 cells of 64 bytes: all of them leave together.
    expect(slots.map((slot) => nursery.isEvicted(slot))).toEqual(slots.map((_, i) => i < 64));
    expect(new Set(slots.slice(0, 64).map((slot) => slot.copy!.bytes.buffer)).size).toBe(1);
    expect(nursery.statistics()).toEqual({
      bytes: 37 * 64,
      slots: 37,
      smallBytes: 37 * 64,
      smallSlots: 37,
      evictedBytes: 64 * 64,
      totalEvictedBytes: 64 * 64,
      totalRestoredBytes: 0,
    });
    nursery.begin();
    expect(holds(heap, nursery, slots[5]!, 5)).toBe(true);
    expect(nursery.isEvicted(slots[5]!)).toBe(false);
    expect(nursery.statistics().totalRestoredBytes).toBe(64);
    expect(nursery.statistics().evictedBytes).toBe(63 * 64);
  });

  it("spares slots that are used again and again", () => {
    for (const bytes of [68, 5000]) {
      const nursery = new Nursery({
        heap: fixedHeap(1 << 20),
        smallSlots: 200,
        smallBytes: 65536,
        largeBytes: 200_000,
      });
      const parameter = nursery.allocate(bytes);
      for (let i = 0; i < 5000; i++) {
        nursery.begin();
        nursery.address(nursery.allocate(bytes));
        if (i % 7 === 0) nursery.address(parameter);
      }
      expect(nursery.statistics().totalEvictedBytes).toBeGreaterThan(0);
      expect(nursery.statistics().totalRestoredBytes).toBe(0);
      expect(nursery.isEvicted(parameter)).toBe(false);
    }
  });

  it("evicts nothing if everything is freed in time", () => {
    const nursery = new Nursery({ heap: fixedHeap(1 << 20), smallSlots: 64, smallBytes: 65536, largeBytes: 400_000 });
    const sizes = [4, 68, 1000, 4096, 5000, 100_000, 16, 200_000];
    const held: NurserySlot[] = [];
    for (let i = 0; i < 20_000; i++) {
      nursery.begin();
      held.push(nursery.allocate(sizes[i % sizes.length]!));
      if (held.length > 6) nursery.free(held.shift()!);
    }
    expect(nursery.statistics().totalEvictedBytes).toBe(0);
  });

  it("does not evict what the current call uses, small or large", () => {
    const heap = fixedHeap(64 * 1024);
    const nursery = new Nursery({ heap, smallSlots: 4, smallBytes: 8192, largeBytes: 20_000 });
    nursery.begin();
    // Six small ones in a nursery of four, and three large ones above the watermark: all stay.
    const slots = [100, 100, 100, 100, 100, 100, 9000, 9000, 9000].map((bytes) => nursery.allocate(bytes));
    expect(slots.some((slot) => nursery.isEvicted(slot))).toBe(false);
    expect(nursery.statistics().totalEvictedBytes).toBe(0);
    nursery.begin();
    nursery.allocate(9000);
    expect(nursery.statistics().bytes).toBeLessThanOrEqual(20_000 + 6 * 100);
  });

  it("throws if there is no room for the slots in use, and changes nothing", () => {
    const heap = fixedHeap(64 * 1024);
    const nursery = new Nursery({ heap, smallBytes: 4096, operation: "relu" });
    const slots = [100, 20_000, 20_000].map((bytes) => nursery.allocate(bytes));
    for (const [i, slot] of slots.entries()) fill(heap, nursery, slot, i);
    const before = nursery.statistics();
    let thrown: unknown;
    try {
      nursery.allocate(30_000);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(OutOfMemoryError);
    expect((thrown as OutOfMemoryError).message).toBe("[relu] 30000 bytes asked, 40100 in use, limit 65536");
    expect(() => nursery.allocate(70_000)).toThrow(OutOfMemoryError);
    expect(nursery.statistics()).toEqual(before);
    for (const [i, slot] of slots.entries()) expect(holds(heap, nursery, slot, i)).toBe(true);
    // In the next call they may go.
    nursery.begin();
    expect(nursery.allocate(30_000).byteLength).toBe(30_000);
    nursery.begin();
    for (const [i, slot] of slots.entries()) expect(holds(heap, nursery, slot, i)).toBe(true);
  });

  it("copies only the evicted slots if most of a region stays", () => {
    const heap = fixedHeap(1 << 20);
    const nursery = new Nursery({ heap, smallSlots: 64, smallBytes: 65536 });
    const slots = Array.from({ length: 64 }, (_, i) => {
      nursery.begin();
      const slot = nursery.allocate(64);
      fill(heap, nursery, slot, i);
      return slot;
    });
    for (let i = 0; i < 200; i++) {
      nursery.begin();
      for (const [k, slot] of slots.entries()) if (k !== 3 && k !== 60) nursery.address(slot);
    }
    nursery.begin();
    const late = nursery.allocate(64);
    fill(heap, nursery, late, 99);
    expect(slots.filter((slot) => nursery.isEvicted(slot))).toEqual([slots[3], slots[60]]);
    expect(slots[3]!.copy!.bytes.byteLength).toBe(128);
    for (const [k, slot] of [...slots, late].entries()) {
      nursery.begin();
      expect(holds(heap, nursery, slot, k === 64 ? 99 : k)).toBe(true);
    }
  });

  it("uses the memory that it has if the system refuses more", () => {
    const heap = growingHeap(1 << 20, 100_000);
    const nursery = new Nursery({ heap, smallBytes: 4096, largeBytes: 1 << 20 });
    const slots = Array.from({ length: 12 }, (_, i) => {
      nursery.begin();
      const slot = nursery.allocate(40_000);
      fill(heap, nursery, slot, i);
      return slot;
    });
    expect(heap.bytes.length).toBeLessThanOrEqual(100_000);
    for (const [i, slot] of slots.entries()) {
      nursery.begin();
      expect(holds(heap, nursery, slot, i)).toBe(true);
    }
    expect(() => nursery.allocate(100_000)).toThrow(OutOfMemoryError);
    // The end of the heap fits best, but cannot be had: the hole below is taken.
    const holed = new Nursery({ heap: growingHeap(120_000, 100_000), smallBytes: 0 });
    const hole = holed.allocate(60_000);
    holed.allocate(20_000);
    holed.free(hole);
    expect(holed.address(holed.allocate(30_000))).toBe(0);
  });

  it("needs bounded memory for large escaped storages that have leases", () => {
    const nursery = new Nursery({ heap: fixedHeap(1 << 20), largeBytes: 401_000, collector: unlisted });
    const used = (): number => {
      globalThis.gc?.();
      return process.memoryUsage().arrayBuffers;
    };
    const before = used();
    for (let i = 0; i < 3000; i++) {
      nursery.begin();
      const slot = nursery.allocate(100_000);
      nursery.lease(slot);
    }
    expect(nursery.statistics().totalEvictedBytes).toBe(2996 * 100_000);
    expect(used() - before).toBeLessThan(60e6);
  });

  it("throws OutOfMemoryError if JavaScript has no memory for a copy", () => {
    const bytes = new Uint8Array(32768);
    let refuses = false;
    bytes.slice = (start, end) => {
      if (refuses) throw new RangeError("Array buffer allocation failed");
      return Uint8Array.prototype.slice.call(bytes, start, end);
    };
    const heap: NurseryHeap = { bytes, limit: 32768, grow: () => false };
    const nursery = new Nursery({ heap, smallBytes: 0 });
    const slot = nursery.allocate(20_000);
    fill(heap, nursery, slot, 3);
    nursery.begin();
    refuses = true;
    expect(() => nursery.allocate(20_000)).toThrow(OutOfMemoryError);
    refuses = false;
    expect(holds(heap, nursery, slot, 3)).toBe(true);
    nursery.begin();
    nursery.allocate(20_000);
    nursery.begin();
    expect(holds(heap, nursery, slot, 3)).toBe(true);
  });

  it("needs bounded memory for five million small escaped storages, and forgets them", () => {
    const heap = memoryHeap(new Memory({ initial: 1, maximum: 1024 }), 1024 * 65536);
    const nursery = new Nursery({ heap });
    const loop = (count: number): void => {
      for (let i = 0; i < count; i++) {
        nursery.begin();
        heap.bytes[nursery.address(nursery.allocate(68))] = i;
      }
    };
    const used = (): number => {
      globalThis.gc?.();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      return heapUsed + arrayBuffers;
    };
    loop(500_000);
    const before = used();
    loop(5_000_000);
    const { slots, bytes, totalEvictedBytes } = nursery.statistics();
    expect(slots).toBeLessThanOrEqual(8192);
    expect(bytes).toBeLessThanOrEqual(8192 * 68);
    expect(totalEvictedBytes).toBeGreaterThanOrEqual((5_500_000 - 8192) * 68);
    // 340 MB went through.
    expect(used() - before).toBeLessThan(12e6);
  });

  it("forgets unreachable evicted copies, and no longer counts them once the event loop was reached", async () => {
    const nursery = new Nursery({ heap: fixedHeap(1 << 20), smallSlots: 64 });
    for (let i = 0; i < 50_000; i++) {
      nursery.begin();
      nursery.allocate(68);
    }
    const { evictedBytes, totalEvictedBytes } = nursery.statistics();
    expect(evictedBytes).toBe(totalEvictedBytes);
    for (let i = 0; i < 20 && nursery.statistics().evictedBytes > evictedBytes / 10; i++) {
      globalThis.gc?.();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(nursery.statistics().evictedBytes).toBeLessThan(evictedBytes / 10);
  });

  it("frees a large slot when its lease is collected", async () => {
    const nursery = new Nursery({ heap: fixedHeap(1 << 20), collector: unlisted });
    const make = (): void => {
      nursery.lease(nursery.allocate(100_000));
      nursery.lease(nursery.allocate(100));
    };
    make();
    const slot = nursery.allocate(50_000);
    const kept = { slot, lease: nursery.lease(slot) };
    for (let i = 0; i < 20 && nursery.statistics().bytes > 50_100; i++) {
      globalThis.gc?.();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(nursery.statistics().bytes).toBe(50_100);
    expect(nursery.isEvicted(kept.slot)).toBe(false);
  });

  it("renews its view when someone else grows unshared memory", () => {
    const memory = new Memory({ initial: 1, maximum: 8 });
    const heap = memoryHeap(memory, 8 * 65536);
    const nursery = new Nursery({ heap, smallBytes: 8192 });
    const slot = nursery.allocate(100);
    fill(heap, nursery, slot, 1);
    memory.grow(1);
    expect(holds(heap, nursery, slot, 1)).toBe(true);
    expect(heap.grow(9 * 65536)).toBe(false);
  });
});
