/**
 * Element-wise work followed by a reduction: one kernel per expressions and layout class.
 *
 * @module
 */
import {
  cast,
  dtypes,
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
  substitute,
} from "@lucid/backend";
import type { Buffers, WasmBuffer, WasmView } from "../buffer.js";
import { BLOCK, type Kernel, type Platform } from "../kernel.js";
import { accumulatedType, accumulationOf } from "./accumulate.js";
import { costOf } from "./evaluate.js";
import { writePointers } from "./map.js";
import {
  type BlockLayout,
  blockLayout,
  moveOf,
  movesKey,
  STILL,
  UNIT,
  writeLoops,
  writeScalars,
  writeSize,
} from "./nest.js";
import { areContiguous, type Operands, operandsRead, stridesOf, widthsOf } from "./operands.js";
import { type Arrangement, compileParts, compileReduce, PART, type Reduction } from "./reduce-kernel.js";

interface ReducePlan extends Reduction {
  readonly operands: Operands;
  readonly widths: readonly number[];
  /** Nanoseconds for one element. */
  readonly cost: number;
  /** Of the kernels for contiguous operands that are reduced entirely. */
  readonly flatLayout: BlockLayout;
  flat: Kernel | undefined;
  /** By kept loops and order, then by layout. */
  readonly nested: (Map<number | string, Kernel> | undefined)[];
  /** The reduction of what parts have accumulated. */
  joined: ReducePlan | undefined;
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
    cost: costOf([value], operands.count),
    flatLayout: blockLayout(scalars, operands.count + 1, 1),
    flat: undefined,
    nested: [],
    joined: undefined,
  };
}

/** Elements in a part of what is reduced entirely. Fixed, so that results are the same on any number of threads. */
const PART_ELEMENTS = 32768;

function run(platform: Platform, buffers: Buffers, plan: ReducePlan, call: ReduceCall<WasmBuffer>): void {
  const { operands, accumulation } = plan;
  const { shape, axes, inputs, scalars, output } = call;
  const size = sizeOf(shape);
  if (axes.length === shape.length && size > PART_ELEMENTS && !accumulation.usesPosition) {
    runParts(platform, buffers, plan, call);
    return;
  }
  const outputs = [output];
  if (axes.length === shape.length && areContiguous(operands, inputs, NO_VIEWS)) {
    if (plan.flat === undefined) {
      const moves = [...new Array<number>(operands.count).fill(UNIT), STILL];
      plan.flat = compile(platform, plan, { kept: 0, rows: false, wide: false }, moves, 1, 0);
    }
    writePointers(platform, buffers, plan.flatLayout, operands, inputs, outputs);
    writeScalars(platform, scalars, operands.scalars);
    writeSize(platform, plan.flatLayout, size);
    plan.flat.run(BLOCK, 0, 1);
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
  const wide = rows && size >= LARGE;
  const arrangement: Arrangement = { kept: kept.shape.length, rows, wide };
  const byLayout = (plan.nested[arrangement.kept * 3 + (wide ? 2 : rows ? 1 : 0)] ??= new Map());
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
  // The vector loop may be the first one.
  if (kept.shape.length > 0) platform.run(kernel, sizes[0]!, vectorLoop === 0 ? 32 : 1, size * plan.cost);
  else kernel.run(BLOCK, 0, 1);
}

/** A reduction of everything in parts of a fixed size, which several threads may share, and then of their results. */
function runParts(platform: Platform, buffers: Buffers, plan: ReducePlan, call: ReduceCall<WasmBuffer>): void {
  const { operands, accumulation } = plan;
  const { shape, inputs, scalars } = call;
  const all = stridesOf(operands, inputs, shape);
  const nest = mergeLoops(
    shape.map((_, axis) => axis),
    shape,
    all,
  );
  const loops = nest.shape.length;
  const strides = [...nest.strides, new Array<number>(loops).fill(0)];
  const byLayout = (plan.nested[PARTS] ??= new Map());
  const key = movesKey(loops, strides, loops - 1);
  let kernel = byLayout.get(key);
  if (kernel === undefined) {
    const moves = strides.map((along) => moveOf(along[loops - 1]!));
    const options = { operands, outputs: [accumulation.resultType], moves, loops, vectorLoop: loops - 1 };
    kernel = remember(byLayout, key, compileParts(platform, plan, options), MOST_KERNELS);
  }
  const size = sizeOf(shape);
  const first = nest.shape[0]!;
  const steps = Math.max(1, Math.floor((PART_ELEMENTS * first) / size));
  const parts = Math.ceil(first / steps);
  const slot = buffers.scratch(parts * dtypes[accumulation.resultType].bytes);
  try {
    const buffer: WasmBuffer = { dtype: accumulation.resultType, length: parts, slot };
    const results: WasmView = { buffer, dtype: buffer.dtype, shape: [parts], strides: ONE, offset: 0 };
    // Before anything is written, there must be room for all.
    buffers.address(call.output);
    const layout = blockLayout(operands.scalars, operands.count + 1, loops);
    writePointers(platform, buffers, layout, operands, inputs, [results]);
    writeScalars(platform, scalars, operands.scalars);
    writeLoops(platform, layout, nest.shape, strides, plan.widths);
    platform.words[PART / 4] = steps;
    platform.run(kernel, parts, 1, size * plan.cost);
    plan.joined ??= joinedOf(plan);
    run(platform, buffers, plan.joined, { ...call, inputs: [results], shape: results.shape, axes: FIRST_AXIS });
  } finally {
    buffers.release(slot);
  }
}

/** Where kernels for parts stand among those of a plan: nothing is kept, so there are no rows. */
const PARTS = 1;
const ONE: readonly number[] = [1];
const FIRST_AXIS: readonly number[] = [0];

/** The reduction of what parts have accumulated. */
function joinedOf({ op, value, finish, accumulation }: ReducePlan): ReducePlan {
  const { resultType } = accumulation;
  const whole = cast(input(0, resultType), value.dtype);
  return planOf(op, input(0, resultType), substitute(finish, { inputs: [whole] }));
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
export function withLoop(nest: LoopNest): LoopNest {
  if (nest.shape.includes(0)) return { shape: [0], strides: nest.strides.map(() => [0]) };
  if (nest.shape.length > 0) return nest;
  return { shape: [1], strides: nest.strides.map(() => [0]) };
}

/** Elements from which on rows run side by side in greater number. */
const LARGE = 65536;

/** Shorter rows than this do not repay the arrangement. */
const SHORTEST_ROW = 4;

/**
 * Whether the operands run through memory in shorter steps along the last kept loop than along the last reduced one. The
 * last operand, which is an output, is left out.
 */
export function prefersRows(kept: LoopNest, reduced: LoopNest): boolean {
  const lastKept = kept.shape.length - 1;
  const lastReduced = reduced.shape.length - 1;
  if (lastKept < 0 || kept.shape[lastKept]! < SHORTEST_ROW || reduced.shape[0] === 0) return false;
  let keptStep = 0;
  let reducedStep = 0;
  for (let operand = 0; operand < kept.strides.length - 1; operand++) {
    keptStep += Math.abs(kept.strides[operand]![lastKept]!);
    reducedStep += Math.abs(reduced.strides[operand]![lastReduced]!);
  }
  return keptStep < reducedStep || reduced.shape[lastReduced] === 1;
}
