/**
 * Logical operations on truth values and on the bits of integers, element by element.
 *
 * @module
 */
import { type Binary, elementwise, type Unary } from "../../elementwise/elementwise.js";
import { op } from "../../elementwise/formula.js";

/**
 * Tells where both elements are true.
 *
 * The result is bool. Every number but 0 counts as true, and so does NaN.
 *
 * @throws ShapeError if the shapes do not broadcast.
 *
 * @example
 * ```ts
 * logicalAnd(tensor([true, true, false]), tensor([1, 0, 1])); // → Tensor([true, false, false])
 * ```
 *
 * @see torch.logical_and
 */
export const logicalAnd: Binary = /* @__PURE__ */ elementwise((x, y) => op("and", x.to("bool"), y.to("bool")), {
  name: "logicalAnd",
});

/**
 * Tells where at least one of two elements is true.
 *
 * The result is bool. Every number but 0 counts as true, and so does NaN.
 *
 * @throws ShapeError if the shapes do not broadcast.
 *
 * @example
 * ```ts
 * logicalOr(tensor([true, false]), tensor([0, 0])); // → Tensor([true, false])
 * ```
 *
 * @see torch.logical_or
 */
export const logicalOr: Binary = /* @__PURE__ */ elementwise((x, y) => op("or", x.to("bool"), y.to("bool")), {
  name: "logicalOr",
});

/**
 * Tells where exactly one of two elements is true.
 *
 * The result is bool. Every number but 0 counts as true, and so does NaN.
 *
 * @throws ShapeError if the shapes do not broadcast.
 *
 * @example
 * ```ts
 * logicalXor(tensor([true, true]), tensor([true, false])); // → Tensor([false, true])
 * ```
 *
 * @see torch.logical_xor
 */
export const logicalXor: Binary = /* @__PURE__ */ elementwise((x, y) => op("xor", x.to("bool"), y.to("bool")), {
  name: "logicalXor",
});

/**
 * Tells which elements are false.
 *
 * The result is bool. Every number but 0 counts as true, and so does NaN.
 *
 * @example
 * ```ts
 * logicalNot(tensor([0, 2, NaN])); // → Tensor([true, false, false])
 * ```
 *
 * @see torch.logical_not
 */
export const logicalNot: Unary = /* @__PURE__ */ elementwise((x) => op("not", x.to("bool")), { name: "logicalNot" });

/**
 * Sets the bits that are set in both integers.
 *
 * `x & y`; for bools, the logical and.
 *
 * @throws DTypeError for floats; ShapeError if the shapes do not broadcast.
 *
 * @example
 * ```ts
 * bitwiseAnd(tensor([6, 5], { dtype: "int32" }), 3); // → Tensor([2, 1], dtype=int32)
 * ```
 *
 * @see torch.bitwise_and
 */
export const bitwiseAnd: Binary = /* @__PURE__ */ elementwise((x, y) => op("and", x, y), { name: "bitwiseAnd" });

/**
 * Sets the bits that are set in at least one of two integers.
 *
 * `x | y`; for bools, the logical or.
 *
 * @throws DTypeError for floats; ShapeError if the shapes do not broadcast.
 *
 * @example
 * ```ts
 * bitwiseOr(tensor([6, 5], { dtype: "int32" }), 3); // → Tensor([7, 7], dtype=int32)
 * ```
 *
 * @see torch.bitwise_or
 */
export const bitwiseOr: Binary = /* @__PURE__ */ elementwise((x, y) => op("or", x, y), { name: "bitwiseOr" });

/**
 * Sets the bits that are set in exactly one of two integers.
 *
 * `x ^ y`; for bools, the logical exclusive or.
 *
 * @throws DTypeError for floats; ShapeError if the shapes do not broadcast.
 *
 * @example
 * ```ts
 * bitwiseXor(tensor([6, 5], { dtype: "int32" }), 3); // → Tensor([5, 6], dtype=int32)
 * ```
 *
 * @see torch.bitwise_xor
 */
export const bitwiseXor: Binary = /* @__PURE__ */ elementwise((x, y) => op("xor", x, y), { name: "bitwiseXor" });

/**
 * Flips every bit.
 *
 * `~x`, which is `−1 − x` for int32; for bools, the logical not.
 *
 * @throws DTypeError for floats.
 *
 * @example
 * ```ts
 * bitwiseNot(tensor([0, 5], { dtype: "int32" })); // → Tensor([-1, -6], dtype=int32)
 * ```
 *
 * @see torch.bitwise_not
 */
export const bitwiseNot: Unary = /* @__PURE__ */ elementwise((x) => op("not", x), { name: "bitwiseNot" });

/**
 * Shifts the bits to the left.
 *
 * `x · 2^count` for counts from 0 to 31; the bits that leave at the left are lost.
 *
 * @throws DTypeError for floats and bools; ShapeError if the shapes do not broadcast.
 *
 * @example
 * ```ts
 * bitwiseLeftShift(tensor([1, 5], { dtype: "int32" }), 2); // → Tensor([4, 20], dtype=int32)
 * ```
 *
 * @see torch.bitwise_left_shift
 */
export const bitwiseLeftShift: Binary = /* @__PURE__ */ elementwise((x, count) => op("shl", x, count), {
  name: "bitwiseLeftShift",
});

/**
 * Shifts the bits to the right and keeps the sign.
 *
 * `⌊x / 2^count⌋` for counts from 0 to 31.
 *
 * @throws DTypeError for floats and bools; ShapeError if the shapes do not broadcast.
 *
 * @example
 * ```ts
 * bitwiseRightShift(tensor([20, -5], { dtype: "int32" }), 2); // → Tensor([5, -2], dtype=int32)
 * ```
 *
 * @see torch.bitwise_right_shift
 */
export const bitwiseRightShift: Binary = /* @__PURE__ */ elementwise((x, count) => op("shr", x, count), {
  name: "bitwiseRightShift",
});
