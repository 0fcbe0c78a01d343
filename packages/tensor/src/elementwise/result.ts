/**
 * The check of what a formula returns.
 *
 * @module
 */
import { ArgumentError, describeValue } from "@lucid/backend";
import { Tensor } from "../tensor/tensor.js";
import { Formula, literal } from "./formula.js";

/**
 * Makes a formula of what a formula returned.
 *
 * @throws ArgumentError unless `value` is a formula, a number or a boolean.
 * @internal
 */
export function asFormula(operation: string, what: string, value: unknown): Formula {
  if (value instanceof Formula || typeof value === "number" || typeof value === "boolean") return literal(value);
  throw new ArgumentError(
    operation,
    `${what} returned ${value instanceof Tensor ? "a tensor" : describeValue(value)}`,
    {
      rule: "a formula returns what it computes of its arguments, or a number",
      ...(value === undefined ? { remedy: "write `return` before the result" } : {}),
    },
  );
}
