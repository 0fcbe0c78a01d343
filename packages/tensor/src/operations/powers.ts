/**
 * Powers and roots, element by element.
 *
 * @module
 */
import { type Binary, elementwise, type Unary } from "../elementwise/elementwise.js";
import { apply, areBool, areFloat, commonType, type Formula } from "../elementwise/formula.js";
import { reciprocal } from "./arithmetic.js";

const isValue = (x: Formula, value: number): boolean =>
  x.weak !== undefined && x.expr.kind === "constant" && x.expr.value === value;

/**
 * Power, `x ^ y`; x⁰ and 1^y are 1 even for NaN. The exponents 1, 2, 3, ½, −½, −1 and −2, given as numbers, are computed by
 * products, quotients and roots. An integer to a negative power is `trunc(1 / x^|y|)`. (torch.pow)
 *
 * @example
 * ```ts
 * pow(tensor([1, 2, 3]), 2); // → Tensor([1, 4, 9])
 * pow(2, tensor([0, 1, -1])); // → Tensor([1, 2, 0.5])
 * ```
 */
export const pow: Binary = /* @__PURE__ */ elementwise(
  (x, y) => {
    const base = x.to(commonType([x, y]));
    if (isValue(y, 1)) return base;
    if (isValue(y, 2)) return apply("mul", base, base);
    if (isValue(y, 3)) return apply("mul", apply("mul", base, base), base);
    if (areFloat(x, y)) {
      if (isValue(y, 0.5)) return apply("sqrt", base);
      if (isValue(y, -0.5)) return rsqrt(base);
      if (isValue(y, -1)) return reciprocal(base);
      if (isValue(y, -2)) {
        // The square of 1 / x, not 1 / x²: its derivative is right at 0 and at infinity too.
        const inverse = reciprocal(base);
        return apply("mul", inverse, inverse);
      }
    }
    return apply("pow", x, y);
  },
  { name: "pow", literals: [1, 2, 3, 0.5, -0.5, -1, -2] },
);

/**
 * Square, `x · x`. (torch.square)
 *
 * @example
 * ```ts
 * square(tensor([1, -2])); // → Tensor([1, 4])
 * ```
 */
export const square: Unary = /* @__PURE__ */ elementwise((x) => (areBool(x) ? x.to("int32") : apply("mul", x, x)), {
  name: "square",
});

/**
 * Square root, `√x`: NaN below 0; of integers a float32. (torch.sqrt)
 *
 * @example
 * ```ts
 * sqrt(tensor([4, 2, -1])); // → Tensor([2, 1.4142, NaN])
 * ```
 */
export const sqrt: Unary = /* @__PURE__ */ elementwise((x) => apply("sqrt", x), { name: "sqrt" });

/**
 * Reciprocal of the square root, `1 / √x`; of integers a float32. (torch.rsqrt)
 *
 * @example
 * ```ts
 * rsqrt(tensor([4, 0.25])); // → Tensor([0.5, 2])
 * ```
 */
export const rsqrt: Unary = /* @__PURE__ */ elementwise((x) => reciprocal(sqrt(x)), { name: "rsqrt" });
