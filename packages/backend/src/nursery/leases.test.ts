import { afterEach, describe, expect, it, vi } from "vitest";
import { type Collector, engineCollector } from "./collector.js";
import type { NurseryHeap } from "./heap.js";
import { Lease } from "./lease.js";
import { Nursery } from "./nursery.js";
import type { NurserySlot } from "./slot.js";

const MIB = 1 << 20;
const LARGE = 4 * MIB;

/** 160 MiB, of which large slots take half; untouched pages cost nothing. */
function fixedHeap(): NurseryHeap {
  const bytes = new Uint8Array(160 * MIB);
  return { bytes, limit: bytes.length, grow: () => false };
}

/** How often the collector of a test is pressed until it has made a major collection. */
const PRESSES = 32;

/** A collector that collects when it is asked to. */
function obedient(
  list: Collector["list"],
): Collector & { readonly pressed: () => number; readonly ended: () => number } {
  let pressed = 0;
  let ended = 0;
  return {
    list,
    fill: () => void (globalThis.gc as unknown as (options: { type: "minor" }) => void)({ type: "minor" }),
    press: () => {
      if (++pressed % PRESSES === 0) globalThis.gc!();
    },
    relax: () => void ended++,
    pressed: () => pressed,
    ended: () => ended,
  };
}

interface Buffer {
  readonly slot: NurserySlot;
  readonly lease: Lease | undefined;
}

/** What a backend does: it fills a slot and makes a buffer that refers to it. */
function make(nursery: Nursery, heap: NurseryHeap, value: number, byteLength = LARGE): Buffer {
  nursery.begin();
  const slot = nursery.allocate(byteLength);
  const buffer = { slot, lease: nursery.lease(slot) };
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

/** A lease that nobody can reach, in a set. */
function lone(): WeakSet<Lease> {
  return new WeakSet([new Lease(undefined)]);
}

afterEach(() => vi.unstubAllGlobals());

describe("the engine's collector", () => {
  it("lists the leases of a set that are still reachable", () => {
    const list = engineCollector().list!;
    const count = (leases: WeakSet<Lease>): number => {
      let found = 0;
      expect(list(leases, () => found++)).toBe(true);
      return found;
    };
    const kept = [new Lease(undefined), new Lease(undefined)];
    const leases = new WeakSet([...kept]);
    const forget = (): void => {
      for (let i = 0; i < 1000; i++) leases.add(new Lease(undefined));
    };
    forget();
    globalThis.gc!();
    expect(count(leases)).toBe(2);
    expect(kept.length).toBe(2);
  });

  it("does not affect the program's WeakRefs: a target stays until the end of the job", () => {
    const nursery = new Nursery({ heap: fixedHeap() });
    const heap = fixedHeap();
    const targets = Array.from({ length: 100 }, () => new WeakRef({}));
    for (let i = 0; i < 200; i++) make(nursery, heap, 1);
    globalThis.gc!();
    expect(targets.every((target) => target.deref() !== undefined)).toBe(true);
  });

  it("collects the young generation inside a job", () => {
    const { list, fill } = engineCollector();
    for (let fills = 0; ; fills++) {
      expect(fills).toBeLessThan(256);
      const probe = lone();
      fill();
      let found = 0;
      list!(probe, () => found++);
      if (found === 0) break;
    }
  });

  it("ends a major collection inside a job", () => {
    const { list, press, relax } = engineCollector();
    const held = Array.from({ length: 5000 }, () => new Lease(undefined));
    const probes = held.map((probe) => new WeakSet([probe]));
    globalThis.gc!();
    globalThis.gc!();
    held.length = 0;
    let looks = 0;
    for (const probe of probes) {
      let found = 0;
      list!(probe, () => found++);
      if (found === 0) break;
      looks++;
      press();
      // V8 marks on other threads, which need time.
      for (const end = performance.now() + 1; performance.now() < end; );
    }
    relax();
    expect(looks).toBeLessThan(5000);
  });

  it("can list only on Node, and only if Node's function does what is documented", () => {
    for (const versions of [undefined, {}, { node: "24.0.0", bun: "1.3.0" }, { node: "24.0.0", deno: "2.5.0" }]) {
      vi.stubGlobal("process", versions && { versions, getBuiltinModule: () => ({}) });
      expect(engineCollector().list).toBeUndefined();
    }
    vi.stubGlobal("process", { versions: { node: "20.10.0" } });
    expect(engineCollector().list).toBeUndefined();
    const inspects = ["WeakSet { <items unknown> }", "[WeakSet: Inspection interrupted prematurely]"];
    for (const text of inspects) {
      vi.stubGlobal("process", { versions: { node: "24.0.0" }, getBuiltinModule: () => ({ inspect: () => text }) });
      expect(engineCollector().list!(new WeakSet(), () => {})).toBe(false);
    }
  });

  it("does not trust a listing that a full stack cut short", () => {
    const list = engineCollector().list!;
    const kept = Array.from({ length: 50 }, () => new Lease(undefined));
    const leases = new WeakSet(kept);
    expect(list(leases, () => {})).toBe(true);
    let cut = 0;
    const descend = (): void => {
      try {
        descend();
      } catch {
        // Here the stack is almost full, and a little less so at each level further up.
      }
      let found = 0;
      const complete = list(leases, () => found++);
      if (!complete) cut++;
      else if (found !== kept.length) throw new Error(`${found} of ${kept.length} leases were listed`);
      if (complete) throw new Enough();
    };
    class Enough extends Error {}
    expect(descend).toThrow(Enough);
    expect(cut).toBeGreaterThan(0);
  });
});

describe("large slots with leases", () => {
  it("are freed inside a job, and not copied, when nobody can reach their buffers", () => {
    const heap = fixedHeap();
    const collector = obedient(engineCollector().list);
    const nursery = new Nursery({ heap, collector });
    const kept: Buffer[] = [];
    for (let i = 0; i < 1000; i++) {
      const buffer = make(nursery, heap, i & 255);
      if (i % 250 === 0) kept.push(buffer);
    }
    const { totalEvictedBytes, bytes } = nursery.statistics();
    expect(totalEvictedBytes).toBe(0);
    expect(bytes).toBeLessThanOrEqual(60 * MIB);
    // What is kept, 16 MiB, is worth a major collection. Were garbage taken for something that is kept, there would be dozens.
    expect(collector.ended()).toBeLessThanOrEqual(2);
    for (const [k, buffer] of kept.entries()) expect(holds(nursery, heap, buffer, (k * 250) & 255)).toBe(true);
  });

  it("have objects that later slots use again once nobody can reach their buffers, and not before", () => {
    const heap = fixedHeap();
    const nursery = new Nursery({ heap, collector: obedient(engineCollector().list) });
    const known = new WeakSet<NurserySlot>();
    const kept: Buffer[] = [];
    const freed: NurserySlot[] = [];
    let lent = 0;
    for (let i = 0; i < 300; i++) {
      const buffer = make(nursery, heap, i & 255, MIB);
      if (known.has(buffer.slot)) lent++;
      known.add(buffer.slot);
      if (i % 50 === 0) kept.push(buffer);
      if (i % 50 === 1) {
        nursery.free(buffer.slot);
        freed.push(buffer.slot);
      }
    }
    expect(lent).toBeGreaterThan(200);
    expect(new Set([...kept.map(({ slot }) => slot), ...freed]).size).toBe(12);
    for (const [k, buffer] of kept.entries()) expect(holds(nursery, heap, buffer, (k * 50) & 255)).toBe(true);
    for (const slot of freed) expect(() => nursery.address(slot)).toThrow("freed");
  });

  it("are freed by the engine's own collections", () => {
    for (const byteLength of [5000, 40_000, LARGE]) {
      const heap = fixedHeap();
      const nursery = new Nursery({ heap });
      for (let i = 0; i < 1e9 / byteLength; i++) make(nursery, heap, i & 255, byteLength);
      const { totalEvictedBytes, bytes } = nursery.statistics();
      expect(totalEvictedBytes).toBe(0);
      expect(bytes).toBeLessThanOrEqual(60 * MIB);
    }
  });

  it("are freed by major collections when their buffers were reachable for long", () => {
    const heap = fixedHeap();
    const collector = obedient(engineCollector().list);
    const nursery = new Nursery({ heap, collector, largeBytes: 150 * MIB });
    const window: Buffer[] = [];
    for (let i = 0; i < 3000; i++) window[i % 40] = make(nursery, heap, i & 255, MIB);
    expect(collector.pressed()).toBeGreaterThan(0);
    expect(nursery.statistics().totalEvictedBytes).toBe(0);
    for (let i = 2960; i < 3000; i++) expect(holds(nursery, heap, window[i % 40]!, i & 255)).toBe(true);
  });

  it("are looked for more often by a program that is given copies of their contents", () => {
    const looks = (copied: number): number => {
      const heap = fixedHeap();
      let listings = 0;
      const list = engineCollector().list!;
      const counting: Collector["list"] = (leases, visit) => {
        listings++;
        return list(leases, visit);
      };
      const nursery = new Nursery({ heap, collector: obedient(counting) });
      for (let i = 0; i < 500; i++) {
        make(nursery, heap, i & 255, MIB);
        nursery.copiedOut(copied);
      }
      return listings;
    };
    expect(looks(MIB)).toBeGreaterThan(1.3 * looks(0));
  });

  it("bring about a major collection when much has been evicted, because old copies stay until then", () => {
    const heap = fixedHeap();
    const collector = obedient(engineCollector().list);
    const nursery = new Nursery({ heap, collector });
    for (let i = 0; i < 20_000; i++) {
      make(nursery, heap, i & 255, 2048);
      if (i % 4 === 0) make(nursery, heap, i & 255, 65536);
    }
    expect(nursery.statistics().totalEvictedBytes).toBeGreaterThan(30 * MIB);
    expect(collector.ended()).toBeGreaterThanOrEqual(1);
  });

  it("keep their contents as long as somebody can reach them, in random programs", () => {
    for (const list of [engineCollector().list, undefined]) {
      const heap = fixedHeap();
      const nursery = new Nursery({ heap, collector: obedient(list) });
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

  it("are evicted if leases cannot be listed inside a job, and freed when the event loop is reached", async () => {
    const heap = fixedHeap();
    const collector = obedient(undefined);
    const nursery = new Nursery({ heap, collector });
    for (let i = 0; i < 100; i++) make(nursery, heap, i);
    expect(nursery.statistics().totalEvictedBytes).toBeGreaterThanOrEqual(80 * LARGE);
    // A collection whose results nobody hears of is not asked for again.
    expect(collector.pressed()).toBe(1);
    for (let i = 0; i < 20 && nursery.statistics().bytes > LARGE; i++) {
      globalThis.gc!();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(nursery.statistics().bytes).toBeLessThanOrEqual(LARGE);
  });

  it("are evicted if the collector does not react", () => {
    const deaf = { fill: () => {}, press: () => {}, relax: () => {} };
    const unable = (): boolean => false;
    for (const list of [engineCollector().list, unable]) {
      const heap = fixedHeap();
      const nursery = new Nursery({ heap, collector: { ...deaf, list } });
      const before = process.memoryUsage().arrayBuffers;
      for (let i = 0; i < 500; i++) make(nursery, heap, i & 255);
      const { totalEvictedBytes, bytes } = nursery.statistics();
      expect(bytes).toBeLessThanOrEqual(80 * MIB);
      // The engine may collect by itself. Where leases can be listed, the slots that it collected are freed and not evicted.
      if (list === unable) expect(totalEvictedBytes).toBeGreaterThan(1.5e9);
      globalThis.gc!();
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(0.7e9);
    }
  });
});

describe("the time after which small slots are evicted", () => {
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
