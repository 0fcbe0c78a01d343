/**
 * JavaScript's operators on tensors and formulas. They cannot be overloaded, so they throw instead of computing NaN.
 *
 * @module
 */
import { ArgumentError } from "@lucid/backend";

/**
 * Implements `Symbol.toPrimitive` for a tensor or a formula: it returns text for `String(x)` and template literals, and
 * throws an error that names the methods for everything else.
 *
 * @param name - the beginning of the error: `Tensor` or `Formula`.
 * @throws ArgumentError unless text was asked for.
 * @internal
 */
export function toPrimitive(name: string, value: { toString(): string }, hint: string): string {
  if (hint === "string") return value.toString();
  const thing = name === "Tensor" ? "a tensor" : "a formula";
  // JavaScript passes "default" for + and ==, and "number" for all other operators.
  if (hint === "default") {
    throw new ArgumentError(name, `the operators + and == do not compute with ${thing}`, {
      // biome-ignore lint/suspicious/noTemplateCurlyInString: this is what to write
      remedy: "call a method: .add() for +, .eq() for ==; to make text, write `${x}`",
    });
  }
  throw new ArgumentError(name, `JavaScript's operators and Math do not compute with ${thing}`, {
    remedy:
      "call a method: .mul() for *, .sub() for -, .div() for /, .neg() for the sign, .pow() for **, .gt() for >, .lt() for <, .sin() for Math.sin()",
  });
}
