/**
 * Two reductions at once.
 *
 * @module
 */
import { owned } from "../../memory/ownership.js";
import type { Tensor } from "../../tensor/tensor.js";
import { assertTensor } from "../internal/checks.js";
import { type SingleReductionOptions, singleReductionArguments } from "../internal/reduce-steps.js";
import type { Dims } from "../internal/dims.js";
import { amax, amin } from "./extremes.js";
import { mean } from "./mean.js";
import { std, type VarianceOptions, var as variance } from "./variance.js";

/** The smallest and the largest elements. */
export interface Extremes {
  readonly min: Tensor;
  readonly max: Tensor;
}

/**
 * Finds the smallest and the largest elements, of all or along a dimension.
 *
 * NaN counts as both. Elements that tie share the gradient evenly.
 *
 * @param options - `dim` (default: all elements) and `keepdim` (default false).
 * @throws ArgumentError if there are no elements to choose from, or `dim` is not an integer; IndexOutOfRangeError if x
 * has no such dimension.
 *
 * @example
 * ```ts
 * aminmax(tensor([3, 1, 2])); // → { min: Tensor(1), max: Tensor(3) }
 * ```
 *
 * @see torch.aminmax
 */
export function aminmax(x: Tensor, options?: SingleReductionOptions): Extremes {
  const { dim, keepdim } = singleReductionArguments("aminmax", x, options === undefined ? [] : [options]);
  const dims = dim === undefined ? null : dim;
  return owned(() => ({ min: amin(x, dims, keepdim), max: amax(x, dims, keepdim) }));
}

type SpreadArguments =
  | readonly [dim?: Dims | null | undefined, options?: Omit<VarianceOptions, "dim"> | undefined]
  | readonly [options: VarianceOptions];

/** The dimensions among the arguments, for the mean, which has no correction. */
function meanArguments(args: readonly unknown[]): { readonly dim: Dims | null; readonly keepdim: boolean } {
  const options: VarianceOptions = Object.assign(
    {},
    ...args.map((arg) => (typeof arg === "object" && arg !== null && !Array.isArray(arg) ? arg : {})),
  );
  const [first] = args;
  const dim = typeof first === "number" || Array.isArray(first) ? (first as Dims) : (options.dim ?? null);
  return { dim, keepdim: options.keepdim ?? false };
}

/**
 * Computes the variance and the mean of the elements.
 *
 * @param dim - the dimensions to reduce; default (and null): all of them.
 * @param options - `dim`, `keepdim`, and `correction` or `unbiased`, as for `var`.
 * @throws DTypeError unless the elements are floating; ArgumentError or IndexOutOfRangeError if `dim` names no
 * dimension of x.
 *
 * @example
 * ```ts
 * varMean(tensor([1, 2, 3])); // → [Tensor(1), Tensor(2)]
 * ```
 *
 * @see torch.var_mean
 */
export function varMean(x: Tensor, ...args: SpreadArguments): readonly [variance: Tensor, mean: Tensor] {
  assertTensor("varMean", "the input", x);
  return owned(() => [variance(x, ...args), mean(x, meanArguments(args))]);
}

/**
 * Computes the standard deviation and the mean of the elements.
 *
 * @param dim - the dimensions to reduce; default (and null): all of them.
 * @param options - `dim`, `keepdim`, and `correction` or `unbiased`, as for `std`.
 * @throws DTypeError unless the elements are floating; ArgumentError or IndexOutOfRangeError if `dim` names no
 * dimension of x.
 *
 * @example
 * ```ts
 * stdMean(tensor([1, 2, 3])); // → [Tensor(1), Tensor(2)]
 * ```
 *
 * @see torch.std_mean
 */
export function stdMean(x: Tensor, ...args: SpreadArguments): readonly [deviation: Tensor, mean: Tensor] {
  assertTensor("stdMean", "the input", x);
  return owned(() => [std(x, ...args), mean(x, meanArguments(args))]);
}
