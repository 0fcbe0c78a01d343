/**
 * Writing elements to positions along a dimension that an index tensor holds. Indices are int32 and not negative.
 *
 * @module
 */
import {
  ArgumentError,
  checkOptions,
  describeValue,
  dtypes,
  type OptionNames,
  type ScatterMode,
  scalar,
} from "@lucid/backend";
import { owned } from "../../memory/ownership.js";
import { callScatter } from "../../primitives/indexing.js";
import { callGenerate } from "../../primitives/map.js";
import type { Tensor } from "../../tensor/tensor.js";
import { assertIndices, assertSameType, assertTensor } from "../internal/checks.js";
import { dimOf } from "../internal/dims.js";
import { copied, corner, expanded } from "../internal/views.js";
import { assertFits, modeFor, withAxis } from "./index-along.js";

/** How `scatter` combines a new element with the one that is there. */
export type ScatterReduction = "add" | "multiply" | "amax" | "amin";

/** Options of {@link scatter}. */
export interface ScatterOptions {
  /** How new elements are combined with the old ones; default: they replace them. */
  readonly reduce?: ScatterReduction;
}

const scatterOptionNames: OptionNames<ScatterOptions> = { reduce: true };

const modes: Readonly<Record<ScatterReduction, ScatterMode>> = {
  add: "add",
  multiply: "prod",
  amax: "max",
  amin: "min",
};

/** The arguments of a scatter after all checks. */
interface ScatterCall {
  readonly operation: string;
  readonly mode: ScatterMode;
  readonly x: Tensor;
  /** Not negative. */
  readonly axis: number;
  readonly index: Tensor;
  readonly source: Tensor | number;
}

/** @throws ShapeError, DTypeError, ArgumentError or IndexOutOfRangeError for arguments that do not fit. */
function checked(
  operation: string,
  mode: ScatterMode,
  x: Tensor,
  dim: number,
  index: Tensor,
  source: Tensor | number,
): ScatterCall {
  assertTensor(operation, "the input", x);
  const at = dimOf(operation, dim, x.ndim);
  assertIndices(operation, index);
  if (typeof source !== "number") {
    assertTensor(operation, "the source", source);
    assertSameType(operation, x, source);
  }
  if (index.numel() > 0) {
    const indices = withAxis(index);
    assertFits(operation, "the tensor", withAxis(x), indices, at);
    if (typeof source !== "number") assertFits(operation, "the source", withAxis(source), indices, -1);
  }
  return { operation, mode: modeFor(x.dtype, mode), x, axis: at, index, source };
}

/** Returns the elements to write: a tensor in the shape of the index and the type of `x`. */
function sourceOf({ operation, x, index, source }: ScatterCall): Tensor {
  if (typeof source === "number") {
    const value = callGenerate(operation, x.backend, [], scalar(0, x.dtype), [dtypes[x.dtype].convert(source)]);
    return expanded(operation, value, withAxis(index).shape);
  }
  return corner(withAxis(source), withAxis(index).shape);
}

/** Scatters into `target`, which has the shape of `x`. */
function scatterInto(target: Tensor, call: ScatterCall): void {
  const { operation, mode, axis } = call;
  if (call.index.numel() === 0) return;
  const whole = withAxis(target);
  const index = withAxis(call.index);
  const part = corner(
    whole,
    index.shape.map((size, i) => (i === axis ? whole.shape[i]! : size)),
  );
  callScatter(mode, part, sourceOf(call), index, axis, part, operation);
}

/** Scatters into a copy of `x`. */
function scattered(call: ScatterCall): Tensor {
  const { operation, mode, x, axis, index } = call;
  return owned(() => {
    const whole =
      index.ndim > 0 && index.numel() > 0 && x.shape.every((size, i) => i === axis || size === index.shape[i]);
    if (whole) return callScatter(mode, x, sourceOf(call), index, axis, undefined, operation);
    const result = copied(operation, x);
    scatterInto(result, call);
    return result;
  });
}

function scatteredInPlace<T extends Tensor>(x: T, call: ScatterCall): T {
  owned(() => scatterInto(x, call));
  return x;
}

function modeOf(operation: string, options: ScatterOptions | undefined): ScatterMode {
  checkOptions(operation, options, scatterOptionNames);
  const reduce = options?.reduce;
  if (reduce === undefined) return "set";
  if (typeof reduce === "string" && Object.hasOwn(modes, reduce)) return modes[reduce];
  throw new ArgumentError(operation, `reduce is ${describeValue(reduce)}`, {
    rule: `reduce is one of ${Object.keys(modes).join(", ")}`,
  });
}

/**
 * Replaces elements at the positions that an index tensor holds, in a copy of the tensor.
 *
 * `result[…, index[…, i, …], …] = source[…, i, …]` along `dim`
 *
 * If several elements go to one position, the last one stays.
 *
 * @param index - int32 positions, which are not negative. It has as many dimensions as `x` and the source, and is not
 * larger than the source, nor than `x` along dimensions other than `dim`.
 * @param source - a tensor of the type of `x`, or one number for all positions.
 * @param options - `reduce` combines elements ("add", "multiply", "amax", "amin") instead of replacing them.
 * @throws IndexOutOfRangeError for an index < 0 or ≥ the size of the dimension; ShapeError or DTypeError for arguments
 * that do not fit; ArgumentError for an option that does not exist.
 *
 * @example
 * ```ts
 * scatter(zeros([3]), 0, tensor([2, 0], { dtype: "int32" }), tensor([5, 6])); // → Tensor([6, 0, 5])
 * scatter(ones([3]), 0, tensor([0, 0], { dtype: "int32" }), 4, { reduce: "add" }); // → Tensor([9, 1, 1])
 * ```
 *
 * @see torch.scatter
 */
export function scatter(
  x: Tensor,
  dim: number,
  index: Tensor,
  source: Tensor | number,
  options?: ScatterOptions,
): Tensor {
  return scattered(checked("scatter", modeOf("scatter", options), x, dim, index, source));
}

/**
 * Replaces elements at the positions that an index tensor holds. {@link scatter} does the same in a copy.
 *
 * @throws what {@link scatter} throws; the tensor is then unchanged.
 *
 * @example
 * ```ts
 * const index = tensor([[2, 0]], { dtype: "int32" });
 * scatter_(zeros([1, 3]), 1, index, 5); // → Tensor([[5, 0, 5]])
 * ```
 *
 * @see torch.Tensor.scatter_
 */
export function scatter_<T extends Tensor>(
  x: T,
  dim: number,
  index: Tensor,
  source: Tensor | number,
  options?: ScatterOptions,
): T {
  return scatteredInPlace(x, checked("scatter_", modeOf("scatter_", options), x, dim, index, source));
}

/**
 * Adds elements of the source at the positions that an index tensor holds, in a copy of the tensor.
 *
 * `result[…, index[…, i, …], …] += source[…, i, …]` along `dim`
 *
 * Bools are added by "or".
 *
 * @param index - int32 positions, which are not negative. It has as many dimensions as `x` and the source, and is not
 * larger than the source, nor than `x` along dimensions other than `dim`.
 * @param source - a tensor of the type of `x`.
 * @throws IndexOutOfRangeError for an index < 0 or ≥ the size of the dimension; ShapeError or DTypeError for arguments
 * that do not fit.
 *
 * @example
 * ```ts
 * scatterAdd(ones([2]), 0, tensor([0, 0, 1], { dtype: "int32" }), tensor([1, 2, 3])); // → Tensor([4, 4])
 * ```
 *
 * @see torch.scatter_add
 */
export function scatterAdd(x: Tensor, dim: number, index: Tensor, source: Tensor): Tensor {
  return scattered(checked("scatterAdd", "add", x, dim, index, source));
}

/**
 * Adds elements of the source at the positions that an index tensor holds. {@link scatterAdd} does the same in a copy.
 *
 * @throws what {@link scatterAdd} throws; the tensor is then unchanged.
 *
 * @example
 * ```ts
 * const index = tensor([0, 2, 0], { dtype: "int32" });
 * scatterAdd_(zeros([3]), 0, index, tensor([1, 2, 3])); // → Tensor([4, 0, 2])
 * ```
 *
 * @see torch.Tensor.scatter_add_
 */
export function scatterAdd_<T extends Tensor>(x: T, dim: number, index: Tensor, source: Tensor): T {
  return scatteredInPlace(x, checked("scatterAdd_", "add", x, dim, index, source));
}
