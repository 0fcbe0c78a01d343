/**
 * Arithmetic, element by element.
 *
 * @module
 */
import { DTypeError, dtypes } from "@lucid/backend";
import { type Elementwise, elementwise } from "../elementwise/elementwise.js";
import { apply, commonType, type Formula } from "../elementwise/formula.js";

type Unary = Elementwise<[x: Formula]>;
type Binary = Elementwise<[x: Formula, y: Formula]>;

const isBool = (...operands: readonly Formula[]): boolean => commonType(operands) === "bool";
const isFloat = (...operands: readonly Formula[]): boolean => dtypes[commonType(operands)].kind === "float";

/**
 * Sum of two tensors, `x + y`; of bools, their logical or. (torch.add)
 *
 * @example
 * ```ts
 * add(tensor([1, 2]), 3); // → Tensor([4, 5])
 * ```
 */
export const add: Binary = elementwise((x, y) => apply(isBool(x, y) ? "or" : "add", x, y), { name: "add" });

/**
 * Difference of two tensors, `x − y`. (torch.sub)
 *
 * @throws DTypeError for two bools.
 *
 * @example
 * ```ts
 * sub(tensor([1, 2]), tensor([4, 4])); // → Tensor([-3, -2])
 * ```
 */
export const sub: Binary = elementwise(
  (x, y) => {
    if (isBool(x, y)) {
      throw new DTypeError("sub", "bools have no difference", ["bool"], { remedy: "use logicalXor" });
    }
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
export const mul: Binary = elementwise((x, y) => apply(isBool(x, y) ? "and" : "mul", x, y), { name: "mul" });

/**
 * Quotient of two tensors, `x / y`; of integers a float32. (torch.div)
 *
 * @example
 * ```ts
 * div(tensor([1, -1, 0]), 0); // → Tensor([Infinity, -Infinity, NaN])
 * ```
 */
export const div: Binary = elementwise(
  (x, y) => (isFloat(x, y) ? apply("div", x, y) : apply("div", x.to("float32"), y)),
  { name: "div" },
);

/**
 * Negative, `−x`. (torch.neg)
 *
 * @example
 * ```ts
 * neg(tensor([1, -2])); // → Tensor([-1, 2])
 * ```
 */
export const neg: Unary = elementwise((x) => apply("neg", x), { name: "neg" });

/**
 * Square, `x · x`. (torch.square)
 *
 * @example
 * ```ts
 * square(tensor([1, -2])); // → Tensor([1, 4])
 * ```
 */
export const square: Unary = elementwise((x) => mul(x, x), { name: "square" });
