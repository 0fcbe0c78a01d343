/**
 * Powers and roots, element by element.
 *
 * @module
 */
import { type Binary, elementwise, type Unary } from "../../elementwise/elementwise.js";
import { areBool, areFloat, commonType, isLiteral, op } from "../../elementwise/formula.js";
import { reciprocal } from "./arithmetic.js";

/**
 * Raises elements to powers.
 *
 * `x ^ y`; `x ^ 0` and `1 ^ y` are 1 even for NaN.
 *
 * The exponents 1, 2, 3, ½, −½, −1 and −2, given as numbers, are computed by products, quotients and roots. An integer
 * to a negative power is `trunc(1 / x^|y|)`.
 *
 * @throws ShapeError if the shapes do not broadcast.
 *
 * @example
 * ```ts
 * pow(tensor([1, 2, 3]), 2); // → Tensor([1, 4, 9])
 * pow(2, tensor([0, 1, -1])); // → Tensor([1, 2, 0.5])
 * ```
 *
 * @see torch.pow
 */
export const pow: Binary = /* @__PURE__ */ elementwise(
  (x, y) => {
    const base = x.to(commonType([x, y]));
    if (isLiteral(y, 1)) return base;
    if (isLiteral(y, 2)) return op("mul", base, base);
    if (isLiteral(y, 3)) return op("mul", op("mul", base, base), base);
    if (areFloat(x, y)) {
      if (isLiteral(y, 0.5)) return op("sqrt", base);
      if (isLiteral(y, -0.5)) return rsqrt(base);
      if (isLiteral(y, -1)) return reciprocal(base);
      if (isLiteral(y, -2)) {
        // It is computed as the square of 1 / x and not as 1 / x², whose derivative would be wrong at 0 and at
        // infinity.
        const inverse = reciprocal(base);
        return op("mul", inverse, inverse);
      }
    }
    return op("pow", x, y);
  },
  { name: "pow", literals: [1, 2, 3, 0.5, -0.5, -1, -2] },
);

/**
 * Squares the elements.
 *
 * `x · x`
 *
 * Integers wrap around; bools give int32.
 *
 * @example
 * ```ts
 * square(tensor([1, -2])); // → Tensor([1, 4])
 * ```
 *
 * @see torch.square
 */
export const square: Unary = /* @__PURE__ */ elementwise((x) => (areBool(x) ? x.to("int32") : op("mul", x, x)), {
  name: "square",
});

/**
 * Computes the square root.
 *
 * `√x`; NaN for negative numbers.
 *
 * Integers and bools give float32.
 *
 * @example
 * ```ts
 * sqrt(tensor([4, 2, -1])); // → Tensor([2, 1.4142, NaN])
 * ```
 *
 * @see torch.sqrt
 */
export const sqrt: Unary = /* @__PURE__ */ elementwise((x) => op("sqrt", x), { name: "sqrt" });

/**
 * Computes the reciprocal of the square root.
 *
 * `1 / √x`; Infinity at 0, and NaN for negative numbers.
 *
 * Integers and bools give float32.
 *
 * @example
 * ```ts
 * rsqrt(tensor([4, 0.25])); // → Tensor([0.5, 2])
 * ```
 *
 * @see torch.rsqrt
 */
export const rsqrt: Unary = /* @__PURE__ */ elementwise((x) => reciprocal(sqrt(x)), { name: "rsqrt" });

/**
 * Raises elements to powers in float64.
 *
 * `x ^ y`; the result is float64, whatever the types are.
 *
 * @throws ShapeError if the shapes do not broadcast.
 *
 * @example
 * ```ts
 * floatPower(tensor([2, 9], { dtype: "int32" }), 0.5); // → Tensor([1.4142, 3], dtype=float64)
 * ```
 *
 * @see torch.float_power
 */
export const floatPower: Binary = /* @__PURE__ */ elementwise((x, y) => pow(x.to("float64"), y.to("float64")), {
  name: "floatPower",
});

/**
 * Multiplies by a power of two.
 *
 * `x · 2 ^ exponent`
 *
 * Integers and bools give float32.
 *
 * @throws ShapeError if the shapes do not broadcast.
 *
 * @example
 * ```ts
 * ldexp(tensor([1, 3]), tensor([4, -1], { dtype: "int32" })); // → Tensor([16, 1.5])
 * ```
 *
 * @see torch.ldexp
 */
export const ldexp: Binary = /* @__PURE__ */ elementwise(
  (x, exponent) => op("mul", x, op("pow", 2, areFloat(exponent) ? exponent : exponent.to("float32"))),
  { name: "ldexp" },
);
