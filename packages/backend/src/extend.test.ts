import { describe, expect, it } from "vitest";
import type { Backend } from "./backend.js";
import { derivesFrom, extendBackend, rootOf } from "./extend.js";
import { type FusedOperation, type Kernel, kernelFor, kernelTable } from "./fused/index.js";
import type { DeviceBuffer, View } from "./view.js";

const softmax: FusedOperation = { name: "softmax", infer: (inputs) => inputs.map((type) => type!) };
const attention: FusedOperation = { name: "attention", infer: (inputs) => inputs.map((type) => type!) };
const kernelOf = (log: string[], name: string): Kernel => ({
  run: () => {
    log.push(name);
  },
});

/** A backend whose members say their name, and on which object they were called. */
class Recording implements Backend {
  readonly name: string = "base";
  readonly capabilities = { threads: 2 };
  readonly log: string[] = [];
  readonly fused = kernelTable(kernelFor(softmax, kernelOf(this.log, "base softmax")));
  allocate(): DeviceBuffer {
    this.log.push("base allocate");
    return { dtype: "float32", length: 0 };
  }
  free(): void {
    this.log.push("base free");
  }
  write(): void {
    this.log.push("base write");
  }
  read(): Promise<Float32Array> {
    this.log.push("base read");
    return Promise.resolve(new Float32Array(0));
  }
  map(): void {
    this.log.push("base map");
    // Members call each other directly, not through whatever they were copied to.
    this.matmul();
  }
  reduce(): void {
    this.log.push("base reduce");
  }
  matmul(): void {
    this.log.push("base matmul");
  }
  gather(): void {
    this.log.push("base gather");
  }
  scatter(): void {
    this.log.push("base scatter");
  }
  scan(): void {
    this.log.push("base scan");
  }
  sort(): void {
    this.log.push("base sort");
  }
  memory(): { bytes: number; evictedBytes: number; totalEvictedBytes: number } {
    return { bytes: this.log.length, evictedBytes: 0, totalEvictedBytes: 0 };
  }
}

const buffer: DeviceBuffer = { dtype: "float32", length: 4 };
const view: View = { buffer, dtype: "float32", shape: [2, 2], strides: [2, 1], offset: 0 };
const mapCall = { exprs: [], inputs: [], scalars: [], outputs: [view] };

describe("extendBackend", () => {
  it("replaces members and keeps the others, each called on its own object", () => {
    const base = new Recording();
    const derived = extendBackend(base, {
      name: "derived",
      matmul() {
        base.log.push("derived matmul");
      },
    });
    expect(derived.name).toBe("derived");
    expect(derived.capabilities).toEqual({ threads: 2 });
    derived.matmul(view, view, view);
    derived.map(mapCall);
    derived.free(buffer);
    expect(base.log).toEqual(["derived matmul", "base map", "base matmul", "base free"]);
    expect(derived.memory?.().bytes).toBe(4);
    expect(base.name).toBe("base");
  });

  it("passes every member on", () => {
    const base = new Recording();
    const derived = extendBackend(base, {});
    derived.allocate("float32", 4);
    derived.free(buffer);
    derived.write(buffer, 0, new Float32Array(1));
    void derived.read(buffer, 0, 1);
    derived.reduce({
      op: "sum",
      value: undefined as never,
      finish: undefined,
      shape: [],
      inputs: [],
      scalars: [],
      axes: [],
      output: view,
    });
    derived.matmul(view, view, view);
    derived.gather(view, view, 0, view);
    derived.scatter("set", view, view, 0, view);
    derived.scan("sum", view, 0, view);
    derived.sort(view, 0, view, view);
    expect(base.log).toEqual(
      ["allocate", "free", "write", "read", "reduce", "matmul", "gather", "scatter", "scan", "sort"].map(
        (name) => `base ${name}`,
      ),
    );
  });

  it("calls replaced members on the object that brought them", () => {
    const members = {
      calls: 0,
      sort(): void {
        this.calls++;
      },
    };
    const derived = extendBackend(new Recording(), members);
    derived.sort(view, 0, view, view);
    const { sort } = derived;
    sort(view, 0, view, view);
    expect(members.calls).toBe(2);
  });

  it("has optional members exactly if the base or the extension has them", () => {
    const base = new Recording();
    expect("readSync" in extendBackend(base, {})).toBe(false);
    expect("hostView" in extendBackend(base, {})).toBe(false);
    expect("memory" in extendBackend(base, {})).toBe(true);
    const derived = extendBackend(base, { readSync: () => Float32Array.of(7) });
    expect([...(derived.readSync?.(buffer, 0, 1) ?? [])]).toEqual([7]);
  });

  it("shares the base's root, however often it was extended", () => {
    const base = new Recording();
    const once = extendBackend(base, {});
    const twice = extendBackend(once, { name: "twice" });
    expect(rootOf(base)).toBe(base);
    expect(rootOf(once)).toBe(base);
    expect(rootOf(twice)).toBe(base);
    expect(rootOf(extendBackend(new Recording(), {}))).not.toBe(base);
    expect(derivesFrom(twice, once) && derivesFrom(twice, base) && derivesFrom(once, base)).toBe(true);
    expect(derivesFrom(once, twice) || derivesFrom(base, base) || derivesFrom(extendBackend(base, {}), once)).toBe(
      false,
    );
  });

  it("keeps the base's fused kernels, adds to them, or drops them", () => {
    const base = new Recording();
    const added = kernelTable(kernelFor(attention, kernelOf(base.log, "derived attention")));
    const call = { inputs: [], scalars: [], attributes: {}, outputs: [], scratch: [] };
    expect(extendBackend(base, {}).fused).toBe(base.fused);
    expect(extendBackend(base, {}, { keepFused: false }).fused).toBe(undefined);
    expect("fused" in extendBackend(base, {}, { keepFused: false })).toBe(false);
    expect(extendBackend(base, { fused: added }, { keepFused: false }).fused).toBe(added);
    const both = extendBackend(base, { fused: added });
    both.fused?.find(attention, [], {})?.run(call);
    both.fused?.find(softmax, [], {})?.run(call);
    expect(base.log).toEqual(["derived attention", "base softmax"]);
    expect(both.fused?.find({ ...softmax }, [], {})).toBe(undefined);
    const replacing = extendBackend(base, {
      fused: kernelTable(kernelFor(softmax, kernelOf(base.log, "derived softmax"))),
    });
    replacing.fused?.find(softmax, [], {})?.run(call);
    expect(base.log[2]).toBe("derived softmax");
  });

  it("removes optional members that are undefined", () => {
    const base = new Recording();
    const full = extendBackend(base, { readSync: () => new Float32Array(1), hostView: () => new Float32Array(1) });
    const derived = extendBackend(full, { readSync: undefined, memory: undefined, fused: undefined });
    expect("readSync" in derived || "memory" in derived || "fused" in derived).toBe(false);
    expect("hostView" in derived).toBe(true);
  });

  it("refuses values that are no backend, no member or no option", () => {
    const base = new Recording();
    const call = extendBackend as unknown as (...args: readonly unknown[]) => unknown;
    expect(() => call(null, {})).toThrow("[extendBackend] the base is null");
    expect(() => call({ name: "half" }, {})).toThrow("the base lacks capabilities, allocate");
    expect(() => call(base)).toThrow("the members are undefined");
    expect(() => call(base, () => 1)).toThrow("the members are a function");
    expect(() => call(base, { matmull: () => 1 })).toThrow('did you mean "matmul"?');
    expect(() => call(base, { map: undefined })).toThrow("the member map is undefined");
    expect(() => call(base, {}, { keepfused: true })).toThrow('did you mean "keepFused"?');
    expect(() => call(base, {}, null)).toThrow("options must be an object: got null");
  });
});
