/**
 * The member `map`: element-wise computations, with one kernel for each list of expressions and layout class.
 *
 * @module
 */
import { type DType, type Expr, equalShapes, type MapCall, sizeOf } from "@lucid/backend";
import {
  areContiguous,
  createPlans,
  followMemory,
  mergeLoops,
  MOST_KERNELS,
  type Operands,
  operandsRead,
  remember,
  stridesOf,
  widthsOf,
} from "@lucid/backend/kit";
import type { Buffers, WasmBuffer, WasmView } from "../buffer.js";
import { BLOCK, BLOCK_WORD, type Kernel, type Platform } from "../kernel.js";
import { costOf } from "./evaluate.js";
import { compileMap } from "./map-kernel.js";
import { type BlockLayout, blockLayout, moveOf, movesKey, UNIT, writeLoops, writeScalars } from "./nest.js";

/** The expressions of a map with the kernels that were made for them. */
interface MapPlan {
  readonly exprs: readonly Expr[];
  readonly operands: Operands;
  readonly outputs: readonly DType[];
  readonly widths: readonly number[];
  /** The time of one element in nanoseconds. */
  readonly cost: number;
  /** The argument block of the kernel for contiguous operands. */
  readonly flatLayout: BlockLayout;
  flat: Kernel | undefined;
  readonly nested: Map<number | string, Kernel>;
  last: Nested | undefined;
}

/** The `map` member of a backend. */
export type MapMember = (call: MapCall<WasmBuffer>) => void;

/** Makes the `map` member. */
export function createMap(platform: Platform, buffers: Buffers): MapMember {
  const plans = createPlans(planOf, platform.budget);
  return ({ exprs, inputs, scalars, outputs }) => {
    const size = sizeOf(outputs[0]!.shape);
    if (size === 0) return;
    buffers.begin();
    const plan = plans.find(exprs);
    const { operands } = plan;
    if (areContiguous(operands, inputs, outputs)) {
      const kernel = (plan.flat ??= compileFlat(platform, plan));
      writePointers(platform, buffers, plan.flatLayout, operands, inputs, outputs);
      writeScalars(platform, scalars, operands.scalars);
      const cost = size * plan.cost;
      platform.run(kernel, size, 16, cost, cost < platform.shareFrom ? undefined : changedBy(inputs, outputs));
    } else {
      runNested(platform, buffers, plan, inputs, scalars, outputs);
    }
  };
}

function planOf(exprs: readonly Expr[]): MapPlan {
  const operands = operandsRead(exprs);
  const outputs = exprs.map((expr) => expr.dtype);
  return {
    exprs,
    operands,
    outputs,
    widths: widthsOf(operands, outputs),
    cost: costOf(exprs, operands.count + outputs.length),
    flatLayout: blockLayout(operands.scalars, operands.count + outputs.length, 1),
    flat: undefined,
    nested: new Map(),
    last: undefined,
  };
}

/** Compiles the kernel for contiguous operands. It reads neither size nor strides of its only loop from the block. */
function compileFlat(platform: Platform, plan: MapPlan): Kernel {
  const { exprs, operands, outputs } = plan;
  const moves = new Array<number>(operands.count + outputs.length).fill(UNIT);
  return compileMap(platform, exprs, { operands, outputs, moves, loops: 1, vectorLoop: 0 });
}

/**
 * Writes the addresses of the operands into the block. Getting an address may restore an evicted buffer and let the memory grow, so
 * `platform.words` is read anew each time.
 */
export function writePointers(
  platform: Platform,
  buffers: Buffers,
  layout: BlockLayout,
  operands: Operands,
  inputs: readonly WasmView[],
  outputs: readonly WasmView[],
): void {
  let at = BLOCK_WORD + layout.pointers / 4;
  const read = operands.inputs;
  for (let i = 0; i < read.length; i++) {
    const address = buffers.address(inputs[read[i]!]!);
    platform.words[at++] = address;
  }
  // Positions begin at 0.
  for (let i = read.length; i < operands.count; i++) platform.words[at++] = 0;
  for (let i = 0; i < outputs.length; i++) {
    const address = buffers.address(outputs[i]!);
    platform.words[at++] = address;
  }
}

/** How loops over given strides are run, kept for the next call with equal ones. Shape and strides are copies. */
interface Nested {
  readonly shape: readonly number[];
  /** The strides of the inputs that are read, then those of the outputs. */
  readonly given: readonly (readonly number[])[];
  readonly kernel: Kernel;
  readonly layout: BlockLayout;
  readonly sizes: readonly number[];
  readonly strides: readonly (readonly number[])[];
  readonly tiled: boolean;
}

function runNested(
  platform: Platform,
  buffers: Buffers,
  plan: MapPlan,
  inputs: readonly WasmView[],
  scalars: readonly number[],
  outputs: readonly WasmView[],
): void {
  const { operands } = plan;
  if (!isLast(plan, inputs, outputs)) plan.last = findNested(platform, plan, inputs, outputs);
  const { kernel, layout, sizes, strides, tiled } = plan.last!;
  writePointers(platform, buffers, layout, operands, inputs, outputs);
  writeScalars(platform, scalars, operands.scalars);
  writeLoops(platform, layout, sizes, strides, plan.widths);
  const cost = sizeOf(outputs[0]!.shape) * plan.cost;
  const changes = cost < platform.shareFrom ? undefined : changedBy(inputs, outputs);
  if (tiled) runTiles(platform, plan, plan.last!, cost, changes);
  else platform.run(kernel, sizes[0]!, sizes.length === 1 ? 16 : 1, cost, changes);
}

/** An output whose buffer is also that of an input, if there is one. */
function changedBy(inputs: readonly WasmView[], outputs: readonly WasmView[]): WasmView | undefined {
  return outputs.find((output) => inputs.some((input) => input.buffer === output.buffer));
}

/** Whether shape and strides equal those of the last call. */
function isLast({ last, operands }: MapPlan, inputs: readonly WasmView[], outputs: readonly WasmView[]): boolean {
  if (last === undefined || !equalShapes(last.shape, outputs[0]!.shape)) return false;
  const { given } = last;
  const read = operands.inputs;
  for (let i = 0; i < read.length; i++) if (!equalShapes(given[i]!, inputs[read[i]!]!.strides)) return false;
  for (let i = 0; i < outputs.length; i++) {
    if (!equalShapes(given[read.length + i]!, outputs[i]!.strides)) return false;
  }
  return true;
}

function findNested(
  platform: Platform,
  plan: MapPlan,
  inputs: readonly WasmView[],
  outputs: readonly WasmView[],
): Nested {
  const { operands, nested } = plan;
  const { shape } = outputs[0]!;
  const all = stridesOf(operands, inputs, shape);
  for (let i = 0; i < outputs.length; i++) all.push(outputs[i]!.strides);
  const given = all.filter((_, i) => i < operands.inputs.length || i >= operands.count).map((along) => [...along]);
  let { shape: sizes, strides } = mergeLoops(followMemory(shape, outputs[0]!.strides), shape, all);
  if (sizes.length === 0) {
    sizes = ONE;
    strides = all.map(() => ONE);
  }
  const loops = sizes.length;
  const key = movesKey(loops, strides, loops - 1);
  let kernel = nested.get(key);
  if (kernel === undefined) {
    const moves = strides.map((along) => moveOf(along[loops - 1]!));
    const options = { operands, outputs: plan.outputs, moves, loops, vectorLoop: loops - 1 };
    kernel = remember(nested, key, compileMap(platform, plan.exprs, options), MOST_KERNELS);
  }
  const layout = blockLayout(operands.scalars, operands.count + outputs.length, loops);
  return {
    shape: [...shape],
    given,
    kernel,
    layout,
    sizes,
    strides,
    tiled: loops >= 2 && walksAcross(plan, sizes, strides),
  };
}

/** Runs a few columns at a time, so that the cache lines that a strided operand loads for one row are still there for the next. */
function runTiles(
  platform: Platform,
  plan: MapPlan,
  { kernel, layout, sizes, strides }: Nested,
  cost: number,
  changes: WasmView | undefined,
): void {
  const last = sizes.length - 1;
  const size = sizes[last]!;
  const sizeAt = (BLOCK + layout.sizes) / 4 + last;
  const pointersAt = (BLOCK + layout.pointers) / 4;
  const { words } = platform;
  for (let start = 0; start < size; start += TILE) {
    if (start > 0) {
      for (let operand = 0; operand < strides.length; operand++) {
        words[pointersAt + operand]! += TILE * strides[operand]![last]! * plan.widths[operand]!;
      }
    }
    words[sizeAt] = Math.min(TILE, size - start);
    platform.run(kernel, sizes[0]!, 1, (cost * TILE) / size, changes);
  }
}

/** The number of columns in a tile: one cache line of float32. */
const TILE = 16;
/** The least number of elements for which tiles are faster. */
const SMALLEST_TILED = 16384;

/** Whether an input is stored across the loops: its next column is in another cache line, and its next row is nearer. */
function walksAcross(plan: MapPlan, sizes: readonly number[], strides: readonly (readonly number[])[]): boolean {
  const last = sizes.length - 1;
  if (sizes[last]! < 2 * TILE || sizes[last]! * sizes[last - 1]! < SMALLEST_TILED) return false;
  for (let operand = 0; operand < plan.operands.inputs.length; operand++) {
    const across = Math.abs(strides[operand]![last]!);
    if (across * plan.widths[operand]! >= 64 && Math.abs(strides[operand]![last - 1]!) < across) return true;
  }
  return false;
}

const ONE: readonly number[] = [1];
