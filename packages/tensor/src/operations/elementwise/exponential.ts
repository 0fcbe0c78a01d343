/**
 * Exponentials and logarithms, element by element. Integers and bools give float32.
 *
 * @module
 */
import { elementwise, type Unary } from "../../elementwise/elementwise.js";
import { op } from "../../elementwise/formula.js";

/**
 * Computes the exponential function.
 *
 * `eˣ`
 *
 * Integers and bools give float32.
 *
 * @example
 * ```ts
 * exp(tensor([0, 1, -Infinity])); // → Tensor([1, 2.7183, 0])
 * ```
 *
 * @see torch.exp
 */
export const exp: Unary = /* @__PURE__ */ elementwise((x) => op("exp", x), { name: "exp" });

/**
 * Computes powers of two.
 *
 * `2ˣ`
 *
 * Integers and bools give float32.
 *
 * @example
 * ```ts
 * exp2(tensor([0, 3, -1])); // → Tensor([1, 8, 0.5])
 * ```
 *
 * @see torch.exp2
 */
export const exp2: Unary = /* @__PURE__ */ elementwise((x) => op("exp2", x), { name: "exp2" });

/**
 * Computes the exponential function minus 1, accurately near 0.
 *
 * `eˣ − 1`
 *
 * Integers and bools give float32.
 *
 * @example
 * ```ts
 * expm1(tensor([0, 1])); // → Tensor([0, 1.7183])
 * ```
 *
 * @see torch.expm1
 */
export const expm1: Unary = /* @__PURE__ */ elementwise((x) => op("expm1", x), { name: "expm1" });

/**
 * Computes the natural logarithm.
 *
 * `ln x`; −Infinity at 0, and NaN for negative numbers.
 *
 * Integers and bools give float32.
 *
 * @example
 * ```ts
 * log(tensor([1, 10, 0, -1])); // → Tensor([0, 2.3026, -Infinity, NaN])
 * ```
 *
 * @see torch.log
 */
export const log: Unary = /* @__PURE__ */ elementwise((x) => op("log", x), { name: "log" });

/**
 * Computes the natural logarithm of 1 + x, accurately near 0.
 *
 * `ln(1 + x)`; −Infinity at −1, and NaN below.
 *
 * Integers and bools give float32.
 *
 * @example
 * ```ts
 * log1p(tensor([0, 1, -1])); // → Tensor([0, 0.6931, -Infinity])
 * ```
 *
 * @see torch.log1p
 */
export const log1p: Unary = /* @__PURE__ */ elementwise((x) => op("log1p", x), { name: "log1p" });

/**
 * Computes the logarithm to the base 2.
 *
 * `log₂ x`; −Infinity at 0, and NaN for negative numbers.
 *
 * Integers and bools give float32.
 *
 * @example
 * ```ts
 * log2(tensor([8, 0.5])); // → Tensor([3, -1])
 * ```
 *
 * @see torch.log2
 */
export const log2: Unary = /* @__PURE__ */ elementwise((x) => op("log2", x), { name: "log2" });

/**
 * Computes the logarithm to the base 10.
 *
 * `log₁₀ x`; −Infinity at 0, and NaN for negative numbers.
 *
 * Integers and bools give float32.
 *
 * @example
 * ```ts
 * log10(tensor([100, 0.1])); // → Tensor([2, -1])
 * ```
 *
 * @see torch.log10
 */
export const log10: Unary = /* @__PURE__ */ elementwise((x) => op("log10", x), { name: "log10" });
