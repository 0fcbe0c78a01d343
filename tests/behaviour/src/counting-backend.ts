import { type Backend, type DeviceBuffer, extendBackend } from "@lucid/backend";
import { createCpuBackend } from "@lucid/backend-cpu";

/** A CPU backend that knows which of its buffers were freed. */
export interface CountingBackend {
  readonly backend: Backend;
  /** Buffers allocated and not freed. */
  readonly live: () => number;
  /** Buffers allocated so far. */
  readonly made: () => number;
}

/** Makes a {@link CountingBackend}; freeing twice, or anything unknown, throws. */
export function countingBackend(): CountingBackend {
  const base: Backend = createCpuBackend();
  const buffers = new Set<DeviceBuffer>();
  let made = 0;
  const backend = extendBackend(base, {
    name: "counting",
    allocate(dtype, length) {
      const buffer = base.allocate(dtype, length);
      buffers.add(buffer);
      made++;
      return buffer;
    },
    free(buffer) {
      if (!buffers.delete(buffer)) throw new Error("freed twice");
      base.free(buffer);
    },
  });
  return { backend, live: () => buffers.size, made: () => made };
}
