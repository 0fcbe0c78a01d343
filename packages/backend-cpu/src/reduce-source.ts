/**
 * The source of reduction kernels.
 *
 * @module
 */
import { dtypes } from "@lucid/backend";
import { type Accumulation, accumulatedType, accumulationOf } from "./accumulate.js";
import { declareLoops, declareOperands, motion, place, pointer } from "./generate.js";
import { depthOf, type Layout, operandsRead, STILL, UNIT } from "./plan.js";
import type { Arrangement, Reduction } from "./reduce.js";

/** Elements that are accumulated at once in order *rows*: their states stay in the first-level cache. */
const TILE = 1024;

/** Independent states in the innermost loop, so that additions need not wait for each other. */
const UNROLL = 4;

/** The source of a reduction kernel (see `ReduceKernel`). */
export function reduceSource(reduction: Reduction, arrangement: Arrangement, layout: Layout): string {
  return (arrangement.rows ? rowsSource : innerSource)(reduction, arrangement, layout);
}

const stateNames = (count: number, suffix: string): string[] =>
  Array.from({ length: count }, (_, i) => `a${i}${suffix}`);

/** Lines that bring an accumulated value through `finish` and store it in `target`. */
function finishLines(reduction: Reduction, accumulated: string, target: string): string[] {
  const operands = operandsRead([reduction.finish]);
  const rounded =
    accumulatedType(reduction.op, reduction.value.dtype) === "float32" ? `Math.fround(${accumulated})` : accumulated;
  const { lines, values } = place([reduction.finish], operands, [[]], 0, rounded);
  return ["{", ...lines[0]!, `${target} = ${values[0]}; }`];
}

function innerSource(reduction: Reduction, { kept, loops }: Arrangement, layout: Layout): string {
  const { operands } = reduction;
  const output = operands.count;
  const accumulation = accumulationOf(reduction.op, reduction.value.dtype);
  const placed = place([reduction.value], operands, layout, loops);
  const value = placed.values[0]!;
  const state = stateNames(accumulation.initial.length, "");
  const ordered = accumulation.merge === undefined;
  const text = [
    "function reduce(inputs, scalars, output, sizes, strides) {",
    ...declareOperands(operands),
    `const v${output} = output.buffer.values;`,
    `const ${pointer(output, 0)} = output.offset;`,
    ...declareLoops(layout, loops),
    ...placed.lines[0]!,
  ];
  const ends: string[] = [];
  const open = (loop: number): void => {
    const { before, start, end } = motion(layout, loop);
    text.push(...before, `for (let i${loop} = 0; i${loop} < n${loop}; i${loop}++) {`);
    text.push(...start, ...placed.lines[loop + 1]!);
    ends.unshift(...end, "}");
  };
  for (let loop = 0; loop < kept; loop++) open(loop);
  const keptEnds = ends.splice(0);
  text.push(...declareStates(accumulation, state));
  if (ordered) text.push("let at = 0;");
  const unrolled = loops > kept && !ordered;
  const states = [state];
  if (unrolled) {
    for (let copy = 1; copy < UNROLL; copy++) {
      const names = stateNames(state.length, `_${copy}`);
      states.push(names);
      text.push(...declareStates(accumulation, names));
    }
  }
  for (let loop = kept; loop < loops - (unrolled ? 1 : 0); loop++) open(loop);
  if (unrolled) text.push(...unrolledLoop(accumulation, states, placed.lines[loops]!, value, layout, loops - 1));
  else text.push(accumulation.add(state, value, "at"), ...(ordered ? ["at++;"] : []));
  text.push(...ends);
  for (let copy = 1; copy < states.length; copy++) text.push(accumulation.merge!(state, states[copy]!));
  const target = `v${output}[${pointer(output, depthOf(layout[output]!))}]`;
  text.push(...finishLines(reduction, accumulation.result(state), target), ...keptEnds, "}");
  return text.join("\n");
}

function declareStates(accumulation: Accumulation, names: readonly string[]): string[] {
  return names.map((name, i) => `let ${name} = ${accumulation.initial[i]};`);
}

/** The innermost loop: UNROLL elements a turn, each into a state of its own, then the rest. */
function unrolledLoop(
  accumulation: Accumulation,
  states: readonly (readonly string[])[],
  body: readonly string[],
  value: string,
  layout: Layout,
  loop: number,
): string[] {
  const { before, start, end } = motion(layout, loop);
  const step = (state: readonly string[]): string[] => [...start, ...body, accumulation.add(state, value, ""), ...end];
  const text = [...before, `let k${loop} = 0;`, `for (; k${loop} + ${UNROLL} <= n${loop}; k${loop} += ${UNROLL}) {`];
  states.forEach((state, copy) => {
    text.push(`{ const i${loop} = k${loop} + ${copy};`, ...step(state), "}");
  });
  text.push("}", `for (; k${loop} < n${loop}; k${loop}++) {`, `const i${loop} = k${loop};`, ...step(states[0]!), "}");
  return text;
}

function rowsSource(reduction: Reduction, { kept, loops }: Arrangement, layout: Layout): string {
  const { operands } = reduction;
  const output = operands.count;
  const outer = kept - 1;
  const last = loops - 1;
  const { kind } = dtypes[reduction.value.dtype];
  const accumulation = accumulationOf(reduction.op, reduction.value.dtype);
  const placed = place([reduction.value], operands, layout, loops);
  const state = accumulation.initial.map((_, i) => `a${i}[i${last} - begin]`);
  const text = [
    "function reduce(inputs, scalars, output, sizes, strides) {",
    ...declareOperands(operands),
    `const v${output} = output.buffer.values;`,
    `const ${pointer(output, 0)} = output.offset;`,
    ...declareLoops(layout, loops),
    `const length = Math.min(n${last}, ${TILE});`,
    ...accumulation.initial.map(
      (_, i) => `const a${i} = new ${kind === "float" ? "Float64Array" : "Int32Array"}(length);`,
    ),
    ...placed.lines[0]!,
  ];
  const ends: string[] = [];
  const open = (loop: number, from?: string): void => {
    const { before, start, end } = motion(layout, loop, from);
    const first = from ?? "0";
    const size = from === undefined ? `n${loop}` : "end";
    text.push(...before, `for (let i${loop} = ${first}; i${loop} < ${size}; i${loop}++) {`);
    text.push(...start, ...placed.lines[loop + 1]!);
    ends.unshift(...end, "}");
  };
  for (let loop = 0; loop < outer; loop++) open(loop);
  text.push(`for (let begin = 0; begin < n${last}; begin += length) {`);
  text.push(`const end = Math.min(begin + length, n${last});`);
  text.push(...accumulation.initial.map((value, i) => `a${i}.fill(${value});`));
  if (accumulation.merge === undefined) text.push("let at = 0;");
  const keptEnds = ["}", ...ends.splice(0)];
  for (let loop = outer; loop < last; loop++) open(loop);
  open(last, "begin");
  text.push(accumulation.add(state, placed.values[0]!, "at"));
  // `at` counts the reduced positions: all elements of a row stand at the same one.
  const [lastEnd, ...outerEnds] = splitAfterFirstBrace(ends.splice(0));
  text.push(...lastEnd!, ...(accumulation.merge === undefined ? ["at++;"] : []), ...outerEnds.flat());

  const moves = layout[output]![last]!;
  const base = pointer(output, depthOf(layout[output]!.slice(0, last)));
  const position =
    moves === STILL ? base : moves === UNIT ? `${base} + i${last}` : `${base} + i${last} * s${output}_${last}`;
  text.push(`for (let i${last} = begin; i${last} < end; i${last}++) {`);
  text.push(...finishLines(reduction, accumulation.result(state), `v${output}[${position}]`), "}");
  text.push(...keptEnds, "}");
  return text.join("\n");
}

/** The lines up to the first closing brace, and those after it. */
function splitAfterFirstBrace(lines: readonly string[]): readonly (readonly string[])[] {
  const brace = lines.indexOf("}") + 1;
  return [lines.slice(0, brace), lines.slice(brace)];
}
