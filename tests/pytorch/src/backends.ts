/**
 * The backends that the fixtures run on.
 */
import type { Backend } from "@lucid/backend";
import { createCpuBackend } from "@lucid/backend-cpu";
import { createWasmBackend } from "@lucid/backend-wasm";

/** Backends by name. */
export const backends: readonly { readonly name: string; readonly create: () => Backend }[] = [
  { name: "cpu", create: createCpuBackend },
  { name: "wasm", create: createWasmBackend },
];
