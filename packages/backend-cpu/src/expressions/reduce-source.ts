/**
 * The source of reduction kernels.
 *
 * @module
 */
import { dtypes } from "@lucid/backend";
import { accumulationOf } from "./accumulate.js";
import { depthOf, type Layout, STILL, UNIT } from "./layout.js";
import {
  callInChunks,
  declareLoops,
  declareOperands,
  declareView,
  openLoops,
  pointer,
  repetitions,
  rowFunction,
} from "./loop-source.js";
import { accumulatedType, operandsRead } from "@lucid/backend/kit";
import { place } from "./place.js";
import type { Arrangement, Reduction } from "./kernels.js";

/** How many results are accumulated at the same time in order *rows*. Their states fit the first-level cache. */
const TILE = 1024;

/** The number of independent states in the innermost loop, so that additions need not wait for each other. */
const STATES = 4;

/** The source of a reduction kernel (see `ReduceKernel`). */
export function reduceSource(reduction: Reduction, arrangement: Arrangement, layout: Layout): string {
  return (arrangement.rows ? rowsSource : innerSource)(reduction, arrangement, layout);
}

/** The lines that apply `finish` to an accumulated value and store it in `target`. */
function finishLines(reduction: Reduction, accumulated: string, target: string): string[] {
  const operands = operandsRead([reduction.finish]);
  const rounded =
    accumulatedType(reduction.op, reduction.value.dtype) === "float32" ? `Math.fround(${accumulated})` : accumulated;
  const { lines, values } = place([reduction.finish], operands, [[]], 0, rounded);
  return ["{", ...lines[0]!, `${target} = ${values[0]}; }`];
}

function header(reduction: Reduction, layout: Layout, loops: number): string[] {
  const { operands } = reduction;
  return [
    "return function reduce(inputs, scalars, output, sizes, strides) {",
    ...declareOperands(operands, layout),
    ...declareView(operands.count, "output", layout),
    ...declareLoops(layout, loops),
  ];
}

function innerSource(reduction: Reduction, { kept, loops }: Arrangement, layout: Layout): string {
  const { operands } = reduction;
  const output = operands.count;
  const { initial, add, merge, result } = accumulationOf(reduction.op, reduction.value.dtype);
  const { lines, values } = place([reduction.value], operands, layout, loops);
  const state = initial.map((_, i) => `c${i}`);
  // A row function loads its states from the array `states` and stores them there. Inside it they are called a0_0, a1_0 and so on.
  const copies = merge === undefined ? 1 : STATES;
  const names = Array.from({ length: copies }, (_, copy) => initial.map((_, i) => `a${i}_${copy}`));
  const row =
    loops === kept
      ? undefined
      : rowFunction(
          "row",
          layout,
          loops - 1,
          names.map((copy) => [...lines[loops]!, add(copy, values[0]!, `b0 + i${loops - 1}`)]),
          {
            first: names.flatMap((copy, c) =>
              copy.map((name, i) => `let ${name} = ${c === 0 ? `states[${i}]` : initial[i]};`),
            ),
            last: [
              ...names.slice(1).map((copy) => merge!(names[0]!, copy)),
              ...names[0]!.map((name, i) => `states[${i}] = ${name};`),
            ],
          },
        );
  const nest = openLoops(layout, lines);
  const { text } = nest;
  for (let loop = 0; loop < kept; loop++) nest.open(loop);
  const keptEnds = nest.close();
  if (row === undefined) {
    text.push(...state.map((name, i) => `let ${name} = ${initial[i]};`), add(state, values[0]!, "0"));
  } else {
    // b0 is the position of the row's first element among the reduced elements.
    text.push(...initial.map((value, i) => `states[${i}] = ${value};`), "let b0 = 0;");
    for (let loop = kept; loop < loops - 1; loop++) nest.open(loop);
    text.push(...callInChunks(row, loops - 1), `b0 += n${loops - 1};`, ...nest.close());
    text.push(...state.map((name, i) => `const ${name} = states[${i}];`));
  }
  const target = `v${output}[${pointer(output, depthOf(layout[output]!))}]`;
  text.push(...finishLines(reduction, result(state), target), ...keptEnds);
  return [
    `const states = newFloats("reduce", ${initial.length});`,
    row?.source ?? "",
    ...header(reduction, layout, loops),
    ...lines[0]!,
    ...text,
    "};",
  ].join("\n");
}

function rowsSource(reduction: Reduction, { kept, loops }: Arrangement, layout: Layout): string {
  const { operands } = reduction;
  const output = operands.count;
  const outer = kept - 1;
  const last = loops - 1;
  const { initial, add, result } = accumulationOf(reduction.op, reduction.value.dtype);
  const { lines, values } = place([reduction.value], operands, layout, loops);
  // a0 and a1 are the states of a tile, b0 is the tile's first position, and b1 is the position among the reduced elements.
  const state = initial.map((_, i) => `a${i}[i${last} - b0]`);
  const body = [...lines[loops]!, add(state, values[0]!, "b1")];
  const row = rowFunction("row", layout, last, new Array<readonly string[]>(repetitions(body)).fill(body));

  const along = layout[output]![last]!;
  const base = pointer(output, depthOf(layout[output]!.slice(0, last)));
  const position =
    along === STILL ? base : along === UNIT ? `${base} + i${last}` : `${base} + i${last} * s${output}_${last}`;
  const finishing = finishLines(reduction, result(state), `v${output}[${position}]`);

  const nest = openLoops(layout, lines);
  const { text } = nest;
  for (let loop = 0; loop < outer; loop++) nest.open(loop);
  const keptEnds = nest.close();
  text.push(
    `for (let b0 = 0; b0 < n${last}; b0 += length) {`,
    `const end = Math.min(b0 + length, n${last});`,
    ...initial.map((value, i) => `a${i}.fill(${value});`),
    "let b1 = 0;",
  );
  for (let loop = outer; loop < last; loop++) nest.open(loop);
  text.push(row.call("b0", "end"), "b1++;", ...nest.close());
  text.push(`for (let i${last} = b0; i${last} < end; i${last}++) {`, ...finishing, "}", "}", ...keptEnds);

  const newArray = dtypes[reduction.value.dtype].kind === "float" ? "newFloats" : "newIntegers";
  return [
    row.source,
    ...header(reduction, layout, loops),
    `const length = Math.min(n${last}, ${TILE});`,
    ...initial.map((_, i) => `const a${i} = ${newArray}("reduce", length);`),
    ...lines[0]!,
    ...text,
    "};",
  ].join("\n");
}
