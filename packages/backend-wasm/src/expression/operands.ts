/**
 * What a kernel walks over. Beside the inputs and outputs of a call there are *positions*: `index(axis)` and the row-major
 * index of a random draw are operands whose "address" is the value itself: `index(1)` has the strides [0, 1, 0 …], the
 * row-major index contiguous ones. So merging and reordering loops keeps positions right without any special case.
 *
 * @module
 */
import { contiguousStrides, type DType, dtypes, type Expr, inOrder, isContiguous, type View } from "@lucid/backend";

/** The operands that some expressions read, in the order in which kernels number them. */
export interface Operands {
  /** Which inputs of the call are read, ascending: the first operands. */
  readonly inputs: readonly number[];
  /** Their element types. */
  readonly dtypes: readonly DType[];
  /** Axes whose position is read: the operands after the inputs. */
  readonly axes: readonly number[];
  /** Whether the row-major index is read: one more operand. */
  readonly rowMajor: boolean;
  /** How many operands that makes; outputs come after them. */
  readonly count: number;
  /** How many of the call's scalars are needed: the highest index and one. */
  readonly scalars: number;
}

/** Finds what the expressions read. */
export function operandsRead(roots: readonly Expr[]): Operands {
  const inputs = new Map<number, DType>();
  const axes = new Set<number>();
  let rowMajor = false;
  let scalars = 0;
  for (const expr of inOrder(roots)) {
    if (expr.kind === "input") inputs.set(expr.index, expr.dtype);
    else if (expr.kind === "index") axes.add(expr.axis);
    else if (expr.kind === "scalar") scalars = Math.max(scalars, expr.index + 1);
    else if (expr.kind === "random" && expr.counter === undefined) rowMajor = true;
  }
  const read = [...inputs.keys()].sort((a, b) => a - b);
  return {
    inputs: read,
    dtypes: read.map((index) => inputs.get(index)!),
    axes: [...axes].sort((a, b) => a - b),
    rowMajor,
    count: inputs.size + axes.size + (rowMajor ? 1 : 0),
    scalars,
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

/** Bytes per step of the operands: positions count in ones. */
export function widthsOf(operands: Operands, outputs: readonly DType[]): readonly number[] {
  const widths = operands.dtypes.map((dtype) => dtypes[dtype].bytes);
  while (widths.length < operands.count) widths.push(1);
  for (const dtype of outputs) widths.push(dtypes[dtype].bytes);
  return widths;
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
