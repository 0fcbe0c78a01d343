/**
 * Element-wise work followed by a reduction: one kernel per expressions and layout class.
 *
 * @module
 */
import {
  type Expr,
  inOrder,
  input,
  type LoopNest,
  MOST_KERNELS,
  mergeLoops,
  type ReduceCall,
  type ReduceOp,
  remember,
  sizeOf,
} from "@lucid/backend";
import type { Buffers, WasmBuffer, WasmView } from "../buffer.js";
import { BLOCK, type Kernel, type Platform } from "../kernel.js";
import { accumulatedType, accumulationOf } from "./accumulate.js";
import { writePointers } from "./map.js";
import { type BlockLayout, blockLayout, moveOf, movesKey, STILL, UNIT, writeLoops, writeScalars } from "./nest.js";
import { areContiguous, type Operands, operandsRead, stridesOf, widthsOf } from "./operands.js";
import { type Arrangement, compileReduce, type Reduction } from "./reduce-kernel.js";

interface ReducePlan extends Reduction {
  readonly operands: Operands;
  readonly widths: readonly number[];
  /** Of the kernel for contiguous operands that are reduced entirely. */
  readonly flatLayout: BlockLayout;
  flat: Kernel | undefined;
  /** By kept loops and order, then by layout. */
  readonly nested: (Map<number | string, Kernel> | undefined)[];
}

/** The `reduce` member of a backend. */
export type ReduceMember = (call: ReduceCall<WasmBuffer>) => void;

/** Makes the `reduce` member. */
export function createReduce(platform: Platform, buffers: Buffers): ReduceMember {
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
    buffers.begin();
    run(platform, buffers, find(call.op, call.value, call.finish), call);
  };
}

function planOf(op: ReduceOp, value: Expr, given: Expr | undefined): ReducePlan {
  const finish = given ?? input(0, accumulatedType(op, value.dtype));
  const read = operandsRead([value]);
  let { scalars } = read;
  for (const expr of inOrder([finish])) if (expr.kind === "scalar") scalars = Math.max(scalars, expr.index + 1);
  const operands = { ...read, scalars };
  return {
    op,
    value,
    finish,
    accumulation: accumulationOf(op, value.dtype),
    operands,
    widths: widthsOf(operands, [finish.dtype]),
    flatLayout: blockLayout(scalars, operands.count + 1, 1),
    flat: undefined,
    nested: [],
  };
}

function run(platform: Platform, buffers: Buffers, plan: ReducePlan, call: ReduceCall<WasmBuffer>): void {
  const { operands } = plan;
  const { shape, axes, inputs, scalars, output } = call;
  const outputs = [output];
  if (axes.length === shape.length && areContiguous(operands, inputs, NO_VIEWS)) {
    if (plan.flat === undefined) {
      const moves = [...new Array<number>(operands.count).fill(UNIT), STILL];
      plan.flat = compile(platform, plan, { kept: 0, rows: false }, moves, 1, 0);
    }
    writePointers(platform, buffers, plan.flatLayout, operands, inputs, outputs);
    writeScalars(platform, scalars, operands.scalars);
    plan.flat(BLOCK, 0, sizeOf(shape));
    return;
  }
  const all = stridesOf(operands, inputs, shape);
  all.push(output.strides);
  const keptAxes: number[] = [];
  for (let axis = 0; axis < shape.length; axis++) if (!axes.includes(axis)) keptAxes.push(axis);
  const kept = mergeLoops(keptAxes, shape, all);
  // The output stands still along reduced axes, whatever strides its axes of size 1 claim.
  all[all.length - 1] = new Array<number>(shape.length).fill(0);
  const reduced = withLoop(mergeLoops(axes, shape, all));

  const rows = prefersRows(kept, reduced);
  const sizes = [...kept.shape, ...reduced.shape];
  const strides = all.map((_, operand) => [...kept.strides[operand]!, ...reduced.strides[operand]!]);
  const loops = sizes.length;
  const vectorLoop = rows ? kept.shape.length - 1 : loops - 1;
  const arrangement: Arrangement = { kept: kept.shape.length, rows };
  const byLayout = (plan.nested[arrangement.kept * 2 + (rows ? 1 : 0)] ??= new Map());
  const key = movesKey(loops, strides, vectorLoop);
  let kernel = byLayout.get(key);
  if (kernel === undefined) {
    const moves = strides.map((along) => moveOf(along[vectorLoop]!));
    kernel = remember(byLayout, key, compile(platform, plan, arrangement, moves, loops, vectorLoop), MOST_KERNELS);
  }
  const layout = blockLayout(operands.scalars, operands.count + 1, loops);
  writePointers(platform, buffers, layout, operands, inputs, outputs);
  writeScalars(platform, scalars, operands.scalars);
  writeLoops(platform, layout, sizes, strides, plan.widths);
  kernel(BLOCK, 0, sizes[0]!);
}

const NO_VIEWS: readonly WasmView[] = [];

function compile(
  platform: Platform,
  plan: ReducePlan,
  arrangement: Arrangement,
  moves: readonly number[],
  loops: number,
  vectorLoop: number,
): Kernel {
  const { operands, finish } = plan;
  const options = { operands, outputs: [finish.dtype], moves, loops, vectorLoop };
  return compileReduce(platform, plan, arrangement, options);
}

/** At least one loop: of one step where everything has size 1, of none where something has size 0. */
function withLoop(nest: LoopNest): LoopNest {
  if (nest.shape.includes(0)) return { shape: [0], strides: nest.strides.map(() => [0]) };
  if (nest.shape.length > 0) return nest;
  return { shape: [1], strides: nest.strides.map(() => [0]) };
}

/** Shorter rows than this do not repay the arrangement. */
const SHORTEST_ROW = 4;

/** Whether the operands run through memory in shorter steps along the last kept loop than along the last reduced one. */
function prefersRows(kept: LoopNest, reduced: LoopNest): boolean {
  const lastKept = kept.shape.length - 1;
  const lastReduced = reduced.shape.length - 1;
  if (lastKept < 0 || kept.shape[lastKept]! < SHORTEST_ROW || reduced.shape[0] === 0) return false;
  let keptStep = 0;
  let reducedStep = 0;
  // The last operand is the output.
  for (let operand = 0; operand < kept.strides.length - 1; operand++) {
    keptStep += Math.abs(kept.strides[operand]![lastKept]!);
    reducedStep += Math.abs(reduced.strides[operand]![lastReduced]!);
  }
  return keptStep < reducedStep || reduced.shape[lastReduced] === 1;
}
