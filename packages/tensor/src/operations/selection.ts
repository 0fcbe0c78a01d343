/**
 * Choosing between elements by a condition.
 *
 * @module
 */
import { type Elementwise, elementwise } from "../elementwise/elementwise.js";
import { apply, type Formula } from "../elementwise/formula.js";

/**
 * `x` where the condition holds, `y` elsewhere; all three broadcast, and x and y may be numbers. Two numbers give float32.
 * Gradients flow to the chosen elements alone. As a method of x: `x.where(condition, y)`. (torch.where)
 *
 * @example
 * ```ts
 * where(tensor([true, false]), tensor([1, 2]), 0); // → Tensor([1, 0])
 * ```
 */
export const where: Elementwise<[condition: Formula, x: Formula, y: Formula]> = /* @__PURE__ */ elementwise(
  (condition, x, y) => {
    const numbers = x.weak !== undefined && y.weak !== undefined && !(x.weak === "bool" && y.weak === "bool");
    return apply("where", condition, numbers ? x.to("float32") : x, y);
  },
  { name: "where" },
);
