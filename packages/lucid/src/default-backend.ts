/**
 * Where tensors are made when nothing else is said.
 *
 * @module
 */
import { type Backend, BackendError } from "@lucid/backend";
import { createCpuBackend } from "@lucid/backend-cpu";
import { createWasmBackend } from "@lucid/backend-wasm";

/** What this module needs of the host's console. */
declare const console: undefined | { warn?(message: string): void };

/**
 * The wasm backend on all cores; where WebAssembly is refused (a content security policy without `'wasm-unsafe-eval'`),
 * missing or lacks vectors, the cpu backend: then a warning says why, and so does the first note in its `capabilities`.
 *
 * @internal
 */
export function createDefaultBackend(): Backend {
  try {
    return createWasmBackend();
  } catch (error) {
    // Anything else is a fault, which another backend would hide.
    if (!(error instanceof BackendError)) throw error;
    const cpu = createCpuBackend();
    const reason = `lucid: tensors are made on the cpu backend, which is slower than wasm: ${error.message}`;
    const notes = [reason, ...(cpu.capabilities.notes ?? [])];
    console?.warn?.(notes.join("\n"));
    return { ...cpu, capabilities: { ...cpu.capabilities, notes } };
  }
}
