/**
 * Rounding, element by element.
 *
 * @module
 */
import { elementwise, type Unary } from "../../elementwise/elementwise.js";
import { areFloat, assertFloats, op, refuseBool } from "../../elementwise/formula.js";

/** Rounding leaves integers as they are. */
const rounding = (operation: "floor" | "ceil" | "round" | "trunc"): Unary =>
  elementwise(
    (x) => {
      refuseBool(operation, 'convert first: .to("int32")', x);
      return areFloat(x) ? op(operation, x) : x;
    },
    { name: operation },
  );

/**
 * Rounds down to an integer.
 *
 * `⌊x⌋`, the largest integer ≤ x; the derivative is 0.
 *
 * Integers stay as they are.
 *
 * @throws DTypeError for bool.
 *
 * @example
 * ```ts
 * floor(tensor([1.5, -1.5])); // → Tensor([1, -2])
 * ```
 *
 * @see torch.floor
 */
export const floor: Unary = /* @__PURE__ */ rounding("floor");

/**
 * Rounds up to an integer.
 *
 * `⌈x⌉`, the smallest integer ≥ x; the derivative is 0.
 *
 * Integers stay as they are.
 *
 * @throws DTypeError for bool.
 *
 * @example
 * ```ts
 * ceil(tensor([1.5, -1.5])); // → Tensor([2, -1])
 * ```
 *
 * @see torch.ceil
 */
export const ceil: Unary = /* @__PURE__ */ rounding("ceil");

/**
 * Rounds to the nearest integer. Numbers halfway between two integers are rounded to the even one.
 *
 * The derivative is 0. Integers stay as they are.
 *
 * @throws DTypeError for bool.
 *
 * @example
 * ```ts
 * round(tensor([0.5, 1.5, -2.7])); // → Tensor([0, 2, -3])
 * ```
 *
 * @see torch.round
 */
export const round: Unary = /* @__PURE__ */ rounding("round");

/**
 * Rounds towards 0: leaves the fractional part out.
 *
 * The derivative is 0. Integers stay as they are.
 *
 * @throws DTypeError for bool.
 *
 * @example
 * ```ts
 * trunc(tensor([1.5, -1.5])); // → Tensor([1, -1])
 * ```
 *
 * @see torch.trunc
 */
export const trunc: Unary = /* @__PURE__ */ rounding("trunc");

/**
 * Computes the fractional part.
 *
 * `x − trunc(x)`; it has the sign of x.
 *
 * @throws DTypeError for integers and bools.
 *
 * @example
 * ```ts
 * frac(tensor([1.5, -1.25])); // → Tensor([0.5, -0.25])
 * ```
 *
 * @see torch.frac
 */
export const frac: Unary = /* @__PURE__ */ elementwise(
  (x) => {
    assertFloats("frac", x);
    return op("sub", x, op("trunc", x));
  },
  { name: "frac" },
);
