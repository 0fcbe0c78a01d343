/** Lucid on each of its backends. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Backend } from "@lucid/backend";
import { createBlasBackend } from "@lucid/backend-blas";
import { createWasmBackend } from "@lucid/backend-wasm";
import { matmul } from "@lucid/tensor";
import { cpu } from "../cpu.js";
import { tensorOn } from "../tensors.js";
import { loaded, loading, loadingOn } from "./load.js";
import { noteVersion } from "./versions.js";

/** The wasm backend with its threads started. It counts as missing if it gets fewer threads than it asked for. */
export const wasm = loadingOn(async (threads): Promise<Backend> => {
  const backend: Backend = createWasmBackend({ threads });
  if (threads > 1) await start(backend);
  const granted = backend.capabilities.threads ?? 1;
  if (granted !== threads) throw new Error(`it computes on ${granted} thread(s)`);
  return backend;
});

/** BLAS on top of the wasm backend, with the same number of threads. */
export const blas = loadingOn(async (threads): Promise<Backend> => {
  const backend = createBlasBackend(await loaded(wasm(threads)), { threads });
  noteVersion("BLAS", backend.library);
  await start(backend);
  return backend;
});

/** The cpu backend. */
export const plainJavaScript = loading(async (): Promise<Backend> => cpu);

/** Starts the threads of a backend. They start at the first large operation, while the program waits. */
async function start(backend: Backend): Promise<void> {
  const a = tensorOn(backend, new Float32Array(512 * 512), [512, 512]);
  for (const end = performance.now() + 1000; performance.now() < end; await sleep(1)) matmul(a, a).dispose();
  a.dispose();
}
