/**
 * Choosing between elements by a condition.
 *
 * @module
 */
import { type Elementwise, elementwise } from "../../elementwise/elementwise.js";
import { type Formula, op } from "../../elementwise/formula.js";

/**
 * Chooses between two tensors by a condition.
 *
 * `x` where the condition is true, `y` elsewhere.
 *
 * All three broadcast, and x and y may be numbers; two numbers give float32. A gradient flows only to the element that
 * was chosen. As a method of x, the condition comes first: `x.where(condition, y)`.
 *
 * @throws ShapeError if the shapes do not broadcast.
 *
 * @example
 * ```ts
 * where(tensor([true, false]), tensor([1, 2]), 0); // → Tensor([1, 0])
 * ```
 *
 * @see torch.where
 */
export const where: Elementwise<[condition: Formula, x: Formula, y: Formula]> = /* @__PURE__ */ elementwise(
  (condition, x, y) => {
    const numbers = x.weak !== undefined && y.weak !== undefined && !(x.weak === "bool" && y.weak === "bool");
    return op("where", condition, numbers ? x.to("float32") : x, y);
  },
  { name: "where" },
);
