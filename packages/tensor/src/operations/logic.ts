/**
 * Logic on truth values and on the bits of integers, element by element. As a truth value, every number but 0 is true, NaN
 * included.
 *
 * @module
 */
import { type Binary, elementwise, type Unary } from "../elementwise/elementwise.js";
import { apply } from "../elementwise/formula.js";

/**
 * Whether both are true. (torch.logical_and)
 *
 * @example
 * ```ts
 * logicalAnd(tensor([true, true, false]), tensor([1, 0, 1])); // → Tensor([true, false, false])
 * ```
 */
export const logicalAnd: Binary = /* @__PURE__ */ elementwise((x, y) => apply("and", x.to("bool"), y.to("bool")), {
  name: "logicalAnd",
});

/**
 * Whether at least one is true. (torch.logical_or)
 *
 * @example
 * ```ts
 * logicalOr(tensor([true, false]), tensor([0, 0])); // → Tensor([true, false])
 * ```
 */
export const logicalOr: Binary = /* @__PURE__ */ elementwise((x, y) => apply("or", x.to("bool"), y.to("bool")), {
  name: "logicalOr",
});

/**
 * Whether exactly one is true. (torch.logical_xor)
 *
 * @example
 * ```ts
 * logicalXor(tensor([true, true]), tensor([true, false])); // → Tensor([false, true])
 * ```
 */
export const logicalXor: Binary = /* @__PURE__ */ elementwise((x, y) => apply("xor", x.to("bool"), y.to("bool")), {
  name: "logicalXor",
});

/**
 * Whether x is false. (torch.logical_not)
 *
 * @example
 * ```ts
 * logicalNot(tensor([0, 2, NaN])); // → Tensor([true, false, false])
 * ```
 */
export const logicalNot: Unary = /* @__PURE__ */ elementwise((x) => apply("not", x.to("bool")), { name: "logicalNot" });

/**
 * Bits that are set in both integers; logical and of bools. (torch.bitwise_and)
 *
 * @throws DTypeError for floats.
 *
 * @example
 * ```ts
 * bitwiseAnd(tensor([6, 5], { dtype: "int32" }), 3); // → Tensor([2, 1], dtype=int32)
 * ```
 */
export const bitwiseAnd: Binary = /* @__PURE__ */ elementwise((x, y) => apply("and", x, y), { name: "bitwiseAnd" });

/**
 * Bits that are set in at least one integer; logical or of bools. (torch.bitwise_or)
 *
 * @throws DTypeError for floats.
 *
 * @example
 * ```ts
 * bitwiseOr(tensor([6, 5], { dtype: "int32" }), 3); // → Tensor([7, 7], dtype=int32)
 * ```
 */
export const bitwiseOr: Binary = /* @__PURE__ */ elementwise((x, y) => apply("or", x, y), { name: "bitwiseOr" });

/**
 * Bits that are set in exactly one integer; logical exclusive or of bools. (torch.bitwise_xor)
 *
 * @throws DTypeError for floats.
 *
 * @example
 * ```ts
 * bitwiseXor(tensor([6, 5], { dtype: "int32" }), 3); // → Tensor([5, 6], dtype=int32)
 * ```
 */
export const bitwiseXor: Binary = /* @__PURE__ */ elementwise((x, y) => apply("xor", x, y), { name: "bitwiseXor" });

/**
 * Every bit flipped, `−1 − x` for int32; logical not of bools. (torch.bitwise_not)
 *
 * @throws DTypeError for floats.
 *
 * @example
 * ```ts
 * bitwiseNot(tensor([0, 5], { dtype: "int32" })); // → Tensor([-1, -6], dtype=int32)
 * ```
 */
export const bitwiseNot: Unary = /* @__PURE__ */ elementwise((x) => apply("not", x), { name: "bitwiseNot" });

/**
 * Bits shifted left, `x · 2^count`, for a count in 0 … 31. (torch.bitwise_left_shift)
 *
 * @throws DTypeError for floats and bools.
 *
 * @example
 * ```ts
 * bitwiseLeftShift(tensor([1, 5], { dtype: "int32" }), 2); // → Tensor([4, 20], dtype=int32)
 * ```
 */
export const bitwiseLeftShift: Binary = /* @__PURE__ */ elementwise((x, count) => apply("shl", x, count), {
  name: "bitwiseLeftShift",
});

/**
 * Bits shifted right, `⌊x / 2^count⌋`, for a count in 0 … 31; the sign stays. (torch.bitwise_right_shift)
 *
 * @throws DTypeError for floats and bools.
 *
 * @example
 * ```ts
 * bitwiseRightShift(tensor([20, -5], { dtype: "int32" }), 2); // → Tensor([5, -2], dtype=int32)
 * ```
 */
export const bitwiseRightShift: Binary = /* @__PURE__ */ elementwise((x, count) => apply("shr", x, count), {
  name: "bitwiseRightShift",
});
