/**
 * What a kernel walks over. Beside the inputs and outputs of a call there are *positions*: `index(axis)` and the
 * row-major index of a random draw are treated as operands whose "pointer" is the value itself. `index(1)` is an operand
 * of strides [0, 1, 0 …], the row-major index one of contiguous strides, so merging, reordering and hoisting loops keep
 * logical positions right without any special case.
 *
 * @module
 */
import { contiguousStrides, type Expr, inOrder, isContiguous, type LoopNest, type View } from "@lucid/backend";

/** The operands that some expressions read, in the order in which kernels number them. */
export interface Operands {
  /** Which inputs of the call are read, ascending: the first operands. */
  readonly inputs: readonly number[];
  /** Axes whose position is read: the operands after the inputs. */
  readonly axes: readonly number[];
  /** Whether the row-major index is read: one more operand. */
  readonly rowMajor: boolean;
  /** How many operands that makes; outputs come after them. */
  readonly count: number;
}

/** Finds what the expressions read. */
export function operandsRead(roots: readonly Expr[]): Operands {
  const inputs = new Set<number>();
  const axes = new Set<number>();
  let rowMajor = false;
  for (const expr of inOrder(roots)) {
    if (expr.kind === "input") inputs.add(expr.index);
    else if (expr.kind === "index") axes.add(expr.axis);
    else if (expr.kind === "random" && expr.counter === undefined) rowMajor = true;
  }
  const ascending = (set: Set<number>): number[] => [...set].sort((a, b) => a - b);
  return {
    inputs: ascending(inputs),
    axes: ascending(axes),
    rowMajor,
    count: inputs.size + axes.size + (rowMajor ? 1 : 0),
  };
}

/** Strides of the operands that are positions, over a domain of this shape. */
export function positionStrides(operands: Operands, shape: readonly number[]): (readonly number[])[] {
  const strides: (readonly number[])[] = operands.axes.map((axis) => shape.map((_, other) => (other === axis ? 1 : 0)));
  if (operands.rowMajor) strides.push(contiguousStrides(shape));
  return strides;
}

/**
 * The loops over some axes, in the given order: neighbours are merged wherever every operand runs through them in one
 * stride, and axes of size 1 are dropped (`collapse` of `@lucid/backend` for chosen axes, without closures: it runs before
 * most kernels).
 */
export function mergeLoops(
  axes: readonly number[],
  shape: readonly number[],
  strides: readonly (readonly number[])[],
): LoopNest {
  const sizes: number[] = [];
  const merged: number[][] = [];
  for (let operand = 0; operand < strides.length; operand++) merged.push([]);
  for (let i = 0; i < axes.length; i++) {
    const axis = axes[i]!;
    const size = shape[axis]!;
    if (size === 1) continue;
    const last = sizes.length - 1;
    let joins = last >= 0;
    for (let operand = 0; joins && operand < strides.length; operand++) {
      joins = merged[operand]![last] === strides[operand]![axis]! * size;
    }
    if (joins) {
      sizes[last]! *= size;
      for (let operand = 0; operand < strides.length; operand++) merged[operand]![last] = strides[operand]![axis]!;
    } else {
      sizes.push(size);
      for (let operand = 0; operand < strides.length; operand++) merged[operand]!.push(strides[operand]![axis]!);
    }
  }
  return { shape: sizes, strides: merged };
}

/** How an operand moves along a loop: not at all, by one, or by any stride. */
export const STILL = 0;
export const UNIT = 1;
export const STRIDED = 2;
/** By one, from 0: the loop's counter is the pointer. A kernel's only loop, over contiguous operands. */
export const COUNTER = 3;

const COUNTER_LOOP: readonly number[] = [COUNTER];

/** The layout of contiguous operands: one loop. */
export function flatLayout(operands: number): Layout {
  return new Array<readonly number[]>(operands).fill(COUNTER_LOOP);
}

/** Whether one loop with stride 1 covers the domain for all operands that are read. */
export function readsFlat(operands: Operands, inputs: readonly View[]): boolean {
  if (operands.axes.length > 0) return false;
  const read = operands.inputs;
  for (let i = 0; i < read.length; i++) if (!isContiguous(inputs[read[i]!]!)) return false;
  return true;
}

/** For each operand, how it moves along each loop, outermost first. UNIT is told apart on the innermost loop only. */
export type Layout = readonly (readonly number[])[];

/** The layout of a loop nest; kernels are specialised to it. */
export function layoutOf(strides: readonly (readonly number[])[]): Layout {
  return strides.map((operand) =>
    operand.map((stride, loop) =>
      stride === 0 ? STILL : stride === 1 && loop === operand.length - 1 ? UNIT : STRIDED,
    ),
  );
}

/** Kernels kept for one plan; layouts are few, so that only an unusual program ever starts anew. */
export const MOST_LAYOUTS = 256;

/** A key that tells the layouts of nests with the same number of operands apart. */
export function layoutKey(loops: number, strides: readonly (readonly number[])[]): number | string {
  if (loops * strides.length > 30) return JSON.stringify(layoutOf(strides));
  let key = loops;
  for (let operand = 0; operand < strides.length; operand++) {
    const along = strides[operand]!;
    for (let loop = 0; loop < loops; loop++) {
      const stride = along[loop]!;
      key = key * 3 + (stride === 0 ? STILL : stride === 1 && loop === loops - 1 ? UNIT : STRIDED);
    }
  }
  return key;
}

/** The depth at which an operand's pointer is known: 0 before all loops, `d` inside the first `d` loops. */
export function depthOf(layout: readonly number[]): number {
  let depth = layout.length;
  while (depth > 0 && layout[depth - 1] === STILL) depth--;
  return depth;
}
