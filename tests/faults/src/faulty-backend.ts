/**
 * A backend of which the n-th call fails before it does anything, and which counts the buffers that are alive.
 */
import {
  type Backend,
  type DeviceBuffer,
  DeviceLostError,
  extendBackend,
  type Kernel,
  type KernelTable,
  OutOfMemoryError,
} from "@lucid/backend";

/**
 * What fails: one allocation, for which there is no memory; one kernel, write or read, which throws an ordinary error; or
 * the device, so that the n-th call of any kind and all after it throw.
 */
export type FaultKind = "memory" | "kernel" | "lost";

/** All kinds of faults. */
export const faultKinds: readonly FaultKind[] = ["memory", "kernel", "lost"];

/** A backend with a fault that can be armed. */
export interface FaultyBackend {
  readonly backend: Backend;
  /** Buffers allocated and not freed. */
  readonly live: () => number;
  /** The `n`-th call of this kind from now on fails. */
  readonly arm: (kind: FaultKind, n: number) => void;
  /** No call fails any more. Returns the error that was thrown since `arm`, if any. */
  readonly disarm: () => Error | undefined;
}

/** Makes a {@link FaultyBackend} of another backend. Freeing a buffer twice, or an unknown one, throws. */
export function faultyBackend(base: Backend): FaultyBackend {
  const buffers = new WeakSet<DeviceBuffer>();
  let live = 0;
  let armed: FaultKind | undefined;
  let left = 0;
  let thrown: Error | undefined;

  // Made once: the stack of an error costs more than a small operation.
  const errors: Readonly<Record<FaultKind, Error>> = {
    memory: new OutOfMemoryError("faulty", 1, 0, 0),
    kernel: new Error("a kernel of the faulty backend failed"),
    lost: new DeviceLostError("faulty", "faulty"),
  };
  /** Called before a call of the base. */
  const meet = (kind: "memory" | "kernel"): void => {
    if (armed === undefined || (armed !== "lost" && armed !== kind)) return;
    if (left > 0) left--;
    if (left > 0) return;
    if (thrown !== undefined && armed !== "lost") return;
    thrown ??= errors[armed];
    throw thrown;
  };
  const failing =
    <A extends readonly unknown[], R>(member: (...args: A) => R): ((...args: A) => R) =>
    (...args) => {
      meet("kernel");
      return member(...args);
    };
  const fused: KernelTable | undefined = base.fused && {
    find(operation, inputs, attributes) {
      const kernel = base.fused!.find(operation, inputs, attributes);
      if (kernel === undefined) return undefined;
      const wrapped: Kernel<DeviceBuffer, typeof attributes> = { ...kernel, run: failing((call) => kernel.run(call)) };
      return wrapped;
    },
  };
  const { readSync, copyFrom } = base;
  const backend = extendBackend(
    base,
    {
      name: "faulty",
      allocate(dtype, length) {
        meet("memory");
        const buffer = base.allocate(dtype, length);
        buffers.add(buffer);
        live++;
        return buffer;
      },
      free(buffer) {
        if (!buffers.delete(buffer)) throw new Error("a buffer was freed that is not alive");
        live--;
        base.free(buffer);
      },
      write: failing((buffer, start, values) => base.write(buffer, start, values)),
      async read(buffer, start, length) {
        meet("kernel");
        return base.read(buffer, start, length);
      },
      readSync: readSync && failing((buffer, start, length) => base.readSync!(buffer, start, length)),
      hostView: undefined,
      copyFrom: copyFrom && failing((source, view, target) => base.copyFrom!(source, view, target)),
      map: failing((call) => base.map(call)),
      reduce: failing((call) => base.reduce(call)),
      matmul: failing((a, b, output, epilogue) => base.matmul(a, b, output, epilogue)),
      gather: failing((source, index, axis, output) => base.gather(source, index, axis, output)),
      scatter: failing((mode, source, index, axis, output) => base.scatter(mode, source, index, axis, output)),
      scan: failing((op, x, axis, output) => base.scan(op, x, axis, output)),
      sort: failing((x, axis, values, indices) => base.sort(x, axis, values, indices)),
      fused,
    },
    { keepFused: false },
  );
  return {
    backend,
    live: () => live,
    arm(kind, n) {
      armed = kind;
      left = n;
      thrown = undefined;
    },
    disarm() {
      armed = undefined;
      return thrown;
    },
  };
}
