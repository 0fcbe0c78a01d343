/** Checks on a visitor's formula, and a short way to print its numbers. */
import type { elementwise } from "@lucid/tensor";

export type Formula = Parameters<typeof elementwise>[0];

/**
 * The same formula, but with an error where its result shows that it was written in a way that cannot work: it returns
 * nothing, or JavaScript's operators and `Math` have turned the arguments into NaN.
 */
export function checkedFormula(formula: Formula): Formula {
  const checked = (...values: readonly unknown[]): unknown => {
    const result = (formula as (...values: readonly unknown[]) => unknown)(...values);
    if (result === undefined || result === null) {
      throw new TypeError(
        "The function returns nothing. Write return before the result, or leave out the braces: (x) => x.sin()",
      );
    }
    if (typeof result === "number" && Number.isNaN(result)) {
      throw new TypeError(
        "The result is NaN, because JavaScript’s operators (+ - * /) and Math do not work on formulas. Use methods and " +
          "functions of lucid: x.mul(a).add(1) instead of x * a + 1, and x.sin() or sin(x) instead of Math.sin(x).",
      );
    }
    return result;
  };
  // The number of arguments tells lucid how many inputs there are.
  return Object.defineProperty(checked, "length", { value: formula.length }) as Formula;
}

/**
 * Shortens the numbers in a printed expression. Expressions hold 32-bit floats, so 0.2 is printed as 0.20000000298023224;
 * the shortest decimal that is the same 32-bit float is enough.
 */
export function shortNumbers(text: string): string {
  return text.replace(/(?<![\w.])\d+\.\d{7,}(?:e[-+]?\d+)?/g, (number) => {
    const value = Number(number);
    if (Math.fround(value) !== value) return number;
    for (let digits = 1; digits < 9; digits++) {
      const short = Number(value.toPrecision(digits));
      if (Math.fround(short) === value) return String(short);
    }
    return number;
  });
}
