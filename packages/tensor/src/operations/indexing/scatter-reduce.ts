/**
 * Combining elements at positions along a dimension that an index tensor holds.
 *
 * @module
 */
import {
  ArgumentError,
  checkOptions,
  constant,
  describeValue,
  dtypes,
  type DType,
  type OptionNames,
  type ScatterMode,
} from "@lucid/backend";
import { elementwise } from "../../elementwise/elementwise.js";
import { type Formula, formulaOf, op } from "../../elementwise/formula.js";
import { owned } from "../../memory/ownership.js";
import { callScatter } from "../../primitives/indexing.js";
import { callGenerate } from "../../primitives/map.js";
import { sliceView } from "../../primitives/views.js";
import { callAssign } from "../../primitives/writing.js";
import type { Tensor } from "../../tensor/tensor.js";
import { add } from "../elementwise/arithmetic.js";
import { div, floorDivide } from "../elementwise/division.js";
import { maximum } from "../elementwise/bounds.js";
import { assertFlag } from "../internal/arguments.js";
import { assertIndices, assertSameType, assertTensor } from "../internal/checks.js";
import { dimOf } from "../internal/dims.js";
import { converted, copied, corner, expanded, viewed } from "../internal/views.js";
import { assertFits, modeFor, withAxis } from "./index-along.js";

/** How elements are combined. */
export type Reduction = "sum" | "prod" | "mean" | "amax" | "amin";

const modes: Readonly<Record<Reduction, ScatterMode>> = {
  sum: "add",
  prod: "prod",
  mean: "add",
  amax: "max",
  amin: "min",
};

/** @throws ArgumentError unless `reduce` is one of `known`. @internal */
export function reductionOf(operation: string, reduce: unknown, known: readonly Reduction[]): Reduction {
  if (known.includes(reduce as Reduction)) return reduce as Reduction;
  throw new ArgumentError(operation, `reduce is ${describeValue(reduce)}`, {
    rule: `reduce is one of ${known.join(", ")}`,
  });
}

/** The element that changes nothing when it is combined. */
function neutral(reduce: Reduction, dtype: DType): number {
  const { kind } = dtypes[dtype];
  if (reduce === "prod") return 1;
  if (reduce === "sum" || reduce === "mean") return 0;
  if (kind === "float") return reduce === "amax" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const limits = { bool: [0, 1], uint8: [0, 255], int32: [-(2 ** 31), 2 ** 31 - 1] }[dtype as "bool"] as [
    number,
    number,
  ];
  return limits[reduce === "amax" ? 0 : 1];
}

/** Replaces the elements that others are combined with. */
const withoutOwn = /* @__PURE__ */ elementwise((x: Formula, count: Formula, value: Formula) =>
  op("where", op("lt", 0, count), formulaOf(value.as(x.dtype)), x),
);

/**
 * Combines the elements of a source with those of a base at positions along an axis. All have as many dimensions; the
 * base has the sizes of the index on all other axes. Returns a new tensor.
 *
 * @internal
 */
export function reduceInto(
  operation: string,
  reduce: Reduction,
  base: Tensor,
  source: Tensor,
  index: Tensor,
  axis: number,
  includeSelf: boolean,
): Tensor {
  const { dtype, backend, shape } = base;
  const mode = modeFor(dtype, modes[reduce]);
  const filled = (value: number, sizes: readonly number[], type: DType = dtype): Tensor =>
    expanded(operation, callGenerate(operation, backend, [], constant(value, type)), sizes);
  const needsCounts = reduce === "mean" || !includeSelf;
  const counts = needsCounts
    ? callScatter("add", filled(0, shape, "int32"), filled(1, index.shape, "int32"), index, axis, undefined, operation)
    : undefined;
  const start = includeSelf ? base : withoutOwn(base, counts!, neutral(reduce, dtype));
  const combined = callScatter(mode, start, source, index, axis, undefined, operation);
  if (reduce !== "mean") return combined;
  const divisors = converted(operation, maximum(includeSelf ? add(counts!, 1) : counts!, 1), dtype);
  return dtypes[dtype].kind === "float" ? div(combined, divisors) : floorDivide(combined, divisors);
}

/** Replaces the first positions of every axis of a copy of x. */
function embeddedCorner(x: Tensor, part: Tensor): Tensor {
  const attributes = { starts: x.shape.map(() => 0), steps: x.shape.map(() => 1), sizes: part.shape };
  return callAssign(x, part, [{ view: sliceView.name, attributes }]);
}

/** Options of {@link scatterReduce}. */
export interface ScatterReduceOptions {
  /** Whether the elements that are there take part; default true. */
  readonly includeSelf?: boolean;
}

const optionNames: OptionNames<ScatterReduceOptions> = { includeSelf: true };

/**
 * Combines elements with those at the positions that an index tensor holds, in a copy of the tensor.
 *
 * `result[…, index[…, i, …], …] ∘= source[…, i, …]` along `dim`
 *
 * @param index - int32 positions, which are not negative. It has as many dimensions as `x` and the source, and is not
 * larger than the source, nor than `x` along dimensions other than `dim`.
 * @param source - a tensor of the type of `x`.
 * @param reduce - how they are combined: "sum", "prod", "mean", "amax" or "amin".
 * @param options - `includeSelf` (default true): whether the elements that are there take part.
 * @throws IndexOutOfRangeError for an index < 0 or ≥ the size of the dimension; ShapeError or DTypeError for arguments
 * that do not fit; ArgumentError for a `reduce` that does not exist.
 *
 * @example
 * ```ts
 * const index = tensor([0, 0, 1], { dtype: "int32" });
 * scatterReduce(ones([3]), 0, index, tensor([5, 3, 4]), "sum"); // → Tensor([9, 5, 1])
 * scatterReduce(ones([3]), 0, index, tensor([5, 3, 4]), "mean", { includeSelf: false }); // → Tensor([4, 4, 1])
 * ```
 *
 * @see torch.scatter_reduce
 */
export function scatterReduce(
  x: Tensor,
  dim: number,
  index: Tensor,
  source: Tensor,
  reduce: Reduction,
  options?: ScatterReduceOptions,
): Tensor {
  const operation = "scatterReduce";
  assertTensor(operation, "the input", x);
  const axis = dimOf(operation, dim, x.ndim);
  assertIndices(operation, index);
  assertTensor(operation, "the source", source);
  assertSameType(operation, x, source);
  const how = reductionOf(operation, reduce, Object.keys(modes) as Reduction[]);
  checkOptions(operation, options, optionNames);
  assertFlag(operation, "includeSelf", options?.includeSelf);
  if (index.numel() === 0) return copied(operation, x);
  const indices = withAxis(index);
  assertFits(operation, "the tensor", withAxis(x), indices, axis);
  assertFits(operation, "the source", withAxis(source), indices, -1);
  return owned(() => {
    const base = withAxis(x);
    const sizes = base.shape.map((size, i) => (i === axis ? size : indices.shape[i]!));
    const part = corner(base, sizes);
    const values = corner(withAxis(source), indices.shape);
    const combined = reduceInto(operation, how, part, values, indices, axis, options?.includeSelf ?? true);
    const whole = part === base ? combined : embeddedCorner(base, combined);
    return x.ndim === 0 ? viewed(whole, []) : whole;
  });
}
