/** For workers: which backend computes. The wasm backend loads when it is first asked for. */
import { createCpuBackend } from "@lucid/backend-cpu";
import { setDefaultBackend } from "@lucid/tensor/core";

export type BackendName = "cpu" | "wasm";

/** Sets the default backend of this worker. Throws, with the reason, where the page cannot have it. */
export async function chooseBackend(name: BackendName): Promise<void> {
  if (name === "cpu") {
    setDefaultBackend(createCpuBackend());
    return;
  }
  const { createWasmBackend } = await import("@lucid/backend-wasm");
  // A core is left for the page: threads that compute on all of them would keep it from drawing.
  setDefaultBackend(createWasmBackend({ threads: Math.max(1, Math.min(8, navigator.hardwareConcurrency - 1)) }));
}
