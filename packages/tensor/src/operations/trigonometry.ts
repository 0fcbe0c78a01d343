/**
 * Circular and hyperbolic functions of angles in radians, element by element, and their inverses. Integers and bools give float32.
 *
 * @module
 */
import { type Elementwise, elementwise, type Unary } from "../elementwise/elementwise.js";
import { apply, type Formula } from "../elementwise/formula.js";

/**
 * Sine; NaN at ±Infinity. (torch.sin)
 *
 * @example
 * ```ts
 * sin(tensor([0, 1])); // → Tensor([0, 0.8415])
 * ```
 */
export const sin: Unary = /* @__PURE__ */ elementwise((x) => apply("sin", x), { name: "sin" });

/**
 * Cosine; NaN at ±Infinity. (torch.cos)
 *
 * @example
 * ```ts
 * cos(tensor([0, 1])); // → Tensor([1, 0.5403])
 * ```
 */
export const cos: Unary = /* @__PURE__ */ elementwise((x) => apply("cos", x), { name: "cos" });

/**
 * Tangent; NaN at ±Infinity. (torch.tan)
 *
 * @example
 * ```ts
 * tan(tensor([0, 1])); // → Tensor([0, 1.5574])
 * ```
 */
export const tan: Unary = /* @__PURE__ */ elementwise((x) => apply("tan", x), { name: "tan" });

/**
 * Inverse sine in [−π/2, π/2]; NaN outside [−1, 1]. (torch.asin)
 *
 * @example
 * ```ts
 * asin(tensor([0, 1, 2])); // → Tensor([0, 1.5708, NaN])
 * ```
 */
export const asin: Unary = /* @__PURE__ */ elementwise((x) => apply("asin", x), { name: "asin" });

/**
 * Inverse cosine in [0, π]; NaN outside [−1, 1]. (torch.acos)
 *
 * @example
 * ```ts
 * acos(tensor([1, 0, 2])); // → Tensor([0, 1.5708, NaN])
 * ```
 */
export const acos: Unary = /* @__PURE__ */ elementwise((x) => apply("acos", x), { name: "acos" });

/**
 * Inverse tangent in [−π/2, π/2]. (torch.atan)
 *
 * @example
 * ```ts
 * atan(tensor([0, 1, Infinity])); // → Tensor([0, 0.7854, 1.5708])
 * ```
 */
export const atan: Unary = /* @__PURE__ */ elementwise((x) => apply("atan", x), { name: "atan" });

/**
 * Hyperbolic sine, `(eˣ − e⁻ˣ) / 2`. (torch.sinh)
 *
 * @example
 * ```ts
 * sinh(tensor([0, 1])); // → Tensor([0, 1.1752])
 * ```
 */
export const sinh: Unary = /* @__PURE__ */ elementwise((x) => apply("sinh", x), { name: "sinh" });

/**
 * Hyperbolic cosine, `(eˣ + e⁻ˣ) / 2`. (torch.cosh)
 *
 * @example
 * ```ts
 * cosh(tensor([0, 1])); // → Tensor([1, 1.5431])
 * ```
 */
export const cosh: Unary = /* @__PURE__ */ elementwise((x) => apply("cosh", x), { name: "cosh" });

/**
 * Hyperbolic tangent, `sinh x / cosh x`. (torch.tanh)
 *
 * @example
 * ```ts
 * tanh(tensor([0, 1, -Infinity])); // → Tensor([0, 0.7616, -1])
 * ```
 */
export const tanh: Unary = /* @__PURE__ */ elementwise((x) => apply("tanh", x), { name: "tanh" });

/**
 * Inverse hyperbolic sine. (torch.asinh)
 *
 * @example
 * ```ts
 * asinh(tensor([0, 1])); // → Tensor([0, 0.8814])
 * ```
 */
export const asinh: Unary = /* @__PURE__ */ elementwise((x) => apply("asinh", x), { name: "asinh" });

/**
 * Inverse hyperbolic cosine; NaN below 1. (torch.acosh)
 *
 * @example
 * ```ts
 * acosh(tensor([1, 2, 0])); // → Tensor([0, 1.317, NaN])
 * ```
 */
export const acosh: Unary = /* @__PURE__ */ elementwise((x) => apply("acosh", x), { name: "acosh" });

/**
 * Inverse hyperbolic tangent; ±Infinity at ±1, NaN outside [−1, 1]. (torch.atanh)
 *
 * @example
 * ```ts
 * atanh(tensor([0, 0.5, 1])); // → Tensor([0, 0.5493, Infinity])
 * ```
 */
export const atanh: Unary = /* @__PURE__ */ elementwise((x) => apply("atanh", x), { name: "atanh" });

/**
 * The angle of the point (y, x) in (−π, π]: `atan2(y, x)` is atan(y / x) in the right quadrant. (torch.atan2)
 *
 * @example
 * ```ts
 * atan2(tensor([1, 1, -1]), tensor([1, -1, 0])); // → Tensor([0.7854, 2.3562, -1.5708])
 * ```
 */
export const atan2: Elementwise<[y: Formula, x: Formula]> = /* @__PURE__ */ elementwise(
  (y, x) => apply("atan2", y, x),
  {
    name: "atan2",
  },
);
