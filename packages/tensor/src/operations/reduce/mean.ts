/**
 * Means.
 *
 * @module
 */
import { cast, type DType, type Expr, input } from "@lucid/backend";
import { callReduce } from "../../primitives/reduce.js";
import type { Tensor } from "../../tensor/tensor.js";
import { assertFloating } from "../internal/checks.js";
import { countAlong, dividedBy, reductionArguments, type TypedReductionFunction } from "../internal/reduce-steps.js";
import { perType } from "../internal/views.js";

const elementOf = /* @__PURE__ */ perType((dtype) => input(0, dtype));
const divideByCount = /* @__PURE__ */ perType((dtype) => dividedBy(0, dtype));

/**
 * Computes the arithmetic mean of the elements.
 *
 * `Σ x / n`
 *
 * The mean of no elements is NaN.
 *
 * @param dim - the dimensions to reduce; default (and null): all of them.
 * @param keepdim - whether the reduced dimensions stay, with size 1; default false.
 * @throws DTypeError unless the elements, or the `dtype` given, are floating; ArgumentError or IndexOutOfRangeError if
 * `dim` names no dimension of x.
 *
 * @example
 * ```ts
 * mean(tensor([[1, 2], [3, 4]])); // → Tensor(2.5)
 * mean(tensor([[1, 2], [3, 4]]), -1); // → Tensor([1.5, 3.5])
 * mean(tensor([1, 2], { dtype: "int32" }), { dtype: "float32" }); // → Tensor(1.5)
 * ```
 *
 * @see torch.mean
 */
export const mean: TypedReductionFunction = (x: Tensor, ...args: readonly unknown[]): Tensor => {
  const { axes, keepdim, dtype } = reductionArguments("mean", x, args, true);
  return meanOver("mean", x, axes, keepdim, dtype);
};

/** The mean over axes, of the elements converted to `dtype`. @internal */
export function meanOver(
  name: string,
  x: Tensor,
  axes: readonly number[],
  keepdim: boolean,
  dtype: DType = x.dtype,
): Tensor {
  assertFloating(name, dtype);
  const value: Expr = dtype === x.dtype ? elementOf(dtype) : cast(elementOf(x.dtype), dtype);
  const scalars = [countAlong(x.shape, axes)];
  return callReduce([x], { op: "sum", value, finish: divideByCount(dtype), axes, keepdim, name }, scalars);
}
