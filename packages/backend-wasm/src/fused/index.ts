/**
 * The kernels of fused operations.
 *
 * @module
 */
import { type KernelTable, kernelTable, type ReduceCall } from "@lucid/backend";
import type { Buffers, WasmBuffer } from "../buffer.js";
import type { Platform } from "../kernel.js";
import { layerNormKernels } from "./layer-norm.js";
import { layerNormBackwardKernels } from "./layer-norm-backward.js";
import { allSoftmaxKernels } from "./softmax.js";

/** Makes the member `fused` of the backend. */
export function createFused(
  platform: Platform,
  buffers: Buffers,
  reduce: (call: ReduceCall<WasmBuffer>) => void,
): KernelTable<WasmBuffer> {
  return kernelTable(
    ...allSoftmaxKernels(platform, buffers),
    layerNormKernels(platform, buffers),
    layerNormBackwardKernels(platform, buffers, reduce),
  );
}
