/**
 * Sums, products and truth over dimensions. Without a dim, or with an empty list, all dimensions are reduced, as in
 * PyTorch.
 *
 * @module
 */
import { cast, input } from "@lucid/backend";
import { callReduce } from "../../primitives/reduce.js";
import type { Tensor } from "../../tensor/tensor.js";
import { readArguments } from "../internal/arguments.js";
import { assertTensor } from "../internal/checks.js";
import { type Dims, dimsOf } from "../internal/dims.js";
import {
  type ReductionFunction,
  reduction,
  type TypedReductionFunction,
  typedReduction,
} from "../internal/reduce-steps.js";
import { perType } from "../internal/views.js";

/**
 * Adds the elements up.
 *
 * `Σ x`
 *
 * Integers and bools give int32, which wraps around. The sum of no elements is 0.
 *
 * @throws ArgumentError or IndexOutOfRangeError if `dim` names no dimension of x.
 *
 * @example
 * ```ts
 * sum(tensor([[1, 2], [3, 4]])); // → Tensor(10)
 * sum(tensor([[1, 2], [3, 4]]), 0); // → Tensor([4, 6])
 * sum(tensor([[1, 2], [3, 4]]), 1, true); // → Tensor([[3], [7]])
 * sum(tensor([1.5, 2.5]), { dtype: "int32" }); // → Tensor(3, dtype=int32)
 * ```
 *
 * @see torch.sum
 */
export const sum: TypedReductionFunction = /* @__PURE__ */ typedReduction("sum", "sum");

/**
 * Multiplies the elements.
 *
 * `Π x`
 *
 * Integers and bools give int32, which wraps around. The product of no elements is 1.
 *
 * @throws ArgumentError or IndexOutOfRangeError if `dim` names no dimension of x.
 *
 * @example
 * ```ts
 * prod(tensor([2, 3, 4])); // → Tensor(24)
 * prod(tensor([[1, 2], [3, 4]]), { dim: 1 }); // → Tensor([2, 12])
 * ```
 *
 * @see torch.prod
 */
export const prod: TypedReductionFunction = /* @__PURE__ */ typedReduction("prod", "prod");

/**
 * Tells whether any element is not 0.
 *
 * The result is bool. NaN counts as true. Of no elements the answer is false.
 *
 * @throws ArgumentError or IndexOutOfRangeError if `dim` names no dimension of x.
 *
 * @example
 * ```ts
 * any(tensor([[0, 0], [0, 1]]), 1); // → Tensor([false, true])
 * ```
 *
 * @see torch.any
 */
export const any: ReductionFunction = /* @__PURE__ */ reduction("any", "any");

/**
 * Tells whether no element is 0.
 *
 * The result is bool. NaN counts as true. Of no elements the answer is true.
 *
 * @throws ArgumentError or IndexOutOfRangeError if `dim` names no dimension of x.
 *
 * @example
 * ```ts
 * all(tensor([[1, 2], [0, 1]]), 1); // → Tensor([true, false])
 * ```
 *
 * @see torch.all
 */
export const all: ReductionFunction = /* @__PURE__ */ reduction("all", "all");

const isNonzero = /* @__PURE__ */ perType((dtype) => cast(cast(input(0, dtype), "bool"), "int32"));

/** Options of {@link countNonzero}. */
export interface CountOptions {
  /** The dimensions to count along; default (and null): all of them. */
  readonly dim?: Dims | null;
}

/**
 * Counts the elements that are not 0.
 *
 * The result is int32. NaN counts as not 0.
 *
 * @param dim - the dimensions to count along; default (and null): all of them. It may also be given as `{ dim }`.
 * @throws ArgumentError or IndexOutOfRangeError if `dim` names no dimension of x.
 *
 * @example
 * ```ts
 * countNonzero(tensor([[0, 2], [3, 4]]), 0); // → Tensor([1, 2], dtype=int32)
 * ```
 *
 * @see torch.count_nonzero
 */
export function countNonzero(x: Tensor, dim?: Dims | null | CountOptions): Tensor {
  assertTensor("countNonzero", "the input", x);
  const options = readArguments<CountOptions>("countNonzero", [dim], ["dim"], { dim: true });
  return callReduce([x], {
    op: "sum",
    value: isNonzero(x.dtype),
    finish: undefined,
    axes: dimsOf("countNonzero", options.dim, x.ndim),
    keepdim: false,
    name: "countNonzero",
  });
}
