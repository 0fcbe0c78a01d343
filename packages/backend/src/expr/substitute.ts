/**
 * Replacing parts of expressions, with which one expression is inlined into another.
 *
 * @module
 */
import { ArgumentError } from "../errors.js";
import { contiguousStrides } from "../view.js";
import { cast, constant, index, op, random } from "./build.js";
import { withDerivative } from "./derivative.js";
import { type Expr, inOrder, partsOf } from "./node.js";

/** Replacements for leaves and parts of an expression. */
export interface Substitution {
  /** `inputs[i]` replaces input i. An input without an entry is kept. */
  readonly inputs?: readonly (Expr | undefined)[];
  /** `scalars[i]` replaces the scalar i of the call. A scalar without an entry is kept. */
  readonly scalars?: readonly (Expr | undefined)[];
  /** Replaces whole parts of the expression. */
  readonly nodes?: ReadonlyMap<Expr, Expr>;
  /**
   * `index[axis]` is the position along `axis` in the inner domain, as an expression of positions in the outer domain.
   */
  readonly index?: readonly Expr[];
  /**
   * The shape of the inner domain. It is needed if `index` is given and the expression draws random bits by position.
   */
  readonly shape?: readonly number[];
}

/**
 * Replaces leaves of an expression. If the domain changes (by a permutation, a slice, a broadcast or a batch axis),
 * `index` gives the position in the inner expression's own domain. Random numbers stay those of the inner domain.
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

/** Replaces leaves as {@link substitute} does, in several expressions that share parts. */
export function substituteAll(exprs: readonly Expr[], by: Substitution): readonly Expr[] {
  const replaced = new Map<Expr, Expr>();
  const to = (expr: Expr): Expr => replaced.get(expr)!;
  for (const expr of inOrder(exprs, partsOf)) {
    const value = rebuild(expr, by, to);
    const { derivative } = expr;
    const marked = derivative && withDerivative(value, derivative.operands.map(to), derivative.partials);
    replaced.set(expr, marked ?? value);
  }
  return exprs.map(to);
}

function rebuild(expr: Expr, by: Substitution, to: (expr: Expr) => Expr): Expr {
  const other = by.nodes?.get(expr);
  if (other !== undefined) return other;
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

/** Returns the row-major index in the inner domain, or undefined if the domain does not change. */
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
 * Returns the row-major index of a position in `shape`, as an expression.
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
