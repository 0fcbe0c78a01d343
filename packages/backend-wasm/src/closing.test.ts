import { type DeviceBuffer, extendBackend, input, type View } from "@lucid/backend";
import { describe, expect, it } from "vitest";
import { createWasmBackend, type WasmBuffer } from "./index.js";

const view = (buffer: WasmBuffer): View<WasmBuffer> => ({
  buffer,
  dtype: "float32",
  shape: [2],
  strides: [1],
  offset: 0,
});

describe("closing a backend", () => {
  it("makes every later call throw, except free and memory", async () => {
    const backend = createWasmBackend({ threads: 1 });
    const buffer = backend.allocate("float32", 2);
    const x = view(buffer);
    backend.close();
    backend.close();
    const calls: Record<string, () => unknown> = {
      allocate: () => backend.allocate("float32", 1),
      write: () => backend.write(buffer, 0, new Float32Array(2)),
      readSync: () => backend.readSync!(buffer, 0, 2),
      hostView: () => backend.hostView!(buffer),
      map: () => backend.map({ exprs: [input(0, "float32")], inputs: [x], scalars: [], outputs: [x] }),
      matmul: () => backend.matmul(x, x, x),
      scan: () => backend.scan("sum", x, 0, x),
      sort: () => backend.sort(x, 0, x, x),
      gather: () => backend.gather(x, x, 0, x),
      scatter: () => backend.scatter("set", x, x, 0, x),
    };
    for (const [name, call] of Object.entries(calls)) {
      expect(call, name).toThrow(`[${name}] the backend was closed · `);
    }
    await expect(backend.read(buffer, 0, 2)).rejects.toThrow("[read] the backend was closed");
    backend.free(buffer);
    expect(backend.memory!()).toEqual({ bytes: 0, evictedBytes: 0, totalEvictedBytes: 0 });
  });

  it("is done by `using`", () => {
    const backend = createWasmBackend({ threads: 1 });
    backend[Symbol.dispose ?? Symbol.for("Symbol.dispose")]();
    expect(() => backend.allocate("float32", 1)).toThrow("was closed");
  });

  it("closes a backend that was extended, too", () => {
    const base = createWasmBackend({ threads: 1 });
    const derived = extendBackend<WasmBuffer & DeviceBuffer>(base, { name: "derived" });
    derived.close!();
    expect(() => base.allocate("float32", 1)).toThrow("was closed");
    expect(() => derived.allocate("float32", 1)).toThrow("was closed");
  });

  it("gives the memory back", () => {
    const memories: WeakRef<ArrayBufferLike>[] = [];
    const backends = Array.from({ length: 3 }, () => {
      const backend = createWasmBackend({ threads: 1 });
      const buffer = backend.allocate("float32", 2);
      memories.push(new WeakRef(backend.hostView!(buffer).buffer));
      backend.close();
      return { backend, buffer };
    });
    return new Promise((resolve) => setTimeout(resolve, 0)).then(() => {
      globalThis.gc!();
      // The closed backends and their buffers are still held here.
      expect(backends.length).toBe(3);
      expect(memories.map((memory) => memory.deref())).toEqual([undefined, undefined, undefined]);
    });
  });
});
