/**
 * Scaling matrices to elements of at most 1, so that squares neither overflow nor vanish.
 *
 * @module
 */
import { op } from "@lucid/backend";
import { callMap, callReduce, viewed } from "@lucid/tensor/extend";
import type { Tensor } from "@lucid/tensor/functions";
import { div, equal, kernel, mul, where } from "../internal/expressions.js";

const size = /* @__PURE__ */ kernel(({ x }) => [op("abs", x(0))]);
/** The largest element, or 1 if all are 0. */
const finish = /* @__PURE__ */ kernel(({ x, number }) => [where(equal(x(0), number(0)), number(1), x(0))]);
const quotient = /* @__PURE__ */ kernel(({ x }) => [div(x(0), x(1))]);
const multiple = /* @__PURE__ */ kernel(({ x }) => [mul(x(0), x(1))]);

/** Divides the matrices `[batch, m, n]` by their largest elements, which are the scale, `[batch, 1, 1]`. */
export function scaledDown(
  operation: string,
  a: Tensor,
): { readonly scaled: Tensor; readonly scale: Tensor | undefined } {
  if (a.shape[1] === 0 || a.shape[2] === 0) return { scaled: a, scale: undefined };
  const scale = callReduce([a], {
    op: "max",
    value: size(a.dtype)[0]!,
    finish: finish(a.dtype)[0]!,
    axes: [1, 2],
    keepdim: true,
    name: operation,
  });
  return { scaled: callMap(operation, [a, scale], quotient(a.dtype))[0]!, scale };
}

/** Multiplies values `[batch, k]` by the scale of their matrices. */
export function scaledUp(operation: string, values: Tensor, scale: Tensor | undefined): Tensor {
  if (scale === undefined) return values;
  return callMap(operation, [values, viewed(scale, [scale.shape[0]!, 1])], multiple(values.dtype))[0]!;
}
