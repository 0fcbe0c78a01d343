/**
 * Gradients of a map some of whose outputs received no gradient. The terms that depend on those outputs alone are left
 * out. If zeros stood for the missing gradients, zero times an infinite derivative would give NaN.
 *
 * @module
 */
import { cast, constant, type Expr, inOrder, input, op, substituteAll } from "@lucid/backend";
import type { ExprGradient, GradientSource } from "./differentiate.js";

const remembered = new WeakMap<ExprGradient, Map<string, ExprGradient>>();

/** Returns the gradient of a map when only the outputs that are `given` have received a gradient. */
export function withoutAbsent(gradient: ExprGradient, given: readonly boolean[]): ExprGradient {
  let known = remembered.get(gradient);
  if (known === undefined) {
    known = new Map();
    remembered.set(gradient, known);
  }
  const key = given.join();
  let reduced = known.get(key);
  if (reduced === undefined) {
    reduced = reduce(gradient, given);
    known.set(key, reduced);
  }
  return reduced;
}

function reduce({ exprs, sources }: ExprGradient, given: readonly boolean[]): ExprGradient {
  const roots = exprs.filter((expr) => expr !== undefined);
  const absent = (source: GradientSource | undefined): boolean => source?.kind === "gradient" && !given[source.index]!;
  // The replacement of each node; undefined where it is zero, because gradients are linear in what arrives.
  const become = new Map<Expr, Expr | undefined>();
  for (const expr of inOrder(roots)) become.set(expr, part(expr, become, absent, sources));

  const left = roots.map((root) => become.get(root));
  const read = new Set<number>();
  const nonzero = left.filter((expr) => expr !== undefined);
  for (const expr of inOrder(nonzero)) if (expr.kind === "input") read.add(expr.index);
  const places = [...read].sort((a, b) => a - b);
  const renumbering: Expr[] = [];
  for (const node of inOrder(nonzero)) {
    if (node.kind === "input") renumbering[node.index] = input(places.indexOf(node.index), node.dtype);
  }
  const numbered = substituteAll(nonzero, { inputs: renumbering });
  let next = 0;
  const results = left.map((expr) => (expr === undefined ? undefined : numbered[next++]));
  let at = 0;
  return {
    exprs: exprs.map((expr) => (expr === undefined ? undefined : results[at++])),
    sources: places.map((place) => sources[place]!),
  };
}

function part(
  expr: Expr,
  become: ReadonlyMap<Expr, Expr | undefined>,
  absent: (source: GradientSource | undefined) => boolean,
  sources: readonly GradientSource[],
): Expr | undefined {
  if (expr.kind === "input") return absent(sources[expr.index]) ? undefined : expr;
  if (expr.kind === "cast") {
    const operand = become.get(expr.operand);
    return operand === expr.operand ? expr : operand && cast(operand, expr.dtype);
  }
  if (expr.kind !== "operation") return expr;
  const args = expr.args.map((arg) => become.get(arg));
  if (args.every((arg, i) => arg === expr.args[i])) return expr;
  const [a, b, c] = args;
  switch (expr.op) {
    case "add":
      return a === undefined ? b : b === undefined ? a : op("add", a, b);
    case "sub":
      return b === undefined ? a : a === undefined ? op("neg", b) : op("sub", a, b);
    case "where":
      if (b === undefined && c === undefined) return undefined;
      return op("where", a!, b ?? constant(0, expr.dtype), c ?? constant(0, expr.dtype));
    default:
      return args.some((arg) => arg === undefined) ? undefined : op(expr.op, ...(args as readonly Expr[]));
  }
}
