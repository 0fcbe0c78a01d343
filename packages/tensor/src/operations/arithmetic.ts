/**
 * Sums, products and signs, element by element. Operands are promoted as in PyTorch (see `promoteTypes`); integers wrap around.
 *
 * @module
 */
import { type Binary, type Elementwise, elementwise, type Unary } from "../elementwise/elementwise.js";
import { apply, areBool, areFloat, assertFloats, type Formula, literal, refuseBool } from "../elementwise/formula.js";

/**
 * Sum of two tensors, `x + y`; of bools, their logical or. (torch.add)
 *
 * @example
 * ```ts
 * add(tensor([1, 2]), 3); // → Tensor([4, 5])
 * ```
 */
export const add: Binary = /* @__PURE__ */ elementwise((x, y) => apply(areBool(x, y) ? "or" : "add", x, y), {
  name: "add",
});

/**
 * Difference of two tensors, `x − y`. (torch.sub)
 *
 * @throws DTypeError if one is bool.
 *
 * @example
 * ```ts
 * sub(tensor([1, 2]), tensor([4, 4])); // → Tensor([-3, -2])
 * ```
 */
export const sub: Binary = /* @__PURE__ */ elementwise(
  (x, y) => {
    refuseBool("sub", 'use logicalXor or logicalNot, or convert first: .to("int32")', x, y);
    return apply("sub", x, y);
  },
  { name: "sub" },
);

/**
 * Product of two tensors, `x · y`; of bools, their logical and. (torch.mul)
 *
 * @example
 * ```ts
 * mul(tensor([1, 2]), tensor([[10], [20]])); // → Tensor([[10, 20], [20, 40]])
 * ```
 */
export const mul: Binary = /* @__PURE__ */ elementwise((x, y) => apply(areBool(x, y) ? "and" : "mul", x, y), {
  name: "mul",
});

/**
 * Quotient of two tensors, `x / y`; of integers a float32. (torch.div)
 *
 * @example
 * ```ts
 * div(tensor([1, -1, 0]), 0); // → Tensor([Infinity, -Infinity, NaN])
 * ```
 */
export const div: Binary = /* @__PURE__ */ elementwise(
  (x, y) => (areFloat(x, y) ? apply("div", x, y) : apply("div", x.to("float32"), y)),
  { name: "div" },
);

/**
 * Reciprocal, `1 / x`; of integers a float32. (torch.reciprocal)
 *
 * @example
 * ```ts
 * reciprocal(tensor([4, -0.5, 0])); // → Tensor([0.25, -2, Infinity])
 * ```
 */
export const reciprocal: Unary = /* @__PURE__ */ elementwise((x) => div(literal(1), x), { name: "reciprocal" });

/**
 * Negative, `−x`. (torch.neg)
 *
 * @throws DTypeError for bool.
 *
 * @example
 * ```ts
 * neg(tensor([1, -2])); // → Tensor([-1, 2])
 * ```
 */
export const neg: Unary = /* @__PURE__ */ elementwise(
  (x) => {
    refuseBool("neg", "use logicalNot", x);
    return apply("neg", x);
  },
  { name: "neg" },
);

/**
 * Absolute value, `|x|`; its derivative at 0 is 0. The smallest int32 stays itself. (torch.abs)
 *
 * @example
 * ```ts
 * abs(tensor([-1.5, 2])); // → Tensor([1.5, 2])
 * ```
 */
export const abs: Unary = /* @__PURE__ */ elementwise((x) => apply("abs", x), { name: "abs" });

/**
 * Sign: −1, 0 or 1; 0 for NaN. (torch.sign)
 *
 * @example
 * ```ts
 * sign(tensor([-3, 0, 0.5])); // → Tensor([-1, 0, 1])
 * ```
 */
export const sign: Unary = /* @__PURE__ */ elementwise((x) => (areBool(x) ? x : apply("sign", x)), { name: "sign" });

/**
 * Linear interpolation, `x + weight · (end − x)`: exactly x at weight 0, exactly end at 1. (torch.lerp)
 *
 * @throws DTypeError for integers and bools.
 *
 * @example
 * ```ts
 * lerp(tensor([0, 10]), tensor([1, 20]), 0.25); // → Tensor([0.25, 12.5])
 * ```
 */
export const lerp: Elementwise<[x: Formula, end: Formula, weight: Formula]> = /* @__PURE__ */ elementwise(
  (x, end, weight) => {
    assertFloats("lerp", x, end);
    const distance = apply("sub", end, x);
    return apply(
      "where",
      apply("lt", apply("abs", weight), 0.5),
      apply("add", x, apply("mul", weight, distance)),
      apply("sub", end, apply("mul", distance, apply("sub", 1, weight))),
    );
  },
  { name: "lerp" },
);
