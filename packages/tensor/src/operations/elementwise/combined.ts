/**
 * A sum with a product or a quotient, element by element, in one operation.
 *
 * @module
 */
import { DTypeError, dtypes } from "@lucid/backend";
import { elementwise, type Operand, type Traceable } from "../../elementwise/elementwise.js";
import { assertFloats, type Formula, type FormulaOperand, isLiteral } from "../../elementwise/formula.js";
import type { Tensor } from "../../tensor/tensor.js";
import { add, mul, type ScaledBinary, sub } from "./arithmetic.js";
import { div } from "./division.js";

/** Options of {@link addcmul} and {@link addcdiv}. */
export interface ValueOptions<T = Operand> {
  /** The product or quotient is multiplied by it; default 1. */
  readonly value?: T;
}

/** The operations {@link addcmul} and {@link addcdiv}. */
export interface ValuedTernary extends Traceable {
  (x: Operand, y: Operand, z: Operand, options?: ValueOptions): Tensor;
  (x: FormulaOperand, y: FormulaOperand, z: FormulaOperand, options?: ValueOptions<FormulaOperand>): Formula;
}

/** Multiplies by the option `value`. */
function valued(operation: string, x: Formula, value: Formula): Formula {
  if (dtypes[x.dtype].kind !== "float" && dtypes[value.dtype].kind === "float") {
    throw new DTypeError(operation, `value is a fraction, the elements are ${x.dtype}`, [x.dtype, value.dtype], {
      rule: "integers are multiplied by an integer",
      remedy: 'convert first: .to("float32")',
    });
  }
  return isLiteral(value, 1) ? x : mul(x, value.to(x.dtype));
}

/**
 * Adds a product.
 *
 * `x + value · y · z`
 *
 * @throws ShapeError if the shapes do not broadcast; DTypeError for integers and a value that is a fraction.
 *
 * @example
 * ```ts
 * addcmul(tensor([1, 2]), tensor([3, 4]), tensor([5, 6]), { value: 10 }); // → Tensor([151, 242])
 * ```
 *
 * @see torch.addcmul
 */
export const addcmul: ValuedTernary = /* @__PURE__ */ elementwise(
  (x: Formula, y: Formula, z: Formula, value: Formula) => add(x, valued("addcmul", mul(y, z), value)),
  { name: "addcmul", defaults: { value: 1 } },
);

/**
 * Adds a quotient.
 *
 * `x + value · y / z`
 *
 * @throws ShapeError if the shapes do not broadcast; DTypeError if y and z are integers.
 *
 * @example
 * ```ts
 * addcdiv(tensor([1, 2]), tensor([3, 4]), tensor([2, 8]), { value: 10 }); // → Tensor([16, 7])
 * ```
 *
 * @see torch.addcdiv
 */
export const addcdiv: ValuedTernary = /* @__PURE__ */ elementwise(
  (x: Formula, y: Formula, z: Formula, value: Formula) => {
    assertFloats("addcdiv", y, z);
    return add(x, valued("addcdiv", div(y, z), value));
  },
  { name: "addcdiv", defaults: { value: 1 } },
);

/**
 * Subtracts the first tensor from the second.
 *
 * `y − alpha · x`
 *
 * @throws ShapeError if the shapes do not broadcast; DTypeError if one is bool, or for integers and an alpha that is a
 * fraction.
 *
 * @example
 * ```ts
 * rsub(tensor([1, 2]), 10); // → Tensor([9, 8])
 * ```
 *
 * @see torch.rsub
 */
export const rsub: ScaledBinary = /* @__PURE__ */ elementwise(
  (x: Formula, y: Formula, alpha: Formula) => sub(y, x, { alpha }),
  { name: "rsub", defaults: { alpha: 1 } },
);
