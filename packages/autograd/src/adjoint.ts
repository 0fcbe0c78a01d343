/**
 * Reverse accumulation over a scalar expression: from the gradients of a map's outputs to those of its inputs, as
 * expressions again. `derivatives.ts` says what one operation does.
 *
 * @module
 */
import {
  cast,
  type DType,
  dtypes,
  type Expr,
  type InputExpr,
  inOrder,
  input,
  op,
  operandsOf,
  random,
  substituteAll,
} from "@lucid/backend";
import { derivatives, shortcut } from "./derivatives.js";
import { finished, type Masked, type Masks, masked, total } from "./mask.js";

/** A tensor that gradient expressions read. */
export interface GradientSource {
  /** An input of the map, one of its outputs, or the gradient that arrives at one of its outputs. */
  readonly kind: "input" | "output" | "gradient";
  /** Which input or output of the map. */
  readonly index: number;
}

/** How to compute the gradients of a map: one expression per wanted input. */
export interface ExprGradient {
  /** The gradients in the order asked, each of its input's type; undefined where the derivative is identically zero. */
  readonly exprs: readonly (Expr | undefined)[];
  /** What those expressions read: their `input(j)` is `sources[j]`. */
  readonly sources: readonly GradientSource[];
}

/**
 * The gradients of a map, y = `exprs`(x): for each wanted input Σₖ gₖ · ∂yₖ/∂x, with gₖ the gradient of output k, in its
 * type. Takes time and makes nodes in proportion to the size of `exprs`, shared parts counting once.
 *
 * Only float32 and float64 carry gradients; casts between them pass them on. Call-time numbers keep their places,
 * `random` is a constant that is drawn again under the same key, and the gradient map has the domain of the map itself.
 * Where an output tells as much as the inputs, as in y = e^x, it is read in their place. No NaN or ∞ comes out of a branch that
 * `where`, `min` or `max` did not choose: the gradient of where(x > 0, √x, 0) at x = −1 is 0.
 *
 * @param exprs the outputs of the map. Not to be changed afterwards: results are remembered by this array's identity.
 * @param wanted which inputs' gradients to compute.
 * @param given whether output k has a gradient; by default every output of float type has.
 *
 * @example
 * ```ts
 * const { exprs, sources } = differentiate([op("exp", input(0, "float32"))], [0]);
 * String(exprs[0]); // → "x1 * x0"
 * sources; // → [{ kind: "output", index: 0 }, { kind: "gradient", index: 0 }]
 * ```
 */
export function differentiate(
  exprs: readonly Expr[],
  wanted: readonly number[],
  given?: readonly boolean[],
): ExprGradient {
  let known = recent.get(exprs);
  if (known === undefined) {
    known = [];
    recent.set(exprs, known);
  }
  for (let i = 0; i < known.length; i++) if (answers(known[i]!, exprs, wanted, given)) return known[i]!.gradient;

  const flow = exprs.map((_, k) => flows(exprs, given, k));
  const key = `${exprs.map((expr) => expr.id)}|${wanted}|${flow}`;
  let gradient = remembered.get(key);
  if (gradient === undefined) {
    gradient = derive(exprs, wanted, flow);
    if (remembered.size >= REMEMBERED_LIMIT) remembered.clear();
    remembered.set(key, gradient);
  }
  if (known.length >= RECENT_LIMIT) known.shift();
  known.push({ wanted: [...wanted], flow, gradient });
  return gradient;
}

interface Answer {
  readonly wanted: readonly number[];
  readonly flow: readonly boolean[];
  readonly gradient: ExprGradient;
}

/** Answers by the identity of `exprs`, found without building a key, and by the identities of the expressions. */
const recent = new WeakMap<readonly Expr[], Answer[]>();
const RECENT_LIMIT = 16;
const remembered = new Map<string, ExprGradient>();
const REMEMBERED_LIMIT = 4096;

function answers(
  answer: Answer,
  exprs: readonly Expr[],
  wanted: readonly number[],
  given: readonly boolean[] | undefined,
): boolean {
  if (answer.wanted.length !== wanted.length) return false;
  for (let i = 0; i < wanted.length; i++) if (answer.wanted[i] !== wanted[i]) return false;
  for (let k = 0; k < exprs.length; k++) if (answer.flow[k] !== flows(exprs, given, k)) return false;
  return true;
}

const isFloat = (dtype: DType): boolean => dtypes[dtype].kind === "float";

/** Whether a gradient arrives at output k. */
function flows(exprs: readonly Expr[], given: readonly boolean[] | undefined, k: number): boolean {
  return (given === undefined || given[k] === true) && isFloat(exprs[k]!.dtype);
}

function derive(exprs: readonly Expr[], wanted: readonly number[], flow: readonly boolean[]): ExprGradient {
  const order = inOrder(exprs);
  let inputs = 0;
  for (const expr of order) if (expr.kind === "input") inputs = Math.max(inputs, expr.index + 1);
  // Until it is known what is read: the inputs, then the outputs, then the gradients of the outputs.
  const outputs = exprs.map((expr, k) => input(inputs + k, expr.dtype));
  const seeds = exprs.map((expr, k) => (flow[k] ? input(inputs + exprs.length + k, expr.dtype) : undefined));

  const found = accumulate(order, exprs, wanted, seeds);
  const roots = found.filter((expr) => expr !== undefined);
  const reused = replace(roots, byOutputs(exprs, outputs));
  const places = read(roots);
  const placesReused = read(reused);
  // Reading an output forbids overwriting it before backward, so at equal cost it must spare every input (exp, tanh, √).
  const sparesInputs = placesReused.every((place) => place.index >= inputs);
  const better = placesReused.length < places.length || (placesReused.length === places.length && sparesInputs);
  const best = better ? placesReused : places;

  const renumbering: Expr[] = [];
  for (const [j, place] of best.entries()) renumbering[place.index] = input(j, place.dtype);
  const numbered = substituteAll(best === placesReused ? reused : roots, { inputs: renumbering });
  let next = 0;
  return {
    exprs: found.map((expr) => (expr === undefined ? undefined : numbered[next++])),
    sources: best.map(({ index }) => sourceAt(index, inputs, exprs.length)),
  };
}

function sourceAt(place: number, inputs: number, outputs: number): GradientSource {
  if (place < inputs) return { kind: "input", index: place };
  const index = place - inputs;
  return index < outputs ? { kind: "output", index } : { kind: "gradient", index: index - outputs };
}

/** The inputs that expressions read, in the order of their numbers. */
function read(roots: readonly Expr[]): readonly InputExpr[] {
  const inputs = new Map<number, InputExpr>();
  for (const expr of inOrder(roots)) if (expr.kind === "input") inputs.set(expr.index, expr);
  return [...inputs.values()].sort((a, b) => a.index - b.index);
}

/** Reverse accumulation: every node hands what it received to its operands, users before what they use. */
function accumulate(
  order: readonly Expr[],
  outputs: readonly Expr[],
  wanted: readonly number[],
  seeds: readonly (Expr | undefined)[],
): readonly (Expr | undefined)[] {
  const masks: Masks = new Map();
  /** What has arrived so far, for the nodes that lead to a wanted input. */
  const received = new Map<Expr, Masked[]>();
  const inputs = new Map<number, Masked[]>();
  for (const expr of order) {
    if (!isFloat(expr.dtype)) continue;
    if (expr.kind !== "input") {
      if (leads(expr, received)) received.set(expr, []);
    } else if (wanted.includes(expr.index)) {
      // By number: there may be two objects for one input, made before and after the table of expressions started anew.
      const terms = inputs.get(expr.index) ?? [];
      inputs.set(expr.index, terms);
      received.set(expr, terms);
    }
  }
  const send = (to: Expr, value: Expr, mask: Masked["mask"]): void => {
    const term = masked(masks, value, mask);
    if (term !== undefined) received.get(to)!.push(term);
  };
  for (const [k, seed] of seeds.entries()) {
    if (seed !== undefined && received.has(outputs[k]!)) send(outputs[k]!, seed, undefined);
  }
  for (let i = order.length - 1; i >= 0; i--) {
    const expr = order[i]!;
    const terms = received.get(expr);
    if (terms === undefined || terms.length === 0 || expr.kind === "input") continue;
    const { value, mask } = total(masks, terms);
    if (expr.kind === "cast") send(expr.operand, cast(value, expr.operand.dtype), mask);
    if (expr.kind !== "operation") continue;
    const [a, b = a, c = a] = expr.args as readonly [Expr, ...Expr[]];
    for (let j = 0; j < expr.args.length; j++) {
      const [operand, derivative] = shortcut(expr, j) ?? [expr.args[j]!, derivatives[expr.op]?.[j]];
      if (derivative && received.has(operand)) send(operand, derivative(value, expr, a, b, c), mask);
    }
  }
  return wanted.map((index) => {
    const terms = inputs.get(index);
    return terms === undefined || terms.length === 0 ? undefined : finished(masks, terms);
  });
}

/** Whether a node passes gradients on to an operand that leads to a wanted input. */
function leads(expr: Expr, leading: ReadonlyMap<Expr, unknown>): boolean {
  if (expr.kind === "cast") return leading.has(expr.operand);
  if (expr.kind !== "operation") return false;
  const row = derivatives[expr.op];
  return row !== null && expr.args.some((arg, j) => row[j] !== null && leading.has(arg));
}

/** What can be read off the outputs of a map: the outputs that are computed, and which side a threshold took. */
function byOutputs(exprs: readonly Expr[], outputs: readonly Expr[]): Map<Expr, Expr> {
  const known = new Map<Expr, Expr>();
  for (const [k, expr] of exprs.entries()) {
    if (expr.kind !== "operation" && expr.kind !== "cast") continue;
    const output = outputs[k]!;
    if (!known.has(expr)) known.set(expr, output);
    // y = where(x ≤ t, t, x) and y = where(t < x, x, t), as in ReLU: the comparison says the same of y as of x.
    if (expr.kind !== "operation" || expr.op !== "where") continue;
    const [condition, chosen, other] = [expr.args[0]!, expr.args[1]!, expr.args[2]!];
    if (condition.kind !== "operation" || known.has(condition)) continue;
    const [left, right] = condition.args;
    if (condition.op === "le" && left === other && right === chosen) known.set(condition, op("le", output, chosen));
    if (condition.op === "lt" && left === other && right === chosen) known.set(condition, op("lt", other, output));
  }
  return known;
}

/** The expressions with every part that `by` names replaced; `by` grows by all that was visited. */
function replace(roots: readonly Expr[], by: Map<Expr, Expr>): readonly Expr[] {
  const to = (expr: Expr): Expr => by.get(expr)!;
  const stack: Expr[] = [...roots];
  while (stack.length > 0) {
    const expr = stack[stack.length - 1]!;
    const operands = operandsOf(expr);
    const waiting = by.has(expr) ? NONE : operands.filter((operand) => !by.has(operand));
    if (waiting.length > 0) {
      stack.push(...waiting);
      continue;
    }
    stack.pop();
    if (by.has(expr)) continue;
    const changed = operands.some((operand) => to(operand) !== operand);
    by.set(expr, changed ? rebuild(expr, to) : expr);
  }
  return roots.map(to);
}

const NONE: readonly Expr[] = [];

function rebuild(expr: Expr, to: (expr: Expr) => Expr): Expr {
  switch (expr.kind) {
    case "operation":
      return op(expr.op, ...expr.args.map(to));
    case "cast":
      return cast(to(expr.operand), expr.dtype);
    case "random":
      return random(to(expr.key0), to(expr.key1), expr.counter && to(expr.counter));
    default:
      return expr;
  }
}
