/**
 * What a kernel walks over. Beside the inputs and outputs of a call there are *positions*: `index(axis)` and the
 * row-major index of a random draw are treated as operands whose "pointer" is the value itself. `index(1)` is an operand
 * of strides [0, 1, 0 …], the row-major index one of contiguous strides, so merging, reordering and hoisting loops keep
 * logical positions right without any special case.
 *
 * @module
 */
import { contiguousStrides, type Expr, inOrder, isContiguous, type View } from "@lucid/backend";

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

/** The strides of the operands over a domain of this shape. */
export function stridesOf(
  operands: Operands,
  inputs: readonly View[],
  shape: readonly number[],
): (readonly number[])[] {
  const strides: (readonly number[])[] = [];
  for (let i = 0; i < operands.inputs.length; i++) strides.push(inputs[operands.inputs[i]!]!.strides);
  for (const axis of operands.axes) strides.push(shape.map((_, other) => (other === axis ? 1 : 0)));
  if (operands.rowMajor) strides.push(contiguousStrides(shape));
  return strides;
}

/** Whether one loop with stride 1 covers the domain for all operands that are read, and for the outputs. */
export function areContiguous(operands: Operands, inputs: readonly View[], outputs: readonly View[]): boolean {
  if (operands.axes.length > 0) return false;
  for (let i = 0; i < outputs.length; i++) if (!isContiguous(outputs[i]!)) return false;
  // Views of one shape mostly share one array of strides: looking at it once is enough.
  const known = outputs[0]?.strides;
  for (let i = 0; i < operands.inputs.length; i++) {
    const view = inputs[operands.inputs[i]!]!;
    if (view.strides !== known && !isContiguous(view)) return false;
  }
  return true;
}
