/**
 * Fused operations that have a kernel of their own.
 *
 * @module
 */
import type { FusedOperation, KernelTable } from "@lucid/backend";
import type { Buffers, WasmBuffer } from "../buffer.js";
import type { Platform } from "../kernel.js";
import { createLayerNorm } from "./layer-norm.js";
import { createSoftmax } from "./softmax.js";

/** Makes the `fused` member. Operations are told by their names: their objects belong to packages above this one. */
export function createFused(platform: Platform, buffers: Buffers): KernelTable<WasmBuffer> {
  const kernels = {
    layerNorm: createLayerNorm(platform, buffers),
    softmax: createSoftmax(platform, buffers, false),
    logSoftmax: createSoftmax(platform, buffers, true),
  };
  const table = new Map(Object.entries(kernels));
  return { get: ({ name }: FusedOperation) => table.get(name) };
}
