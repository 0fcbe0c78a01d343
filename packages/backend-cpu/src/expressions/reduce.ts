/**
 * The member `reduce`: element-wise computations followed by a reduction. There is one kernel for each reduction and layout, with its
 * loops in one of two orders.
 *
 * - *inner*: the loops over the reduced axes are innermost, and the state is in local variables;
 * - *rows*: a kept axis with the shortest steps in memory is innermost, and the results along a part of it (a tile) are accumulated at
 *   the same time, in small arrays. Memory is then read in its own order.
 *
 * @module
 */
import { type Expr, input, type ReduceCall, type ReduceOp, sizeOf } from "@lucid/backend";
import {
  accumulatedType,
  areContiguous,
  createReducePlans,
  keptStepsAreShorter,
  type LoopNest,
  MOST_KERNELS,
  operandsRead,
  reductionLoops,
  remember,
  stridesOf,
} from "@lucid/backend/kit";
import type { CpuBuffer, CpuView } from "../buffer.js";
import type { Compiler } from "./compile.js";
import { interpretReduce } from "./interpret-reduce.js";
import type { Arrangement, ReduceKernel, Reduction } from "./kernels.js";
import { flatLayout, type Layout, layoutKey, layoutOf, NO_STRIDES, STILL } from "./layout.js";
import { reduceSource } from "./reduce-source.js";

interface ReducePlan extends Reduction {
  flat: ReduceKernel | undefined;
  /** Kernels by number of kept loops and order, then by layout. */
  readonly nested: (Map<number | string, ReduceKernel> | undefined)[];
}

/** The `reduce` member of a backend. */
export type ReduceMember = (call: ReduceCall<CpuBuffer>) => void;

/** Makes the `reduce` member: with generated code, or with interpreted expressions. */
export function createReduce(compiler: Compiler): ReduceMember {
  const plans = createReducePlans(planOf, compiler.budget);
  return (call) => {
    if (sizeOf(call.output.shape) === 0) return;
    run(plans.find(call.op, call.value, call.finish), call, compiler);
  };
}

function planOf(op: ReduceOp, value: Expr, finish: Expr | undefined): ReducePlan {
  return {
    op,
    value,
    finish: finish ?? input(0, accumulatedType(op, value.dtype)),
    operands: operandsRead([value]),
    flat: undefined,
    nested: [],
  };
}

function run(plan: ReducePlan, call: ReduceCall<CpuBuffer>, compiler: Compiler): void {
  const { operands } = plan;
  const { shape, axes, inputs, scalars, output } = call;
  if (axes.length === shape.length && areContiguous(operands, inputs, NO_VIEWS)) {
    plan.flat ??= makeKernel(plan, FLAT, [...flatLayout(operands.count), [STILL]], compiler);
    plan.flat(inputs, scalars, output, [sizeOf(shape)], NO_STRIDES);
    return;
  }
  const { kept, reduced } = reductionLoops(shape, axes, stridesOf(operands, inputs, shape), output.strides);
  const rows = prefersRows(kept, reduced);
  const sizes = arrange(kept.shape, reduced.shape, rows);
  const strides: (readonly number[])[] = [];
  for (let i = 0; i < kept.strides.length; i++) strides.push(arrange(kept.strides[i]!, reduced.strides[i]!, rows));

  const arrangement: Arrangement = { kept: kept.shape.length, loops: sizes.length, rows };
  const byLayout = (plan.nested[arrangement.kept * 2 + (rows ? 1 : 0)] ??= new Map());
  const key = layoutKey(sizes.length, strides);
  const kernel =
    byLayout.get(key) ??
    remember(byLayout, key, makeKernel(plan, arrangement, layoutOf(strides), compiler), MOST_KERNELS);
  kernel(inputs, scalars, output, sizes, strides);
}

const NO_VIEWS: readonly CpuView[] = [];
const FLAT: Arrangement = { kept: 0, loops: 1, rows: false };

function makeKernel(plan: ReducePlan, arrangement: Arrangement, layout: Layout, compiler: Compiler): ReduceKernel {
  return compiler.generates
    ? compiler.compile<ReduceKernel>(reduceSource(plan, arrangement, layout))
    : interpretReduce(plan, arrangement);
}

/** Rows shorter than this are faster without arrays of states. */
const SHORTEST_ROW = 8;

/** Whether the order *rows* is faster. */
function prefersRows(kept: LoopNest, reduced: LoopNest): boolean {
  const lastKept = kept.shape.length - 1;
  if (lastKept < 0 || reduced.shape.length === 0 || kept.shape[lastKept]! < SHORTEST_ROW) return false;
  return keptStepsAreShorter(kept, reduced);
}

function arrange(kept: readonly number[], reduced: readonly number[], rows: boolean): readonly number[] {
  const loops: number[] = [];
  const outer = rows ? kept.length - 1 : kept.length;
  for (let i = 0; i < outer; i++) loops.push(kept[i]!);
  for (let i = 0; i < reduced.length; i++) loops.push(reduced[i]!);
  if (rows) loops.push(kept[outer]!);
  return loops;
}
