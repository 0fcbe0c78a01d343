/**
 * Adding slices at positions that a vector of indices holds.
 *
 * @module
 */
import {
  ArgumentError,
  checkOptions,
  type DType,
  dtypes,
  equalShapes,
  formatShape,
  type OptionNames,
  ShapeError,
} from "@lucid/backend";
import { owned } from "../../memory/ownership.js";
import { callScatter } from "../../primitives/indexing.js";
import type { Tensor } from "../../tensor/tensor.js";
import { mul } from "../elementwise/arithmetic.js";
import { assertReal } from "../internal/arguments.js";
import { assertSameType, assertTensor } from "../internal/checks.js";
import { dimOf } from "../internal/dims.js";
import { converted, viewed } from "../internal/views.js";
import { alongAxis, assertVector, modeFor, withAxis } from "./index-along.js";

/** Options of {@link indexAdd}. */
export interface IndexAddOptions {
  /** The factor by which the source is multiplied, an integer for integer tensors; default 1. */
  readonly alpha?: number;
}

const indexAddOptionNames: OptionNames<IndexAddOptions> = { alpha: true };

/**
 * Checks the arguments and returns the dimension as 0 … rank − 1.
 *
 * @throws ShapeError, DTypeError, ArgumentError or IndexOutOfRangeError for arguments that do not fit.
 */
function assertIndexAdd(operation: string, x: Tensor, dim: number, index: Tensor, source: Tensor): number {
  assertTensor(operation, "the input", x);
  const at = dimOf(operation, dim, x.ndim);
  assertVector(operation, index);
  assertTensor(operation, "the source", source);
  assertSameType(operation, x, source);
  const count = index.numel();
  const needed = withAxis(x).shape.map((size, i) => (i === at ? count : size));
  if (equalShapes(withAxis(source).shape, needed)) return at;
  throw new ShapeError(operation, `the source is ${formatShape(source.shape)}`, [x.shape, index.shape, source.shape], {
    rule: `the tensor ${formatShape(x.shape)} with ${count} indices along dim ${at} needs ${formatShape(needed)}`,
  });
}

/** @throws ArgumentError unless `alpha` is a number, and an integer for integer elements. */
function alphaOf(operation: string, dtype: DType, options: IndexAddOptions | undefined): number {
  checkOptions(operation, options, indexAddOptionNames);
  const alpha = options?.alpha ?? 1;
  assertReal(operation, "alpha", alpha);
  if (dtypes[dtype].kind === "float" || Number.isInteger(alpha)) return alpha;
  throw new ArgumentError(operation, `alpha is ${alpha}`, { rule: `for ${dtype} alpha is an integer` });
}

/** Multiplies the source by `alpha` in its own type. Products of integers wrap around. */
function multiplied(operation: string, source: Tensor, alpha: number): Tensor {
  if (alpha === 1) return source;
  const { kind } = dtypes[source.dtype];
  if (kind === "float") return converted(operation, mul(source, alpha), source.dtype);
  const product = mul(converted(operation, source, "int32"), alpha | 0);
  return converted(operation, product, source.dtype);
}

function indexAdded<T extends Tensor | undefined>(
  operation: string,
  x: Tensor,
  dim: number,
  index: Tensor,
  source: Tensor,
  options: IndexAddOptions | undefined,
  target: T,
): Tensor {
  const at = assertIndexAdd(operation, x, dim, index, source);
  const alpha = alphaOf(operation, x.dtype, options);
  return owned(() => {
    const base = withAxis(x);
    const amount = withAxis(multiplied(operation, source, alpha));
    const indices = alongAxis(operation, index, at, base.shape);
    const written = target === undefined ? undefined : base;
    const result = callScatter(modeFor(x.dtype, "add"), base, amount, indices, at, written, operation);
    return target ?? (x.ndim === 0 ? viewed(result, []) : result);
  });
}

/**
 * Adds slices of the source at the positions that a vector of indices holds, in a copy of the tensor.
 *
 * `result[…, index[i], …] += alpha · source[…, i, …]` along `dim`
 *
 * Bools are added by "or".
 *
 * @param index - a vector of int32 positions, which are not negative.
 * @param source - a tensor of the type of `x`, with one slice for every index.
 * @param options - `alpha` is a number by which the source is multiplied; default 1.
 * @throws IndexOutOfRangeError for an index < 0 or ≥ the size of the dimension; ShapeError or DTypeError for arguments
 * that do not fit; ArgumentError for an option that does not exist.
 *
 * @example
 * ```ts
 * indexAdd(ones([3]), 0, tensor([0, 2], { dtype: "int32" }), tensor([5, 6])); // → Tensor([6, 1, 7])
 * ```
 *
 * @see torch.index_add
 */
export function indexAdd(x: Tensor, dim: number, index: Tensor, source: Tensor, options?: IndexAddOptions): Tensor {
  return indexAdded("indexAdd", x, dim, index, source, options, undefined);
}

/**
 * Adds slices of the source at the positions that a vector of indices holds. {@link indexAdd} does the same in a copy.
 *
 * @throws what {@link indexAdd} throws; the tensor is then unchanged.
 *
 * @example
 * ```ts
 * const index = tensor([0, 2, 0], { dtype: "int32" });
 * indexAdd_(zeros([3]), 0, index, tensor([1, 2, 3])); // → Tensor([4, 0, 2])
 * ```
 *
 * @see torch.Tensor.index_add_
 */
export function indexAdd_<T extends Tensor>(
  x: T,
  dim: number,
  index: Tensor,
  source: Tensor,
  options?: IndexAddOptions,
): T {
  indexAdded("indexAdd_", x, dim, index, source, options, x);
  return x;
}
