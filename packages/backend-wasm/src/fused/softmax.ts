/**
 * Softmax and its logarithm: how calls become kernels.
 *
 * @module
 */
import { type DType, type Kernel as FusedKernel, MOST_KERNELS, mergeLoops, remember, sizeOf } from "@lucid/backend";
import type { Buffers, WasmBuffer, WasmView } from "../buffer.js";
import { writePointers } from "../expression/map.js";
import { blockLayout, moveOf, movesKey, writeLoops } from "../expression/nest.js";
import { type Operands, widthsOf } from "../expression/operands.js";
import { prefersRows } from "../expression/reduce.js";
import type { Kernel, Platform } from "../kernel.js";
import type { FloatType } from "./rows.js";
import { compileSoftmax } from "./softmax-kernel.js";

/** Nanoseconds for an element. */
const COST = 0.8;

/** What the kernels for one type share: the operands are the input, and the output as it is read and as it is written. */
interface Family {
  readonly dtype: FloatType;
  readonly operands: Operands;
  readonly widths: readonly number[];
  readonly kernels: Map<number | string, Kernel>;
}

function familyOf(dtype: FloatType): Family {
  const operands = { inputs: [0, 1], dtypes: [dtype, dtype], axes: [], rowMajor: false, count: 2, scalars: 0 };
  return { dtype, operands, widths: widthsOf(operands, [dtype]), kernels: new Map() };
}

/** Makes the kernel of `softmax` or `logSoftmax`: one input, one output, the attribute `axis`. */
export function createSoftmax(platform: Platform, buffers: Buffers, logarithm: boolean): FusedKernel<WasmBuffer> {
  const families: Partial<Record<DType, Family>> = { float32: familyOf("float32"), float64: familyOf("float64") };
  return ([x], attributes, [y]) => {
    if (sizeOf(x!.shape) === 0) return;
    buffers.begin();
    runSoftmax(platform, buffers, families[x!.dtype]!, logarithm, x!, attributes.axis as number, y!);
  };
}

function runSoftmax(
  platform: Platform,
  buffers: Buffers,
  { dtype, operands, widths, kernels }: Family,
  logarithm: boolean,
  x: WasmView,
  axis: number,
  y: WasmView,
): void {
  const { shape } = x;
  const others: number[] = [];
  for (let other = 0; other < shape.length; other++) if (other !== axis) others.push(other);
  const views = [x.strides, y.strides, y.strides];
  const kept = mergeLoops(others, shape, views);
  const along = { shape: [shape[axis]!], strides: views.map((strides) => [strides[axis]!]) };
  const rows = prefersRows(kept, along);
  const sizes = [...kept.shape, ...along.shape];
  const strides = views.map((_, operand) => [...kept.strides[operand]!, ...along.strides[operand]!]);
  const loops = sizes.length;
  // Which loop runs by vectors also tells the two arrangements apart.
  const vectorLoop = rows ? loops - 2 : loops - 1;
  const key = movesKey(loops, strides, vectorLoop);
  let kernel = kernels.get(key);
  if (kernel === undefined) {
    const moves = strides.map((steps) => moveOf(steps[vectorLoop]!));
    const options = { operands, outputs: [dtype], moves, loops, vectorLoop };
    kernel = remember(kernels, key, compileSoftmax(platform, dtype, logarithm, options), MOST_KERNELS);
  }
  const layout = blockLayout(0, 3, loops);
  writePointers(platform, buffers, layout, operands, [x, y], [y]);
  writeLoops(platform, layout, sizes, strides, widths);
  const size = loops === 1 ? 1 : sizes[0]!;
  platform.run(kernel, size, vectorLoop === 0 && rows ? 32 : 1, sizeOf(shape) * COST);
}
