/**
 * Element-wise kernels. An invocation computes one position, or where an output has elements of less than a word, all
 * positions whose elements lie in one word.
 *
 * @module
 */
import { type Expr, type MapCall, sizeOf } from "@lucid/backend";
import {
  collapse,
  createPlans,
  type LoopNest,
  MOST_KERNELS,
  operandsRead,
  remember,
  stridesOf,
} from "@lucid/backend/kit";
import { type GpuTensorBuffer, type GpuView, positionOf } from "../buffer.js";
import type { KernelQueue } from "../queue.js";
import { elementsPerWord, loadValue, storeValue } from "../shader/elements.js";
import { print, scalarsOf, scalarWords } from "../shader/expressions.js";
import { encode, shaderType } from "../shader/types.js";
import type { GpuPipeline } from "../webgpu.js";
import { address, gridFor, kernelText, type Move, movesOf, positionNames, splitIndex } from "./dispatch.js";

/** How outputs whose elements share words are written. */
interface Packing {
  /** Successive positions that one invocation computes: as many as the narrowest elements in one word. */
  readonly each: number;
  /** Positions of the first word that belong to other elements. */
  readonly skipped: number;
}

/**
 * The way in which whole words of the outputs can be written. There is none if no elements share words, if outputs have
 * gaps or begin at different places of a word, or if another operand lies in the same words.
 */
function packingOf(inputs: readonly GpuView[], outputs: readonly GpuView[], nest: LoopNest): Packing | undefined {
  const perWord = outputs.map(({ dtype }) => elementsPerWord(dtype));
  const each = Math.max(...perWord);
  if (each === 1) return undefined;
  const skipped = positionOf(outputs[perWord.indexOf(each)]!) % each;
  const first = nest.strides.length - outputs.length;
  const fits = outputs.every((output, i) => {
    if (perWord[i] === 1) return true;
    if (!isRowMajor(nest.shape, nest.strides[first + i]!)) return false;
    if ((positionOf(output) - skipped) % perWord[i]! !== 0) return false;
    const sharesWords = (view: GpuView): boolean => view !== output && view.buffer === output.buffer;
    return !outputs.some(sharesWords) && !inputs.some((view) => sharesWords(view) && !isSameView(view, output));
  });
  return fits ? { each, skipped } : undefined;
}

/** Whether strides are those of elements without gaps, in row-major order. */
function isRowMajor(shape: readonly number[], strides: readonly number[]): boolean {
  let step = 1;
  for (let loop = shape.length - 1; loop >= 0; loop--) {
    if (strides[loop] !== step) return false;
    step *= shape[loop]!;
  }
  return true;
}

function isSameView(a: GpuView, b: GpuView): boolean {
  return a.offset === b.offset && a.strides.every((stride, axis) => stride === b.strides[axis] || a.shape[axis] === 1);
}

/** Statements around `body`, which computes the results of one position, that collect words and write them. */
function packed(
  each: number,
  exprs: readonly Expr[],
  body: readonly string[],
  results: readonly string[],
  start: (output: number) => string,
): readonly string[] {
  const narrow = [...exprs.keys()].filter((i) => elementsPerWord(exprs[i]!.dtype) > 1);
  const words = (i: number): number => each / elementsPerWord(exprs[i]!.dtype);
  const bits = (i: number): number => 32 / elementsPerWord(exprs[i]!.dtype);
  const ones = (i: number): string => `0x${(2 ** bits(i) - 1).toString(16)}u`;
  return [
    `let first = position * ${each} - parameters[3];`,
    ...narrow.flatMap((i) => [`var word${i}: array<u32, ${words(i)}>;`, `var mask${i}: array<u32, ${words(i)}>;`]),
    `for (var k = 0; k < ${each}; k++) {`,
    "  let at = first + k;",
    "  if (at < 0 || at >= parameters[2]) { continue; }",
    ...body.map((line) => `  ${line}`),
    ...narrow.flatMap((i) => {
      const perWord = elementsPerWord(exprs[i]!.dtype);
      const [place, shift] = [`[k / ${perWord}]`, `u32(k % ${perWord}) * ${bits(i)}u`];
      return [
        `  word${i}${place} |= ${encode[shaderType(exprs[i]!.dtype)](results[i]!)} << (${shift});`,
        `  mask${i}${place} |= ${ones(i)} << (${shift});`,
      ];
    }),
    "}",
    ...narrow.flatMap((i) =>
      Array.from({ length: words(i) }, (_, w) => [
        `let place${i}_${w} = (${start(i)} + first) / ${elementsPerWord(exprs[i]!.dtype)} + ${w};`,
        `if (mask${i}[${w}] == 0xffffffffu) { store(place${i}_${w}, word${i}[${w}]); }`,
        `else if (mask${i}[${w}] != 0u) { store(place${i}_${w}, (load(place${i}_${w}) & ~mask${i}[${w}]) | word${i}[${w}]); }`,
      ]).flat(),
    ),
  ];
}

/** Makes the member `map`. */
export function createMap(queue: KernelQueue): (call: MapCall<GpuTensorBuffer>) => void {
  const plans = createPlans((exprs) => ({
    exprs,
    operands: operandsRead(exprs),
    scalars: scalarsOf(exprs),
    isNarrow: exprs.some(({ dtype }) => elementsPerWord(dtype) > 1),
    kernels: new Map<string, GpuPipeline>(),
  }));
  type Plan = ReturnType<typeof plans.find>;

  function textOf({ exprs, operands }: Plan, rank: number, moves: readonly (readonly Move[])[], each: number): string {
    // The parameters: 0, the number of invocations, with packing the number of positions and those that are skipped,
    // sizes of the loops, then start and strides of each operand.
    const head = each > 1 ? 4 : 2;
    const startOf = (operand: number): number => head + rank + operand * (rank + 1);
    const names = positionNames("i", rank);
    const at = (operand: number): string => address(startOf(operand), moves[operand]!, names);
    const axisOperand = (axis: number): number => operands.inputs.length + operands.axes.indexOf(axis);
    const { statements, results } = print(exprs, {
      input: (index) => {
        const operand = operands.inputs.indexOf(index);
        return loadValue(operands.dtypes[operand]!, at(operand));
      },
      position: (axis) => at(axisOperand(axis)),
      rowMajor: () => at(operands.count - 1),
      scalars: startOf(moves.length),
      prefix: "v",
    });
    const stores = exprs.flatMap(({ dtype }, i) =>
      each > 1 && elementsPerWord(dtype) > 1 ? [] : [storeValue(dtype, at(operands.count + i), results[i]!)],
    );
    const body = [...splitIndex(each > 1 ? "at" : "position", rank, head, "i"), ...statements, ...stores];
    if (each === 1) return kernelText(body);
    return kernelText(packed(each, exprs, body, results, (i) => `parameters[${startOf(operands.count + i)}]`));
  }

  return ({ exprs, inputs, scalars, outputs }) => {
    const { shape } = outputs[0]!;
    const size = sizeOf(shape);
    if (size === 0) return;
    const plan = plans.find(exprs);
    const { operands } = plan;
    const strides = stridesOf(operands, inputs, shape);
    for (const output of outputs) strides.push(output.strides);
    const nest = collapse(shape, strides);
    const packing = plan.isNarrow ? packingOf(inputs, outputs, nest) : undefined;
    const each = packing?.each ?? 1;
    const moves = nest.strides.map(movesOf);
    const key = `${each}|${nest.shape.length}|${moves.map((move) => move.join("")).join()}`;
    let kernel = plan.kernels.get(key);
    kernel ??= remember(plan.kernels, key, queue.pipeline(textOf(plan, nest.shape.length, moves, each)), MOST_KERNELS);

    const invocations = packing === undefined ? size : Math.ceil((size + packing.skipped) / each);
    const parameters: number[] = [0, invocations];
    if (packing !== undefined) parameters.push(size, packing.skipped);
    parameters.push(...nest.shape);
    for (let operand = 0; operand < strides.length; operand++) {
      const read = operands.inputs[operand];
      const output = outputs[operand - operands.count];
      const view = read === undefined ? output : inputs[read]!;
      parameters.push(view === undefined ? 0 : positionOf(view), ...nest.strides[operand]!);
    }
    parameters.push(...scalarWords(plan.scalars, scalars));
    queue.dispatch("map", kernel, parameters, ...gridFor(invocations));
  };
}
