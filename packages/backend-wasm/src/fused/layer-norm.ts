/**
 * Layer normalisation: how calls become kernels.
 *
 * @module
 */
import { type DType, type Kernel as FusedKernel, MOST_KERNELS, mergeLoops, remember, sizeOf } from "@lucid/backend";
import type { Buffers, WasmBuffer, WasmView } from "../buffer.js";
import { writePointers } from "../expression/map.js";
import { blockLayout, moveOf, movesKey, writeLoops, writeScalars } from "../expression/nest.js";
import { type Operands, widthsOf } from "../expression/operands.js";
import { withLoop } from "../expression/reduce.js";
import type { Kernel, Platform } from "../kernel.js";
import { compileLayerNorm } from "./layer-norm-kernel.js";
import type { FloatType } from "./rows.js";

/** Nanoseconds for an element. */
const COST = 0.5;

/** What the kernels for one type share: the operands are x, weight and bias, then the result, the mean and 1 / deviation. */
interface Family {
  readonly dtype: FloatType;
  readonly operands: Operands;
  readonly outputs: readonly DType[];
  readonly widths: readonly number[];
  /** By number of kept loops, then by layout. */
  readonly kernels: (Map<number | string, Kernel> | undefined)[];
}

function familyOf(dtype: FloatType): Family {
  const three = [dtype, dtype, dtype];
  const operands = { inputs: [0, 1, 2], dtypes: three, axes: [], rowMajor: false, count: 3, scalars: 2 };
  return { dtype, operands, outputs: three, widths: widthsOf(operands, three), kernels: [] };
}

/** Makes the kernel of `layerNorm`: see the operation of that name. */
export function createLayerNorm(platform: Platform, buffers: Buffers): FusedKernel<WasmBuffer> {
  const families: Partial<Record<DType, Family>> = { float32: familyOf("float32"), float64: familyOf("float64") };
  return (inputs, attributes, outputs) => {
    if (sizeOf(outputs[1]!.shape) === 0) return;
    buffers.begin();
    const { axes, eps } = attributes as { readonly axes: number; readonly eps: number };
    runLayerNorm(platform, buffers, families[inputs[0]!.dtype]!, axes, eps, inputs, outputs);
  };
}

function runLayerNorm(
  platform: Platform,
  buffers: Buffers,
  { dtype, operands, outputs: types, widths, kernels }: Family,
  axes: number,
  eps: number,
  inputs: readonly WasmView[],
  outputs: readonly WasmView[],
): void {
  const [x, weight, bias] = inputs as readonly [WasmView, WasmView, WasmView];
  const [y, center, factor] = outputs as readonly [WasmView, WasmView, WasmView];
  const { shape } = x;
  const first = shape.length - axes;
  const zeros = new Array<number>(shape.length).fill(0);
  const over = (strides: readonly number[]): readonly number[] => [...zeros.slice(0, first), ...strides];
  // The outputs of a row stand still along it, whatever strides their axes of size 1 claim.
  const of = (strides: readonly number[]): readonly number[] => [...strides.slice(0, first), ...zeros.slice(first)];
  const all = [x.strides, over(weight.strides), over(bias.strides), y.strides, of(center.strides), of(factor.strides)];
  const outer: number[] = [];
  const inner: number[] = [];
  for (let axis = 0; axis < shape.length; axis++) (axis < first ? outer : inner).push(axis);
  const kept = mergeLoops(outer, shape, all);
  const along = withLoop(mergeLoops(inner, shape, all));

  const sizes = [...kept.shape, ...along.shape];
  const strides = all.map((_, operand) => [...kept.strides[operand]!, ...along.strides[operand]!]);
  const loops = sizes.length;
  const keptLoops = kept.shape.length;
  const byLayout = (kernels[keptLoops] ??= new Map());
  const key = movesKey(loops, strides, loops - 1);
  let kernel = byLayout.get(key);
  if (kernel === undefined) {
    const moves = strides.map((steps) => moveOf(steps[loops - 1]!));
    const options = { operands, outputs: types, moves, loops, vectorLoop: loops - 1 };
    kernel = remember(byLayout, key, compileLayerNorm(platform, dtype, keptLoops, options), MOST_KERNELS);
  }
  const layout = blockLayout(operands.scalars, 6, loops);
  writePointers(platform, buffers, layout, operands, inputs, outputs);
  writeScalars(platform, [sizeOf(shape.slice(first)), eps], operands.scalars);
  writeLoops(platform, layout, sizes, strides, widths);
  platform.run(kernel, keptLoops === 0 ? 1 : sizes[0]!, 1, sizeOf(shape) * COST);
}
