/**
 * What operations check before they compute: axes, counts, element types.
 *
 * @module
 */
import {
  ArgumentError,
  type DType,
  DTypeError,
  dtypes,
  formatShape,
  IndexOutOfRangeError,
  ShapeError,
} from "@lucid/backend";
import { assertOwnCopy } from "../tensor/copies.js";
import { Tensor } from "../tensor/tensor.js";

/** One axis, or several. */
export type Axes = number | readonly number[];

/** A list of numbers, given one by one or as an array. */
export type Numbers = number[] | [list: readonly number[]];

/** The list behind {@link Numbers}. @internal */
export function listOf(numbers: Numbers): readonly number[] {
  const first = numbers[0];
  return numbers.length === 1 && Array.isArray(first) ? first : (numbers as readonly number[]);
}

/**
 * An axis as 0 … rank − 1. A tensor without axes has, as in PyTorch, one axis to name: 0 or −1.
 *
 * @throws IndexOutOfRangeError or ArgumentError.
 * @internal
 */
export function axisOf(operation: string, axis: number, rank: number): number {
  assertInteger(operation, "axis", axis);
  const count = rank === 0 ? 1 : rank;
  if (axis < -count || axis >= count) {
    throw new IndexOutOfRangeError(operation, axis, rank, {
      what: "axis",
      rule: `a tensor of ${rank} ${rank === 1 ? "axis" : "axes"} has the axes ${-count} to ${count - 1}`,
    });
  }
  return axis < 0 ? axis + count : axis;
}

/** `[0, 1, … rank − 1]` by rank. */
const allAxes: (readonly number[])[] = [];

/** Every axis of a tensor. @internal */
export function everyAxis(rank: number): readonly number[] {
  return (allAxes[rank] ??= Array.from({ length: rank }, (_, axis) => axis));
}

/**
 * The axes to work on, ascending: all of them where none are named, as in PyTorch.
 *
 * @throws IndexOutOfRangeError or ArgumentError.
 * @internal
 */
export function axesOf(operation: string, axes: Axes | undefined, rank: number): readonly number[] {
  if (axes === undefined) return everyAxis(rank);
  if (typeof axes === "number") {
    const axis = axisOf(operation, axes, rank);
    return rank === 0 ? [] : [axis];
  }
  if (!Array.isArray(axes)) assertInteger(operation, "axis", axes as unknown);
  if (axes.length === 0) return everyAxis(rank);
  const list = distinctAxes(operation, axes, rank);
  return rank === 0 ? [] : [...list].sort((a, b) => a - b);
}

/** @throws ArgumentError unless `value` is a list. @internal */
export function assertList(operation: string, what: string, value: unknown): asserts value is readonly unknown[] {
  if (Array.isArray(value)) return;
  throw new ArgumentError(operation, `${what}: ${describe(value)}`, { rule: "needs an integer, or a list of them" });
}

/** @throws ArgumentError unless `value` is a number or a boolean. @internal */
export function assertNumber(operation: string, what: string, value: unknown): asserts value is number | boolean {
  if (typeof value === "number" || typeof value === "boolean") return;
  throw new ArgumentError(operation, `${what} is not a number: ${describe(value)}`);
}

/** The axes as 0 … rank − 1 in the order given. @internal */
export function distinctAxes(operation: string, axes: readonly number[], rank: number): readonly number[] {
  if (!Array.isArray(axes)) assertInteger(operation, "axis", axes as unknown);
  const list = axes.map((axis) => axisOf(operation, axis, rank));
  for (let i = 1; i < list.length; i++) {
    if (list.indexOf(list[i]!) < i) {
      throw new ArgumentError(operation, `axis ${axes[i]} is named twice: ${formatShape(axes)}`, {
        rule: "an axis may appear once",
      });
    }
  }
  return list;
}

/** @throws ArgumentError unless `value` is an integer. @internal */
export function assertInteger(operation: string, what: string, value: unknown): asserts value is number {
  if (!Number.isInteger(value)) throw new ArgumentError(operation, `${what} ${describe(value)} is not an integer`);
}

/** @throws ArgumentError unless `value` is an integer ≥ `least`. @internal */
export function assertCount(operation: string, what: string, value: unknown, least = 0): asserts value is number {
  assertInteger(operation, what, value);
  if (value < least)
    throw new ArgumentError(operation, `${what} is ${value}`, { rule: `${what} is at least ${least}` });
}

/** @throws ArgumentError unless `value` is a tensor. @internal */
export function assertTensor(operation: string, what: string, value: unknown): asserts value is Tensor {
  if (value instanceof Tensor) return;
  assertOwnCopy(operation, value);
  throw new ArgumentError(operation, `${what} is not a tensor: ${describe(value)}`, { remedy: "wrap it: tensor(…)" });
}

/** @throws DTypeError unless elements of `dtype` are floating. @internal */
export function assertFloating(operation: string, dtype: DType): void {
  if (dtypes[dtype].kind === "float") return;
  throw new DTypeError(operation, `needs a floating type: got ${dtype}`, [dtype], {
    remedy: 'convert first: .to("float32")',
  });
}

/** @throws DTypeError unless `index` holds int32. @internal */
export function assertIndices(operation: string, index: Tensor): void {
  assertTensor(operation, "the index", index);
  if (index.dtype === "int32") return;
  throw new DTypeError(operation, `the index is ${index.dtype}`, [index.dtype], {
    rule: "an index is int32",
    remedy: 'convert it: .to("int32")',
  });
}

/** @throws DTypeError unless both tensors have one element type. @internal */
export function assertSameType(operation: string, a: Tensor, b: Tensor): void {
  if (a.dtype === b.dtype) return;
  throw new DTypeError(operation, `element types differ: ${a.dtype} · ${b.dtype}`, [a.dtype, b.dtype], {
    rule: "both tensors must have one type",
    remedy: `convert one: .to("${a.dtype}")`,
  });
}

/** @throws ShapeError unless the tensor has `rank` axes. @internal */
export function assertRank(operation: string, what: string, x: Tensor, rank: number): void {
  assertTensor(operation, what, x);
  if (x.ndim === rank) return;
  throw new ShapeError(operation, `${what} is ${formatShape(x.shape)}`, [x.shape], {
    rule: `it must have ${rank} ${rank === 1 ? "axis" : "axes"}`,
  });
}

function describe(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(describe).join(", ")}]`;
  if (typeof value === "object" && value !== null) return value.constructor?.name ?? "an object";
  if (typeof value === "function") return "a function";
  return String(value);
}

/** @throws ShapeError for a tensor without axes. @internal */
export function assertHasAxes(operation: string, x: Tensor): void {
  if (x.ndim > 0) return;
  throw new ShapeError(operation, "the tensor has no axes: []", [x.shape], {
    rule: "at least one is needed",
    remedy: "give it one: unsqueeze(x, 0)",
  });
}
