/**
 * Elements picked by index tensors along one axis, and written back the same way. Indices are int32 and not negative.
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
import { elementwise } from "../elementwise/elementwise.js";
import { apply, type Formula, formulaOf } from "../elementwise/formula.js";
import { owned } from "../memory/ownership.js";
import { callGather, callScatter } from "../primitives/indexing.js";
import { callGenerate } from "../primitives/map.js";
import type { Tensor } from "../tensor/tensor.js";
import { mul } from "./arithmetic.js";
import { assertIndices, assertSameType, assertTensor, axisOf } from "./checks.js";
import { converted, copied, corner, expanded, reshaped, viewed } from "./steps.js";

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

/** A tensor with an axis to index: one without axes counts as one element. */
function withAxis(x: Tensor): Tensor {
  return x.ndim === 0 ? viewed(x, [1]) : x;
}

function assertFits(operation: string, what: string, x: Tensor, index: Tensor, axis: number): void {
  const fits = x.ndim === index.ndim && index.shape.every((size, i) => i === axis || size <= x.shape[i]!);
  if (fits) return;
  const shapes = [x.shape, index.shape];
  throw new ShapeError(operation, `the index does not fit ${what}: ${shapes.map(formatShape).join(" · ")}`, shapes, {
    rule: `it must have as many axes, and no more elements along each${axis < 0 ? "" : ` but axis ${axis}`}`,
  });
}

/**
 * `result[…, i, …] = x[…, index[…, i, …], …]` along `axis`. Along other axes the index may be smaller than `x`. (torch.gather)
 *
 * @throws IndexOutOfRangeError for an index < 0 or ≥ the size of the axis; ShapeError or DTypeError for an index that does
 * not fit.
 *
 * @example
 * ```ts
 * gather(tensor([[1, 2], [3, 4]]), 1, tensor([[0, 0], [1, 0]], { dtype: "int32" })); // → Tensor([[1, 1], [4, 3]])
 * ```
 */
export function gather(x: Tensor, axis: number, index: Tensor): Tensor {
  assertIndices("gather", index);
  const at = axisOf("gather", axis, x.ndim);
  const source = withAxis(x);
  const indices = withAxis(index);
  assertFits("gather", "the tensor", source, indices, at);
  if (index.size === 0) return callGenerate("gather", x.backend, index.shape, scalar(0, x.dtype), [0]);
  const sizes = indices.shape.map((size, i) => (i === at ? source.shape[i]! : size));
  const result = callGather(corner(source, sizes), indices, at);
  return index.ndim === 0 ? viewed(result, []) : result;
}

/** What is scattered: a tensor of the index's shape in the type of `x`. */
function sourceOf(operation: string, x: Tensor, index: Tensor, source: Tensor | number): Tensor {
  if (typeof source === "number") {
    const value = callGenerate(operation, x.backend, [], scalar(0, x.dtype), [dtypes[x.dtype].convert(source)]);
    return expanded(operation, value, index.shape);
  }
  return corner(withAxis(source), index.shape);
}

/** Scatters into `x` itself. */
function scatterInto(
  operation: string,
  mode: ScatterMode,
  x: Tensor,
  axis: number,
  index: Tensor,
  source: Tensor | number,
): void {
  if (index.size === 0) return;
  const target = withAxis(x);
  const indices = withAxis(index);
  const part = corner(
    target,
    indices.shape.map((size, i) => (i === axis ? target.shape[i]! : size)),
  );
  callScatter(mode, part, sourceOf(operation, x, indices, source), indices, axis, part, operation);
}

/** Checks a scatter; gives the axis. */
function assertScatter(
  operation: string,
  mode: ScatterMode,
  x: Tensor,
  axis: number,
  index: Tensor,
  source: Tensor | number,
): number {
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
  const indices = withAxis(index);
  if (index.size > 0) {
    assertFits(operation, "the tensor", withAxis(x), indices, at);
    if (typeof source !== "number") assertFits(operation, "the source", withAxis(source), indices, -1);
  }
  return at;
}

/** Scatters into a copy of `x`. */
function scattered(
  operation: string,
  mode: ScatterMode,
  x: Tensor,
  axis: number,
  index: Tensor,
  source: Tensor | number,
): Tensor {
  const at = assertScatter(operation, mode, x, axis, index, source);
  return owned(() => {
    const whole = index.ndim > 0 && index.size > 0 && x.shape.every((size, i) => i === at || size === index.shape[i]);
    if (whole) return callScatter(mode, x, sourceOf(operation, x, index, source), index, at);
    const result = copied(operation, x);
    scatterInto(operation, mode, result, at, index, source);
    return result;
  });
}

function scatteredInPlace<T extends Tensor>(
  operation: string,
  mode: ScatterMode,
  x: T,
  axis: number,
  index: Tensor,
  source: Tensor | number,
): T {
  const at = assertScatter(operation, mode, x, axis, index, source);
  owned(() => scatterInto(operation, mode, x, at, index, source));
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
  return scattered("scatter", modeOf("scatter", options), x, axis, index, source);
}

/** {@link scatter} into the tensor itself. (torch.Tensor.scatter_) */
export function scatter_<T extends Tensor>(
  x: T,
  axis: number,
  index: Tensor,
  source: Tensor | number,
  options: ScatterOptions = {},
): T {
  return scatteredInPlace("scatter_", modeOf("scatter_", options), x, axis, index, source);
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
  return scattered("scatterAdd", "add", x, axis, index, source);
}

/** {@link scatterAdd} into the tensor itself. (torch.Tensor.scatter_add_) */
export function scatterAdd_<T extends Tensor>(x: T, axis: number, index: Tensor, source: Tensor): T {
  return scatteredInPlace("scatterAdd_", "add", x, axis, index, source);
}

/** An index of one axis along `axis` of a tensor of this shape. */
function alongAxis(operation: string, index: Tensor, axis: number, shape: readonly number[]): Tensor {
  const sizes = shape.map((_, i) => (i === axis ? index.size : 1));
  return expanded(
    operation,
    viewed(index, sizes),
    shape.map((size, i) => (i === axis ? index.size : size)),
  );
}

function assertVector(operation: string, index: Tensor): void {
  assertIndices(operation, index);
  if (index.ndim < 2) return;
  throw new ShapeError(operation, `the index has ${index.ndim} axes: ${formatShape(index.shape)}`, [index.shape], {
    rule: "it must be a vector",
  });
}

/**
 * The slices of `x` along `axis` that a vector of indices names, in its order. (torch.index_select)
 *
 * @throws IndexOutOfRangeError for an index < 0 or ≥ the size of the axis.
 *
 * @example
 * ```ts
 * indexSelect(tensor([[1, 2], [3, 4]]), 0, tensor([1, 1], { dtype: "int32" })); // → Tensor([[3, 4], [3, 4]])
 * ```
 */
export function indexSelect(x: Tensor, axis: number, index: Tensor): Tensor {
  assertVector("indexSelect", index);
  const at = axisOf("indexSelect", axis, x.ndim);
  const source = withAxis(x);
  const result = callGather(source, alongAxis("indexSelect", index, at, source.shape), at, "indexSelect");
  return x.ndim === 0 ? viewed(result, []) : result;
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

/** Positions that count from the end where they are negative. */
const counted = /* @__PURE__ */ elementwise((index: Formula, size: Formula) =>
  apply("where", apply("lt", index, 0), apply("add", index, size), index),
);

/**
 * The elements of the flattened `x` at the positions in `index`, in the index's shape; negative positions count from the
 * end. (torch.take)
 *
 * @throws IndexOutOfRangeError for a position < −n or ≥ n, the number of elements.
 *
 * @example
 * ```ts
 * take(tensor([[1, 2], [3, 4]]), tensor([3, 0], { dtype: "int32" })); // → Tensor([4, 1])
 * ```
 */
export function take(x: Tensor, index: Tensor): Tensor {
  assertIndices("take", index);
  return owned(() => {
    const positions = counted(reshaped("take", index, [index.size]), x.size);
    const picked = callGather(reshaped("take", x, [x.size]), positions, 0, "take");
    return viewed(picked, index.shape);
  });
}

const masked = /* @__PURE__ */ elementwise(
  (x: Formula, mask: Formula, value: Formula) => {
    if (mask.dtype !== "bool") {
      throw new DTypeError("maskedFill", `the mask is ${mask.dtype}`, [mask.dtype], {
        rule: "a mask is bool",
        remedy: "compare: x.ne(0)",
      });
    }
    return apply("where", mask, formulaOf(value.as(x.dtype)), x);
  },
  { name: "maskedFill" },
);

/** A number as the elements can hold it. */
function fitting(x: Tensor, value: Tensor | number | boolean): Tensor | number {
  return typeof value === "object" ? value : dtypes[x.dtype].convert(Number(value));
}

/**
 * `x` with `value`, converted into the type of `x`, where the bool `mask` is true; tensor, mask and value broadcast.
 * (torch.masked_fill)
 *
 * @throws DTypeError for a mask that is not bool.
 *
 * @example
 * ```ts
 * maskedFill(tensor([1, 2]), tensor([true, false]), -Infinity); // → Tensor([-Infinity, 2])
 * ```
 */
export function maskedFill(x: Tensor, mask: Tensor, value: Tensor | number | boolean): Tensor {
  assertTensor("maskedFill", "the input", x);
  return masked(x, mask, fitting(x, value));
}

/** {@link maskedFill} into the tensor itself, whose shape stays. (torch.Tensor.masked_fill_) */
export function maskedFill_<T extends Tensor>(x: T, mask: Tensor, value: Tensor | number | boolean): T {
  assertTensor("maskedFill_", "the input", x);
  return masked.into(x, [x, mask, fitting(x, value)]);
}
