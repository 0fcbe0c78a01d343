/**
 * Element-wise work: one kernel per expressions and layout.
 *
 * @module
 */
import { type Expr, isContiguous, type MapCall, sizeOf } from "@lucid/backend";
import type { CpuBuffer, CpuView } from "./buffer.js";
import {
  callInChunks,
  compile,
  declareLoops,
  declareOperands,
  declareView,
  motion,
  place,
  pointer,
  repetitions,
  rowFunction,
} from "./generate.js";
import { interpretMap } from "./interpret.js";
import { createPlans, type Plans } from "./kernels.js";
import {
  COUNTER,
  flatLayout,
  type Layout,
  layoutKey,
  layoutOf,
  MOST_LAYOUTS,
  mergeLoops,
  type Operands,
  operandsRead,
  positionStrides,
  readsFlat,
} from "./plan.js";

/**
 * Runs over a nest of loops. Operands are numbered as in {@link Operands}, then the outputs; `strides[operand][loop]`.
 * Loops of a kernel for contiguous operands: one, of `size` steps; it reads neither `sizes` nor `strides`.
 */
export type MapKernel = (
  inputs: readonly CpuView[],
  scalars: readonly number[],
  outputs: readonly CpuView[],
  size: number,
  sizes: readonly number[],
  strides: readonly (readonly number[])[],
) => void;

/** What is known about the expressions of a map, and its kernels so far. */
interface MapPlan {
  readonly exprs: readonly Expr[];
  readonly operands: Operands;
  flat: MapKernel | undefined;
  readonly nested: Map<number | string, MapKernel>;
}

/** The `map` member of a backend. */
export type MapMember = (call: MapCall<CpuBuffer>) => void;

/** Makes the `map` member: with generated code, or with interpreted expressions. */
export function createMap(generate: boolean): MapMember {
  const plans: Plans<MapPlan> = createPlans((exprs) => ({
    exprs,
    operands: operandsRead(exprs),
    flat: undefined,
    nested: new Map(),
  }));
  return ({ exprs, inputs, scalars, outputs }) => {
    const size = sizeOf(outputs[0]!.shape);
    if (size === 0) return;
    const plan = plans.find(exprs);
    if (readsFlat(plan.operands, inputs) && writesFlat(outputs)) {
      plan.flat ??= makeKernel(plan, flatLayout(plan.operands.count + outputs.length), generate);
      plan.flat(inputs, scalars, outputs, size, NO_SIZES, NO_STRIDES);
    } else {
      runNested(plan, inputs, scalars, outputs, size, generate);
    }
  };
}

const NO_SIZES: readonly number[] = [];
const NO_STRIDES: readonly (readonly number[])[] = [];

function writesFlat(outputs: readonly CpuView[]): boolean {
  for (let i = 0; i < outputs.length; i++) if (!isContiguous(outputs[i]!)) return false;
  return true;
}

function runNested(
  plan: MapPlan,
  inputs: readonly CpuView[],
  scalars: readonly number[],
  outputs: readonly CpuView[],
  size: number,
  generate: boolean,
): void {
  const { operands } = plan;
  const { shape } = outputs[0]!;
  const all: (readonly number[])[] = [];
  for (let i = 0; i < operands.inputs.length; i++) all.push(inputs[operands.inputs[i]!]!.strides);
  if (operands.count > all.length) all.push(...positionStrides(operands, shape));
  for (let i = 0; i < outputs.length; i++) all.push(outputs[i]!.strides);
  const nest = mergeLoops(followMemory(shape, outputs[0]!.strides), shape, all);
  const key = layoutKey(nest.shape.length, nest.strides);
  let kernel = plan.nested.get(key);
  if (kernel === undefined) {
    kernel = makeKernel(plan, layoutOf(nest.strides), generate);
    if (plan.nested.size >= MOST_LAYOUTS) plan.nested.clear();
    plan.nested.set(key, kernel);
  }
  kernel(inputs, scalars, outputs, size, nest.shape, nest.strides);
}

/** The axes, those with the longest steps in the output first: loops then follow its memory. */
function followMemory(shape: readonly number[], output: readonly number[]): readonly number[] {
  const axes: number[] = [];
  let sorted = true;
  let previous = Infinity;
  for (let axis = 0; axis < shape.length; axis++) {
    if (shape[axis] === 1) continue;
    axes.push(axis);
    const step = Math.abs(output[axis]!);
    if (step > previous) sorted = false;
    previous = step;
  }
  return sorted ? axes : axes.sort((a, b) => Math.abs(output[b]!) - Math.abs(output[a]!));
}

function makeKernel(plan: MapPlan, layout: Layout, generate: boolean): MapKernel {
  if (!generate) return interpretMap(plan.exprs, plan.operands);
  return compile<MapKernel>(mapSource(plan.exprs, plan.operands, layout));
}

/** The source of a map kernel. */
export function mapSource(exprs: readonly Expr[], operands: Operands, layout: Layout): string {
  const loops = layout[0]!.length;
  const flat = layout[0]![0] === COUNTER;
  const { lines, values } = place(exprs, operands, layout, loops);
  // Every value is computed before the first store: an output may be one of the inputs.
  const stores = values.map((value, output) => {
    const operand = operands.count + output;
    return `v${operand}[${pointer(operand, loops)}] = ${value};`;
  });
  const body = [...lines[loops]!, ...stores];
  const row =
    loops === 0
      ? undefined
      : rowFunction("row", layout, loops - 1, new Array<readonly string[]>(repetitions(body)).fill(body));
  const text = [
    row?.source ?? "",
    "return function map(inputs, scalars, outputs, size, sizes, strides) {",
    ...declareOperands(operands, layout),
    ...exprs.flatMap((_, output) => declareView(operands.count + output, `outputs[${output}]`, layout)),
    ...(flat ? ["const n0 = size;"] : declareLoops(layout, loops)),
    ...lines[0]!,
  ];
  const ends: string[] = [];
  for (let loop = 0; loop < loops - 1; loop++) {
    const { before, start, end } = motion(layout, loop);
    text.push(...before, `for (let i${loop} = 0; i${loop} < n${loop}; i${loop}++) {`, ...start, ...lines[loop + 1]!);
    ends.unshift(...end, "}");
  }
  const innermost = row === undefined ? stores : callInChunks(row, loops - 1);
  return [...text, ...innermost, ...ends, "};"].join("\n");
}
