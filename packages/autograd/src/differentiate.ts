/**
 * Reverse-mode differentiation of scalar expressions. It computes the gradients of the inputs of a map from the
 * gradients of its outputs, as expressions. The derivative of each scalar operation is in `derivatives.ts`.
 *
 * @module
 */
import {
  ArgumentError,
  cast,
  type DType,
  describeValue,
  dtypes,
  type Expr,
  type InputExpr,
  inOrder,
  input,
  isExpr,
  op,
  partsOf,
  random,
  substituteAll,
  unrounded,
  withDerivative,
} from "@lucid/backend";
import { derivatives } from "./derivatives.js";
import { finished, type Masked, type Masks, masked, total } from "./mask.js";

/** A tensor that gradient expressions read. */
export interface GradientSource {
  /** An input of the map, one of its outputs, or the gradient that arrives at one of its outputs. */
  readonly kind: "input" | "output" | "gradient";
  /** The position of that input or output in the map. */
  readonly index: number;
}

/** The gradients of a map, as one expression for each wanted input. */
export interface ExprGradient {
  /**
   * The gradients in the order of the wanted inputs, each of its input's type; undefined where the derivative is zero
   * everywhere.
   */
  readonly exprs: readonly (Expr | undefined)[];
  /** The tensors that the expressions read: `input(j)` is `sources[j]`. */
  readonly sources: readonly GradientSource[];
}

/**
 * Computes the gradients of a map, y = `exprs`(x).
 *
 * For each wanted input it returns Σₖ gₖ · ∂yₖ/∂x, where gₖ is the gradient of output k, in the type of the input. Time
 * and the number of nodes are proportional to the size of `exprs`; shared parts count once.
 *
 * Only float32 and float64 carry gradients, and casts between them pass gradients on. Scalars keep their positions.
 * `random` is a constant that is drawn again under the same key. The gradient map has the domain of the map itself. An
 * output is read in place of inputs where it is enough, as in y = e^x. A branch that `where`, `min` or `max` did not
 * choose contributes no NaN or ∞: the gradient of where(x > 0, √x, 0) at x = −1 is 0.
 *
 * @param exprs - the outputs of the map. The array must not be changed afterwards, because results are remembered by
 * its identity.
 * @param wanted - the inputs whose gradients are computed.
 * @param given - whether output k has a gradient; default: every floating output has.
 * @throws ArgumentError unless `exprs` is a list of expressions and `wanted` a list of integers.
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
    assertExpressions(exprs);
    known = [];
    recent.set(exprs, known);
  }
  for (let i = 0; i < known.length; i++) if (answers(known[i]!, exprs, wanted, given)) return known[i]!.gradient;

  if (!isListOf(wanted, Number.isSafeInteger)) {
    throw new ArgumentError("differentiate", `the wanted inputs are ${describeValue(wanted)}`, {
      rule: "they are a list of the inputs' positions",
    });
  }
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

/** Whether a value is a list, all of whose items pass the test. A hole does not pass. */
function isListOf(list: unknown, test: (item: unknown) => boolean): boolean {
  if (!Array.isArray(list)) return false;
  for (const item of list) if (!test(item)) return false;
  return true;
}

/** @throws ArgumentError unless `exprs` is a list of expressions. */
function assertExpressions(exprs: unknown): void {
  if (isListOf(exprs, isExpr)) return;
  throw new ArgumentError("differentiate", `the outputs are ${describeValue(exprs)}`, {
    rule: "they are a list of expressions",
  });
}

interface Answer {
  readonly wanted: readonly number[];
  readonly flow: readonly boolean[];
  readonly gradient: ExprGradient;
}

/** Results by the identity of `exprs`, which needs no key, and then by the identities of the expressions. */
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
  const order = inOrder(exprs, partsOf);
  let inputs = 0;
  for (const expr of order) if (expr.kind === "input") inputs = Math.max(inputs, expr.index + 1);
  // As long as it is not known what is read, the inputs come first, then the outputs, then the gradients of the
  // outputs.
  const outputs = exprs.map((expr, k) => input(inputs + k, expr.dtype));
  const seeds = exprs.map((expr, k) => (flow[k] ? input(inputs + exprs.length + k, expr.dtype) : undefined));

  const found = accumulate(order, exprs, wanted, seeds);
  const roots = found.filter((expr) => expr !== undefined);
  const reused = replace(roots, byOutputs(exprs, outputs));
  const places = read(roots);
  const placesReused = read(reused);
  // An output that is read must not be overwritten before backward. So at equal cost, it is read only if it makes every
  // input unnecessary (exp, tanh, √).
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

/** Lists the inputs that expressions read, in the order of their positions. */
function read(roots: readonly Expr[]): readonly InputExpr[] {
  const inputs = new Map<number, InputExpr>();
  for (const expr of inOrder(roots, partsOf)) if (expr.kind === "input") inputs.set(expr.index, expr);
  return [...inputs.values()].sort((a, b) => a.index - b.index);
}

/**
 * Accumulates gradients in reverse: every node passes what it received to its operands, and is visited after all nodes
 * that use it.
 */
function accumulate(
  order: readonly Expr[],
  outputs: readonly Expr[],
  wanted: readonly number[],
  seeds: readonly (Expr | undefined)[],
): readonly (Expr | undefined)[] {
  const masks: Masks = new Map();
  /** The contributions that have arrived so far, for the nodes that lead to a wanted input. */
  const received = new Map<Expr, Masked[]>();
  const inputs = new Map<number, Masked[]>();
  for (const expr of order) {
    if (!isFloat(expr.dtype)) continue;
    if (expr.kind !== "input" || expr.derivative !== undefined) {
      if (leads(expr, received)) received.set(expr, []);
    } else if (wanted.includes(expr.index)) {
      // Inputs are compared by position: one input may have two objects, if the table of expressions was emptied in
      // between.
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
    if (terms === undefined || terms.length === 0) continue;
    if (expr.kind === "input" && expr.derivative === undefined) continue;
    const { value, mask } = total(masks, terms);
    if (expr.derivative !== undefined) {
      const { operands, partials } = expr.derivative;
      const found = partials(operands);
      for (const [j, operand] of operands.entries()) {
        const partial = found[j];
        if (partial !== undefined && received.has(operand)) send(operand, chained(value, partial), mask);
      }
      continue;
    }
    if (expr.kind === "cast") send(expr.operand, cast(value, expr.operand.dtype), mask);
    if (expr.kind !== "operation") continue;
    const [a, b = a, c = a] = expr.args as readonly [Expr, ...Expr[]];
    for (let j = 0; j < expr.args.length; j++) {
      const operand = expr.args[j]!;
      const derivative = derivatives[expr.op]?.[j];
      if (derivative && received.has(operand)) send(operand, derivative(value, expr, a, b, c), mask);
    }
  }
  return wanted.map((index) => {
    const terms = inputs.get(index);
    return terms === undefined || terms.length === 0 ? undefined : finished(masks, terms);
  });
}

/** Computes g · partial. If the partial is a literal 0, so is the product, however large g is. */
function chained(g: Expr, partial: Expr): Expr {
  if (partial.kind === "constant" && partial.value === 0) return partial;
  if (partial.kind === "operation" && partial.op === "where" && partial.derivative === undefined) {
    const [condition, a, b] = [partial.args[0]!, partial.args[1]!, partial.args[2]!];
    return op("where", condition, chained(g, a), chained(g, b));
  }
  return op("mul", g, partial);
}

/** Whether a node passes gradients on to an operand that leads to a wanted input. */
function leads(expr: Expr, leading: ReadonlyMap<Expr, unknown>): boolean {
  if (expr.derivative !== undefined) return expr.derivative.operands.some((operand) => leading.has(operand));
  if (expr.kind === "cast") return leading.has(expr.operand);
  if (expr.kind !== "operation") return false;
  const row = derivatives[expr.op];
  return row !== null && expr.args.some((arg, j) => row[j] !== null && leading.has(arg));
}

/**
 * Returns what can be read from the outputs of a map instead of computing it again: the outputs themselves, and which
 * side of a threshold was chosen.
 */
function byOutputs(exprs: readonly Expr[], outputs: readonly Expr[]): Map<Expr, Expr> {
  const known = new Map<Expr, Expr>();
  for (const [k, root] of exprs.entries()) {
    if (root.kind !== "operation" && root.kind !== "cast") continue;
    if (!known.has(root)) known.set(root, outputs[k]!);
    // An output of a storage type stands for the value that was computed, although it was rounded when it was stored.
    const expr = unrounded(root);
    const output = cast(outputs[k]!, expr.dtype);
    if (!known.has(expr)) known.set(expr, output);
    // In y = where(x ≤ t, t, x) and y = where(t < x, x, t), as in ReLU, the comparison has the same result for y as for
    // x.
    if (expr.kind !== "operation" || expr.op !== "where") continue;
    const [condition, chosen, other] = [expr.args[0]!, expr.args[1]!, expr.args[2]!];
    if (condition.kind !== "operation" || known.has(condition)) continue;
    const [left, right] = condition.args;
    if (condition.op === "le" && left === other && right === chosen) known.set(condition, op("le", output, chosen));
    if (condition.op === "lt" && left === other && right === chosen) known.set(condition, op("lt", other, output));
  }
  return known;
}

/** Replaces every part of the expressions that is a key of `by`. Everything that was visited is added to `by`. */
function replace(roots: readonly Expr[], by: Map<Expr, Expr>): readonly Expr[] {
  const to = (expr: Expr): Expr => by.get(expr)!;
  const stack: Expr[] = [...roots];
  while (stack.length > 0) {
    const expr = stack[stack.length - 1]!;
    const operands = partsOf(expr);
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
  const value = rebuildValue(expr, to);
  const { derivative } = expr;
  return derivative === undefined ? value : withDerivative(value, derivative.operands.map(to), derivative.partials);
}

function rebuildValue(expr: Expr, to: (expr: Expr) => Expr): Expr {
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
