/**
 * Values of expressions and of their gradients at a point, for tests.
 *
 * @module
 */
import { convertValue, dtypes, type Expr, inOrder, operandsOf, philox, scalarOperations } from "@lucid/backend";
import { expect } from "vitest";
import { differentiate } from "../src/differentiate.js";

export interface Call {
  readonly inputs: readonly number[];
  readonly scalars?: readonly number[];
  readonly position?: number;
}

/** The value of an expression by the reference rows of the table, in the order of the graph. */
export function evaluate(root: Expr, { inputs, scalars = [], position = 0 }: Call): number {
  const values = new Map<Expr, number>();
  for (const expr of inOrder([root])) {
    const [a = 0, b = 0, c = 0] = operandsOf(expr).map((operand) => values.get(operand)!);
    const info = dtypes[expr.dtype];
    let value: number;
    if (expr.kind === "input") value = info.wrap(inputs[expr.index]!);
    else if (expr.kind === "scalar") value = info.wrap(scalars[expr.index]!);
    else if (expr.kind === "constant") value = expr.value;
    else if (expr.kind === "index") value = position;
    else if (expr.kind === "cast") value = convertValue(a, expr.operand.dtype, expr.dtype);
    else if (expr.kind === "random") value = philox(a, b, expr.counter === undefined ? position : c);
    else {
      const kind = dtypes[expr.args[expr.args.length - 1]!.dtype].kind;
      value = info.wrap(scalarOperations[expr.op][kind]!(a, b, c));
    }
    values.set(expr, value);
  }
  return values.get(root)!;
}

/** The gradients by the wanted inputs, at a point. `gradients[k]` arrives at output k. */
export function gradientsAt(
  roots: readonly Expr[],
  wanted: readonly number[],
  call: Call,
  gradients: readonly number[] = roots.map(() => 1),
  given?: readonly boolean[],
): readonly number[] {
  const { exprs, sources } = differentiate(roots, wanted, given);
  const inputs = sources.map(({ kind, index }) => {
    if (kind === "input") return call.inputs[index]!;
    return kind === "gradient" ? gradients[index]! : evaluate(roots[index]!, call);
  });
  return exprs.map((expr) => (expr === undefined ? 0 : evaluate(expr, { ...call, inputs })));
}

/** ∂²f / ∂xᵢ∂xⱼ: the derivative of the gradient expression, through the output too where it reads that. */
export function secondAt(root: Expr, i: number, j: number, call: Call): number {
  const { exprs, sources } = differentiate([root], [i]);
  const first = exprs[0];
  if (first === undefined) return 0;
  const values = sources.map(({ kind, index }) => {
    if (kind === "input") return call.inputs[index]!;
    return kind === "gradient" ? 1 : evaluate(root, call);
  });
  const parts = gradientsAt(
    [first],
    sources.map((_, place) => place),
    { ...call, inputs: values },
  );
  let sum = 0;
  for (const [place, { kind, index }] of sources.entries()) {
    if (kind === "input" && index === j) sum += parts[place]!;
    if (kind === "output" && parts[place] !== 0) sum += parts[place]! * gradientsAt([root], [j], call)[0]!;
  }
  return sum;
}

export function expectClose(actual: number, expected: number, tolerance: number, what: string): void {
  const near =
    Object.is(actual, expected) ||
    actual === expected ||
    Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected));
  expect(near, `${what}: ${actual}, expected ${expected}`).toBe(true);
}
