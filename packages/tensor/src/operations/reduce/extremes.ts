/**
 * The largest and the smallest elements over dimensions, and their positions.
 *
 * @module
 */
import { type Expr, input } from "@lucid/backend";
import { owned } from "../../memory/ownership.js";
import { callGather } from "../../primitives/indexing.js";
import { callReduce } from "../../primitives/reduce.js";
import { Tensor } from "../../tensor/tensor.js";
import type { Binary } from "../../elementwise/elementwise.js";
import { maximum, minimum } from "../elementwise/bounds.js";
import { everyDim } from "../internal/dims.js";
import {
  type ReductionFunction,
  reduction,
  type SingleReductionFunction,
  singleReductionArguments,
} from "../internal/reduce-steps.js";
import { perType, viewed } from "../internal/views.js";

/** Elements that were chosen, and their positions. */
export interface ValuesAndIndices {
  readonly values: Tensor;
  /** int32 positions along the dimension. */
  readonly indices: Tensor;
}

/** Options of {@link max} and {@link min} along a dimension. */
export interface ExtremesOptions {
  /** The dimension along which to choose. */
  readonly dim: number;
  /** Whether the reduced dimension stays, with size 1; default false. */
  readonly keepdim?: boolean;
}

const elementOf: (dtype: Tensor["dtype"]) => Expr = /* @__PURE__ */ perType((dtype) => input(0, dtype));

type Extreme = "max" | "min" | "argmax" | "argmin";

function chosen(name: string, op: Extreme, x: Tensor, axes: readonly number[], keepdim: boolean): Tensor {
  const attributes = { op, value: elementOf(x.dtype), finish: undefined, axes, keepdim, name };
  return callReduce([x], attributes);
}

/**
 * Chooses the largest elements.
 *
 * NaN counts as larger than every number. Elements that tie share the gradient evenly.
 *
 * @throws ArgumentError if there are no elements to choose from, or `dim` is not one; IndexOutOfRangeError if `dim`
 * names no dimension of x.
 *
 * @example
 * ```ts
 * amax(tensor([[1, 2], [4, 3]]), 1); // → Tensor([2, 4])
 * ```
 *
 * @see torch.amax
 */
export const amax: ReductionFunction = /* @__PURE__ */ reduction("amax", "max");

/**
 * Chooses the smallest elements.
 *
 * NaN counts as smaller than every number. Elements that tie share the gradient evenly.
 *
 * @throws ArgumentError if there are no elements to choose from, or `dim` is not one; IndexOutOfRangeError if `dim`
 * names no dimension of x.
 *
 * @example
 * ```ts
 * amin(tensor([[1, 2], [4, 3]]), 1); // → Tensor([1, 3])
 * ```
 *
 * @see torch.amin
 */
export const amin: ReductionFunction = /* @__PURE__ */ reduction("amin", "min");

function position(op: "argmax" | "argmin"): SingleReductionFunction {
  return (x: Tensor, ...args: readonly unknown[]): Tensor => {
    const { dim, keepdim } = singleReductionArguments(op, x, args);
    const all = dim === undefined || x.ndim === 0;
    return chosen(op, op, x, all ? everyDim(x.ndim) : [dim], keepdim);
  };
}

/**
 * Finds the position of the largest element, along a dimension or in the flattened tensor.
 *
 * The result is int32. Of equal elements the first one counts. NaN counts as larger than every number.
 *
 * @throws ArgumentError if there are no elements to choose from, or `dim` is not one; IndexOutOfRangeError if x has no
 * such dimension.
 *
 * @example
 * ```ts
 * argmax(tensor([[1, 5], [4, 3]])); // → Tensor(1, dtype=int32)
 * argmax(tensor([[1, 5], [4, 3]]), 0); // → Tensor([1, 0], dtype=int32)
 * ```
 *
 * @see torch.argmax
 */
export const argmax: SingleReductionFunction = /* @__PURE__ */ position("argmax");

/**
 * Finds the position of the smallest element, along a dimension or in the flattened tensor.
 *
 * The result is int32. Of equal elements the first one counts. NaN counts as smaller than every number.
 *
 * @throws ArgumentError if there are no elements to choose from, or `dim` is not one; IndexOutOfRangeError if x has no
 * such dimension.
 *
 * @example
 * ```ts
 * argmin(tensor([[1, 5], [4, 3]]), 1); // → Tensor([0, 1], dtype=int32)
 * ```
 *
 * @see torch.argmin
 */
export const argmin: SingleReductionFunction = /* @__PURE__ */ position("argmin");

/** How {@link max} and {@link min} are called. Their own documentation belongs to both forms. */
export interface ExtremesFunction {
  (x: Tensor): Tensor;
  (x: Tensor, other: Tensor): Tensor;
  (
    x: Tensor,
    ...args:
      | readonly [dim: number, keepdim?: boolean | undefined]
      | readonly [dim: number, options: Omit<ExtremesOptions, "dim">]
      | readonly [options: ExtremesOptions]
  ): ValuesAndIndices;
}

function extremes(name: "max" | "min", larger: () => Binary): ExtremesFunction {
  const choose = (x: Tensor, ...args: readonly unknown[]): Tensor | ValuesAndIndices => {
    if (args.length === 1 && args[0] instanceof Tensor) return larger().apply([x, args[0]]) as Tensor;
    const { dim, keepdim } = singleReductionArguments(name, x, args);
    if (dim === undefined) return chosen(name, name, x, everyDim(x.ndim), keepdim);
    return owned(() => {
      const source = x.ndim === 0 ? viewed(x, [1]) : x;
      const indices = chosen(name, `arg${name}`, source, [dim], true);
      // The values are gathered by position, so that the gradient goes only to the element that was chosen.
      const values = callGather(source, indices, dim);
      if (keepdim && x.ndim > 0) return { values, indices };
      const shape = source.shape.filter((_, i) => i !== dim);
      return { values: viewed(values, shape), indices: viewed(indices, shape) };
    });
  };
  return choose as ExtremesFunction;
}

/**
 * Chooses the largest element of all, or the largest elements along a dimension together with their positions, or of two
 * tensors the larger element at each position.
 *
 * NaN counts as larger than every number. Of all elements, those that tie share the gradient evenly. Along a dimension,
 * the first of equal elements is chosen, and the gradient goes to it.
 *
 * @param dim - the dimension along which to choose; default: one of all elements is chosen. A tensor in its place is the
 * other tensor.
 * @param keepdim - whether the reduced dimension stays, with size 1; default false.
 * @throws ArgumentError if there are no elements to choose from, or `dim` is not an integer; IndexOutOfRangeError if x
 * has no such dimension.
 *
 * @example
 * ```ts
 * max(tensor([[1, 5], [4, 3]])); // → Tensor(5)
 * max(tensor([[1, 5], [4, 3]]), 1); // → { values: Tensor([5, 4]), indices: Tensor([1, 0], dtype=int32) }
 * max(tensor([1, 5]), tensor([3, 2])); // → Tensor([3, 5])
 * ```
 *
 * @see torch.max
 */
export const max: ExtremesFunction = /* @__PURE__ */ extremes("max", () => maximum);

/**
 * Chooses the smallest element of all, or the smallest elements along a dimension together with their positions, or of two
 * tensors the smaller element at each position.
 *
 * NaN counts as smaller than every number. Of all elements, those that tie share the gradient evenly. Along a
 * dimension, the first of equal elements is chosen, and the gradient goes to it.
 *
 * @param dim - the dimension along which to choose; default: one of all elements is chosen. A tensor in its place is the
 * other tensor.
 * @param keepdim - whether the reduced dimension stays, with size 1; default false.
 * @throws ArgumentError if there are no elements to choose from, or `dim` is not an integer; IndexOutOfRangeError if x
 * has no such dimension.
 *
 * @example
 * ```ts
 * min(tensor([[1, 5], [4, 3]])); // → Tensor(1)
 * min(tensor([[1, 5], [4, 3]]), 1); // → { values: Tensor([1, 3]), indices: Tensor([0, 1], dtype=int32) }
 * min(tensor([1, 5]), tensor([3, 2])); // → Tensor([1, 2])
 * ```
 *
 * @see torch.min
 */
export const min: ExtremesFunction = /* @__PURE__ */ extremes("min", () => minimum);
