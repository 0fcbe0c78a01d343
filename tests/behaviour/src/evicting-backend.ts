/**
 * The wasm backend with constant eviction: before every call that computes or reads, storages that nobody needs are
 * allocated until all others have been moved out of its memory.
 */
import type { Backend, DeviceBuffer } from "@lucid/backend";
import { createWasmBackend, type WasmBuffer } from "@lucid/backend-wasm";

const PAGE = 65536;
const REGION = 4096;

/** A backend that evicts constantly. */
export interface EvictingBackend {
  readonly backend: Backend;
  /** The share of the views passed to calls that were outside the memory when the call began. */
  readonly evictedShare: () => number;
}

/** Makes an evicting backend. `pages` of 64 KB are left for tensors, a quarter of them for small ones. */
export function evictingBackend(pages = 1): EvictingBackend {
  const base: Backend = createWasmBackend({ memory: (pages + 1) * PAGE - 1000, threads: 1 });
  const regions = Math.floor((pages * PAGE - 1000) / 4 / REGION);
  let views = 0;
  let evicted = 0;
  const count = (value: unknown): void => {
    const buffer = (value as { readonly buffer?: Partial<WasmBuffer> } | undefined)?.buffer;
    if (buffer?.slot !== undefined) {
      views++;
      if (buffer.slot.address < 0) evicted++;
    } else if (typeof value === "object" && value !== null) {
      for (const part of [(value as { inputs?: unknown }).inputs, (value as { outputs?: unknown }).outputs]) {
        if (Array.isArray(part)) part.forEach(count);
      }
    }
  };
  const evict = (): void => {
    const made: DeviceBuffer[] = [];
    // Twice, because storages that were used recently are spared once.
    for (let i = 0; i < 2 * regions; i++) made.push(base.allocate("uint8", REGION));
    made.push(base.allocate("uint8", ((pages * PAGE) / 8) * 5));
    for (const buffer of made) base.free(buffer);
  };
  const evicting =
    <Args extends readonly unknown[], R>(member: (...args: Args) => R) =>
    (...args: Args): R => {
      evict();
      args.forEach(count);
      return member(...args);
    };
  const backend: Backend = {
    ...base,
    name: "evicting",
    map: evicting((call) => base.map(call)),
    reduce: evicting((call) => base.reduce(call)),
    matmul: evicting((a, b, output, epilogue) => base.matmul(a, b, output, epilogue)),
    gather: evicting((source, index, axis, output) => base.gather(source, index, axis, output)),
    scatter: evicting((mode, source, index, axis, output) => base.scatter(mode, source, index, axis, output)),
    scan: evicting((op, x, axis, output) => base.scan(op, x, axis, output)),
    sort: evicting((x, axis, values, indices) => base.sort(x, axis, values, indices)),
    write: evicting((buffer, start, values) => base.write(buffer, start, values)),
    readSync: evicting((buffer: DeviceBuffer, start: number, length: number) => base.readSync!(buffer, start, length)),
  };
  return { backend, evictedShare: () => evicted / views };
}
