import { afterEach, describe, expect, it, vi } from "vitest";
import { type Collector, engineCollector } from "./collector.js";
import type { NurseryHeap } from "./heap.js";
import { Nursery } from "./nursery.js";
import type { NurserySlot } from "./slot.js";

const MIB = 1 << 20;
const LARGE = 4 * MIB;

/** 160 MiB, of which large slots take half; untouched pages cost nothing. */
function fixedHeap(): NurseryHeap {
  const bytes = new Uint8Array(160 * MIB);
  return { bytes, limit: bytes.length, grow: () => false };
}

/** One that collects at once, as often as it is asked to begin. */
function obedient(forget: Collector["forget"]): Collector & { readonly begun: () => number } {
  let begun = 0;
  return {
    begin: () => {
      begun++;
      globalThis.gc!();
    },
    advance: () => {},
    forget,
    begun: () => begun,
  };
}

interface Buffer {
  readonly slot: NurserySlot;
}

/** What a backend does: a slot, filled, and a buffer that refers to it. */
function make(nursery: Nursery, heap: NurseryHeap, value: number, byteLength = LARGE): Buffer {
  nursery.begin();
  const slot = nursery.allocate(byteLength);
  const buffer = { slot };
  nursery.watch(buffer, slot);
  const address = nursery.address(slot);
  heap.bytes[address] = value;
  heap.bytes[address + byteLength - 1] = value;
  return buffer;
}

function holds(nursery: Nursery, heap: NurseryHeap, { slot }: Buffer, value: number): boolean {
  nursery.begin();
  const address = nursery.address(slot);
  return heap.bytes[address] === value && heap.bytes[address + slot.byteLength - 1] === value;
}

afterEach(() => vi.unstubAllGlobals());

describe("the engine's collector", () => {
  it("lets targets of WeakRefs go inside a job", () => {
    const { forget } = engineCollector();
    const target = (): WeakRef<object> => new WeakRef({});
    const kept = target();
    globalThis.gc!();
    expect(kept.deref()).toBeDefined();
    const gone = target();
    forget!();
    globalThis.gc!();
    expect(gone.deref()).toBeUndefined();
  });

  it("begins a major collection and brings it to an end inside a job", () => {
    const { begin, advance, forget } = engineCollector();
    // A probe that is read while a collection is marking survives it.
    const probes = Array.from({ length: 5000 }, () => new WeakRef({}));
    forget!();
    begin();
    let reads = 0;
    for (const probe of probes) {
      reads++;
      if (probe.deref() === undefined) break;
      forget!();
      advance();
      // V8 marks on other threads: they need time, not turns.
      for (const end = performance.now() + 1; performance.now() < end; );
    }
    expect(reads).toBeLessThan(5000);
  });

  it("cannot let go elsewhere than on Node", () => {
    for (const versions of [undefined, {}, { node: "24.0.0", bun: "1.3.0" }, { node: "24.0.0", deno: "2.5.0" }]) {
      vi.stubGlobal("process", versions && { versions, getBuiltinModule: () => ({}) });
      expect(engineCollector().forget).toBeUndefined();
    }
    vi.stubGlobal("process", { versions: { node: "20.10.0" } });
    expect(engineCollector().forget).toBeUndefined();
  });
});

describe("large slots whose owners are gone", () => {
  it("are freed inside a job, and not copied", () => {
    const heap = fixedHeap();
    const collector = obedient(engineCollector().forget);
    const nursery = new Nursery({ heap, collector });
    const kept: Buffer[] = [];
    for (let i = 0; i < 1000; i++) {
      const buffer = make(nursery, heap, i & 255);
      if (i % 250 === 0) kept.push(buffer);
    }
    const { totalEvictedBytes, bytes } = nursery.statistics();
    // The first eighth of the watermark is not watched.
    expect(totalEvictedBytes).toBeLessThanOrEqual(12 * MIB);
    expect(bytes).toBeLessThanOrEqual(80 * MIB);
    expect(collector.begun()).toBeLessThan(1000 / 5);
    for (const [k, buffer] of kept.entries()) expect(holds(nursery, heap, buffer, (k * 250) & 255)).toBe(true);
  });

  it("are found by the engine's own collections too", () => {
    const heap = fixedHeap();
    const nursery = new Nursery({ heap });
    // A synchronous program that takes a while for each result: V8 marks on other threads meanwhile.
    for (let i = 0; i < 300; i++) {
      make(nursery, heap, i & 255);
      for (const end = performance.now() + 5; performance.now() < end; );
    }
    expect(nursery.statistics().totalEvictedBytes).toBeLessThan((300 * LARGE) / 2);
  });

  it("stay as they are as long as somebody can name them, in random programs", () => {
    for (const forget of [engineCollector().forget, undefined]) {
      const heap = fixedHeap();
      const nursery = new Nursery({ heap, collector: obedient(forget) });
      let state = 12345;
      const random = (below: number): number => {
        state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
        return (state >>> 8) % below;
      };
      const named = new Map<number, Buffer>();
      for (let i = 0; i < 400; i++) {
        // More than the watermark allows is named at times, so some are evicted and brought back.
        const key = random(i % 200 < 100 ? 10 : 40);
        const known = named.get(key);
        if (known !== undefined && random(3) > 0) expect(holds(nursery, heap, known, key)).toBe(true);
        else named.set(key, make(nursery, heap, key, (1 + random(6)) * MIB));
        if (random(8) === 0) named.delete(random(40));
      }
      for (const [key, buffer] of named) expect(holds(nursery, heap, buffer, key)).toBe(true);
    }
  });

  it("are evicted where nothing can be known inside a job, and freed when the event loop is reached", async () => {
    const heap = fixedHeap();
    const collector = obedient(undefined);
    const nursery = new Nursery({ heap, collector });
    for (let i = 0; i < 100; i++) make(nursery, heap, i);
    expect(nursery.statistics().totalEvictedBytes).toBeGreaterThanOrEqual(80 * LARGE);
    // A collection whose results nobody hears of is not asked for again.
    expect(collector.begun()).toBe(1);
    for (let i = 0; i < 20 && nursery.statistics().bytes > LARGE; i++) {
      globalThis.gc!();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(nursery.statistics().bytes).toBeLessThanOrEqual(LARGE);
  });

  it("are evicted where the collector does not do as it is told", () => {
    for (const forget of [
      () => {},
      () => {
        throw new Error("refused");
      },
    ]) {
      const heap = fixedHeap();
      const nursery = new Nursery({ heap, collector: { begin: () => {}, advance: () => {}, forget } });
      const before = process.memoryUsage().arrayBuffers;
      for (let i = 0; i < 500; i++) make(nursery, heap, i & 255);
      const { totalEvictedBytes, bytes } = nursery.statistics();
      expect(bytes).toBeLessThanOrEqual(80 * MIB);
      expect(totalEvictedBytes).toBeGreaterThan(1.9e9);
      // WeakRefs that keep their targets were given up in time: 2 GB went through.
      globalThis.gc!();
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(0.7e9);
    }
  });
});

describe("the time of small slots", () => {
  it("is longer for a program that needs them again and again, and becomes short again", () => {
    const bytes = new Uint8Array(4 * MIB);
    const nursery = new Nursery({ heap: { bytes, limit: bytes.length, grow: () => false } });
    const leave = (): NurserySlot => {
      nursery.begin();
      return nursery.allocate(68);
    };
    for (let i = 0; i < 5000; i++) leave();
    expect(nursery.statistics().smallSlots).toBeLessThan(2048);
    const needed = Array.from({ length: 3000 }, leave);
    const moved = (): number => {
      const before = nursery.statistics().totalRestoredBytes;
      for (const slot of needed) {
        nursery.begin();
        nursery.address(slot);
      }
      return (nursery.statistics().totalRestoredBytes - before) / 68;
    };
    for (let i = 0; i < 5; i++) moved();
    expect(moved()).toBe(0);
    for (let i = 0; i < 8192 * 64; i++) leave();
    expect(nursery.statistics().smallSlots).toBeLessThan(2048);
  });
});
