/**
 * Element-wise work followed by a reduction: one kernel per expressions and layout, in one of two orders.
 *
 * - *inner*: the loops over the reduced axes are innermost, and the state lives in local variables;
 * - *rows*: where the memory's short strides run along a kept axis, that axis is innermost and a tile of it is
 *   accumulated at once, in small arrays, so that memory is still read in its own order.
 *
 * @module
 */
import {
  type Expr,
  input,
  type LoopNest,
  MOST_KERNELS,
  mergeLoops,
  type ReduceCall,
  type ReduceOp,
  remember,
  sizeOf,
} from "@lucid/backend";
import type { CpuBuffer, CpuView } from "../buffer.js";
import { accumulatedType } from "./accumulate.js";
import { compile } from "./compile.js";
import { interpretReduce } from "./interpret-reduce.js";
import { flatLayout, type Layout, layoutKey, layoutOf, NO_STRIDES, STILL } from "./layout.js";
import { areContiguous, type Operands, operandsRead, stridesOf } from "./operands.js";
import { reduceSource } from "./reduce-source.js";

/**
 * Runs over the kept loops, then the reduced loops (order *inner*), or with the last kept loop moved to the end (order
 * *rows*). Operands are numbered as in {@link Operands}, then the output; `strides[operand][loop]`.
 */
export type ReduceKernel = (
  inputs: readonly CpuView[],
  scalars: readonly number[],
  output: CpuView,
  sizes: readonly number[],
  strides: readonly (readonly number[])[],
) => void;

/** What is reduced, and how. */
export interface Reduction {
  readonly op: ReduceOp;
  readonly value: Expr;
  /** Always an expression of input(0): the accumulated value itself where the call has no `finish`. */
  readonly finish: Expr;
  readonly operands: Operands;
}

/** How the loops of a reduction are arranged. */
export interface Arrangement {
  /** Loops over kept axes, of `loops`. */
  readonly kept: number;
  readonly loops: number;
  /** The last kept loop runs innermost. */
  readonly rows: boolean;
}

interface ReducePlan extends Reduction {
  flat: ReduceKernel | undefined;
  /** By kept loops and order, then by layout. */
  readonly nested: (Map<number | string, ReduceKernel> | undefined)[];
}

/** The `reduce` member of a backend. */
export type ReduceMember = (call: ReduceCall<CpuBuffer>) => void;

/** Makes the `reduce` member: with generated code, or with interpreted expressions. */
export function createReduce(generate: boolean): ReduceMember {
  const plans: Readonly<Record<ReduceOp, Map<Expr, Map<Expr | undefined, ReducePlan>>>> = {
    sum: new Map(),
    prod: new Map(),
    max: new Map(),
    min: new Map(),
    any: new Map(),
    all: new Map(),
    argmax: new Map(),
    argmin: new Map(),
  };
  const find = (op: ReduceOp, value: Expr, finish: Expr | undefined): ReducePlan => {
    const byFinish = plans[op].get(value) ?? remember(plans[op], value, new Map<Expr | undefined, ReducePlan>());
    return byFinish.get(finish) ?? remember(byFinish, finish, planOf(op, value, finish));
  };
  return (call) => {
    if (sizeOf(call.output.shape) === 0) return;
    run(find(call.op, call.value, call.finish), call, generate);
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

function run(plan: ReducePlan, call: ReduceCall<CpuBuffer>, generate: boolean): void {
  const { operands } = plan;
  const { shape, axes, inputs, scalars, output } = call;
  if (axes.length === shape.length && areContiguous(operands, inputs, NO_VIEWS)) {
    plan.flat ??= makeKernel(plan, FLAT, [...flatLayout(operands.count), [STILL]], generate);
    plan.flat(inputs, scalars, output, [sizeOf(shape)], NO_STRIDES);
    return;
  }
  const all = stridesOf(operands, inputs, shape);
  all.push(output.strides);

  const keptAxes: number[] = [];
  for (let axis = 0; axis < shape.length; axis++) if (!axes.includes(axis)) keptAxes.push(axis);
  const kept = mergeLoops(keptAxes, shape, all);
  // The output stands still along reduced axes, whatever strides its axes of size 1 claim.
  all[all.length - 1] = new Array<number>(shape.length).fill(0);
  const reduced = mergeLoops(axes, shape, all);
  const rows = prefersRows(kept, reduced);
  const sizes = arrange(kept.shape, reduced.shape, rows);
  const strides: (readonly number[])[] = [];
  for (let i = 0; i < all.length; i++) strides.push(arrange(kept.strides[i]!, reduced.strides[i]!, rows));

  const arrangement: Arrangement = { kept: kept.shape.length, loops: sizes.length, rows };
  const byLayout = (plan.nested[arrangement.kept * 2 + (rows ? 1 : 0)] ??= new Map());
  const key = layoutKey(sizes.length, strides);
  const kernel =
    byLayout.get(key) ??
    remember(byLayout, key, makeKernel(plan, arrangement, layoutOf(strides), generate), MOST_KERNELS);
  kernel(inputs, scalars, output, sizes, strides);
}

const NO_VIEWS: readonly CpuView[] = [];
const FLAT: Arrangement = { kept: 0, loops: 1, rows: false };

function makeKernel(plan: ReducePlan, arrangement: Arrangement, layout: Layout, generate: boolean): ReduceKernel {
  return generate ? compile<ReduceKernel>(reduceSource(plan, arrangement, layout)) : interpretReduce(plan, arrangement);
}

/** Shorter rows than this do not repay the arrays. */
const SHORTEST_ROW = 8;

/** Whether the operands run through memory in shorter steps along the last kept loop than along the last reduced one. */
function prefersRows(kept: LoopNest, reduced: LoopNest): boolean {
  const lastKept = kept.shape.length - 1;
  const lastReduced = reduced.shape.length - 1;
  if (lastKept < 0 || lastReduced < 0 || kept.shape[lastKept]! < SHORTEST_ROW) return false;
  let keptStep = 0;
  let reducedStep = 0;
  // The last operand is the output.
  for (let operand = 0; operand < kept.strides.length - 1; operand++) {
    keptStep += Math.abs(kept.strides[operand]![lastKept]!);
    reducedStep += Math.abs(reduced.strides[operand]![lastReduced]!);
  }
  return keptStep < reducedStep;
}

function arrange(kept: readonly number[], reduced: readonly number[], rows: boolean): readonly number[] {
  const loops: number[] = [];
  const outer = rows ? kept.length - 1 : kept.length;
  for (let i = 0; i < outer; i++) loops.push(kept[i]!);
  for (let i = 0; i < reduced.length; i++) loops.push(reduced[i]!);
  if (rows) loops.push(kept[outer]!);
  return loops;
}
