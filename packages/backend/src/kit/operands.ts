/**
 * The operands that the loops of a kernel walk over. Beside the inputs of a call there are *positions*: `index(axis)`
 * and the row-major index of a random draw are operands whose "address" is the value itself. `index(1)` has the strides
 * [0, 1, 0 …], and the row-major index has contiguous strides. So merging and reordering loops keeps positions right
 * without a special case.
 *
 * @module
 */
import { contiguousStrides, type DType, dtypes, type Expr, inOrder, isContiguous, type View } from "../index.js";

/** The operands that expressions read, in the order in which kernels number them. */
export interface Operands {
  /** The indices of the call's inputs that are read, ascending. They are the first operands. */
  readonly inputs: readonly number[];
  /** The element types of these inputs. */
  readonly dtypes: readonly DType[];
  /** The axes whose position is read, ascending. They are the operands after the inputs. */
  readonly axes: readonly number[];
  /** Whether the row-major index is read. It is then the last operand. */
  readonly rowMajor: boolean;
  /** The number of operands. A kernel numbers its outputs from here. */
  readonly count: number;
  /** How many of the call's scalars are needed: one more than the highest index that is read. */
  readonly scalars: number;
}

/**
 * Finds what expressions read.
 *
 * @example
 * ```ts
 * const x = input(1, "float32");
 * operandsRead([op("mul", x, cast(index(0), "float32"))]);
 * // → { inputs: [1], dtypes: ["float32"], axes: [0], rowMajor: false, count: 2, scalars: 0 }
 * ```
 */
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

/**
 * Returns the strides of the operands over a domain of this shape, operand by operand.
 *
 * @param inputs all inputs of the call.
 *
 * @example
 * ```ts
 * const operands = operandsRead([index(1), input(0, "int32")]);
 * const buffer = { dtype: "int32" as const, length: 6 };
 * stridesOf(operands, [{ buffer, dtype: "int32", shape: [2, 3], strides: [1, 2], offset: 0 }], [2, 3]);
 * // → [[1, 2], [0, 1]]
 * ```
 */
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

/**
 * Returns the bytes of one step of every operand, then of every output. Positions are numbers rather than addresses, so
 * their step is 1.
 *
 * @example
 * ```ts
 * widthsOf(operandsRead([input(0, "float64"), index(0)]), ["uint8"]); // → [8, 1, 1]
 * ```
 */
export function widthsOf(operands: Operands, outputs: readonly DType[]): readonly number[] {
  const widths = operands.dtypes.map((dtype) => dtypes[dtype].bytes);
  while (widths.length < operands.count) widths.push(1);
  for (const dtype of outputs) widths.push(dtypes[dtype].bytes);
  return widths;
}

/**
 * Returns whether one loop with stride 1 covers the domain, for all operands that are read and for the outputs.
 *
 * @param inputs all inputs of the call.
 *
 * @example
 * ```ts
 * const buffer = { dtype: "int32" as const, length: 6 };
 * const rows = { buffer, dtype: "int32" as const, shape: [2, 3], strides: [3, 1], offset: 0 };
 * const columns = { ...rows, strides: [1, 2] };
 * const operands = operandsRead([input(0, "int32")]);
 * areContiguous(operands, [rows, columns], [rows]); // → true
 * areContiguous(operands, [columns, rows], [rows]); // → false
 * ```
 */
export function areContiguous(operands: Operands, inputs: readonly View[], outputs: readonly View[]): boolean {
  if (operands.axes.length > 0) return false;
  for (let i = 0; i < outputs.length; i++) if (!isContiguous(outputs[i]!)) return false;
  // Views of one shape usually share one array of strides, and then it is checked once.
  const known = outputs[0]?.strides;
  for (let i = 0; i < operands.inputs.length; i++) {
    const view = inputs[operands.inputs[i]!]!;
    if (view.strides !== known && !isContiguous(view)) return false;
  }
  return true;
}
