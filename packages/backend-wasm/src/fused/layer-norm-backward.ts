/**
 * The gradient of layer normalisation: the choice of kernels and their calls. The gradients of weight and bias are sums
 * over rows. A kernel sums a fixed number of rows at a time into scratch memory, in the same pass over memory that
 * computes the gradient of x, and a reduction sums these parts. The parts depend only on sizes, so results do not
 * depend on the number of threads.
 *
 * @module
 */
import {
  type DType,
  type Expr,
  type FusedCall,
  input,
  type KernelEntry,
  kernelFor,
  type LayerNormBackwardAttributes,
  layerNormBackwardOperation,
  op,
  type ReduceCall,
  sizeOf,
  type TensorType,
} from "@lucid/backend";
import { MOST_KERNELS, type Operands, remember, widthsOf } from "@lucid/backend/kit";
import type { Buffers, WasmBuffer, WasmView } from "../buffer.js";
import { writePointers } from "../expression/map.js";
import { blockLayout, moveOf, movesKey, writeLoops, writeScalars } from "../expression/nest.js";
import type { Kernel, Platform } from "../kernel.js";
import { compileLayerNormBackward } from "./layer-norm-backward-kernel.js";
import { acrossRows, perRow, type RowNest, rowNest } from "./row-nest.js";
import { byFloatType, type FloatType } from "./rows.js";

type BackwardCall = FusedCall<WasmBuffer, LayerNormBackwardAttributes>;

/** The time of one element in nanoseconds. */
const COST = 0.8;

/** The number of rows whose gradients of weight and bias are summed in the element type. */
const PART = 32;

/** What the kernels for one type and the same inputs and outputs share. */
interface Family {
  readonly dtype: FloatType;
  readonly operands: Operands;
  readonly outputs: readonly DType[];
  readonly widths: readonly number[];
  /** The kernels by number of kept loops, then by layout. */
  readonly kernels: (Map<number | string, Kernel> | undefined)[];
}

function familyOf(dtype: FloatType, weighted: boolean, affine: boolean): Family {
  // The parts are the inputs 5 and 6, after those of the call.
  const inputs = [0, 1, 2, 3, ...(weighted ? [4] : []), ...(affine ? [5, 6] : [])];
  const outputs = affine ? [dtype, dtype, dtype] : [dtype];
  const dtypes = inputs.map(() => dtype);
  const operands = { inputs, dtypes, axes: [], rowMajor: false, count: inputs.length, scalars: 1 };
  return { dtype, operands, outputs, widths: widthsOf(operands, outputs), kernels: [] };
}

/** Makes the kernels for {@link layerNormBackwardOperation}. */
export function layerNormBackwardKernels(
  platform: Platform,
  buffers: Buffers,
  reduce: Reduce,
): KernelEntry<WasmBuffer, LayerNormBackwardAttributes> {
  const families = byFloatType((dtype) =>
    [false, true].map((weighted) => [false, true].map((affine) => familyOf(dtype, weighted, affine))),
  );
  return kernelFor(layerNormBackwardOperation, ([, x], { axes, affine }) => {
    const byInputs = families[x!.dtype];
    if (byInputs === undefined) return undefined;
    return {
      scratch: affine ? partsOf(x!, axes) : [],
      run: (call) => runBackward(platform, buffers, reduce, byInputs[call.inputs[4] === undefined ? 0 : 1]!, call),
    };
  });
}

type Reduce = (call: ReduceCall<WasmBuffer>) => void;

function runBackward(
  platform: Platform,
  buffers: Buffers,
  reduce: Reduce,
  [alone, withAffine]: readonly Family[],
  call: BackwardCall,
): void {
  const { affine, axes } = call.attributes;
  const { shape } = call.inputs[1]!;
  if (sizeOf(shape) > 0) {
    const nest = nestOf(call, affine);
    if (affine && nest.kept <= 1) {
      runParts(platform, buffers, withAffine!, call, nest);
      for (const which of [0, 1]) addParts(reduce, call, which);
      return;
    }
    runRows(platform, buffers, alone!, call, affine ? nestOf(call, false) : nest);
  }
  if (affine) reduceAffine(reduce, call, shape.length - axes);
}

/**
 * Returns the operands in the order of the kernel: the inputs, the parts if there are any, then the outputs and the
 * parts again.
 */
function viewsOf({ inputs, outputs, scratch }: BackwardCall, affine: boolean): readonly WasmView[] {
  const read = inputs.filter((view) => view !== undefined);
  return affine ? [...read, ...scratch, outputs[0]!, ...scratch] : [...read, outputs[0]!];
}

/** Returns the loops over rows and along each row. */
function nestOf(call: BackwardCall, affine: boolean): RowNest {
  const { axes } = call.attributes;
  const { shape } = call.inputs[1]!;
  const [mean, factor] = [call.inputs[2]!, call.inputs[3]!];
  const strides = viewsOf(call, affine).map((view) => {
    if (view === mean || view === factor) return perRow(axes, view.strides);
    // The weight has only the axes of a row, and the parts have one more axis, which counts parts.
    if (view === call.inputs[4]) return acrossRows(shape.length, view.strides);
    return call.scratch.includes(view) ? acrossRows(shape.length, view.strides.slice(1)) : view.strides;
  });
  return rowNest(shape, axes, strides);
}

/** Computes only the gradient of x. */
function runRows(platform: Platform, buffers: Buffers, family: Family, call: BackwardCall, nest: RowNest): void {
  const size = nest.kept === 0 ? 1 : nest.sizes[0]!;
  runNest(platform, buffers, family, call, nest, nest.kept, 0, size);
}

/** Computes the gradient of x, and the parts of the gradients of weight and bias. */
function runParts(platform: Platform, buffers: Buffers, family: Family, call: BackwardCall, nest: RowNest): void {
  const rows = nest.kept === 0 ? 1 : nest.sizes[0]!;
  const inner = nest.sizes.slice(nest.kept);
  const width = sizeOf(inner);
  const read = family.operands.inputs;
  const strides = nest.strides.map((steps, operand) => {
    const isPart = operand < read.length ? read[operand]! > 4 : operand > read.length;
    const step = nest.kept === 0 ? 0 : steps[0]!;
    return isPart ? [width, 0, ...steps.slice(nest.kept)] : [step * PART, step, ...steps.slice(nest.kept)];
  });
  const whole = Math.floor(rows / PART);
  const rest = rows - whole * PART;
  if (whole > 0) {
    runNest(platform, buffers, family, call, { kept: 2, sizes: [whole, PART, ...inner], strides }, 2, 0, whole);
  }
  if (rest > 0) runNest(platform, buffers, family, call, { kept: 2, sizes: [1, rest, ...inner], strides }, 2, whole, 1);
}

/** Runs the kernel over a nest. Operands begin `skipped` steps of the first loop after their first element. */
function runNest(
  platform: Platform,
  buffers: Buffers,
  { dtype, operands, outputs: types, widths, kernels }: Family,
  call: BackwardCall,
  { sizes, strides }: RowNest,
  kept: number,
  skipped: number,
  size: number,
): void {
  buffers.begin();
  const affine = types.length > 1;
  const { shape } = call.inputs[1]!;
  const loops = sizes.length;
  const byLayout = (kernels[kept] ??= new Map());
  const key = movesKey(loops, strides, loops - 1);
  let kernel = byLayout.get(key);
  if (kernel === undefined) {
    const moves = strides.map((steps) => moveOf(steps[loops - 1]!));
    const options = { operands, outputs: types, moves, loops, vectorLoop: loops - 1 };
    kernel = remember(byLayout, key, compileLayerNormBackward(platform, dtype, kept, options), MOST_KERNELS);
  }
  const layout = blockLayout(operands.scalars, operands.count + types.length, loops);
  const views = viewsOf(call, affine).map((view, operand) => ({
    ...view,
    offset: view.offset + skipped * strides[operand]![0]!,
  }));
  const inputs: WasmView[] = [];
  operands.inputs.forEach((index, operand) => {
    inputs[index] = views[operand]!;
  });
  writePointers(platform, buffers, layout, operands, inputs, views.slice(operands.count));
  writeScalars(platform, [sizeOf(shape.slice(shape.length - call.attributes.axes))], operands.scalars);
  writeLoops(platform, layout, sizes, strides, widths);
  platform.run(kernel, size, 1, sizeOf(sizes) * COST);
}

/** Returns the types of the parts of the gradients of weight and bias: one row for every {@link PART} rows of x. */
function partsOf({ shape, dtype }: TensorType, axes: number): readonly TensorType[] {
  const first = shape.length - axes;
  const parts = { shape: [Math.ceil(sizeOf(shape.slice(0, first)) / PART), ...shape.slice(first)], dtype };
  return [parts, parts];
}

/** Sums the parts of the gradient of weight (0) or bias (1). */
function addParts(reduce: Reduce, { scratch, outputs }: BackwardCall, which: number): void {
  const parts = scratch[which]!;
  const output = outputs[1 + which]!;
  reduce({
    op: "sum",
    value: input(0, parts.dtype),
    finish: undefined,
    shape: parts.shape,
    inputs: [parts],
    scalars: [],
    axes: [0],
    output: { ...output, shape: [1, ...output.shape], strides: [1, ...output.strides] },
  });
}

/** Computes the gradients of weight and bias by reductions, if one loop cannot run over all rows. */
function reduceAffine(reduce: Reduce, { inputs, outputs }: BackwardCall, outer: number): void {
  const [g, x, mean, factor] = inputs as readonly [WasmView, WasmView, WasmView, WasmView];
  const { shape, dtype } = x;
  const repeated = (view: WasmView): WasmView => ({
    ...view,
    shape,
    strides: perRow(shape.length - outer, view.strides),
  });
  const read = (index: number): Expr => input(index, dtype);
  const normalised = op("mul", op("sub", read(1), read(2)), read(3));
  for (const [which, value] of [op("mul", read(0), normalised), read(0)].entries()) {
    const output = outputs[1 + which]!;
    reduce({
      op: "sum",
      value,
      finish: undefined,
      shape,
      inputs: [g, x, repeated(mean), repeated(factor)],
      scalars: [],
      axes: shape.slice(0, outer).map((_, axis) => axis),
      output: {
        ...output,
        shape: [...new Array<number>(outer).fill(1), ...output.shape],
        strides: [...new Array<number>(outer).fill(1), ...output.strides],
      },
    });
  }
}
