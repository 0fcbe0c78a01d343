/**
 * Sums and means of the elements that are not NaN.
 *
 * @module
 */
import { elementwise } from "../../elementwise/elementwise.js";
import { areFloat, type Formula, op } from "../../elementwise/formula.js";
import { owned } from "../../memory/ownership.js";
import type { Tensor } from "../../tensor/tensor.js";
import { div } from "../elementwise/division.js";
import { assertFloating, assertTensor } from "../internal/checks.js";
import { reductionArguments, type TypedReductionFunction } from "../internal/reduce-steps.js";
import { converted } from "../internal/views.js";
import { sum } from "./reductions.js";

const isNumber = (x: Formula): Formula => op("eq", x, x);
const numbers = /* @__PURE__ */ elementwise((x: Formula) => (areFloat(x) ? op("where", isNumber(x), x, 0) : x));
const counts = /* @__PURE__ */ elementwise((x: Formula) => isNumber(x).to(x.dtype));

/**
 * Adds the elements that are not NaN.
 *
 * Integers and bools give int32. NaN has no gradient.
 *
 * @throws ArgumentError or IndexOutOfRangeError if `dim` names no dimension of x.
 *
 * @example
 * ```ts
 * nansum(tensor([1, NaN, 3])); // → Tensor(4)
 * ```
 *
 * @see torch.nansum
 */
export const nansum: TypedReductionFunction = (x: Tensor, ...args: readonly unknown[]): Tensor => {
  const { axes, keepdim, dtype } = reductionArguments("nansum", x, args, true);
  return owned(() => total(numbers(dtype === undefined ? x : converted("nansum", x, dtype)), axes, keepdim, dtype));
};

function total(x: Tensor, axes: readonly number[], keepdim: boolean, dtype: Tensor["dtype"] | undefined): Tensor {
  return sum(x, axes, { keepdim, ...(dtype === undefined ? {} : { dtype }) });
}

/**
 * Computes the mean of the elements that are not NaN; of NaNs alone it is NaN.
 *
 * @throws DTypeError unless the elements are floating; ArgumentError or IndexOutOfRangeError if `dim` names no
 * dimension of x.
 *
 * @example
 * ```ts
 * nanmean(tensor([1, NaN, 3])); // → Tensor(2)
 * ```
 *
 * @see torch.nanmean
 */
export const nanmean: TypedReductionFunction = (x: Tensor, ...args: readonly unknown[]): Tensor => {
  assertTensor("nanmean", "the input", x);
  assertFloating("nanmean", x.dtype);
  const { axes, keepdim, dtype } = reductionArguments("nanmean", x, args, true);
  return owned(() => {
    const values = dtype === undefined ? x : converted("nanmean", x, dtype);
    return div(
      total(numbers(values), axes, keepdim, undefined),
      total(counts(values.detach()), axes, keepdim, undefined),
    );
  });
};
