/**
 * Simplification of expressions while they are built. Every rule is exact for every value: for floats there is no `x·0
 * → 0` (because of NaN, ∞ and −0) and no `x + 0 → x` (because −0 + 0 is 0).
 *
 * @module
 */
import { type DType, dtypes } from "../dtype.js";
import type { ConstantExpr, Expr } from "./node.js";
import { type ScalarOp, scalarOperations } from "./operations.js";

type MakeConstant = (value: number, dtype: DType) => ConstantExpr;
type Rule = (args: readonly Expr[]) => Expr | undefined;

/** Whether an expression is a constant without a stated derivative. */
const isLiteral = (expr: Expr): expr is ConstantExpr => expr.kind === "constant" && expr.derivative === undefined;
const isConstant = (expr: Expr, value: number): boolean => isLiteral(expr) && Object.is(expr.value, value);
const isOperation = (expr: Expr, name: ScalarOp): expr is Expr & { readonly args: readonly Expr[] } =>
  expr.kind === "operation" && expr.op === name && expr.derivative === undefined;
const isFloat = (expr: Expr): boolean => dtypes[expr.dtype].kind === "float";

/** The operations that undo themselves: f(f(x)) = x. */
const involution =
  (name: ScalarOp): Rule =>
  ([a]) =>
    isOperation(a!, name) ? a.args[0] : undefined;
/** The idempotent operations: f(f(x)) = f(x). */
const idempotent =
  (name: ScalarOp): Rule =>
  ([a]) =>
    isOperation(a!, name) ? a : undefined;

const rules: Partial<Record<ScalarOp, Rule>> = {
  neg: involution("neg"),
  not: involution("not"),
  abs: ([a]) => (isOperation(a!, "abs") ? a : undefined),
  floor: idempotent("floor"),
  ceil: idempotent("ceil"),
  round: idempotent("round"),
  trunc: idempotent("trunc"),
  add: ([a, b]) => {
    const zero = isFloat(a!) ? -0 : 0;
    return isConstant(b!, zero) ? a : isConstant(a!, zero) ? b : undefined;
  },
  sub: ([a, b]) => (isConstant(b!, 0) ? a : undefined),
  mul: ([a, b]) => {
    if (isConstant(b!, 1)) return a;
    if (isConstant(a!, 1)) return b;
    if (!isFloat(a!)) return isConstant(a!, 0) ? a : isConstant(b!, 0) ? b : undefined;
    return undefined;
  },
  div: ([a, b]) => (isConstant(b!, 1) ? a : undefined),
  pow: ([a, b]) => (isConstant(b!, 1) ? a : undefined),
  min: ([a, b]) => (a === b ? a : undefined),
  max: ([a, b]) => (a === b ? a : undefined),
  and: ([a, b]) => {
    if (a === b) return a;
    if (isConstant(a!, 0)) return a;
    if (isConstant(b!, 0)) return b;
    if (a!.dtype !== "bool") return undefined;
    return isConstant(a!, 1) ? b : isConstant(b!, 1) ? a : undefined;
  },
  or: ([a, b]) => {
    if (a === b) return a;
    if (isConstant(a!, 0)) return b;
    if (isConstant(b!, 0)) return a;
    if (a!.dtype !== "bool") return undefined;
    return isConstant(a!, 1) ? a : isConstant(b!, 1) ? b : undefined;
  },
  where: ([condition, a, b]) => {
    if (a === b) return a;
    if (isLiteral(condition!)) return condition!.value !== 0 ? a : b;
    return undefined;
  },
};

/**
 * Returns a simpler expression of the same value, or undefined if there is none.
 *
 * @internal
 */
export function simplify(name: ScalarOp, args: readonly Expr[], constant: MakeConstant): Expr | undefined {
  if (args.every(isLiteral)) {
    const row = scalarOperations[name];
    const dtype = args[args.length - 1]!.dtype;
    const [a, b, c] = args.map((arg) => (arg as ConstantExpr).value);
    const value = row[dtypes[dtype].kind]!(a!, b ?? 0, c ?? 0);
    const result: DType = row.result === "bool" ? "bool" : dtype;
    return constant(dtypes[result].wrap(value), result);
  }
  return rules[name]?.(args);
}
