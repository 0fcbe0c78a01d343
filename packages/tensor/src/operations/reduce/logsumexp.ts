/**
 * The logarithm of a sum of exponentials.
 *
 * @module
 */
import { constant, type Expr, input, isStorageType, op, type ReduceOp } from "@lucid/backend";
import { noGrad } from "../../dispatch/recorder.js";
import { owned } from "../../memory/ownership.js";
import { callMap } from "../../primitives/map.js";
import { callReduce } from "../../primitives/reduce.js";
import { promoteTypes } from "../../tensor/promotion.js";
import type { Tensor } from "../../tensor/tensor.js";
import { countAlong, type ReductionFunction, reductionArguments } from "../internal/reduce-steps.js";
import { converted, perType, viewed } from "../internal/views.js";

const elementOf = /* @__PURE__ */ perType((dtype) => input(0, dtype));
/** The largest element, or 0 if it is infinite: ∞ − ∞ would be NaN. */
const finiteOrZero = /* @__PURE__ */ perType((dtype) => {
  const value = input(0, dtype);
  const zero = constant(0, dtype);
  return op("where", op("eq", op("abs", value), constant(Infinity, dtype)), zero, value);
});
const shiftedExp = /* @__PURE__ */ perType((dtype) => op("exp", op("sub", input(0, dtype), input(1, dtype))));
const shiftedLog = /* @__PURE__ */ perType((dtype) => op("add", op("log", input(0, dtype)), input(1, dtype)));
const expOf = /* @__PURE__ */ perType((dtype) => op("exp", input(0, dtype)));
const logOf = /* @__PURE__ */ perType((dtype) => op("log", input(0, dtype)));

/**
 * Computes the logarithm of the sum of exponentials, without overflow.
 *
 * `ln Σ eˣ`
 *
 * The result is ∞ if any element is ∞, and −∞ if all are −∞ or there are none. Integers and bools give float32.
 *
 * @param dim - the dimensions to reduce; default (and null): all of them.
 * @param keepdim - whether the reduced dimensions stay, with size 1; default false.
 * @throws ArgumentError or IndexOutOfRangeError if `dim` names no dimension of x.
 *
 * @example
 * ```ts
 * logsumexp(tensor([1000, 1000])); // → Tensor(1000.6932)
 * ```
 *
 * @see torch.logsumexp
 */
export const logsumexp: ReductionFunction = (x: Tensor, ...args: readonly unknown[]): Tensor => {
  const name = "logsumexp";
  const { axes, keepdim } = reductionArguments(name, x, args, false);
  return owned(() => {
    const values = converted(name, x, promoteTypes(x.dtype, "float32"));
    const { dtype, shape } = values;
    // Storage types are computed in float32 from beginning to end.
    const typed = (result: Tensor): Tensor => (isStorageType(x.dtype) ? converted(name, result, x.dtype) : result);
    const reduce = (how: ReduceOp, inputs: readonly Tensor[], value: Expr, finish: Expr | undefined, kept: boolean) =>
      callReduce(inputs, { op: how, value, finish, axes, keepdim: kept, name });
    if (countAlong(shape, axes) === 0) return typed(reduce("sum", [values], expOf(dtype), logOf(dtype), keepdim));
    // The shift is not recorded, because any constant gives the same result and the same derivatives.
    const shift = noGrad(() => reduce("max", [values], elementOf(dtype), finiteOrZero(dtype), true));
    const total = reduce("sum", [values, shift], shiftedExp(dtype), undefined, keepdim);
    const after = keepdim
      ? shift
      : viewed(
          shift,
          shape.filter((_, axis) => !axes.includes(axis)),
        );
    return typed(callMap(name, [total, after], [shiftedLog(dtype)])[0]!);
  });
};
