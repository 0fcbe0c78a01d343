/**
 * `@lucid/backend-wasm`: the backend in WebAssembly, with kernels generated at run time.
 *
 * @packageDocumentation
 */
export type { WasmBuffer } from "./buffer.js";
