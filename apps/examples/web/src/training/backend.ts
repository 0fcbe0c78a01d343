/** The choice of the backend, for workers. The backends on WebAssembly and WebGPU are loaded when they are first needed. */
import { createCpuBackend } from "@lucid/backend-cpu";
import { setDefaultBackend } from "@lucid/tensor/functions";
import type { BackendName } from "./backend-names.js";

/** Sets the default backend of this worker. Throws an error with the reason if the page cannot use the backend. */
export async function chooseBackend(name: BackendName): Promise<void> {
  if (name === "cpu") {
    setDefaultBackend(createCpuBackend());
    return;
  }
  if (name === "webgpu") {
    const { createWebGpuBackend } = await import("@lucid/backend-webgpu");
    setDefaultBackend(await createWebGpuBackend());
    return;
  }
  const { createWasmBackend } = await import("@lucid/backend-wasm");
  // One core is left for the page: threads that compute on all cores would keep it from drawing.
  setDefaultBackend(createWasmBackend({ threads: Math.max(1, Math.min(8, navigator.hardwareConcurrency - 1)) }));
}
