/**
 * Chebyshev's polynomials, element by element. The degree n may be a number or a tensor; for a negative one they are 0.
 *
 * @module
 */
import { type Elementwise, elementwise } from "../../elementwise/elementwise.js";
import { areFloat, type Formula, op } from "../../elementwise/formula.js";

/** A polynomial of a degree. */
export type Polynomial = Elementwise<[x: Formula, n: Formula]>;

/** The value between −1 and 1 by the angle θ = arccos x, beyond 1 by η = arcosh |x|, and at the ends. */
interface Branches {
  within(angle: Formula, n: Formula): Formula;
  above(length: Formula, n: Formula): Formula;
  /** Without its sign, which is (−1)ⁿ. */
  below(length: Formula, n: Formula): Formula;
  atOne(n: Formula): Formula;
  atMinusOne(n: Formula): Formula;
}

const half = (x: Formula): Formula => op("mul", x, 0.5);
const times = (x: Formula, n: Formula, shift: number): Formula => op("mul", x, op("add", n, shift));
const quotient = (
  name: "sin" | "cos" | "sinh" | "cosh",
  over: Formula,
  below: "sin" | "cos" | "sinh" | "cosh",
  by: Formula,
): Formula => op("div", op(name, over), op(below, by));
const one = (n: Formula): Formula => op("add", op("mul", n, 0), 1);
const odd = (n: Formula): Formula => op("add", op("mul", n, 2), 1);
const next = (n: Formula): Formula => op("add", n, 1);

const kinds: Readonly<Record<"T" | "U" | "V" | "W", Branches>> = {
  T: {
    within: (angle, n) => op("cos", times(angle, n, 0)),
    above: (length, n) => op("cosh", times(length, n, 0)),
    below: (length, n) => op("cosh", times(length, n, 0)),
    atOne: one,
    atMinusOne: one,
  },
  U: {
    within: (angle, n) => quotient("sin", times(angle, n, 1), "sin", angle),
    above: (length, n) => quotient("sinh", times(length, n, 1), "sinh", length),
    below: (length, n) => quotient("sinh", times(length, n, 1), "sinh", length),
    atOne: next,
    atMinusOne: next,
  },
  V: {
    within: (angle, n) => quotient("cos", times(angle, n, 0.5), "cos", half(angle)),
    above: (length, n) => quotient("cosh", times(length, n, 0.5), "cosh", half(length)),
    below: (length, n) => quotient("sinh", times(length, n, 0.5), "sinh", half(length)),
    atOne: one,
    atMinusOne: odd,
  },
  W: {
    within: (angle, n) => quotient("sin", times(angle, n, 0.5), "sin", half(angle)),
    above: (length, n) => quotient("sinh", times(length, n, 0.5), "sinh", half(length)),
    below: (length, n) => quotient("cosh", times(length, n, 0.5), "cosh", half(length)),
    atOne: odd,
    atMinusOne: one,
  },
};

function polynomial(name: string, kind: keyof typeof kinds, isShifted: boolean): Polynomial {
  const { within, above, below, atOne, atMinusOne } = kinds[kind];
  return elementwise(
    (given: Formula, degree: Formula) => {
      const [argument, exact] = areFloat(given, degree) ? [given, degree] : [given.to("float32"), degree.to("float32")];
      const x = isShifted ? op("sub", op("mul", argument, 2), 1) : op("add", argument, op("mul", exact, 0));
      const n = op("trunc", op("add", exact, op("mul", argument, 0)));
      const size = op("abs", x);
      const isInside = op("lt", size, 1);
      const angle = op("acos", op("where", isInside, x, 0));
      const length = op("acosh", op("where", op("lt", 1, size), size, 2));
      const isNegative = op("lt", x, 0);
      const isOdd = op("not", op("eq", op("rem", n, 2), 0));
      const signed = (value: Formula): Formula => op("where", isOdd, op("neg", value), value);
      const outside = op("where", isNegative, signed(below(length, n)), above(length, n));
      const atEnd = op("where", isNegative, signed(atMinusOne(n)), atOne(n));
      const value = op("where", isInside, within(angle, n), op("where", op("eq", size, 1), atEnd, outside));
      return op("where", op("lt", n, 0), 0, value);
    },
    { name },
  );
}

/**
 * Computes Chebyshev's polynomials of the first kind.
 *
 * `Tₙ(cos θ) = cos nθ`
 *
 * @example
 * ```ts
 * chebyshevPolynomialT(tensor([0.5, 2]), 3); // → Tensor([-1, 26])
 * ```
 *
 * @see torch.special.chebyshev_polynomial_t
 */
export const chebyshevPolynomialT: Polynomial = /* @__PURE__ */ polynomial("chebyshevPolynomialT", "T", false);

/**
 * Computes Chebyshev's polynomials of the second kind.
 *
 * `Uₙ(cos θ) = sin (n + 1)θ / sin θ`
 *
 * @example
 * ```ts
 * chebyshevPolynomialU(tensor([1, 2]), 2); // → Tensor([3, 15])
 * ```
 *
 * @see torch.special.chebyshev_polynomial_u
 */
export const chebyshevPolynomialU: Polynomial = /* @__PURE__ */ polynomial("chebyshevPolynomialU", "U", false);

/**
 * Computes Chebyshev's polynomials of the third kind.
 *
 * `Vₙ(cos θ) = cos (n + ½)θ / cos ½θ`
 *
 * @example
 * ```ts
 * chebyshevPolynomialV(tensor([1, -1]), 2); // → Tensor([1, 5])
 * ```
 *
 * @see torch.special.chebyshev_polynomial_v
 */
export const chebyshevPolynomialV: Polynomial = /* @__PURE__ */ polynomial("chebyshevPolynomialV", "V", false);

/**
 * Computes Chebyshev's polynomials of the fourth kind.
 *
 * `Wₙ(cos θ) = sin (n + ½)θ / sin ½θ`
 *
 * @example
 * ```ts
 * chebyshevPolynomialW(tensor([1, -1]), 2); // → Tensor([5, 1])
 * ```
 *
 * @see torch.special.chebyshev_polynomial_w
 */
export const chebyshevPolynomialW: Polynomial = /* @__PURE__ */ polynomial("chebyshevPolynomialW", "W", false);

/**
 * Computes Chebyshev's polynomials of the first kind for 0 to 1 in place of −1 to 1.
 *
 * `Tₙ(2x − 1)`
 *
 * @example
 * ```ts
 * shiftedChebyshevPolynomialT(tensor([1, 1.5]), 3); // → Tensor([1, 26])
 * ```
 *
 * @see torch.special.shifted_chebyshev_polynomial_t
 */
export const shiftedChebyshevPolynomialT: Polynomial = /* @__PURE__ */ polynomial(
  "shiftedChebyshevPolynomialT",
  "T",
  true,
);

/**
 * Computes Chebyshev's polynomials of the second kind for 0 to 1 in place of −1 to 1.
 *
 * `Uₙ(2x − 1)`
 *
 * @example
 * ```ts
 * shiftedChebyshevPolynomialU(tensor([1, 1.5]), 2); // → Tensor([3, 15])
 * ```
 *
 * @see torch.special.shifted_chebyshev_polynomial_u
 */
export const shiftedChebyshevPolynomialU: Polynomial = /* @__PURE__ */ polynomial(
  "shiftedChebyshevPolynomialU",
  "U",
  true,
);

/**
 * Computes Chebyshev's polynomials of the third kind for 0 to 1 in place of −1 to 1.
 *
 * `Vₙ(2x − 1)`
 *
 * @example
 * ```ts
 * shiftedChebyshevPolynomialV(tensor([1, 0]), 2); // → Tensor([1, 5])
 * ```
 *
 * @see torch.special.shifted_chebyshev_polynomial_v
 */
export const shiftedChebyshevPolynomialV: Polynomial = /* @__PURE__ */ polynomial(
  "shiftedChebyshevPolynomialV",
  "V",
  true,
);

/**
 * Computes Chebyshev's polynomials of the fourth kind for 0 to 1 in place of −1 to 1.
 *
 * `Wₙ(2x − 1)`
 *
 * @example
 * ```ts
 * shiftedChebyshevPolynomialW(tensor([1, 0]), 2); // → Tensor([5, 1])
 * ```
 *
 * @see torch.special.shifted_chebyshev_polynomial_w
 */
export const shiftedChebyshevPolynomialW: Polynomial = /* @__PURE__ */ polynomial(
  "shiftedChebyshevPolynomialW",
  "W",
  true,
);
