/**
 * Formulas that several losses and layers share.
 *
 * @module
 */
import { op } from "@lucid/tensor/extend";
import { type Elementwise, elementwise, type Formula, pow, sqrt, sub } from "@lucid/tensor/functions";

/** x, but 0 at least. The gradient passes at 0, and NaN stays NaN. */
export function atLeastZero(x: Formula): Formula {
  return op("where", op("lt", x, 0), 0, x);
}

/** √x with the derivative 0 at 0, so that a vector of zeros has a gradient. */
export const lengthOf: Elementwise<[squares: Formula]> = /* @__PURE__ */ elementwise(
  (squares: Formula) => sqrt(squares),
  {
    name: "norm",
    derivative: (squares: Formula) => op("where", op("eq", squares, 0), 0, op("div", 0.5, sqrt(squares))),
  },
);

/** A sum of powers, raised to the power 1/p, with the derivative 0 at 0. */
export const rootOf: Elementwise<[powers: Formula, exponent: Formula]> = /* @__PURE__ */ elementwise(
  (powers: Formula, exponent: Formula) => pow(powers, exponent),
  {
    name: "norm",
    derivative: (powers: Formula, exponent: Formula) => {
      const slope = op("mul", pow(powers, sub(exponent, 1)), exponent);
      return [op("where", op("eq", powers, 0), 0, slope), null];
    },
  },
);
