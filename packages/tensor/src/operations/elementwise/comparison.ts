/**
 * Comparisons, element by element. The results are bool; NaN is unequal to everything, itself included.
 *
 * @module
 */
import { type Binary, elementwise, type Unary } from "../../elementwise/elementwise.js";
import { areFloat, op } from "../../elementwise/formula.js";

/**
 * Tells where elements are equal.
 *
 * `x = y`; the result is bool.
 *
 * NaN equals nothing, itself included. Operands are promoted to a common type first (see {@link promoteTypes}).
 *
 * @throws ShapeError if the shapes do not broadcast.
 *
 * @example
 * ```ts
 * eq(tensor([1, 2, NaN]), tensor([1, 3, NaN])); // → Tensor([true, false, false])
 * ```
 *
 * @see torch.eq
 */
export const eq: Binary = /* @__PURE__ */ elementwise((x, y) => op("eq", x, y), { name: "eq" });

/**
 * Tells where elements differ.
 *
 * `x ≠ y`; the result is bool.
 *
 * NaN differs from everything, itself included. Operands are promoted to a common type first.
 *
 * @throws ShapeError if the shapes do not broadcast.
 *
 * @example
 * ```ts
 * ne(tensor([1, 2, NaN]), tensor([1, 3, NaN])); // → Tensor([false, true, true])
 * ```
 *
 * @see torch.ne
 */
export const ne: Binary = /* @__PURE__ */ elementwise((x, y) => op("not", op("eq", x, y)), { name: "ne" });

/**
 * Tells where elements of x are less than those of y.
 *
 * `x < y`; the result is bool, and false where either is NaN.
 *
 * Operands are promoted to a common type first.
 *
 * @throws ShapeError if the shapes do not broadcast.
 *
 * @example
 * ```ts
 * lt(tensor([1, 2, 3]), 2); // → Tensor([true, false, false])
 * ```
 *
 * @see torch.lt
 */
export const lt: Binary = /* @__PURE__ */ elementwise((x, y) => op("lt", x, y), { name: "lt" });

/**
 * Tells where elements of x are less than or equal to those of y.
 *
 * `x ≤ y`; the result is bool, and false where either is NaN.
 *
 * Operands are promoted to a common type first.
 *
 * @throws ShapeError if the shapes do not broadcast.
 *
 * @example
 * ```ts
 * le(tensor([1, 2, 3]), 2); // → Tensor([true, true, false])
 * ```
 *
 * @see torch.le
 */
export const le: Binary = /* @__PURE__ */ elementwise((x, y) => op("le", x, y), { name: "le" });

/**
 * Tells where elements of x are greater than those of y.
 *
 * `x > y`; the result is bool, and false where either is NaN.
 *
 * Operands are promoted to a common type first.
 *
 * @throws ShapeError if the shapes do not broadcast.
 *
 * @example
 * ```ts
 * gt(tensor([1, 2, 3]), 2); // → Tensor([false, false, true])
 * ```
 *
 * @see torch.gt
 */
export const gt: Binary = /* @__PURE__ */ elementwise((x, y) => op("lt", y, x), { name: "gt" });

/**
 * Tells where elements of x are greater than or equal to those of y.
 *
 * `x ≥ y`; the result is bool, and false where either is NaN.
 *
 * Operands are promoted to a common type first.
 *
 * @throws ShapeError if the shapes do not broadcast.
 *
 * @example
 * ```ts
 * ge(tensor([1, 2, 3]), 2); // → Tensor([false, true, true])
 * ```
 *
 * @see torch.ge
 */
export const ge: Binary = /* @__PURE__ */ elementwise((x, y) => op("le", y, x), { name: "ge" });

/**
 * Tells which elements are NaN.
 *
 * The result is bool. Integers and bools are never NaN.
 *
 * @example
 * ```ts
 * isnan(tensor([1, NaN])); // → Tensor([false, true])
 * ```
 *
 * @see torch.isnan
 */
export const isnan: Unary = /* @__PURE__ */ elementwise((x) => (areFloat(x) ? op("not", op("eq", x, x)) : false), {
  name: "isnan",
});

/**
 * Tells which elements are Infinity or −Infinity.
 *
 * The result is bool. Integers and bools are never infinite.
 *
 * @example
 * ```ts
 * isinf(tensor([1, -Infinity, NaN])); // → Tensor([false, true, false])
 * ```
 *
 * @see torch.isinf
 */
export const isinf: Unary = /* @__PURE__ */ elementwise(
  (x) => (areFloat(x) ? op("eq", op("abs", x), Number.POSITIVE_INFINITY) : false),
  { name: "isinf" },
);

/**
 * Tells which elements are neither infinite nor NaN.
 *
 * The result is bool. Integers and bools are always finite.
 *
 * @example
 * ```ts
 * isfinite(tensor([1, -Infinity, NaN])); // → Tensor([true, false, false])
 * ```
 *
 * @see torch.isfinite
 */
export const isfinite: Unary = /* @__PURE__ */ elementwise(
  (x) => (areFloat(x) ? op("lt", op("abs", x), Number.POSITIVE_INFINITY) : true),
  { name: "isfinite" },
);

/**
 * Tells which elements are Infinity.
 *
 * The result is bool. Integers and bools are never infinite.
 *
 * @example
 * ```ts
 * isposinf(tensor([1, -Infinity, Infinity])); // → Tensor([false, false, true])
 * ```
 *
 * @see torch.isposinf
 */
export const isposinf: Unary = /* @__PURE__ */ elementwise(
  (x) => (areFloat(x) ? op("eq", x, Number.POSITIVE_INFINITY) : false),
  { name: "isposinf" },
);

/**
 * Tells which elements are −Infinity.
 *
 * The result is bool. Integers and bools are never infinite.
 *
 * @example
 * ```ts
 * isneginf(tensor([1, -Infinity, Infinity])); // → Tensor([false, true, false])
 * ```
 *
 * @see torch.isneginf
 */
export const isneginf: Unary = /* @__PURE__ */ elementwise(
  (x) => (areFloat(x) ? op("eq", x, Number.NEGATIVE_INFINITY) : false),
  { name: "isneginf" },
);
