/**
 * The fastest backend of the machine.
 *
 * @module
 */
import { type Backend, BackendError } from "@lucid/backend";
import { setDefaultBackend } from "@lucid/tensor";
import { createDefaultBackend } from "./default-backend.js";

/** What {@link useBestBackend} chose. */
export interface BestBackend {
  readonly backend: Backend;
  /** A sentence that says which backend it is and why. */
  readonly reason: string;
}

/**
 * Makes the fastest backend of the machine the default. It is WebGPU where there is a graphics card; where there is
 * none, or only a driver that computes on the processor, it is wasm on all cores; where WebAssembly is missing, it is
 * cpu. Tensors that exist stay where they are.
 *
 * On WebGPU, results must be awaited (`itemAsync`, `data`), and there is no float64. In Node, WebGPU needs the npm
 * package `webgpu`.
 *
 * @example
 * ```ts
 * const { backend, reason } = await useBestBackend();
 * getDefaultBackend() === backend; // → true
 * reason.length > 0; // → true
 * ```
 */
export async function useBestBackend(): Promise<BestBackend> {
  const { backend, reason } = await findBest();
  setDefaultBackend(backend);
  return { backend, reason };
}

async function findBest(): Promise<BestBackend> {
  let cause: string;
  try {
    // Programs that do not call this function do not load it.
    const { createWebGpuBackend } = await import("@lucid/backend-webgpu");
    const backend = await createWebGpuBackend();
    if (!backend.isSoftware) return { backend, reason: `webgpu, because there is a graphics card: ${backend.adapter}` };
    cause = `WebGPU would compute on the processor (${backend.adapter})`;
    backend.close();
  } catch (error) {
    if (!(error instanceof BackendError)) throw error;
    cause = error.message;
  }
  const backend = createDefaultBackend();
  return { backend, reason: `${backend.name}, because ${cause}` };
}
