/**
 * Softmax and its logarithm.
 *
 * @module
 */
import type { DType, SoftmaxAttributes } from "@lucid/backend";
import { fusedLogSoftmax, fusedSoftmax } from "../../fused/softmax.js";
import { owned } from "../../memory/ownership.js";
import { callFused, type FusedDefinition } from "../../primitives/fused.js";
import type { Tensor } from "../../tensor/tensor.js";
import { dtypeOption, readArguments } from "../internal/arguments.js";
import { assertFloating, assertTensor } from "../internal/checks.js";
import { dimOf } from "../internal/dims.js";
import { converted, viewed } from "../internal/views.js";

/** Options of {@link softmax} and {@link logSoftmax}. */
export interface SoftmaxOptions {
  /** The elements are converted to this type first; default: that of the input. */
  readonly dtype?: DType;
}

interface AllSoftmaxOptions extends SoftmaxOptions {
  readonly dim: number;
}

function along(definition: FusedDefinition<SoftmaxAttributes>, x: Tensor, args: readonly unknown[]): Tensor {
  const { name } = definition.operation;
  assertTensor(name, "the input", x);
  const options = readArguments<AllSoftmaxOptions>(name, args, ["dim"], { dim: true, dtype: true });
  const dtype = dtypeOption(name, options.dtype) ?? x.dtype;
  assertFloating(name, dtype);
  const axis = dimOf(name, options.dim, x.ndim);
  return owned(() => {
    const values = converted(name, x, dtype);
    if (x.ndim > 0) return callFused(definition, [values], { axis })[0]!;
    return viewed(callFused(definition, [viewed(values, [1])], { axis: 0 })[0]!, []);
  });
}

/**
 * Turns numbers into probabilities: positive numbers that add up to 1 along a dimension.
 *
 * `eˣ / Σ eˣ`, computed without overflow.
 *
 * A slice that holds NaN or ∞, or nothing but −∞, becomes NaN.
 *
 * @param dim - the dimension along which the results add up to 1.
 * @throws DTypeError unless the elements are floating; ArgumentError or IndexOutOfRangeError if `dim` is missing or
 * names no dimension of x.
 *
 * @example
 * ```ts
 * softmax(tensor([1, 2, 3]), 0); // → Tensor([0.09, 0.2447, 0.6652])
 * ```
 *
 * @see torch.softmax
 */
export function softmax(
  x: Tensor,
  ...args:
    | readonly [dim: number, options?: SoftmaxOptions | undefined]
    | readonly [options: SoftmaxOptions & { readonly dim: number }]
): Tensor {
  return along(fusedSoftmax, x, args);
}

/**
 * Computes the logarithm of the softmax, accurately where that is close to 0.
 *
 * `x − ln Σ eˣ`
 *
 * A slice that holds NaN or ∞, or nothing but −∞, becomes NaN.
 *
 * @param dim - the dimension along which the exponentials of the results add up to 1.
 * @throws DTypeError unless the elements are floating; ArgumentError or IndexOutOfRangeError if `dim` is missing or
 * names no dimension of x.
 *
 * @example
 * ```ts
 * logSoftmax(tensor([1, 2, 3]), 0); // → Tensor([-2.4076, -1.4076, -0.4076])
 * ```
 *
 * @see torch.log_softmax
 */
export function logSoftmax(
  x: Tensor,
  ...args:
    | readonly [dim: number, options?: SoftmaxOptions | undefined]
    | readonly [options: SoftmaxOptions & { readonly dim: number }]
): Tensor {
  return along(fusedLogSoftmax, x, args);
}
