/**
 * Division to whole numbers, element by element, and what it leaves.
 *
 * @module
 */
import { type Binary, elementwise } from "../elementwise/elementwise.js";
import { apply, areFloat, commonType, type Formula } from "../elementwise/formula.js";

const isNegative = (x: Formula): Formula => apply("lt", x, 0);

/** Whether the quotient rounded towards −∞ lies below that rounded towards 0, which leaves this rest. */
const liesBelow = (rest: Formula, y: Formula): Formula =>
  apply("and", apply("not", apply("eq", rest, 0)), apply("xor", isNegative(rest), isNegative(y)));

/**
 * Quotient rounded towards −∞, `⌊x / y⌋`, without the error of rounding `x / y` first. Of integers an integer; dividing
 * an integer by 0 gives 0. Has no derivative: gradients are 0. (torch.floor_divide; torch.div with rounding_mode="floor")
 *
 * @example
 * ```ts
 * floorDivide(tensor([7, -7]), 2); // → Tensor([3, -4])
 * ```
 */
export const floorDivide: Binary = /* @__PURE__ */ elementwise(
  (x, y) => {
    if (!areFloat(x, y)) {
      const quotient = apply("div", x, y);
      const rest = apply("sub", x, apply("mul", quotient, y));
      const below = liesBelow(rest, y);
      return apply("where", apply("eq", y, 0), 0, apply("where", below, apply("sub", quotient, 1), quotient));
    }
    const rest = fmod(x, y);
    const below = liesBelow(rest, y);
    const exact = apply("div", apply("sub", x, rest), y);
    const quotient = apply("round", apply("where", below, apply("sub", exact, 1), exact));
    const ratio = apply("div", x, y);
    // A quotient of 0 has the sign of the ratio; by 0 the ratio is the answer.
    const signed = apply("where", apply("eq", quotient, 0), apply("mul", ratio, 0), quotient);
    return apply("floor", apply("where", apply("eq", y, 0), ratio, signed));
  },
  { name: "floorDivide" },
);

/**
 * Quotient rounded towards 0. Of integers an integer; dividing an integer by 0 gives 0. Has no derivative: gradients are
 * 0. (torch.div with rounding_mode="trunc")
 *
 * @example
 * ```ts
 * truncDivide(tensor([7, -7]), 2); // → Tensor([3, -3])
 * ```
 */
export const truncDivide: Binary = /* @__PURE__ */ elementwise(
  (x, y) => (areFloat(x, y) ? apply("trunc", apply("div", x, y)) : apply("div", x, y)),
  { name: "truncDivide" },
);

/**
 * What floor division leaves, `x − y·⌊x / y⌋`: it has the sign of y. Of an integer divided by 0 it is 0. (torch.remainder)
 *
 * @example
 * ```ts
 * remainder(tensor([7, -7]), 3); // → Tensor([1, 2])
 * ```
 */
export const remainder: Binary = /* @__PURE__ */ elementwise((x, y) => apply("rem", x, y), { name: "remainder" });

/**
 * What division towards 0 leaves, `x − y·trunc(x / y)`: it has the sign of x. Of an integer divided by 0 it is 0.
 * (torch.fmod)
 *
 * @example
 * ```ts
 * fmod(tensor([7, -7]), 3); // → Tensor([1, -1])
 * ```
 */
export const fmod: Binary = /* @__PURE__ */ elementwise(
  (x, y) => {
    if (!areFloat(x, y)) {
      const rest = apply("sub", x, apply("mul", apply("div", x, y), y));
      return apply("where", apply("eq", y, 0), 0, rest);
    }
    const dtype = commonType([x, y]);
    const rest = apply("rem", apply("abs", x.to(dtype)), apply("abs", y.to(dtype)));
    // x − rest keeps −0, and the derivative 1, where x is 0.
    const signed = apply("where", isNegative(x), apply("neg", rest), rest);
    return apply("where", apply("eq", x, 0), apply("sub", x, rest), signed);
  },
  { name: "fmod" },
);
