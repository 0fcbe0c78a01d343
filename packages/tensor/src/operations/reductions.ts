/**
 * Reductions over axes. Everywhere: no axes, or an empty list of them, mean all axes, as in PyTorch; `keepdim` keeps the
 * reduced axes with size 1.
 *
 * @module
 */
import { cast, constant, type Expr, input, op, type ReduceOp } from "@lucid/backend";
import { unrecorded } from "../dispatch/recorder.js";
import { owned } from "../memory/ownership.js";
import { callMap } from "../primitives/map.js";
import { callReduce } from "../primitives/reduce.js";
import { promoteTypes } from "../tensor/promotion.js";
import type { Tensor } from "../tensor/tensor.js";
import { type Axes, assertTensor, axesOf } from "./checks.js";
import { countAlong, NO_SCALARS, type Reduction, reduction } from "./reduce-steps.js";
import { converted, perType, viewed } from "./steps.js";

/**
 * Sum. Of bools and integers an int32, which wraps; of nothing 0. (torch.sum)
 *
 * @example
 * ```ts
 * sum(tensor([[1, 2], [3, 4]])); // → Tensor(10)
 * sum(tensor([[1, 2], [3, 4]]), 0); // → Tensor([4, 6])
 * sum(tensor([[1, 2], [3, 4]]), 1, true); // → Tensor([[3], [7]])
 * ```
 */
export const sum: Reduction = /* @__PURE__ */ reduction("sum", "sum");

/**
 * Product. Of bools and integers an int32, which wraps; of nothing 1. (torch.prod)
 *
 * @example
 * ```ts
 * prod(tensor([2, 3, 4])); // → Tensor(24)
 * ```
 */
export const prod: Reduction = /* @__PURE__ */ reduction("prod", "prod");

/**
 * Whether any element is not 0, as bool; NaN counts as true. Of nothing false. (torch.any)
 *
 * @example
 * ```ts
 * any(tensor([[0, 0], [0, 1]]), 1); // → Tensor([false, true])
 * ```
 */
export const any: Reduction = /* @__PURE__ */ reduction("any", "any");

/**
 * Whether no element is 0, as bool; NaN counts as true. Of nothing true. (torch.all)
 *
 * @example
 * ```ts
 * all(tensor([[1, 2], [0, 1]]), 1); // → Tensor([true, false])
 * ```
 */
export const all: Reduction = /* @__PURE__ */ reduction("all", "all");

const nonzero = /* @__PURE__ */ reduction("countNonzero", "sum", (element) => cast(cast(element, "bool"), "int32"));

/**
 * Number of elements that are not 0, as int32; NaN counts. (torch.count_nonzero)
 *
 * @example
 * ```ts
 * countNonzero(tensor([[0, 2], [3, 4]]), 0); // → Tensor([1, 2], dtype=int32)
 * ```
 */
export function countNonzero(x: Tensor, axes?: Axes): Tensor {
  return nonzero(x, axes);
}

const elementOf = /* @__PURE__ */ perType((dtype) => input(0, dtype));
/** The largest element, and 0 where that is infinite, so that nothing is subtracted from it. */
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
 * `ln Σ eˣ`, without overflow: ∞ if any element is ∞, −∞ if all are −∞ or there are none. (torch.logsumexp)
 *
 * @example
 * ```ts
 * logsumexp(tensor([1000, 1000])); // → Tensor(1000.6932)
 * ```
 */
export function logsumexp(x: Tensor, axes?: Axes, keepdim = false): Tensor {
  assertTensor("logsumexp", "the input", x);
  const name = "logsumexp";
  const list = axesOf(name, axes, x.ndim);
  return owned(() => {
    const values = converted(name, x, promoteTypes(x.dtype, "float32"));
    const { dtype, shape } = values;
    const reduce = (how: ReduceOp, inputs: readonly Tensor[], value: Expr, finish: Expr | undefined, kept: boolean) =>
      callReduce(inputs, { op: how, value, finish, scalars: NO_SCALARS, axes: list, keepdim: kept, name });
    if (countAlong(shape, list) === 0) return reduce("sum", [values], expOf(dtype), logOf(dtype), keepdim);
    // Any constant gives the same result and the same derivatives, so this one is not recorded.
    const shift = unrecorded(() => reduce("max", [values], elementOf(dtype), finiteOrZero(dtype), true));
    const total = reduce("sum", [values, shift], shiftedExp(dtype), undefined, keepdim);
    const after = keepdim
      ? shift
      : viewed(
          shift,
          shape.filter((_, axis) => !list.includes(axis)),
        );
    return callMap(name, [total, after], [shiftedLog(dtype)])[0]!;
  });
}
