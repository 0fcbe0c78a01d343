/**
 * Running results along an axis. Workgroups scan blocks of 256 elements. The totals of the blocks are scanned in the same
 * way, and each is then joined with the elements of the following block.
 *
 * @module
 */
import { type DType, type ScanOp, sizeOf } from "@lucid/backend";
import { type GpuView, positionOf } from "../buffer.js";
import type { ScratchMemory } from "../memory/arena.js";
import type { KernelQueue } from "../queue.js";
import { loadValue, storeValue } from "../shader/elements.js";
import { decode, encode, type ShaderType, shaderType } from "../shader/types.js";
import { larger, smaller } from "./accumulate.js";
import {
  address,
  createKernels,
  GROUP,
  gridFor,
  groupKernelText,
  kernelText,
  positionNames,
  splitIndex,
  strided,
} from "./dispatch.js";

/** Elements that one invocation scans. */
const EACH = 4;
const BLOCK = GROUP * EACH;

/** Lines of words: the shape of everything but the axis, and how the operands move. */
interface Lines {
  readonly shape: readonly number[];
  readonly length: number;
  /** The first word, the strides over the shape, and the stride along the axis, of what is read and of what is written. */
  readonly operands: readonly (readonly [start: number, strides: readonly number[], step: number])[];
}

/** How the values of lines are read and written. */
interface Values {
  readonly key: string;
  readonly type: ShaderType;
  load(at: string): string;
  store(at: string, value: string): string;
}

/** Elements of a type. */
const elementsOf = (dtype: DType): Values => ({
  key: dtype,
  type: shaderType(dtype),
  load: (at) => loadValue(dtype, at),
  store: (at, value) => storeValue(dtype, at, value),
});

/** Totals of blocks, which take one word each. */
const totalsOf = (type: ShaderType): Values => ({
  key: `totals ${type}`,
  type,
  load: (at) => decode[type](`load(${at})`),
  store: (at, value) => `store(${at}, ${encode[type](value)});`,
});

/** Joins two values: `a` comes before `b`. */
function joined(op: ScanOp, type: ShaderType, a: string, b: string): string {
  if (op === "sum") return `${a} + ${b}`;
  if (op === "prod") return `${a} * ${b}`;
  return (op === "max" ? larger : smaller)[type](a, b);
}

/** Makes the member `scan`. */
export function createScan(
  queue: KernelQueue,
  arena: ScratchMemory,
): (op: ScanOp, x: GpuView, axis: number, output: GpuView) => void {
  const find = createKernels(queue);

  function blocksText(op: ScanOp, values: Values, rank: number): string {
    const { type } = values;
    // The parameters: 0, workgroups, the length of a line, blocks of a line, the place of the totals, sizes, then of
    // each operand the first word, the strides, and the step.
    const startOf = (operand: number): number => 5 + rank + operand * (rank + 2);
    const names = [...positionNames("i", rank), "at"];
    const place = (operand: number): string => address(startOf(operand), strided(rank + 1), names);
    return groupKernelText(
      [
        "let line = group / parameters[3];",
        "let block = group % parameters[3];",
        ...splitIndex("line", rank, 5, "i"),
        `let first = block * ${BLOCK} + lane * ${EACH};`,
        `let end = min(first + ${EACH}, parameters[2]);`,
        `var own: array<${type}, ${EACH}>;`,
        `var total: ${type};`,
        "for (var at = first; at < end; at++) {",
        `  let value = ${values.load(place(0))};`,
        `  if (at == first) { total = value; } else { total = ${joined(op, type, "total", "value")}; }`,
        "  own[at - first] = total;",
        "}",
        "totals[lane] = total;",
        "workgroupBarrier();",
        `let lanes = min(${GROUP}, (parameters[2] - block * ${BLOCK} + ${EACH - 1}) / ${EACH});`,
        `for (var distance = 1; distance < ${GROUP}; distance = distance * 2) {`,
        "  var value = totals[lane];",
        "  if (lane >= distance && lane < lanes) {",
        "    let before = totals[lane - distance];",
        `    value = ${joined(op, type, "before", "value")};`,
        "  }",
        "  workgroupBarrier();",
        "  totals[lane] = value;",
        "  workgroupBarrier();",
        "}",
        "for (var at = first; at < end; at++) {",
        "  var value = own[at - first];",
        "  if (lane > 0) {",
        "    let before = totals[lane - 1];",
        `    value = ${joined(op, type, "before", "value")};`,
        "  }",
        `  ${values.store(place(1), "value")}`,
        "}",
        `if (lane == 0 && parameters[3] > 1) { ${totalsOf(type).store("parameters[4] + group", "totals[lanes - 1]")} }`,
      ],
      `var<workgroup> totals: array<${type}, ${GROUP}>;\n`,
    );
  }

  function joinText(op: ScanOp, values: Values, rank: number): string {
    const { type } = values;
    // The parameters: 0, positions, the length of a line, blocks of a line, the place of the totals, sizes, and where
    // the output is.
    const names = [...positionNames("i", rank), "at"];
    return kernelText([
      "let line = position / parameters[2];",
      "let at = position % parameters[2];",
      `let block = at / ${BLOCK};`,
      "if (block == 0) { return; }",
      ...splitIndex("line", rank, 5, "i"),
      `let place = ${address(5 + rank, strided(rank + 1), names)};`,
      `let before = ${totalsOf(type).load("parameters[4] + line * parameters[3] + block - 1")};`,
      `let value = ${values.load("place")};`,
      values.store("place", joined(op, type, "before", "value")),
    ]);
  }

  function run(op: ScanOp, values: Values, { shape, length, operands }: Lines): void {
    const rank = shape.length;
    const lines = sizeOf(shape);
    const blocks = Math.ceil(length / BLOCK);
    const totals = blocks > 1 ? arena.take("scan", lines * blocks * 4) : undefined;
    const words = operands.map(([start, strides, step]) => [start, ...strides, step]);
    const head = [length, blocks, totals?.word ?? 0, ...shape];
    const first = find(`blocks|${op}|${values.key}|${rank}`, () => blocksText(op, values, rank));
    queue.dispatch("scan", first, [0, lines * blocks, ...head, ...words.flat()], ...gridFor(lines * blocks, 1));
    if (totals === undefined) return;
    const place = [totals.word, [blocks], 1] as const;
    run(op, totalsOf(values.type), { shape: [lines], length: blocks, operands: [place, place] });
    const second = find(`join|${op}|${values.key}|${rank}`, () => joinText(op, values, rank));
    queue.dispatch("scan", second, [0, lines * length, ...head, ...words[1]!], ...gridFor(lines * length));
    arena.give(totals);
  }

  return (op, x, axis, output) => {
    if (sizeOf(x.shape) === 0) return;
    const without = (list: readonly number[]): readonly number[] => list.filter((_, other) => other !== axis);
    run(op, elementsOf(x.dtype), {
      shape: without(x.shape),
      length: x.shape[axis]!,
      operands: [x, output].map((view) => [positionOf(view), without(view.strides), view.strides[axis]!] as const),
    });
  };
}
