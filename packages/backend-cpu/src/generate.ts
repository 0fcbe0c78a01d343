/**
 * From expressions to JavaScript source: one line per scalar operation, and the loops around the lines.
 *
 * Every line stands at the depth where its operands are known, so what does not change along an inner loop (a broadcast
 * input, a function of call-time numbers) is computed outside of it.
 *
 * @module
 */
import { type DType, dtypes, type Expr, inOrder, type ScalarOp, scalarOperations } from "@lucid/backend";
import { COUNTER, depthOf, type Layout, type Operands, STRIDED, UNIT } from "./plan.js";
import { randomWord } from "./random.js";

/** Writes one operation on operands that are names or bracketed literals. */
type Line = (a: string, b: string, c: string) => string;

interface Lines {
  readonly float?: Line;
  readonly int?: Line;
  readonly bool?: Line;
  /** The result lies in the element type already: no rounding, no wrapping. */
  readonly exact?: boolean;
}

const math = (name: keyof Math & string): Lines => ({ float: (a) => `Math.${name}(${a})` });
const rounding = (name: keyof Math & string): Lines => ({ ...math(name), exact: true });
const infix = (symbol: string): Lines => ({
  float: (a, b) => `${a} ${symbol} ${b}`,
  int: (a, b) => `${a} ${symbol} ${b}`,
});
const everywhere = (line: Line): Lines => ({ float: line, int: line, bool: line, exact: true });
const bitwise = (symbol: string): Lines => {
  const line: Line = (a, b) => `${a} ${symbol} ${b}`;
  return { int: line, bool: line, exact: true };
};
/** Calls the operation's reference evaluation. */
const call: Lines = {};

const lines = {
  neg: { float: (a) => `-${a}`, int: (a) => `-${a}` },
  abs: { float: (a) => `Math.abs(${a})`, int: (a) => `Math.abs(${a})` },
  sign: everywhere((a) => `(${a} > 0 ? 1 : ${a} < 0 ? -1 : 0)`),
  floor: rounding("floor"),
  ceil: rounding("ceil"),
  round: { exact: true },
  trunc: rounding("trunc"),
  sqrt: math("sqrt"),
  exp: math("exp"),
  exp2: call,
  expm1: math("expm1"),
  log: math("log"),
  log1p: math("log1p"),
  log2: math("log2"),
  log10: math("log10"),
  sin: math("sin"),
  cos: math("cos"),
  tan: math("tan"),
  asin: math("asin"),
  acos: math("acos"),
  atan: math("atan"),
  sinh: math("sinh"),
  cosh: math("cosh"),
  tanh: math("tanh"),
  asinh: math("asinh"),
  acosh: math("acosh"),
  atanh: math("atanh"),
  erf: call,
  not: { int: (a) => `~${a}`, bool: (a) => `${a} ^ 1` },
  add: infix("+"),
  sub: infix("-"),
  mul: { float: (a, b) => `${a} * ${b}`, int: (a, b) => `Math.imul(${a}, ${b})` },
  div: { float: (a, b) => `${a} / ${b}` },
  rem: call,
  pow: call,
  atan2: { float: (a, b) => `Math.atan2(${a}, ${b})` },
  min: {
    float: (a, b) => `Math.min(${a}, ${b})`,
    int: (a, b) => `(${a} < ${b} ? ${a} : ${b})`,
    bool: (a, b) => `${a} & ${b}`,
    exact: true,
  },
  max: {
    float: (a, b) => `Math.max(${a}, ${b})`,
    int: (a, b) => `(${a} > ${b} ? ${a} : ${b})`,
    bool: (a, b) => `${a} | ${b}`,
    exact: true,
  },
  eq: everywhere((a, b) => `(${a} === ${b} ? 1 : 0)`),
  lt: everywhere((a, b) => `(${a} < ${b} ? 1 : 0)`),
  le: everywhere((a, b) => `(${a} <= ${b} ? 1 : 0)`),
  and: bitwise("&"),
  or: bitwise("|"),
  xor: bitwise("^"),
  shl: { int: (a, b) => `${a} << ${b}` },
  shr: { int: (a, b) => `${a} >> ${b}`, exact: true },
  ushr: { int: (a, b) => `${a} >>> ${b}` },
  where: everywhere((a, b, c) => `(${a} !== 0 ? ${b} : ${c})`),
} satisfies Record<ScalarOp, Lines>;

/** Brings a value into an element type, as `dtypes[dtype].wrap`. */
const wrap = {
  float32: (text) => `Math.fround(${text})`,
  float64: (text) => text,
  int32: (text) => `(${text}) | 0`,
  uint8: (text) => `(${text}) & 255`,
  bool: (text) => `(${text}) !== 0 ? 1 : 0`,
} satisfies Record<DType, (text: string) => string>;

function castText(text: string, from: DType, to: DType): string {
  const target = dtypes[to];
  if (target.kind === "int") {
    if (dtypes[from].kind === "float") return `convert.${to}(${text})`;
    return to === "uint8" ? wrap.uint8(text) : text;
  }
  return from === "float32" && to === "float64" ? text : wrap[to](text);
}

function operationText(op: ScalarOp, args: readonly string[], dtype: DType, result: DType): string {
  const row: Lines = lines[op];
  const kind = dtypes[dtype].kind;
  const line = row[kind];
  const [a, b, c] = args;
  const text = line === undefined ? `operations.${op}.${kind}(${a}, ${b ?? 0}, ${c ?? 0})` : line(a!, b ?? "", c ?? "");
  return row.exact ? text : wrap[result](text);
}

function literal(value: number): string {
  return Object.is(value, -0) || value < 0 ? `(${Object.is(value, -0) ? "-0" : value})` : String(value);
}

/** Lines by depth (0 before all loops), and the names that hold the roots' values. */
export interface Placed {
  readonly lines: readonly (readonly string[])[];
  readonly values: readonly string[];
}

/** The name of an operand's pointer inside the first `depth` loops. */
export function pointer(operand: number, depth: number): string {
  return `p${operand}_${depth}`;
}

/**
 * The lines that compute the roots, by depth. Operand `o` of the first `operands.count` is read through its array `v{o}`
 * and its pointer; `first` is read in place of input 0 where it is given.
 */
export function place(
  roots: readonly Expr[],
  operands: Operands,
  layout: Layout,
  loops: number,
  first?: string,
): Placed {
  const byDepth: string[][] = Array.from({ length: loops + 1 }, () => []);
  const names = new Map<Expr, string>();
  const depths = new Map<Expr, number>();
  const known = (operand: number): number => depthOf(layout[operand]!);
  const nameOf = (expr: Expr): string => names.get(expr)!;
  const define = (expr: Expr, depth: number, text: string): void => {
    const name = `t${names.size}`;
    byDepth[depth]!.push(`const ${name} = ${text};`);
    names.set(expr, name);
    depths.set(expr, depth);
  };
  const deepest = (parts: readonly Expr[]): number => Math.max(0, ...parts.map((part) => depths.get(part)!));
  for (const expr of inOrder(roots)) {
    switch (expr.kind) {
      case "input": {
        if (first !== undefined) {
          define(expr, 0, first);
          break;
        }
        const operand = operands.inputs.indexOf(expr.index);
        define(expr, known(operand), `v${operand}[${pointer(operand, known(operand))}]`);
        break;
      }
      case "index": {
        const operand = operands.inputs.length + operands.axes.indexOf(expr.axis);
        define(expr, known(operand), `${pointer(operand, known(operand))} | 0`);
        break;
      }
      case "scalar":
        define(expr, 0, `convert.${expr.dtype}(scalars[${expr.index}])`);
        break;
      case "constant":
        names.set(expr, literal(expr.value));
        depths.set(expr, 0);
        break;
      case "random": {
        const { key0, key1, counter } = expr;
        const operand = operands.count - 1;
        const depth = Math.max(deepest([key0, key1]), counter === undefined ? known(operand) : deepest([counter]));
        const at = counter === undefined ? `${pointer(operand, known(operand))} | 0` : nameOf(counter);
        define(expr, depth, `randomWord(${nameOf(key0)}, ${nameOf(key1)}, ${at})`);
        break;
      }
      case "cast":
        define(expr, deepest([expr.operand]), castText(nameOf(expr.operand), expr.operand.dtype, expr.dtype));
        break;
      case "operation": {
        const dtype = expr.args[expr.args.length - 1]!.dtype;
        define(expr, deepest(expr.args), operationText(expr.op, expr.args.map(nameOf), dtype, expr.dtype));
        break;
      }
    }
  }
  return { lines: byDepth, values: roots.map(nameOf) };
}

/** How the operands move along one loop: lines before it, at the start of its body, and at the end of its body. */
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

/** Bodies longer than this are not repeated. */
const LONGEST_REPEATED = 12;

/** How often the body of an innermost loop is written out: often enough that counting costs little. */
export function repetitions(body: readonly string[]): number {
  return body.length > LONGEST_REPEATED ? 1 : 4;
}

/** Elements that a row function handles in one call. */
const CHUNK = 4096;

/** A loop that became a function: its source, and a call of it from one of the loop's positions to another. */
export interface Row {
  readonly source: string;
  call(from: string, to: string): string;
}

/** Calls a row function until loop number `loop` is through. */
export function callInChunks(row: Row, loop: number): string[] {
  return [
    `for (let from = 0; from < n${loop}; from += ${CHUNK}) {`,
    row.call("from", `Math.min(from + ${CHUNK}, n${loop})`),
    "}",
  ];
}

/**
 * An innermost loop as a function of its own, called for at most {@link CHUNK} elements at a time: engines compile a
 * function well after it has run from beginning to end a few times, but badly in the middle of one endless loop. Each
 * turn of the loop runs all `bodies`, one for each element; the first body takes what remains. `around` gives lines of
 * the function before and after its loop. What the lines use and do not declare becomes a parameter of the same name.
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

/** Generated names (a letter, a number, perhaps another number) that the lines use and do not declare. */
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

const conversions = {
  float32: dtypes.float32.convert,
  float64: dtypes.float64.convert,
  int32: dtypes.int32.convert,
  uint8: dtypes.uint8.convert,
  bool: dtypes.bool.convert,
} satisfies Record<DType, (value: number) => number>;

/** Runs source text that returns a function. */
export function compile<F>(source: string): F {
  const make = new Function("operations", "convert", "randomWord", `"use strict";\n${source}`);
  return make(scalarOperations, conversions, randomWord) as F;
}

/** Whether this place lets programs generate code: a content security policy may forbid it. */
export function canGenerate(): boolean {
  try {
    return new Function("return true")() === true;
  } catch {
    return false;
  }
}
