/**
 * The member `map`: element-wise computations, with one kernel for each list of expressions and layout.
 *
 * @module
 */
import { type Expr, type MapCall, sizeOf } from "@lucid/backend";
import {
  areContiguous,
  createPlans,
  followMemory,
  mergeLoops,
  MOST_KERNELS,
  type Operands,
  operandsRead,
  type Plans,
  remember,
  stridesOf,
} from "@lucid/backend/kit";
import type { CpuBuffer, CpuView } from "../buffer.js";
import type { Compiler } from "./compile.js";
import { interpretMap } from "./interpret.js";
import type { MapKernel } from "./kernels.js";
import { flatLayout, type Layout, layoutKey, layoutOf, NO_STRIDES } from "./layout.js";
import { mapSource } from "./map-source.js";

/** The expressions of a map with the kernels that were made for them. */
interface MapPlan {
  readonly exprs: readonly Expr[];
  readonly operands: Operands;
  flat: MapKernel | undefined;
  readonly nested: Map<number | string, MapKernel>;
}

/** The `map` member of a backend. */
export type MapMember = (call: MapCall<CpuBuffer>) => void;

/** Makes the `map` member: with generated code, or with interpreted expressions. */
export function createMap(compiler: Compiler): MapMember {
  const plans: Plans<MapPlan> = createPlans(
    (exprs) => ({ exprs, operands: operandsRead(exprs), flat: undefined, nested: new Map() }),
    compiler.budget,
  );
  return ({ exprs, inputs, scalars, outputs }) => {
    const size = sizeOf(outputs[0]!.shape);
    if (size === 0) return;
    const plan = plans.find(exprs);
    if (areContiguous(plan.operands, inputs, outputs)) {
      plan.flat ??= makeKernel(plan, flatLayout(plan.operands.count + outputs.length), compiler);
      plan.flat(inputs, scalars, outputs, size, NO_SIZES, NO_STRIDES);
    } else {
      runNested(plan, inputs, scalars, outputs, size, compiler);
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
  compiler: Compiler,
): void {
  const { operands } = plan;
  const { shape } = outputs[0]!;
  const all = stridesOf(operands, inputs, shape);
  for (let i = 0; i < outputs.length; i++) all.push(outputs[i]!.strides);
  const nest = mergeLoops(followMemory(shape, outputs[0]!.strides), shape, all);
  const key = layoutKey(nest.shape.length, nest.strides);
  const kernel =
    plan.nested.get(key) ??
    remember(plan.nested, key, makeKernel(plan, layoutOf(nest.strides), compiler), MOST_KERNELS);
  kernel(inputs, scalars, outputs, size, nest.shape, nest.strides);
}

function makeKernel(plan: MapPlan, layout: Layout, compiler: Compiler): MapKernel {
  if (!compiler.generates) return interpretMap(plan.exprs, plan.operands);
  return compiler.compile<MapKernel>(mapSource(plan.exprs, plan.operands, layout));
}
