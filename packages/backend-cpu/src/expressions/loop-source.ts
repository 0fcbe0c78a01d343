/**
 * Loops as JavaScript source: the movement of pointers, and innermost loops as separate functions.
 *
 * @module
 */
import { COUNTER, depthOf, type Layout, STRIDED, UNIT } from "./layout.js";
import type { Operands } from "@lucid/backend/kit";

/** The name of an operand's pointer inside the first `depth` loops. */
export function pointer(operand: number, depth: number): string {
  return `p${operand}_${depth}`;
}

/** The lines that move the operands along one loop: before it, at the start of its body, and at the end of its body. */
export interface Motion {
  readonly before: readonly string[];
  readonly start: readonly string[];
  readonly end: readonly string[];
}

/** Pointers along loop number `loop`, whose counter is `i{loop}`; `from` names its first value where that is not 0. */
export function motion(layout: Layout, loop: number, from?: string): Motion {
  const before: string[] = [];
  const start: string[] = [];
  const end: string[] = [];
  layout.forEach((moves, operand) => {
    const outer = pointer(operand, depthOf(moves.slice(0, loop)));
    const inner = pointer(operand, loop + 1);
    if (moves[loop] === COUNTER) start.push(`const ${inner} = i${loop};`);
    else if (moves[loop] === UNIT) start.push(`const ${inner} = ${outer} + i${loop};`);
    else if (moves[loop] === STRIDED) {
      before.push(`let ${inner} = ${outer}${from === undefined ? "" : ` + ${from} * s${operand}_${loop}`};`);
      end.push(`${inner} += s${operand}_${loop};`);
    }
  });
  return { before, start, end };
}

/** Opens nested loops, and keeps the lines that close them. */
export interface OpenLoops {
  readonly text: string[];
  open(loop: number): void;
  /** The lines that close all loops opened since the last call. */
  close(): readonly string[];
}

/** Loops whose bodies begin with the lines of their depth. */
export function openLoops(layout: Layout, lines: readonly (readonly string[])[]): OpenLoops {
  const text: string[] = [];
  let ends: readonly string[] = [];
  return {
    text,
    open(loop) {
      const { before, start, end } = motion(layout, loop);
      text.push(...before, `for (let i${loop} = 0; i${loop} < n${loop}; i${loop}++) {`, ...start, ...lines[loop + 1]!);
      ends = [...end, "}", ...ends];
    },
    close() {
      const closing = ends;
      ends = [];
      return closing;
    },
  };
}

/** Bodies of more lines than this are not unrolled. */
const LONGEST_REPEATED = 12;

/** How many times the body of an innermost loop is unrolled, so that counting costs little. */
export function repetitions(body: readonly string[]): number {
  return body.length > LONGEST_REPEATED ? 1 : 4;
}

/** Elements that a row function handles in one call. */
const CHUNK = 4096;

/** A loop as a function: its source, and a call of it for a range of the loop's positions. */
export interface Row {
  readonly source: string;
  call(from: string, to: string): string;
}

/** Calls a row function for all steps of loop number `loop`. */
export function callInChunks(row: Row, loop: number): string[] {
  return [
    `for (let from = 0; from < n${loop}; from += ${CHUNK}) {`,
    row.call("from", `Math.min(from + ${CHUNK}, n${loop})`),
    "}",
  ];
}

/**
 * An innermost loop as a separate function, which is called for at most {@link CHUNK} elements at a time. Engines compile a function
 * well after a few complete runs, but badly in the middle of a long loop. Each iteration runs all `bodies`, one for each element, and
 * the first body also runs for the remaining elements. `around` has lines of the function before and after its loop. A name that the
 * lines use and do not declare becomes a parameter.
 */
export function rowFunction(
  name: string,
  layout: Layout,
  loop: number,
  bodies: readonly (readonly string[])[],
  around: { readonly first?: readonly string[]; readonly last?: readonly string[] } = {},
): Row {
  const { before, start, end } = motion(layout, loop, "from");
  const counter = `i${loop}`;
  const count = bodies.length;
  const text = [...(around.first ?? []), ...before, "let turn = from;"];
  if (count > 1) {
    text.push(`for (; turn + ${count} <= to; turn += ${count}) {`);
    bodies.forEach((body, i) => {
      text.push(`{ const ${counter} = turn${i === 0 ? "" : ` + ${i}`};`, ...start, ...body, ...end, "}");
    });
    text.push("}");
  }
  text.push("for (; turn < to; turn++) {", `const ${counter} = turn;`, ...start, ...bodies[0]!, ...end, "}");
  text.push(...(around.last ?? []));
  const parameters = freeNames(text);
  return {
    source: [`function ${name}(${["from", "to", ...parameters].join(", ")}) {`, ...text, "}"].join("\n"),
    call: (from, to) => `${name}(${[from, to, ...parameters].join(", ")});`,
  };
}

/** The generated names that the lines use and do not declare: a letter and one or two numbers. */
function freeNames(text: readonly string[]): readonly string[] {
  const all = text.join("\n");
  const declared = new Set([...all.matchAll(/\b(?:const|let) (\w+)/g)].map(([, name]) => name!));
  const used = new Set(all.match(/\b[a-z]\d+(?:_\d+)?\b/g));
  return [...used].filter((name) => !declared.has(name));
}

/** Declares sizes and strides of the loops, from the parameters `sizes` and `strides` of a kernel. */
export function declareLoops(layout: Layout, loops: number): string[] {
  const text: string[] = [];
  for (let loop = 0; loop < loops; loop++) text.push(`const n${loop} = sizes[${loop}];`);
  layout.forEach((moves, operand) => {
    for (let loop = 0; loop < loops; loop++) {
      if (moves[loop] === STRIDED) text.push(`const s${operand}_${loop} = strides[${operand}][${loop}];`);
    }
  });
  return text;
}

/** Declares the array and the first pointer of an operand, from `view`, which is source text. */
export function declareView(operand: number, view: string, layout: Layout): string[] {
  const values = `${view}.buffer.values`;
  const offset = `${view}.offset`;
  return layout[operand]![0] === COUNTER
    ? [`const v${operand} = ${offset} === 0 ? ${values} : ${values}.subarray(${offset});`]
    : [`const v${operand} = ${values}, ${pointer(operand, 0)} = ${offset};`];
}

/** Declares the operands that are read, from the parameter `inputs` of a kernel. */
export function declareOperands(operands: Operands, layout: Layout): string[] {
  const text = operands.inputs.flatMap((input, operand) => declareView(operand, `inputs[${input}]`, layout));
  for (let operand = operands.inputs.length; operand < operands.count; operand++) {
    text.push(`const ${pointer(operand, 0)} = 0;`);
  }
  return text;
}
