/**
 * Exponentials and logarithms, element by element. Integers and bools give float32.
 *
 * @module
 */
import { elementwise, type Unary } from "../elementwise/elementwise.js";
import { apply } from "../elementwise/formula.js";

/**
 * Exponential function, `eˣ`. (torch.exp)
 *
 * @example
 * ```ts
 * exp(tensor([0, 1, -Infinity])); // → Tensor([1, 2.7183, 0])
 * ```
 */
export const exp: Unary = /* @__PURE__ */ elementwise((x) => apply("exp", x), { name: "exp" });

/**
 * Power of two, `2ˣ`. (torch.exp2)
 *
 * @example
 * ```ts
 * exp2(tensor([0, 3, -1])); // → Tensor([1, 8, 0.5])
 * ```
 */
export const exp2: Unary = /* @__PURE__ */ elementwise((x) => apply("exp2", x), { name: "exp2" });

/**
 * `eˣ − 1`, accurate near 0. (torch.expm1)
 *
 * @example
 * ```ts
 * expm1(tensor([0, 1])); // → Tensor([0, 1.7183])
 * ```
 */
export const expm1: Unary = /* @__PURE__ */ elementwise((x) => apply("expm1", x), { name: "expm1" });

/**
 * Natural logarithm; −Infinity at 0, NaN below. (torch.log)
 *
 * @example
 * ```ts
 * log(tensor([1, 10, 0, -1])); // → Tensor([0, 2.3026, -Infinity, NaN])
 * ```
 */
export const log: Unary = /* @__PURE__ */ elementwise((x) => apply("log", x), { name: "log" });

/**
 * `ln(1 + x)`, accurate near 0; −Infinity at −1, NaN below. (torch.log1p)
 *
 * @example
 * ```ts
 * log1p(tensor([0, 1, -1])); // → Tensor([0, 0.6931, -Infinity])
 * ```
 */
export const log1p: Unary = /* @__PURE__ */ elementwise((x) => apply("log1p", x), { name: "log1p" });

/**
 * Logarithm to base 2; −Infinity at 0, NaN below. (torch.log2)
 *
 * @example
 * ```ts
 * log2(tensor([8, 0.5])); // → Tensor([3, -1])
 * ```
 */
export const log2: Unary = /* @__PURE__ */ elementwise((x) => apply("log2", x), { name: "log2" });

/**
 * Logarithm to base 10; −Infinity at 0, NaN below. (torch.log10)
 *
 * @example
 * ```ts
 * log10(tensor([100, 0.1])); // → Tensor([2, -1])
 * ```
 */
export const log10: Unary = /* @__PURE__ */ elementwise((x) => apply("log10", x), { name: "log10" });
