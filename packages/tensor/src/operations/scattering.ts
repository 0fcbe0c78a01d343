/**
 * Elements written back by index tensors along one axis. Indices are int32 and not negative.
 *
 * @module
 */
import {
  ArgumentError,
  DTypeError,
  dtypes,
  equalShapes,
  formatShape,
  type ScatterMode,
  ShapeError,
  scalar,
} from "@lucid/backend";
import { owned } from "../memory/ownership.js";
import { callScatter } from "../primitives/indexing.js";
import { callGenerate } from "../primitives/map.js";
import type { Tensor } from "../tensor/tensor.js";
import { mul } from "./arithmetic.js";
import { assertIndices, assertSameType, assertTensor, axisOf } from "./checks.js";
import { alongAxis, assertFits, assertVector, withAxis } from "./index-along.js";
import { converted, copied, corner, expanded, viewed } from "./steps.js";

/** How `scatter` combines an element with what is there. */
export type ScatterReduction = "add" | "multiply" | "amax" | "amin";

/** Options of {@link scatter}. */
export interface ScatterOptions {
  /** How elements are combined with what is there; without it they take its place. */
  readonly reduce?: ScatterReduction;
}

/** Options of {@link indexAdd}. */
export interface IndexAddOptions {
  /** Factor of the source; default 1. */
  readonly alpha?: number;
}

const modes: Readonly<Record<ScatterReduction, ScatterMode>> = {
  add: "add",
  multiply: "prod",
  amax: "max",
  amin: "min",
};

/** A scatter, checked. */
interface ScatterCall {
  readonly operation: string;
  readonly mode: ScatterMode;
  readonly x: Tensor;
  /** Not negative. */
  readonly axis: number;
  readonly index: Tensor;
  readonly source: Tensor | number;
}

/** Checks a scatter. */
function checked(
  operation: string,
  mode: ScatterMode,
  x: Tensor,
  axis: number,
  index: Tensor,
  source: Tensor | number,
): ScatterCall {
  assertIndices(operation, index);
  const at = axisOf(operation, axis, x.ndim);
  if (typeof source !== "number") {
    assertTensor(operation, "the source", source);
    assertSameType(operation, x, source);
  }
  if (x.dtype === "bool" && (mode === "add" || mode === "prod")) {
    throw new DTypeError(operation, "bools cannot be added or multiplied", ["bool"], {
      remedy: 'convert first: .to("int32")',
    });
  }
  if (index.size > 0) {
    const indices = withAxis(index);
    assertFits(operation, "the tensor", withAxis(x), indices, at);
    if (typeof source !== "number") assertFits(operation, "the source", withAxis(source), indices, -1);
  }
  return { operation, mode, x, axis: at, index, source };
}

/** What is scattered: a tensor of the index's shape in the type of `x`. */
function sourceOf({ operation, x, index, source }: ScatterCall): Tensor {
  if (typeof source === "number") {
    const value = callGenerate(operation, x.backend, [], scalar(0, x.dtype), [dtypes[x.dtype].convert(source)]);
    return expanded(operation, value, withAxis(index).shape);
  }
  return corner(withAxis(source), withAxis(index).shape);
}

/** Scatters into `target`, of the shape of `x`. */
function scatterInto(target: Tensor, call: ScatterCall): void {
  const { operation, mode, axis } = call;
  if (call.index.size === 0) return;
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
    const whole = index.ndim > 0 && index.size > 0 && x.shape.every((size, i) => i === axis || size === index.shape[i]);
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

function modeOf(operation: string, { reduce }: ScatterOptions): ScatterMode {
  if (reduce === undefined) return "set";
  if (Object.hasOwn(modes, reduce)) return modes[reduce];
  throw new ArgumentError(operation, `reduce is "${String(reduce)}"`, {
    rule: `reduce is one of ${Object.keys(modes).join(", ")}`,
  });
}

/**
 * `x` with `result[…, index[…, i, …], …] = source[…, i, …]` along `axis`. Of several elements for one place the last stays.
 * (torch.scatter)
 *
 * @throws IndexOutOfRangeError for an index < 0 or ≥ the size of the axis; ShapeError or DTypeError for what does not fit.
 *
 * @example
 * ```ts
 * scatter(zeros([3]), 0, tensor([2, 0], { dtype: "int32" }), tensor([5, 6])); // → Tensor([6, 0, 5])
 * scatter(ones([3]), 0, tensor([0, 0], { dtype: "int32" }), 4, { reduce: "add" }); // → Tensor([9, 1, 1])
 * ```
 */
export function scatter(
  x: Tensor,
  axis: number,
  index: Tensor,
  source: Tensor | number,
  options: ScatterOptions = {},
): Tensor {
  return scattered(checked("scatter", modeOf("scatter", options), x, axis, index, source));
}

/** {@link scatter} into the tensor itself. (torch.Tensor.scatter_) */
export function scatter_<T extends Tensor>(
  x: T,
  axis: number,
  index: Tensor,
  source: Tensor | number,
  options: ScatterOptions = {},
): T {
  return scatteredInPlace(x, checked("scatter_", modeOf("scatter_", options), x, axis, index, source));
}

/**
 * `x` with `result[…, index[…, i, …], …] += source[…, i, …]` along `axis`. (torch.scatter_add)
 *
 * @throws IndexOutOfRangeError for an index < 0 or ≥ the size of the axis; ShapeError or DTypeError for what does not fit.
 *
 * @example
 * ```ts
 * scatterAdd(ones([2]), 0, tensor([0, 0, 1], { dtype: "int32" }), tensor([1, 2, 3])); // → Tensor([4, 4])
 * ```
 */
export function scatterAdd(x: Tensor, axis: number, index: Tensor, source: Tensor): Tensor {
  return scattered(checked("scatterAdd", "add", x, axis, index, source));
}

/** {@link scatterAdd} into the tensor itself. (torch.Tensor.scatter_add_) */
export function scatterAdd_<T extends Tensor>(x: T, axis: number, index: Tensor, source: Tensor): T {
  return scatteredInPlace(x, checked("scatterAdd_", "add", x, axis, index, source));
}

function assertIndexAdd(operation: string, x: Tensor, axis: number, index: Tensor, source: Tensor): number {
  assertVector(operation, index);
  assertTensor(operation, "the source", source);
  assertSameType(operation, x, source);
  const at = axisOf(operation, axis, x.ndim);
  const needed = withAxis(x).shape.map((size, i) => (i === at ? index.size : size));
  if (equalShapes(withAxis(source).shape, needed)) return at;
  throw new ShapeError(operation, `the source is ${formatShape(source.shape)}`, [x.shape, index.shape, source.shape], {
    rule: `the tensor ${formatShape(x.shape)} with ${index.size} indices along axis ${at} needs ${formatShape(needed)}`,
  });
}

function indexAdded<T extends Tensor | undefined>(
  operation: string,
  x: Tensor,
  axis: number,
  index: Tensor,
  source: Tensor,
  { alpha = 1 }: IndexAddOptions,
  target: T,
): Tensor {
  const at = assertIndexAdd(operation, x, axis, index, source);
  return owned(() => {
    const base = withAxis(x);
    const amount = alpha === 1 ? source : converted(operation, mul(source, alpha), x.dtype);
    const indices = alongAxis(operation, index, at, base.shape);
    const written = target === undefined ? undefined : base;
    const result = callScatter("add", base, withAxis(amount), indices, at, written, operation);
    return target ?? (x.ndim === 0 ? viewed(result, []) : result);
  });
}

/**
 * `x` with the slices of `source` along `axis`, times `alpha`, added where a vector of indices says. (torch.index_add)
 *
 * @throws IndexOutOfRangeError for an index < 0 or ≥ the size of the axis; ShapeError or DTypeError for what does not fit.
 *
 * @example
 * ```ts
 * indexAdd(ones([3]), 0, tensor([0, 2], { dtype: "int32" }), tensor([5, 6])); // → Tensor([6, 1, 7])
 * ```
 */
export function indexAdd(
  x: Tensor,
  axis: number,
  index: Tensor,
  source: Tensor,
  options: IndexAddOptions = {},
): Tensor {
  return indexAdded("indexAdd", x, axis, index, source, options, undefined);
}

/** {@link indexAdd} into the tensor itself. (torch.Tensor.index_add_) */
export function indexAdd_<T extends Tensor>(
  x: T,
  axis: number,
  index: Tensor,
  source: Tensor,
  options: IndexAddOptions = {},
): T {
  indexAdded("indexAdd_", x, axis, index, source, options, x);
  return x;
}
