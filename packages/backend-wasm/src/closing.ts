/// <reference lib="esnext.disposable" preserve="true" />
/**
 * Closing a backend.
 *
 * @module
 */
import { type Backend, BackendError } from "@lucid/backend";
import type { WasmBuffer } from "./buffer.js";

/** The backend of this package. It can be closed, and `using backend = createWasmBackend()` closes it. */
export interface WasmBackend extends Backend<WasmBuffer>, Disposable {
  /**
   * Ends the threads and gives the memory back, including that of all tensors on this backend. Every later call but
   * `free` throws. Closing again does nothing.
   */
  close(): void;
}

/** The method that `using` calls. Compilers use this name on engines that do not know `Symbol.dispose` yet. */
const disposeKey: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for("Symbol.dispose");

/**
 * Makes a backend that forwards every call to `opened` until it is closed, and then drops it. Nothing else may hold
 * `opened`, because its memory is as large as all tensors together.
 *
 * @param end - ends what continues without anybody holding it, such as threads.
 */
export function closable(opened: Backend<WasmBuffer>, end: () => void): WasmBackend {
  let current: Backend<WasmBuffer> | undefined = opened;
  let ending: (() => void) | undefined = end;
  const { name, capabilities, hostView } = opened;
  const members = (operation: string): Backend<WasmBuffer> => {
    if (current !== undefined) return current;
    throw new BackendError(operation, "the backend was closed", [name], {
      rule: "close() has given the memory of its tensors back",
      remedy: "make another backend and other tensors",
    });
  };
  const close = (): void => {
    ending?.();
    ending = undefined;
    current = undefined;
  };
  return {
    name,
    capabilities,
    allocate: (dtype, length) => members("allocate").allocate(dtype, length),
    // Tensors may outlive the backend, and disposing them must not fail.
    free: (buffer) => current?.free(buffer),
    write: (buffer, start, values) => members("write").write(buffer, start, values),
    read: async (buffer, start, length) => members("read").read(buffer, start, length),
    readSync: (buffer, start, length) => members("readSync").readSync!(buffer, start, length),
    ...(hostView === undefined ? {} : { hostView: (buffer) => members("hostView").hostView!(buffer) }),
    copyFrom: (source, view, target) => members("copyFrom").copyFrom!(source, view, target),
    map: (call) => members("map").map(call),
    reduce: (call) => members("reduce").reduce(call),
    matmul: (a, b, output, epilogue) => members("matmul").matmul(a, b, output, epilogue),
    gather: (source, index, axis, output) => members("gather").gather(source, index, axis, output),
    scatter: (mode, source, index, axis, output) => members("scatter").scatter(mode, source, index, axis, output),
    scan: (op, x, axis, output) => members("scan").scan(op, x, axis, output),
    sort: (x, axis, values, indices) => members("sort").sort(x, axis, values, indices),
    fused: {
      find: (operation, inputs, attributes) => members(operation.name).fused!.find(operation, inputs, attributes),
    },
    memory: () => current?.memory?.() ?? { bytes: 0, evictedBytes: 0, totalEvictedBytes: 0 },
    close,
    [disposeKey]: close,
  } as WasmBackend;
}
