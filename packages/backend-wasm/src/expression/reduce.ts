/**
 * The member `reduce`: element-wise computations followed by a reduction, with one kernel for each reduction and layout class.
 *
 * @module
 */
import {
  cast,
  dtypes,
  type Expr,
  inOrder,
  input,
  type ReduceCall,
  type ReduceOp,
  sizeOf,
  substitute,
} from "@lucid/backend";
import {
  accumulatedType,
  areContiguous,
  createReducePlans,
  keptStepsAreShorter,
  type LoopNest,
  mergeLoops,
  MOST_KERNELS,
  type Operands,
  operandsRead,
  reductionLoops,
  remember,
  stridesOf,
  widthsOf,
} from "@lucid/backend/kit";
import { atLeastOneLoop } from "./at-least-one-loop.js";
import type { Buffers, WasmBuffer, WasmView } from "../buffer.js";
import { BLOCK, type Kernel, type Platform } from "../kernel.js";
import { accumulationOf } from "./accumulate.js";
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
import { type Arrangement, compileParts, compileReduce, PART, type Reduction } from "./reduce-kernel.js";

interface ReducePlan extends Reduction {
  readonly operands: Operands;
  readonly widths: readonly number[];
  /** The time of one element in nanoseconds. */
  readonly cost: number;
  /** The argument block of the kernel for contiguous operands that are reduced over all axes. */
  readonly flatLayout: BlockLayout;
  flat: Kernel | undefined;
  /** Kernels by number of kept loops and order, then by layout. */
  readonly nested: (Map<number | string, Kernel> | undefined)[];
  /** The reduction of the parts' results. */
  joined: ReducePlan | undefined;
}

/** The `reduce` member of a backend. */
export type ReduceMember = (call: ReduceCall<WasmBuffer>) => void;

/** Makes the `reduce` member. */
export function createReduce(platform: Platform, buffers: Buffers): ReduceMember {
  const plans = createReducePlans(planOf, platform.budget);
  return (call) => {
    if (sizeOf(call.output.shape) === 0) return;
    buffers.begin();
    run(platform, buffers, plans.find(call.op, call.value, call.finish), call);
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

/** The number of elements in a part of a reduction over all axes. It is fixed, so results do not depend on the number of threads. */
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
  const nests = reductionLoops(shape, axes, stridesOf(operands, inputs, shape), output.strides);
  const { kept } = nests;
  const reduced = atLeastOneLoop(nests.reduced);
  const rows = prefersRows(kept, reduced);
  const sizes = [...kept.shape, ...reduced.shape];
  const strides = kept.strides.map((along, operand) => [...along, ...reduced.strides[operand]!]);
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

/** Reduces all axes: first in parts of a fixed size, which threads may share, and then the results of the parts. */
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
    const buffer: WasmBuffer = { dtype: accumulation.resultType, length: parts, slot, lease: undefined };
    const results: WasmView = { buffer, dtype: buffer.dtype, shape: [parts], strides: ONE, offset: 0 };
    // This may run out of memory, so it comes before anything is written.
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

/** The index of kernels for parts in a plan. Without kept axes there is no order *rows*, so this index is free. */
const PARTS = 1;
const ONE: readonly number[] = [1];
const FIRST_AXIS: readonly number[] = [0];

/** The reduction of the parts' results. */
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

/** The number of elements from which on more results are computed side by side. */
const LARGE = 65536;

/** Rows shorter than this are reduced in the order *inner*. */
const SHORTEST_ROW = 4;

/**
 * Whether the last kept loop runs as the vector loop, so that several results are computed side by side. The last operand is an
 * output and does not count.
 */
export function prefersRows(kept: LoopNest, reduced: LoopNest): boolean {
  const lastKept = kept.shape.length - 1;
  if (lastKept < 0 || kept.shape[lastKept]! < SHORTEST_ROW || reduced.shape[0] === 0) return false;
  return keptStepsAreShorter(kept, reduced) || reduced.shape[reduced.shape.length - 1] === 1;
}
