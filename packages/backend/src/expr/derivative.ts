/**
 * Expressions whose author gives the derivative, in place of the chain rule.
 *
 * @module
 */
import { describeValue } from "../describe.js";
import { isStorageType } from "../dtype.js";
import { ArgumentError } from "../errors.js";
import { cast, unrounded } from "./build.js";
import { assertExpr, type Expr, intern, type Partials, type Parts } from "./node.js";
import { printExpr } from "./print.js";

const numbers = new WeakMap<Partials, number>();
let next = 0;

function numberOf(partials: Partials): number {
  let number = numbers.get(partials);
  if (number === undefined) {
    number = next++;
    numbers.set(partials, number);
  }
  return number;
}

/**
 * Makes an expression of the same value, whose derivatives with respect to `operands` are given by `partials`.
 * Differentiation uses these and does not look into the expression. Everything else treats it as the expression that it
 * was made of.
 *
 * @param operands - expressions of floating types. Anything else that the value depends on counts as constant.
 * @param partials - returns the derivative with respect to every operand, in the value's type, or undefined for an
 * operand without one. It may use the expression itself. Expressions with equal values, equal operands and the same
 * function are the same object.
 *
 * @throws ArgumentError for a value or an operand that is no expression, or partials that are no function.
 *
 * @example
 * ```ts
 * const x = input(0, "float32");
 * // Rounding that lets gradients pass.
 * const rounded = withDerivative(op("round", x), [x], () => [constant(1, "float32")]);
 * String(rounded); // → "round(x0)"
 * ```
 */
export function withDerivative(value: Expr, operands: readonly Expr[], partials: Partials): Expr {
  assertExpr("withDerivative", "the value", value);
  if (!Array.isArray(operands)) {
    throw new ArgumentError("withDerivative", `the operands are ${describeValue(operands)}`, {
      rule: "they are a list of expressions",
    });
  }
  for (const operand of operands) assertExpr("withDerivative", "an operand", operand);
  if (typeof partials !== "function") {
    throw new ArgumentError("withDerivative", `the partials are ${describeValue(partials)}`, {
      rule: "partials are a function that gives one derivative for every operand",
    });
  }
  if (isStorageType(value.dtype)) {
    return cast(withDerivative(unrounded(value), operands.map(unrounded), partials), value.dtype);
  }
  const { id, toString: _, ...parts } = value;
  const key = `d${numberOf(partials)}(${operands.map((operand) => operand.id).join(",")}):${id}`;
  return intern(key, { ...parts, derivative: { operands, partials } } as Parts, printExpr);
}
