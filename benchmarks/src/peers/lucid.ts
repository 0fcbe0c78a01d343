/** Lucid on its backends. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Backend } from "@lucid/backend";
import { createBlasBackend } from "@lucid/backend-blas";
import { createWasmBackend } from "@lucid/backend-wasm";
import { matmul, memory, type Tensor, tensor } from "@lucid/tensor";
import { cpu } from "../cpu.js";
import type { DeviceMemory } from "../harness/benchmark.js";
import { loaded, loading, loadingOn } from "./load.js";
import { noteVersion } from "./versions.js";

/** The wasm backend, its threads awake; missing where it does not get as many as asked for. */
export const wasm = loadingOn(async (threads): Promise<Backend> => {
  const backend: Backend = createWasmBackend({ threads });
  if (threads > 1) await start(backend);
  const granted = backend.capabilities.threads ?? 1;
  if (granted !== threads) throw new Error(`it computes on ${granted} thread(s)`);
  return backend;
});

/** BLAS over it, on as many threads. */
export const blas = loadingOn(async (threads): Promise<Backend> => {
  const backend = createBlasBackend(await loaded(wasm(threads)), { threads });
  noteVersion("BLAS", backend.library);
  await start(backend);
  return backend;
});

/** The cpu backend. */
export const plainJavaScript = loading(async (): Promise<Backend> => cpu);

/** Threads start at the first work that is worth it, and while the program waits. */
async function start(backend: Backend): Promise<void> {
  const a = tensorOn(backend, new Float32Array(512 * 512), [512, 512]);
  for (const end = performance.now() + 1000; performance.now() < end; await sleep(1)) matmul(a, a).dispose();
  a.dispose();
}

/** A tensor with its numbers on a backend. */
export function tensorOn(backend: Backend, values: Float32Array, shape: readonly number[]): Tensor {
  return tensor(values, { backend }).reshape(shape);
}

/** What lucid says of a backend's memory. */
export function memoryOf(backend: Backend): DeviceMemory {
  return {
    unfreedBytes: () => memory().bytes,
    evictedBytes: () => backend.memory?.().totalEvictedBytes ?? 0,
  };
}
