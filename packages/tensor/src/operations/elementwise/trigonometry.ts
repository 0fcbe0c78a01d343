/**
 * Trigonometric and hyperbolic functions and their inverses, element by element. Angles are in radians.
 *
 * @module
 */
import { type Elementwise, elementwise, type Unary } from "../../elementwise/elementwise.js";
import { type Formula, op } from "../../elementwise/formula.js";

/**
 * Computes the sine of angles in radians.
 *
 * `sin x`; NaN at ±Infinity.
 *
 * Integers and bools give float32.
 *
 * @example
 * ```ts
 * sin(tensor([0, 1])); // → Tensor([0, 0.8415])
 * ```
 *
 * @see torch.sin
 */
export const sin: Unary = /* @__PURE__ */ elementwise((x) => op("sin", x), { name: "sin" });

/**
 * Computes the cosine of angles in radians.
 *
 * `cos x`; NaN at ±Infinity.
 *
 * Integers and bools give float32.
 *
 * @example
 * ```ts
 * cos(tensor([0, 1])); // → Tensor([1, 0.5403])
 * ```
 *
 * @see torch.cos
 */
export const cos: Unary = /* @__PURE__ */ elementwise((x) => op("cos", x), { name: "cos" });

/**
 * Computes the tangent of angles in radians.
 *
 * `sin x / cos x`; NaN at ±Infinity.
 *
 * Integers and bools give float32.
 *
 * @example
 * ```ts
 * tan(tensor([0, 1])); // → Tensor([0, 1.5574])
 * ```
 *
 * @see torch.tan
 */
export const tan: Unary = /* @__PURE__ */ elementwise((x) => op("tan", x), { name: "tan" });

/**
 * Computes the inverse sine, in radians from −π/2 to π/2.
 *
 * `arcsin x`; NaN outside of [−1, 1].
 *
 * Integers and bools give float32.
 *
 * @example
 * ```ts
 * asin(tensor([0, 1, 2])); // → Tensor([0, 1.5708, NaN])
 * ```
 *
 * @see torch.asin
 */
export const asin: Unary = /* @__PURE__ */ elementwise((x) => op("asin", x), { name: "asin" });

/**
 * Computes the inverse cosine, in radians from 0 to π.
 *
 * `arccos x`; NaN outside of [−1, 1].
 *
 * Integers and bools give float32.
 *
 * @example
 * ```ts
 * acos(tensor([1, 0, 2])); // → Tensor([0, 1.5708, NaN])
 * ```
 *
 * @see torch.acos
 */
export const acos: Unary = /* @__PURE__ */ elementwise((x) => op("acos", x), { name: "acos" });

/**
 * Computes the inverse tangent, in radians from −π/2 to π/2.
 *
 * `arctan x`; ±π/2 at ±Infinity.
 *
 * Integers and bools give float32.
 *
 * @example
 * ```ts
 * atan(tensor([0, 1, Infinity])); // → Tensor([0, 0.7854, 1.5708])
 * ```
 *
 * @see torch.atan
 */
export const atan: Unary = /* @__PURE__ */ elementwise((x) => op("atan", x), { name: "atan" });

/**
 * Computes the hyperbolic sine.
 *
 * `(eˣ − e⁻ˣ) / 2`
 *
 * Integers and bools give float32.
 *
 * @example
 * ```ts
 * sinh(tensor([0, 1])); // → Tensor([0, 1.1752])
 * ```
 *
 * @see torch.sinh
 */
export const sinh: Unary = /* @__PURE__ */ elementwise((x) => op("sinh", x), { name: "sinh" });

/**
 * Computes the hyperbolic cosine.
 *
 * `(eˣ + e⁻ˣ) / 2`
 *
 * Integers and bools give float32.
 *
 * @example
 * ```ts
 * cosh(tensor([0, 1])); // → Tensor([1, 1.5431])
 * ```
 *
 * @see torch.cosh
 */
export const cosh: Unary = /* @__PURE__ */ elementwise((x) => op("cosh", x), { name: "cosh" });

/**
 * Computes the hyperbolic tangent.
 *
 * `sinh x / cosh x`; ±1 at ±Infinity.
 *
 * Integers and bools give float32.
 *
 * @example
 * ```ts
 * tanh(tensor([0, 1, -Infinity])); // → Tensor([0, 0.7616, -1])
 * ```
 *
 * @see torch.tanh
 */
export const tanh: Unary = /* @__PURE__ */ elementwise((x) => op("tanh", x), { name: "tanh" });

/**
 * Computes the inverse hyperbolic sine.
 *
 * `ln(x + √(x² + 1))`
 *
 * Integers and bools give float32.
 *
 * @example
 * ```ts
 * asinh(tensor([0, 1])); // → Tensor([0, 0.8814])
 * ```
 *
 * @see torch.asinh
 */
export const asinh: Unary = /* @__PURE__ */ elementwise((x) => op("asinh", x), { name: "asinh" });

/**
 * Computes the inverse hyperbolic cosine.
 *
 * `ln(x + √(x² − 1))`; NaN below 1.
 *
 * Integers and bools give float32.
 *
 * @example
 * ```ts
 * acosh(tensor([1, 2, 0])); // → Tensor([0, 1.317, NaN])
 * ```
 *
 * @see torch.acosh
 */
export const acosh: Unary = /* @__PURE__ */ elementwise((x) => op("acosh", x), { name: "acosh" });

/**
 * Computes the inverse hyperbolic tangent.
 *
 * `ln((1 + x) / (1 − x)) / 2`; ±Infinity at ±1, and NaN beyond.
 *
 * Integers and bools give float32.
 *
 * @example
 * ```ts
 * atanh(tensor([0, 0.5, 1])); // → Tensor([0, 0.5493, Infinity])
 * ```
 *
 * @see torch.atanh
 */
export const atanh: Unary = /* @__PURE__ */ elementwise((x) => op("atanh", x), { name: "atanh" });

/**
 * Computes the angle of the point (x, y), in radians from −π to π.
 *
 * `arctan(y / x)` in the quadrant of the point. The first argument is y, as in PyTorch.
 *
 * Integers and bools give float32.
 *
 * @throws ShapeError if the shapes do not broadcast.
 *
 * @example
 * ```ts
 * atan2(tensor([1, 1, -1]), tensor([1, -1, 0])); // → Tensor([0.7854, 2.3562, -1.5708])
 * ```
 *
 * @see torch.atan2
 */
export const atan2: Elementwise<[y: Formula, x: Formula]> = /* @__PURE__ */ elementwise((y, x) => op("atan2", y, x), {
  name: "atan2",
});
