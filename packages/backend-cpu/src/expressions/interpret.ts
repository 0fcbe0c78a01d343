/**
 * An interpreter for expressions, which is used where `new Function` is forbidden. An expression is a list of steps over numbered
 * slots, and each step calls the operation's reference evaluation.
 *
 * @module
 */
import { convertValue, dtypes, type Expr, inOrder, philox, scalarOperations, type TypedArray } from "@lucid/backend";
import { type CpuView, newFloats } from "../buffer.js";
import type { MapKernel } from "./kernels.js";
import type { Operands } from "@lucid/backend/kit";

/** Computes one step from the slots before it. `at[operand]` is the current position of an operand. */
type Step = (
  slots: Float64Array,
  at: readonly number[],
  arrays: readonly TypedArray[],
  scalars: readonly number[],
) => number;

/**
 * Expressions that are ready to be evaluated. A call stores their values at the positions `at` in `results`. `arrays[operand]` holds
 * the elements of every operand that is an input.
 */
export type Program = (
  arrays: readonly TypedArray[],
  scalars: readonly number[],
  at: readonly number[],
  results: Float64Array,
) => void;

/** Prepares expressions of `operation` for evaluation. */
export function createProgram(operation: string, roots: readonly Expr[], operands: Operands): Program {
  const order = inOrder(roots);
  const slotOf = new Map(order.map((expr, slot) => [expr, slot]));
  const slots = newFloats(operation, order.length);
  const steps = order.map((expr) => stepOf(expr, slotOf, operands));
  const rootSlots = roots.map((root) => slotOf.get(root)!);
  return (arrays, scalars, at, results) => {
    for (let slot = 0; slot < steps.length; slot++) slots[slot] = steps[slot]!(slots, at, arrays, scalars);
    for (let root = 0; root < rootSlots.length; root++) results[root] = slots[rootSlots[root]!]!;
  };
}

function stepOf(expr: Expr, slotOf: ReadonlyMap<Expr, number>, operands: Operands): Step {
  const slot = (part: Expr): number => slotOf.get(part)!;
  switch (expr.kind) {
    case "input": {
      const operand = operands.inputs.indexOf(expr.index);
      const { decode } = dtypes[expr.dtype];
      return (_, at, arrays) => decode(arrays[operand]![at[operand]!]!);
    }
    case "index": {
      const operand = operands.inputs.length + operands.axes.indexOf(expr.axis);
      return (_, at) => at[operand]! | 0;
    }
    case "constant": {
      const { value } = expr;
      return () => value;
    }
    case "scalar": {
      const { convert } = dtypes[expr.dtype];
      return (_slots, _at, _arrays, scalars) => convert(scalars[expr.index]!);
    }
    case "random": {
      const [key0, key1] = [slot(expr.key0), slot(expr.key1)];
      const rowMajor = operands.count - 1;
      if (expr.counter === undefined) return (slots, at) => philox(slots[key0]!, slots[key1]!, at[rowMajor]! | 0);
      const counter = slot(expr.counter);
      return (slots) => philox(slots[key0]!, slots[key1]!, slots[counter]!);
    }
    case "cast": {
      const operand = slot(expr.operand);
      const { dtype: from } = expr.operand;
      const { dtype: to } = expr;
      return (slots) => convertValue(slots[operand]!, from, to);
    }
    case "operation": {
      const { dtype } = expr.args[expr.args.length - 1]!;
      const evaluate = scalarOperations[expr.op][dtypes[dtype].kind]!;
      const { wrap } = dtypes[expr.dtype];
      const [a, b = a, c = a] = expr.args.map(slot);
      return (slots) => wrap(evaluate(slots[a!]!, slots[b!]!, slots[c!]!));
    }
  }
}

/** The arrays of the inputs that are read. */
export function arraysOf(operands: Operands, inputs: readonly CpuView[]): readonly TypedArray[] {
  return operands.inputs.map((input) => inputs[input]!.buffer.values);
}

/** The first positions of the operands that are read. */
export function firstPointers(operands: Operands, inputs: readonly CpuView[]): number[] {
  const at = new Array<number>(operands.count).fill(0);
  operands.inputs.forEach((input, operand) => {
    at[operand] = inputs[input]!.offset;
  });
  return at;
}

/** Makes a map kernel that interprets its expressions. It works for every layout. */
export function interpretMap(exprs: readonly Expr[], operands: Operands): MapKernel {
  const program = createProgram("map", exprs, operands);
  const results = newFloats("map", exprs.length);
  const encoders = exprs.map((expr) => dtypes[expr.dtype].encode);
  return (inputs, scalars, outputs, size, sizes, strides) => {
    const arrays = arraysOf(operands, inputs);
    const at = [...firstPointers(operands, inputs), ...outputs.map((output) => output.offset)];
    const counters = new Array<number>(sizes.length).fill(0);
    const flat = strides.length === 0;
    for (let step = 0; step < size; step++) {
      program(arrays, scalars, at, results);
      for (let i = 0; i < outputs.length; i++) {
        outputs[i]!.buffer.values[at[operands.count + i]!] = encoders[i]!(results[i]!);
      }
      if (flat) for (let operand = 0; operand < at.length; operand++) at[operand]!++;
      else advance(counters, sizes, at, strides);
    }
  };
}

/** Moves the pointers to the next position in row-major order. After the last position they are at the first one again. */
export function advance(
  counters: number[],
  sizes: readonly number[],
  at: number[],
  strides: readonly (readonly number[])[],
): void {
  for (let loop = sizes.length - 1; loop >= 0; loop--) {
    const carry = ++counters[loop]! === sizes[loop]!;
    for (let operand = 0; operand < at.length; operand++) {
      at[operand]! += carry ? -strides[operand]![loop]! * (sizes[loop]! - 1) : strides[operand]![loop]!;
    }
    if (!carry) return;
    counters[loop] = 0;
  }
}
