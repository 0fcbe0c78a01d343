/**
 * The largest and smallest elements along axes, and where they stand. Axes are named as in every reduction.
 *
 * @module
 */
import { owned } from "../memory/ownership.js";
import { callGather } from "../primitives/indexing.js";
import type { Tensor } from "../tensor/tensor.js";
import { assertTensor, axisOf } from "./checks.js";
import { type Reduction, reduction } from "./reduce-steps.js";
import { viewed } from "./steps.js";

/** Extremes along an axis, and where they stand. */
export interface ValuesAndIndices {
  readonly values: Tensor;
  /** int32 positions along the axis. */
  readonly indices: Tensor;
}

/**
 * Largest elements; NaN wins. Elements that tie share the gradient evenly. (torch.amax)
 *
 * @throws ArgumentError where there is nothing to choose from.
 *
 * @example
 * ```ts
 * amax(tensor([[1, 2], [4, 3]]), 1); // → Tensor([2, 4])
 * ```
 */
export const amax: Reduction = /* @__PURE__ */ reduction("amax", "max");

/**
 * Smallest elements; NaN wins. Elements that tie share the gradient evenly. (torch.amin)
 *
 * @throws ArgumentError where there is nothing to choose from.
 *
 * @example
 * ```ts
 * amin(tensor([[1, 2], [4, 3]]), 1); // → Tensor([1, 3])
 * ```
 */
export const amin: Reduction = /* @__PURE__ */ reduction("amin", "min");

/**
 * Position of the largest element along an axis, or in the flattened tensor, as int32: the first of equals, and NaN wins.
 * (torch.argmax)
 *
 * @throws ArgumentError where there is nothing to choose from.
 *
 * @example
 * ```ts
 * argmax(tensor([[1, 5], [4, 3]])); // → Tensor(1, dtype=int32)
 * argmax(tensor([[1, 5], [4, 3]]), 0); // → Tensor([1, 0], dtype=int32)
 * ```
 */
export const argmax: (x: Tensor, axis?: number, keepdim?: boolean) => Tensor = /* @__PURE__ */ reduction(
  "argmax",
  "argmax",
);

/**
 * Position of the smallest element along an axis, or in the flattened tensor, as int32: the first of equals, and NaN wins.
 * (torch.argmin)
 *
 * @throws ArgumentError where there is nothing to choose from.
 *
 * @example
 * ```ts
 * argmin(tensor([[1, 5], [4, 3]]), 1); // → Tensor([0, 1], dtype=int32)
 * ```
 */
export const argmin: (x: Tensor, axis?: number, keepdim?: boolean) => Tensor = /* @__PURE__ */ reduction(
  "argmin",
  "argmin",
);

const largest = /* @__PURE__ */ reduction("max", "max");
const smallest = /* @__PURE__ */ reduction("min", "min");
const positionsOfLargest = /* @__PURE__ */ reduction("max", "argmax");
const positionsOfSmallest = /* @__PURE__ */ reduction("min", "argmin");

/** Extremes along one axis by their positions, so that the gradient goes to the chosen element alone. */
function extremes(name: string, positions: Reduction, x: Tensor, axis: number, keepdim: boolean): ValuesAndIndices {
  const at = axisOf(name, axis, x.ndim);
  return owned(() => {
    const source = x.ndim === 0 ? viewed(x, [1]) : x;
    const indices = positions(source, at, true);
    const values = callGather(source, indices, at);
    if (keepdim && x.ndim > 0) return { values, indices };
    const shape = source.shape.filter((_, i) => i !== at);
    return { values: viewed(values, shape), indices: viewed(indices, shape) };
  });
}

/**
 * The largest element of all; NaN wins, and elements that tie share the gradient evenly. (torch.max)
 *
 * @throws ArgumentError where there is nothing to choose from.
 *
 * @example
 * ```ts
 * max(tensor([[1, 5], [4, 3]])); // → Tensor(5)
 * ```
 */
export function max(x: Tensor): Tensor;
/**
 * The largest elements along an axis and their positions: the first ones, to which the gradient goes. NaN wins.
 *
 * @example
 * ```ts
 * max(tensor([[1, 5], [4, 3]]), 1); // → { values: Tensor([5, 4]), indices: Tensor([1, 0], dtype=int32) }
 * ```
 */
export function max(x: Tensor, axis: number, keepdim?: boolean): ValuesAndIndices;
export function max(x: Tensor, axis?: number, keepdim = false): Tensor | ValuesAndIndices {
  assertTensor("max", "the input", x);
  return axis === undefined ? largest(x) : extremes("max", positionsOfLargest, x, axis, keepdim);
}

/**
 * The smallest element of all; NaN wins, and elements that tie share the gradient evenly. (torch.min)
 *
 * @throws ArgumentError where there is nothing to choose from.
 *
 * @example
 * ```ts
 * min(tensor([[1, 5], [4, 3]])); // → Tensor(1)
 * ```
 */
export function min(x: Tensor): Tensor;
/**
 * The smallest elements along an axis and their positions: the first ones, to which the gradient goes. NaN wins.
 *
 * @example
 * ```ts
 * min(tensor([[1, 5], [4, 3]]), 1); // → { values: Tensor([1, 3]), indices: Tensor([0, 1], dtype=int32) }
 * ```
 */
export function min(x: Tensor, axis: number, keepdim?: boolean): ValuesAndIndices;
export function min(x: Tensor, axis?: number, keepdim = false): Tensor | ValuesAndIndices {
  assertTensor("min", "the input", x);
  return axis === undefined ? smallest(x) : extremes("min", positionsOfSmallest, x, axis, keepdim);
}
