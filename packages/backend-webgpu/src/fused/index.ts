/**
 * The kernels of fused operations.
 *
 * @module
 */
import { type KernelTable, kernelTable, type ReduceCall } from "@lucid/backend";
import type { GpuTensorBuffer } from "../buffer.js";
import type { KernelQueue } from "../queue.js";
import { layerNormBackwardKernel, layerNormKernel } from "./layer-norm.js";
import { createRows } from "./rows.js";
import { softmaxKernels } from "./softmax.js";

/** Makes the member `fused`. */
export function createFused(
  queue: KernelQueue,
  reduce: (call: ReduceCall<GpuTensorBuffer>) => void,
): KernelTable<GpuTensorBuffer> {
  const run = createRows(queue);
  return kernelTable(...softmaxKernels(run), layerNormKernel(run), layerNormBackwardKernel(run, reduce));
}
