/** Lucid on its backends. */
import type { Backend } from "@lucid/backend";
import { createWasmBackend } from "@lucid/backend-wasm";
import { memory, type Tensor, tensor } from "@lucid/tensor";
import { cpu } from "../cpu.js";

export { cpu };

export const wasm: Backend = createWasmBackend({ threads: 1 });

/** A tensor with its numbers on a backend. */
export function tensorOn(backend: Backend, values: Float32Array, shape: readonly number[]): Tensor {
  return tensor(values, { backend }).reshape(shape);
}

/** Bytes that left the device so far. */
export function evictedBytes(): number {
  return memory().totalEvictedBytes;
}
