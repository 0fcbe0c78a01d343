/**
 * Rounding, element by element.
 *
 * @module
 */
import { elementwise, type Unary } from "../elementwise/elementwise.js";
import { apply, areFloat, assertFloats, refuseBool } from "../elementwise/formula.js";

/** Rounding leaves integers as they are. */
const rounding = (operation: "floor" | "ceil" | "round" | "trunc"): Unary =>
  elementwise(
    (x) => {
      refuseBool(operation, 'convert first: .to("int32")', x);
      return areFloat(x) ? apply(operation, x) : x;
    },
    { name: operation },
  );

/**
 * The largest integer ≤ x; integers stay as they are. Gradients are 0. (torch.floor)
 *
 * @example
 * ```ts
 * floor(tensor([1.5, -1.5])); // → Tensor([1, -2])
 * ```
 */
export const floor: Unary = /* @__PURE__ */ rounding("floor");

/**
 * The smallest integer ≥ x; integers stay as they are. Gradients are 0. (torch.ceil)
 *
 * @example
 * ```ts
 * ceil(tensor([1.5, -1.5])); // → Tensor([2, -1])
 * ```
 */
export const ceil: Unary = /* @__PURE__ */ rounding("ceil");

/**
 * The nearest integer, halves to the even one; integers stay as they are. Gradients are 0. (torch.round)
 *
 * @example
 * ```ts
 * round(tensor([0.5, 1.5, -2.7])); // → Tensor([0, 2, -3])
 * ```
 */
export const round: Unary = /* @__PURE__ */ rounding("round");

/**
 * The integer part; integers stay as they are. Gradients are 0. (torch.trunc)
 *
 * @example
 * ```ts
 * trunc(tensor([1.5, -1.5])); // → Tensor([1, -1])
 * ```
 */
export const trunc: Unary = /* @__PURE__ */ rounding("trunc");

/**
 * The fractional part, `x − trunc(x)`, with the sign of x. (torch.frac)
 *
 * @throws DTypeError for integers and bools.
 *
 * @example
 * ```ts
 * frac(tensor([1.5, -1.25])); // → Tensor([0.5, -0.25])
 * ```
 */
export const frac: Unary = /* @__PURE__ */ elementwise(
  (x) => {
    assertFloats("frac", x);
    return apply("sub", x, apply("trunc", x));
  },
  { name: "frac" },
);
