/**
 * Element-wise work: one kernel per expressions and layout.
 *
 * @module
 */
import {
  createPlans,
  type Expr,
  type MapCall,
  MOST_KERNELS,
  mergeLoops,
  type Plans,
  remember,
  sizeOf,
} from "@lucid/backend";
import type { CpuBuffer, CpuView } from "../buffer.js";
import { compile } from "./compile.js";
import { interpretMap } from "./interpret.js";
import { flatLayout, type Layout, layoutKey, layoutOf, NO_STRIDES } from "./layout.js";
import { mapSource } from "./map-source.js";
import { areContiguous, type Operands, operandsRead, stridesOf } from "./operands.js";

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
    if (areContiguous(plan.operands, inputs, outputs)) {
      plan.flat ??= makeKernel(plan, flatLayout(plan.operands.count + outputs.length), generate);
      plan.flat(inputs, scalars, outputs, size, NO_SIZES, NO_STRIDES);
    } else {
      runNested(plan, inputs, scalars, outputs, size, generate);
    }
  };
}

const NO_SIZES: readonly number[] = [];

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
  const all = stridesOf(operands, inputs, shape);
  for (let i = 0; i < outputs.length; i++) all.push(outputs[i]!.strides);
  const nest = mergeLoops(followMemory(shape, outputs[0]!.strides), shape, all);
  const key = layoutKey(nest.shape.length, nest.strides);
  const kernel =
    plan.nested.get(key) ??
    remember(plan.nested, key, makeKernel(plan, layoutOf(nest.strides), generate), MOST_KERNELS);
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
