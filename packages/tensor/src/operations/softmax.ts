/**
 * Softmax and its logarithm.
 *
 * @module
 */
import { callFused, type FusedDefinition } from "../primitives/fused.js";
import type { Tensor } from "../tensor/tensor.js";
import { assertFloating, assertTensor, axisOf } from "./checks.js";
import { logSoftmaxOperation, type SoftmaxAttributes, softmaxOperation } from "./fused-softmax.js";
import { viewed } from "./steps.js";

function along(operation: FusedDefinition<SoftmaxAttributes>, x: Tensor, axis: number): Tensor {
  assertFloating(operation.name, x.dtype);
  const at = axisOf(operation.name, axis, x.ndim);
  if (x.ndim > 0) return callFused(operation, [x], { axis: at })[0]!;
  return viewed(callFused(operation, [viewed(x, [1])], { axis: 0 })[0]!, []);
}

/**
 * Exponentials that add up to 1 along an axis, `eˣ / Σ eˣ`, without overflow. A slice with NaN or ∞, or with nothing but −∞,
 * becomes NaN. (torch.softmax)
 *
 * @throws DTypeError unless the elements are floating.
 *
 * @example
 * ```ts
 * softmax(tensor([1, 2, 3]), 0); // → Tensor([0.09, 0.2447, 0.6652])
 * ```
 */
export function softmax(x: Tensor, axis: number): Tensor {
  assertTensor("softmax", "the input", x);
  return along(softmaxOperation, x, axis);
}

/**
 * Logarithm of the softmax, `x − ln Σ eˣ`, accurate where that is close to 0. A slice with NaN or ∞, or with nothing but
 * −∞, becomes NaN. (torch.log_softmax)
 *
 * @throws DTypeError unless the elements are floating.
 *
 * @example
 * ```ts
 * logSoftmax(tensor([1, 2, 3]), 0); // → Tensor([-2.4076, -1.4076, -0.4076])
 * ```
 */
export function logSoftmax(x: Tensor, axis: number): Tensor {
  assertTensor("logSoftmax", "the input", x);
  return along(logSoftmaxOperation, x, axis);
}
