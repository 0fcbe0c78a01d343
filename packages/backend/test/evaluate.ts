/**
 * The meaning of expressions, as plainly as it can be said: the tests' own evaluator, beside the package's.
 */
import { convertValue, type DType, dtypes } from "../src/dtype.js";
import { cast, constant, index, input, op, random, scalar } from "../src/expr/build.js";
import type { Expr } from "../src/expr/node.js";
import { type ScalarOp, scalarOperations } from "../src/expr/operations.js";
import { philox } from "../src/philox.js";

/** An expression before anything interned or simplified it. */
export type Tree =
  | { readonly kind: "input" | "scalar"; readonly index: number; readonly dtype: DType }
  | { readonly kind: "constant"; readonly value: number; readonly dtype: DType }
  | { readonly kind: "index"; readonly axis: number; readonly dtype: DType }
  | { readonly kind: "random"; readonly operands: readonly Tree[]; readonly dtype: DType }
  | { readonly kind: "cast"; readonly operands: readonly Tree[]; readonly dtype: DType }
  | { readonly kind: "operation"; readonly op: ScalarOp; readonly operands: readonly Tree[]; readonly dtype: DType };

/** Where and with what an expression is evaluated. */
export interface Environment {
  readonly shape: readonly number[];
  readonly position: readonly number[];
  /** The i-th input at a position, not yet converted into its type. */
  readonly inputs: (i: number, position: readonly number[]) => number;
  readonly scalars: readonly number[];
}

type Step = Tree | Expr;

function operandsOf(step: Step): readonly Step[] {
  if ("operands" in step) return step.operands;
  if (step.kind === "operation") return step.args;
  if (step.kind === "cast") return [(step as { readonly operand: Expr }).operand];
  if (step.kind !== "random") return [];
  const { key0, key1, counter } = step as { readonly key0: Expr; readonly key1: Expr; readonly counter?: Expr };
  return counter === undefined ? [key0, key1] : [key0, key1, counter];
}

/** The value of an expression, or of a tree, by the contract's words. */
export function evaluate(step: Step, environment: Environment): number {
  const { shape, position } = environment;
  const convert = dtypes[step.dtype].convert;
  const operands = operandsOf(step);
  const [a, b, c] = operands.map((operand) => evaluate(operand, environment));
  switch (step.kind) {
    case "input":
      return convert(environment.inputs(step.index, position));
    case "scalar":
      return convert(environment.scalars[step.index]!);
    case "constant":
      return convert(step.value);
    case "index":
      return position[step.axis]!;
    case "random":
      return philox(a!, b!, c ?? position.reduce((sum, i, axis) => sum * shape[axis]! + i, 0));
    case "cast":
      return convertValue(a!, operands[0]!.dtype, step.dtype);
    case "operation": {
      const row = scalarOperations[step.op];
      const kind = dtypes[operands[operands.length - 1]!.dtype].kind;
      return dtypes[step.dtype].wrap(row[kind]!(a!, b ?? 0, c ?? 0));
    }
  }
}

/** The tree built by the package's constructors. */
export function build(tree: Tree): Expr {
  switch (tree.kind) {
    case "input":
      return input(tree.index, tree.dtype);
    case "scalar":
      return scalar(tree.index, tree.dtype);
    case "constant":
      return constant(tree.value, tree.dtype);
    case "index":
      return index(tree.axis);
    case "random": {
      const [key0, key1, counter] = tree.operands.map(build);
      return random(key0!, key1!, counter);
    }
    case "cast":
      return cast(build(tree.operands[0]!), tree.dtype);
    case "operation":
      return op(tree.op, ...tree.operands.map(build));
  }
}
