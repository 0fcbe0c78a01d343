/**
 * The gated linear unit, and the softmax of negative scores.
 *
 * @module
 */
import { type DType, formatShape, ShapeError } from "@lucid/backend";
import { owned, readArguments } from "@lucid/tensor/extend";
import {
  type Elementwise,
  elementwise,
  type Formula,
  mul,
  narrow,
  neg,
  sigmoid,
  softmax,
  type Tensor,
  to,
} from "@lucid/tensor/functions";
import { assertFloatingTensor, assertInteger, assertTensor } from "../../internal/checks.js";

/** Options of `glu` and `GLU`. */
export interface GLUOptions {
  /** The dimension that is halved; negative numbers count from the last one; default −1. */
  readonly dim?: number;
}

const gated: Elementwise<[value: Formula, gate: Formula]> = /* @__PURE__ */ elementwise(
  (value: Formula, gate: Formula) => mul(value, sigmoid(gate)),
  { name: "glu" },
);

/**
 * Applies the gated linear unit: the first half along a dimension, times the logistic function of the second half.
 *
 *     glu([a, b]) = a · sigmoid(b)
 *
 * Shapes: `(…, 2n, …) → (…, n, …)`.
 *
 * @param input - the tensor.
 * @param dim - the dimension that is halved, by position or in the options; default −1.
 * @throws ArgumentError unless `dim` is an integer; ShapeError if there is no such dimension or its size is odd.
 *
 * @example
 * ```ts
 * functional.glu(tensor([1, 2, 0, 100])); // → Tensor([0.5, 2])
 * ```
 *
 * Source: torch.nn.functional.glu.
 */
export function glu(input: Tensor, dim?: number | GLUOptions): Tensor {
  const { dim: axis = -1 } = readArguments<GLUOptions>("glu", [dim], ["dim"], { dim: true });
  assertFloatingTensor("glu", "input", input);
  assertInteger("glu", "dim", axis);
  const size = input.shape.at(axis);
  if (size === undefined || axis >= input.ndim || size % 2 !== 0) {
    throw new ShapeError("glu", `the input is ${formatShape(input.shape)}, dim is ${axis}`, [input.shape], {
      rule: "the size of the dimension is even",
    });
  }
  return owned(() => gated(narrow(input, axis, 0, size / 2), narrow(input, axis, size / 2, size / 2)));
}

/** Options of `softmin`. */
export interface SoftminFunctionOptions {
  /** The dimension of the scores; negative numbers count from the last one. */
  readonly dim: number;
  /** The type to which the negative scores are converted; default: their own. */
  readonly dtype?: DType;
}

/**
 * Computes probabilities in proportion to the exponentials of negative scores; along the dimension `dim` they add up
 * to 1.
 *
 *     softmin(x)[i] = exp(−x[i]) / Σⱼ exp(−x[j])
 *
 * Shapes: `(*) → (*)`, where `*` is any shape.
 *
 * @param input - the scores.
 * @param dim - the dimension, by position or in the options.
 * @param options - `dim`; `dtype`: the type to which the negative scores are converted.
 * @throws ArgumentError unless `dim` is an integer; DTypeError unless the input holds floating-point numbers.
 *
 * @example
 * ```ts
 * functional.softmin(tensor([1, 2, 3]), 0); // → Tensor([0.6652, 0.2447, 0.09])
 * ```
 *
 * Source: torch.nn.functional.softmin.
 */
export function softmin(
  input: Tensor,
  ...args:
    | readonly [dim: number, options?: Omit<SoftminFunctionOptions, "dim"> | undefined]
    | readonly [options: SoftminFunctionOptions]
): Tensor {
  const { dim, dtype } = readArguments<SoftminFunctionOptions>("softmin", args, ["dim"], { dim: true, dtype: true });
  assertTensor("softmin", "input", input);
  if (dtype === undefined) assertFloatingTensor("softmin", "input", input);
  assertInteger("softmin", "dim", dim);
  return owned(() => softmax(dtype === undefined ? neg(input) : to(neg(input), dtype), dim));
}
