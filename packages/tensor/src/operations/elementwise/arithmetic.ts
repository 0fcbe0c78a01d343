/**
 * Sums, differences, products and signs.
 *
 * @module
 */
import { DTypeError, dtypes } from "@lucid/backend";
import {
  type Binary,
  type Elementwise,
  elementwise,
  type Operand,
  type Traceable,
  type Unary,
} from "../../elementwise/elementwise.js";
import {
  areBool,
  areFloat,
  assertFloats,
  commonType,
  type Formula,
  type FormulaOperand,
  isLiteral,
  literal,
  op,
  refuseBool,
} from "../../elementwise/formula.js";
import type { Tensor } from "../../tensor/tensor.js";

/** Options of {@link add} and {@link sub}. */
export interface AlphaOptions<T = Operand> {
  /** The second operand is multiplied by it first; default 1. */
  readonly alpha?: T;
}

/** The operations {@link add} and {@link sub}. */
export interface ScaledBinary extends Traceable {
  (x: Operand, y: Operand, options?: AlphaOptions): Tensor;
  (x: FormulaOperand, y: FormulaOperand, options?: AlphaOptions<FormulaOperand>): Formula;
}

/** Computes alpha · y, or returns y itself if alpha was left out. */
function scaled(operation: string, x: Formula, y: Formula, alpha: Formula): Formula {
  if (isLiteral(alpha, 1)) return y;
  const common = commonType([x, y]);
  if (dtypes[common].kind === "int" && dtypes[alpha.dtype].kind === "float") {
    throw new DTypeError(operation, `alpha is a fraction, the elements are ${common}`, [common, alpha.dtype], {
      rule: "integers are multiplied by an integer",
      remedy: 'convert first: .to("float32")',
    });
  }
  return mul(y.to(common), alpha.to(common));
}

/**
 * Adds two tensors.
 *
 * `x + alpha · y`; of bools their logical or.
 *
 * Operands are promoted to a common type (see {@link promoteTypes}); integers wrap around.
 *
 * @throws ShapeError if the shapes do not broadcast; DTypeError for integers and an alpha that is a fraction.
 *
 * @example
 * ```ts
 * add(tensor([1, 2]), 3); // → Tensor([4, 5])
 * add(tensor([1, 2]), tensor([10, 20]), { alpha: 2 }); // → Tensor([21, 42])
 * ```
 *
 * @see torch.add
 */
export const add: ScaledBinary = /* @__PURE__ */ elementwise(
  (x, y, alpha) => op(areBool(x, y) ? "or" : "add", x, scaled("add", x, y, alpha)),
  { name: "add", defaults: { alpha: 1 } },
);

/**
 * Subtracts a tensor from another.
 *
 * `x − alpha · y`
 *
 * Operands are promoted to a common type (see {@link promoteTypes}); integers wrap around.
 *
 * @throws ShapeError if the shapes do not broadcast; DTypeError if one is bool, or for integers and an alpha that is a
 * fraction.
 *
 * @example
 * ```ts
 * sub(tensor([1, 2]), tensor([4, 4])); // → Tensor([-3, -2])
 * sub(tensor([1, 2]), 1, { alpha: 0.5 }); // → Tensor([0.5, 1.5])
 * ```
 *
 * @see torch.sub
 */
export const sub: ScaledBinary = /* @__PURE__ */ elementwise(
  (x, y, alpha) => {
    refuseBool("sub", 'use logicalXor or logicalNot, or convert first: .to("int32")', x, y);
    return op("sub", x, scaled("sub", x, y, alpha));
  },
  { name: "sub", defaults: { alpha: 1 } },
);

/**
 * Multiplies two tensors.
 *
 * `x · y`; of bools their logical and.
 *
 * Operands are promoted to a common type (see {@link promoteTypes}); integers wrap around.
 *
 * @throws ShapeError if the shapes do not broadcast.
 *
 * @example
 * ```ts
 * mul(tensor([1, 2]), tensor([[10], [20]])); // → Tensor([[10, 20], [20, 40]])
 * ```
 *
 * @see torch.mul
 */
export const mul: Binary = /* @__PURE__ */ elementwise((x, y) => op(areBool(x, y) ? "and" : "mul", x, y), {
  name: "mul",
});

/**
 * Computes the reciprocal.
 *
 * `1 / x`
 *
 * Integers and bools give float32.
 *
 * @example
 * ```ts
 * reciprocal(tensor([4, -0.5, 0])); // → Tensor([0.25, -2, Infinity])
 * ```
 *
 * @see torch.reciprocal
 */
export const reciprocal: Unary = /* @__PURE__ */ elementwise(
  (x) => op("div", literal(1), areFloat(x) ? x : x.to("float32")),
  { name: "reciprocal" },
);

/**
 * Negates the elements.
 *
 * `−x`
 *
 * @throws DTypeError for bool.
 *
 * @example
 * ```ts
 * neg(tensor([1, -2])); // → Tensor([-1, 2])
 * ```
 *
 * @see torch.neg
 */
export const neg: Unary = /* @__PURE__ */ elementwise(
  (x) => {
    refuseBool("neg", "use logicalNot", x);
    return op("neg", x);
  },
  { name: "neg" },
);

/**
 * Computes the absolute value.
 *
 * `|x|`; the derivative at 0 is 0.
 *
 * The smallest int32 stays itself.
 *
 * @example
 * ```ts
 * abs(tensor([-1.5, 2])); // → Tensor([1.5, 2])
 * ```
 *
 * @see torch.abs
 */
export const abs: Unary = /* @__PURE__ */ elementwise((x) => op("abs", x), { name: "abs" });

/**
 * Tells the sign of the elements: −1, 0 or 1.
 *
 * The sign of NaN is 0. The derivative is 0.
 *
 * @example
 * ```ts
 * sign(tensor([-3, 0, 0.5])); // → Tensor([-1, 0, 1])
 * ```
 *
 * @see torch.sign
 */
export const sign: Unary = /* @__PURE__ */ elementwise((x) => (areBool(x) ? x : op("sign", x)), { name: "sign" });

/**
 * Interpolates linearly between two tensors.
 *
 * `x + weight · (end − x)`; exactly x at weight 0 and exactly end at weight 1.
 *
 * @throws DTypeError for integers and bools; ShapeError if the shapes do not broadcast.
 *
 * @example
 * ```ts
 * lerp(tensor([0, 10]), tensor([1, 20]), 0.25); // → Tensor([0.25, 12.5])
 * ```
 *
 * @see torch.lerp
 */
export const lerp: Elementwise<[x: Formula, end: Formula, weight: Formula]> = /* @__PURE__ */ elementwise(
  (x, end, weight) => {
    assertFloats("lerp", x, end);
    const distance = op("sub", end, x);
    return op(
      "where",
      op("lt", op("abs", weight), 0.5),
      op("add", x, op("mul", weight, distance)),
      op("sub", end, op("mul", distance, op("sub", 1, weight))),
    );
  },
  { name: "lerp" },
);
