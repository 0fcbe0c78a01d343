/**
 * Layer normalisation: the choice of kernels and their calls.
 *
 * @module
 */
import {
  type DType,
  type FusedCall,
  type KernelEntry,
  kernelFor,
  type LayerNormAttributes,
  layerNormOperation,
  sizeOf,
} from "@lucid/backend";
import { MOST_KERNELS, type Operands, remember, widthsOf } from "@lucid/backend/kit";
import type { Buffers, WasmBuffer, WasmView } from "../buffer.js";
import { writePointers } from "../expression/map.js";
import { blockLayout, moveOf, movesKey, writeLoops, writeScalars } from "../expression/nest.js";
import type { Kernel, Platform } from "../kernel.js";
import { compileLayerNorm } from "./layer-norm-kernel.js";
import { acrossRows, perRow, rowNest } from "./row-nest.js";
import { byFloatType, type FloatType } from "./rows.js";

/** The time of one element in nanoseconds. */
const COST = 0.5;

/**
 * What the kernels for one type and the same inputs share. The inputs are x, and weight and bias if they are present.
 */
interface Family {
  readonly dtype: FloatType;
  readonly operands: Operands;
  readonly outputs: readonly DType[];
  readonly widths: readonly number[];
  /** The kernels by number of kept loops, then by layout. */
  readonly kernels: (Map<number | string, Kernel> | undefined)[];
}

function familyOf(dtype: FloatType, inputs: readonly number[]): Family {
  const outputs = [dtype, dtype, dtype];
  const dtypes = inputs.map(() => dtype);
  const operands = { inputs, dtypes, axes: [], rowMajor: false, count: inputs.length, scalars: 2 };
  return { dtype, operands, outputs, widths: widthsOf(operands, outputs), kernels: [] };
}

/** Makes the kernels for {@link layerNormOperation}. */
export function layerNormKernels(platform: Platform, buffers: Buffers): KernelEntry<WasmBuffer, LayerNormAttributes> {
  const kernels = byFloatType((dtype) => {
    const families = [[0], [0, 1], [0, 2], [0, 1, 2]].map((inputs) => familyOf(dtype, inputs));
    return {
      run(call: FusedCall<WasmBuffer, LayerNormAttributes>): void {
        const [, weight, bias] = call.inputs;
        runLayerNorm(platform, buffers, families[(weight === undefined ? 0 : 1) + (bias === undefined ? 0 : 2)]!, call);
      },
    };
  });
  return kernelFor(layerNormOperation, ([x]) => kernels[x!.dtype]);
}

function runLayerNorm(
  platform: Platform,
  buffers: Buffers,
  { dtype, operands, outputs: types, widths, kernels }: Family,
  { inputs, outputs, attributes: { axes, eps } }: FusedCall<WasmBuffer, LayerNormAttributes>,
): void {
  const views = inputs as readonly WasmView[];
  const [x, weight, bias] = inputs;
  const [y, mean, factor] = outputs as readonly [WasmView, WasmView, WasmView];
  const { shape } = x!;
  if (sizeOf(mean.shape) === 0) return;
  buffers.begin();
  const strides = [x!.strides];
  if (weight !== undefined) strides.push(acrossRows(shape.length, weight.strides));
  if (bias !== undefined) strides.push(acrossRows(shape.length, bias.strides));
  strides.push(y.strides, perRow(axes, mean.strides), perRow(axes, factor.strides));
  const nest = rowNest(shape, axes, strides);
  const loops = nest.sizes.length;
  const byLayout = (kernels[nest.kept] ??= new Map());
  const key = movesKey(loops, nest.strides, loops - 1);
  let kernel = byLayout.get(key);
  if (kernel === undefined) {
    const moves = nest.strides.map((steps) => moveOf(steps[loops - 1]!));
    const options = { operands, outputs: types, moves, loops, vectorLoop: loops - 1 };
    kernel = remember(byLayout, key, compileLayerNorm(platform, dtype, nest.kept, options), MOST_KERNELS);
  }
  const layout = blockLayout(operands.scalars, operands.count + types.length, loops);
  writePointers(platform, buffers, layout, operands, views, outputs);
  writeScalars(platform, [sizeOf(shape.slice(shape.length - axes)), eps], operands.scalars);
  writeLoops(platform, layout, nest.sizes, nest.strides, widths);
  platform.run(kernel, nest.kept === 0 ? 1 : nest.sizes[0]!, 1, sizeOf(shape) * COST);
}
