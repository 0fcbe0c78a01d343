/**
 * Softmax, its logarithm and their gradients: the choice of kernels and their calls.
 *
 * @module
 */
import {
  type Kernel as FusedKernel,
  type KernelEntry,
  type FusedOperation,
  kernelFor,
  logSoftmaxBackwardOperation,
  logSoftmaxOperation,
  type SoftmaxAttributes,
  sizeOf,
  softmaxBackwardOperation,
  softmaxOperation,
} from "@lucid/backend";
import { mergeLoops, MOST_KERNELS, type Operands, remember, widthsOf } from "@lucid/backend/kit";
import type { Buffers, WasmBuffer, WasmView } from "../buffer.js";
import { writePointers } from "../expression/map.js";
import { blockLayout, moveOf, movesKey, type NestOptions, writeLoops } from "../expression/nest.js";
import { prefersRows } from "../expression/reduce.js";
import type { Kernel, Platform } from "../kernel.js";
import { byFloatType, type FloatType } from "./rows.js";
import { compileSoftmaxBackward } from "./softmax-backward-kernel.js";
import { compileSoftmax } from "./softmax-kernel.js";

/** Says which of the two operations is computed. */
interface SoftmaxOptions {
  readonly logarithm: boolean;
}

/** The time of one element in nanoseconds, forward and backward. */
const COST = 0.8;
const COST_BACKWARD = 0.4;

/** What the kernels for one operation and element type share. */
interface Family {
  readonly operands: Operands;
  readonly outputs: readonly FloatType[];
  readonly widths: readonly number[];
  /** The time of one element in nanoseconds. */
  readonly cost: number;
  readonly kernels: Map<number | string, Kernel>;
  compile(options: NestOptions): Kernel;
}

function familyOf(dtype: FloatType, cost: number, compile: Family["compile"]): Family {
  const operands = { inputs: [0, 1], dtypes: [dtype, dtype], axes: [], rowMajor: false, count: 2, scalars: 0 };
  return { operands, outputs: [dtype], widths: widthsOf(operands, [dtype]), cost, kernels: new Map(), compile };
}

/**
 * Makes the kernels for `softmax` or `logSoftmax`. Their operands are the input, and the output twice: as it is read,
 * and as it is written.
 */
function softmaxKernels(
  platform: Platform,
  buffers: Buffers,
  operation: FusedOperation<SoftmaxAttributes>,
  { logarithm }: SoftmaxOptions,
): KernelEntry<WasmBuffer, SoftmaxAttributes> {
  const kernels = byFloatType((dtype): FusedKernel<WasmBuffer, SoftmaxAttributes> => {
    const family = familyOf(dtype, COST, (options) => compileSoftmax(platform, dtype, logarithm, options));
    return {
      run: ({ inputs: [x], attributes: { axis }, outputs: [y] }) =>
        runAlong(platform, buffers, family, [x!, y!], axis, y!),
    };
  });
  return kernelFor(operation, ([x]) => kernels[x!.dtype]);
}

/**
 * Makes the kernels for the gradients of `softmax` or `logSoftmax`. Their operands are the gradient, y and the output.
 */
function softmaxBackwardKernels(
  platform: Platform,
  buffers: Buffers,
  operation: FusedOperation<SoftmaxAttributes>,
  { logarithm }: SoftmaxOptions,
): KernelEntry<WasmBuffer, SoftmaxAttributes> {
  const kernels = byFloatType((dtype): FusedKernel<WasmBuffer, SoftmaxAttributes> => {
    const compile = (options: NestOptions): Kernel => compileSoftmaxBackward(platform, dtype, logarithm, options);
    const family = familyOf(dtype, COST_BACKWARD, compile);
    return {
      run: ({ inputs: [gradient, y], attributes: { axis }, outputs: [output] }) =>
        runAlong(platform, buffers, family, [gradient!, y!], axis, output!),
    };
  });
  return kernelFor(operation, ([gradient]) => kernels[gradient!.dtype]);
}

/** Runs a kernel over the lines along an axis. */
function runAlong(
  platform: Platform,
  buffers: Buffers,
  { operands, outputs, widths, cost, kernels, compile }: Family,
  read: readonly WasmView[],
  axis: number,
  output: WasmView,
): void {
  const { shape } = output;
  if (sizeOf(shape) === 0) return;
  buffers.begin();
  const others: number[] = [];
  for (let other = 0; other < shape.length; other++) if (other !== axis) others.push(other);
  const views = [read[0]!.strides, read[1]!.strides, output.strides];
  const kept = mergeLoops(others, shape, views);
  const along = { shape: [shape[axis]!], strides: views.map((strides) => [strides[axis]!]) };
  const rows = prefersRows(kept, along);
  const sizes = [...kept.shape, ...along.shape];
  const strides = views.map((_, operand) => [...kept.strides[operand]!, ...along.strides[operand]!]);
  const loops = sizes.length;
  // The position of the vector loop also distinguishes the two arrangements in the key.
  const vectorLoop = rows ? loops - 2 : loops - 1;
  const key = movesKey(loops, strides, vectorLoop);
  let kernel = kernels.get(key);
  if (kernel === undefined) {
    const moves = strides.map((steps) => moveOf(steps[vectorLoop]!));
    kernel = remember(kernels, key, compile({ operands, outputs, moves, loops, vectorLoop }), MOST_KERNELS);
  }
  const layout = blockLayout(0, 3, loops);
  writePointers(platform, buffers, layout, operands, read, [output]);
  writeLoops(platform, layout, sizes, strides, widths);
  const size = loops === 1 ? 1 : sizes[0]!;
  platform.run(kernel, size, vectorLoop === 0 && rows ? 32 : 1, sizeOf(shape) * cost);
}

/** Makes the kernels of all operations of this kind. */
export function allSoftmaxKernels(
  platform: Platform,
  buffers: Buffers,
): readonly KernelEntry<WasmBuffer, SoftmaxAttributes>[] {
  return [
    softmaxKernels(platform, buffers, softmaxOperation, { logarithm: false }),
    softmaxKernels(platform, buffers, logSoftmaxOperation, { logarithm: true }),
    softmaxBackwardKernels(platform, buffers, softmaxBackwardOperation, { logarithm: false }),
    softmaxBackwardKernels(platform, buffers, logSoftmaxBackwardOperation, { logarithm: true }),
  ];
}
