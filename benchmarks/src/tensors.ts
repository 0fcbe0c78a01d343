/** Lucid's tensors on a backend, and the figures for its memory. */
import type { Backend } from "@lucid/backend";
import { memory, type Tensor, tensor } from "@lucid/tensor";
import type { DeviceMemory } from "./harness/benchmark.js";

/** Makes a tensor with these numbers on a backend. */
export function tensorOn(backend: Backend, values: Float32Array, shape: readonly number[]): Tensor {
  return tensor(values, { backend }).reshape(shape);
}

/** Reads Lucid's figures for the memory of a backend. */
export function memoryOf(backend: Backend): DeviceMemory {
  return {
    unfreedBytes: () => memory().bytes,
    evictedBytes: () => backend.memory?.().totalEvictedBytes ?? 0,
  };
}
