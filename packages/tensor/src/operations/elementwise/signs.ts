/**
 * Signs and steps, element by element.
 *
 * @module
 */
import { type Binary, elementwise, type Unary } from "../../elementwise/elementwise.js";
import { areFloat, type Formula, op, refuseBool } from "../../elementwise/formula.js";

/** Whether the sign is minus, that of −0 included. */
const isMinus = (x: Formula): Formula =>
  areFloat(x) ? op("or", op("lt", x, 0), op("and", op("eq", x, 0), op("lt", op("div", 1, x), 0))) : op("lt", x, 0);

/**
 * Tells which elements have a minus sign, −0 included.
 *
 * The result is bool.
 *
 * @example
 * ```ts
 * signbit(tensor([-1, -0, 0, 2])); // → Tensor([true, true, false, false])
 * ```
 *
 * @see torch.signbit
 */
export const signbit: Unary = /* @__PURE__ */ elementwise((x) => (x.dtype === "bool" ? false : isMinus(x)), {
  name: "signbit",
});

/**
 * Gives the elements of x the signs of those of y.
 *
 * `|x|` where y has a plus sign, `−|x|` where it has a minus sign, −0 included.
 *
 * Integers and bools give float32. The derivative with respect to y is 0.
 *
 * @throws ShapeError if the shapes do not broadcast.
 *
 * @example
 * ```ts
 * copysign(tensor([1, -2, 3]), tensor([-5, 5, -0])); // → Tensor([-1, 2, -3])
 * ```
 *
 * @see torch.copysign
 */
export const copysign: Binary = /* @__PURE__ */ elementwise(
  (x: Formula, y: Formula) => {
    const size = op("abs", areFloat(x, y) ? op("add", x, op("mul", y.to("bool").to(x.dtype), 0)) : x.to("float32"));
    return op("where", isMinus(y), op("neg", size), size);
  },
  { name: "copysign" },
);

/**
 * Returns the elements themselves.
 *
 * `+x`
 *
 * @throws DTypeError for bool.
 *
 * @example
 * ```ts
 * positive(tensor([1, -2])); // → Tensor([1, -2])
 * ```
 *
 * @see torch.positive
 */
export const positive: Unary = /* @__PURE__ */ elementwise(
  (x) => {
    refuseBool("positive", 'convert first: .to("int32")', x);
    return x;
  },
  { name: "positive" },
);

/**
 * Computes the step function, with a value of its own at 0.
 *
 * 0 where `x < 0` or x is NaN, `values` where `x = 0`, 1 where `x > 0`.
 *
 * @throws ShapeError if the shapes do not broadcast.
 *
 * @example
 * ```ts
 * heaviside(tensor([-2, 0, 3]), 0.5); // → Tensor([0, 0.5, 1])
 * ```
 *
 * @see torch.heaviside
 */
export const heaviside: Binary = /* @__PURE__ */ elementwise(
  (x, values) => op("where", op("eq", x, 0), values, op("lt", 0, x)),
  { name: "heaviside" },
);
