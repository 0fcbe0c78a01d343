/** The choice of the backend, for workers. The wasm backend is loaded when it is first needed. */
import { createCpuBackend } from "@lucid/backend-cpu";
import { setDefaultBackend } from "@lucid/tensor/functions";

export type BackendName = "cpu" | "wasm";

/** Sets the default backend of this worker. Throws an error with the reason if the page cannot use the backend. */
export async function chooseBackend(name: BackendName): Promise<void> {
  if (name === "cpu") {
    setDefaultBackend(createCpuBackend());
    return;
  }
  const { createWasmBackend } = await import("@lucid/backend-wasm");
  // One core is left for the page: threads that compute on all cores would keep it from drawing.
  setDefaultBackend(createWasmBackend({ threads: Math.max(1, Math.min(8, navigator.hardwareConcurrency - 1)) }));
}
