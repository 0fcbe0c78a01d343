/**
 * Kernels for operations on rows: on the elements along some axes, for every position of the other axes. A short row is
 * computed by one invocation, a longer one by a workgroup.
 *
 * @module
 */
import type { ReduceOp } from "@lucid/backend";
import { type LoopNest, mergeLoops } from "@lucid/backend/kit";
import { type GpuView, positionOf } from "../buffer.js";
import { accumulationOf, totalOfLanes } from "../kernels/accumulate.js";
import {
  address,
  createKernels,
  GROUP,
  gridFor,
  groupKernelText,
  kernelText,
  type Move,
  movesOf,
  positionNames,
  splitIndex,
} from "../kernels/dispatch.js";
import type { KernelQueue } from "../queue.js";
import { loadValue, storeValue } from "../shader/elements.js";
import { wordOf } from "../shader/types.js";

/** Rows up to this length are computed by one invocation. */
const SHORT = 32;

/** Writes the statements of a kernel. All values are of type f32, and all texts are WGSL. */
export interface RowWriter {
  /** The element of an operand at the current position of the row. */
  load(operand: number): string;
  /** The element of an operand that has one element for each row. */
  loadOfRow(operand: number): string;
  /** A number of the call. */
  scalar(index: number): string;
  /** The statements that accumulate a value over the row into a constant of this name. */
  accumulate(name: string, op: ReduceOp, value: string): readonly string[];
  /** The statements that write a value at every position of the row. */
  write(operand: number, value: string): readonly string[];
  /** The statements that write the element that an operand has for the row. */
  writeOfRow(operand: number, value: string): readonly string[];
}

/** A call of a kernel for rows. */
export interface RowCall {
  /** The name of the operation, for errors. */
  readonly operation: string;
  /** What distinguishes the kernel from others, beside the layout of its operands. */
  readonly name: string;
  /** The axes of the operands that have an element for each row alone have size 1 along `axes`. */
  readonly shape: readonly number[];
  readonly axes: readonly number[];
  /** Views, and their strides over `shape`: 0 along axes that they do not have. */
  readonly operands: readonly (readonly [view: GpuView, strides: readonly number[]])[];
  readonly scalars: readonly number[];
  /** Writes the kernel's statements. */
  body(writer: RowWriter): readonly string[];
}

/** Makes a function that runs kernels for rows. */
export function createRows(queue: KernelQueue): (call: RowCall) => void {
  const find = createKernels(queue);
  return ({ operation, name, shape, axes, operands, scalars, body }) => {
    const strides = operands.map(([, steps]) => steps);
    const others = [...shape.keys()].filter((axis) => !axes.includes(axis));
    const kept = mergeLoops(others, shape, strides);
    const inner = mergeLoops(axes, shape, strides);
    const rows = kept.shape.reduce((product, size) => product * size, 1);
    const length = inner.shape.reduce((product, size) => product * size, 1);
    if (rows === 0) return;
    const isShort = length <= SHORT;
    const moves = operands.map((_, i) => movesOf([...kept.strides[i]!, ...inner.strides[i]!]));
    const key = `${name}|${isShort}|${kept.shape.length}|${moves.map((move) => move.join("")).join()}`;
    const kernel = find(key, () => textOf(kept, inner, moves, isShort, body));
    const parameters = [0, rows, length, ...kept.shape, ...inner.shape];
    for (const [i, [view]] of operands.entries()) {
      parameters.push(positionOf(view), ...kept.strides[i]!, ...inner.strides[i]!);
    }
    parameters.push(...scalars.map((value) => wordOf(value, "float32") | 0));
    queue.dispatch(operation, kernel, parameters, ...(isShort ? gridFor(rows) : gridFor(rows, 1)));
  };
}

function textOf(
  kept: LoopNest,
  inner: LoopNest,
  moves: readonly (readonly Move[])[],
  isShort: boolean,
  body: RowCall["body"],
): string {
  // The parameters: 0, rows, the length of a row, the sizes of the loops, then start and strides of each operand, scalars.
  const [outer, depth] = [kept.shape.length, inner.shape.length];
  const rank = outer + depth;
  const startOf = (operand: number): number => 3 + rank + operand * (rank + 1);
  const names = [...positionNames("i", outer), ...positionNames("j", depth)];
  const at = (operand: number): string => address(startOf(operand), moves[operand]!, names);
  const atRow = (operand: number): string => address(startOf(operand), moves[operand]!.slice(0, outer), names);
  const indented = (lines: readonly string[]): readonly string[] => lines.map((line) => `  ${line}`);
  const along = (lines: readonly string[]): readonly string[] => [
    isShort ? "for (var j = 0; j < parameters[2]; j++) {" : `for (var j = lane; j < parameters[2]; j += ${GROUP}) {`,
    ...indented([...splitIndex("j", depth, 3 + outer, "j"), ...lines]),
    "}",
  ];
  const writer: RowWriter = {
    load: (operand) => loadValue("float32", at(operand)),
    loadOfRow: (operand) => loadValue("float32", atRow(operand)),
    scalar: (index) => `bitcast<f32>(parameters[${startOf(moves.length) + index}])`,
    accumulate(name, op, value) {
      const accumulation = accumulationOf(op, "f32");
      return [
        `var ${name} = 0f;`,
        "{",
        ...indented(accumulation.declare),
        ...indented(along([`let value = ${value};`, ...accumulation.add("value", "j")])),
        ...indented(accumulation.finish),
        ...(isShort ? [] : indented(totalOfLanes(accumulation))),
        `  ${name} = best;`,
        "}",
      ];
    },
    write: (operand, value) => along([storeValue("float32", at(operand), value)]),
    writeOfRow: (operand, value) => [
      `${isShort ? "" : "if (lane == 0) "}{ ${storeValue("float32", atRow(operand), value)} }`,
    ],
  };
  const lines = [...splitIndex(isShort ? "position" : "group", outer, 3, "i"), ...body(writer)];
  return isShort ? kernelText(lines) : groupKernelText(lines, `var<workgroup> values: array<f32, ${GROUP}>;\n`);
}
