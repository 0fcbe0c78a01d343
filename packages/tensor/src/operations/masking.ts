/**
 * Elements chosen by a mask.
 *
 * @module
 */
import { DTypeError, dtypes } from "@lucid/backend";
import { elementwise } from "../elementwise/elementwise.js";
import { apply, type Formula, formulaOf } from "../elementwise/formula.js";
import type { Tensor } from "../tensor/tensor.js";
import { assertTensor } from "./checks.js";

const masked = /* @__PURE__ */ elementwise(
  (x: Formula, mask: Formula, value: Formula) => {
    if (mask.dtype !== "bool") {
      throw new DTypeError("maskedFill", `the mask is ${mask.dtype}`, [mask.dtype], {
        rule: "a mask is bool",
        remedy: "compare: x.ne(0)",
      });
    }
    return apply("where", mask, formulaOf(value.as(x.dtype)), x);
  },
  { name: "maskedFill" },
);

/** A number as the elements can hold it. */
function fitting(x: Tensor, value: Tensor | number | boolean): Tensor | number {
  return typeof value === "object" ? value : dtypes[x.dtype].convert(Number(value));
}

/**
 * `x` with `value`, converted into the type of `x`, where the bool `mask` is true; tensor, mask and value broadcast.
 * (torch.masked_fill)
 *
 * @throws DTypeError for a mask that is not bool.
 *
 * @example
 * ```ts
 * maskedFill(tensor([1, 2]), tensor([true, false]), -Infinity); // → Tensor([-Infinity, 2])
 * ```
 */
export function maskedFill(x: Tensor, mask: Tensor, value: Tensor | number | boolean): Tensor {
  assertTensor("maskedFill", "the input", x);
  return masked(x, mask, fitting(x, value));
}

/** {@link maskedFill} into the tensor itself, whose shape stays. (torch.Tensor.masked_fill_) */
export function maskedFill_<T extends Tensor>(x: T, mask: Tensor, value: Tensor | number | boolean): T {
  assertTensor("maskedFill_", "the input", x);
  return masked.into(x, [x, mask, fitting(x, value)]);
}
