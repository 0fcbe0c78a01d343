/**
 * Inlining one expression into another. Tracing, fusing and batching stand on this.
 *
 * @module
 */
import { ArgumentError } from "../errors.js";
import { contiguousStrides } from "../view.js";
import { cast, constant, index, op, random } from "./build.js";
import { type Expr, inOrder } from "./node.js";

/** What takes the place of the leaves of an expression. */
export interface Substitution {
  /** `inputs[i]` takes the place of input i; a missing entry leaves it. */
  readonly inputs?: readonly (Expr | undefined)[];
  /** `scalars[i]` takes the place of the i-th call-time number. */
  readonly scalars?: readonly (Expr | undefined)[];
  /** `index[axis]` is the inner position along `axis`, written in positions of the outer domain. */
  readonly index?: readonly Expr[];
  /** The inner domain's shape: needed where `index` is given and the expression draws random bits by position. */
  readonly shape?: readonly number[];
}

/**
 * The expression with its leaves replaced. Through a change of domain (a permutation, a slice, a broadcast, a batch
 * axis) `index` says where in its own domain the inner expression stands; random numbers stay those of the inner domain.
 *
 * @throws ArgumentError if random bits are drawn by position, `index` is given and `shape` is not.
 * @throws DTypeError if a replacement's type does not fit.
 *
 * @example
 * ```ts
 * const x = input(0, "float32");
 * String(substitute(op("exp", x), { inputs: [op("neg", x)] })); // → "exp(-x0)"
 * ```
 */
export function substitute(expr: Expr, by: Substitution): Expr {
  return substituteAll([expr], by)[0]!;
}

/** {@link substitute} for several expressions that share parts. */
export function substituteAll(exprs: readonly Expr[], by: Substitution): readonly Expr[] {
  const replaced = new Map<Expr, Expr>();
  const to = (expr: Expr): Expr => replaced.get(expr)!;
  for (const expr of inOrder(exprs)) replaced.set(expr, rebuild(expr, by, to));
  return exprs.map(to);
}

function rebuild(expr: Expr, by: Substitution, to: (expr: Expr) => Expr): Expr {
  switch (expr.kind) {
    case "input":
      return by.inputs?.[expr.index] ?? expr;
    case "scalar":
      return by.scalars?.[expr.index] ?? expr;
    case "index":
      return by.index?.[expr.axis] ?? expr;
    case "constant":
      return expr;
    case "cast":
      return cast(to(expr.operand), expr.dtype);
    case "random":
      return random(to(expr.key0), to(expr.key1), expr.counter === undefined ? innerPosition(by) : to(expr.counter));
    case "operation":
      return op(expr.op, ...expr.args.map(to));
  }
}

/** The row-major index in the inner domain, or undefined where the domain does not change. */
function innerPosition(by: Substitution): Expr | undefined {
  if (by.index === undefined) return undefined;
  if (by.shape === undefined) {
    throw new ArgumentError(
      "substitute",
      "random bits are drawn by position, but the inner domain's shape is not given",
      {
        remedy: "pass { shape }",
      },
    );
  }
  return rowMajorIndex(by.shape, by.index);
}

/**
 * The row-major index of a position in `shape` as an expression.
 *
 * @example
 * ```ts
 * String(rowMajorIndex([2, 3])); // → "i0 * 3 + i1"
 * ```
 */
export function rowMajorIndex(shape: readonly number[], position?: readonly Expr[]): Expr {
  const strides = contiguousStrides(shape);
  let sum: Expr = constant(0, "int32");
  for (let axis = 0; axis < shape.length; axis++) {
    const step = op("mul", position?.[axis] ?? index(axis), constant(strides[axis]!, "int32"));
    sum = op("add", sum, step);
  }
  return sum;
}
