/**
 * Checks of arguments that all functions of this package share.
 *
 * @module
 */
import {
  ArgumentError,
  DTypeError,
  describeValue,
  formatShape,
  IndexOutOfRangeError,
  ShapeError,
} from "@lucid/backend";
import { isFloating } from "@lucid/tensor/extend";
import { Tensor } from "@lucid/tensor/functions";

/** @throws ArgumentError unless `value` is a tensor. */
export function assertTensor(operation: string, what: string, value: unknown): asserts value is Tensor {
  if (value instanceof Tensor) return;
  throw new ArgumentError(operation, `${what} is not a tensor: ${describeValue(value)}`, {
    ...((typeof value === "number" || Array.isArray(value)) && { remedy: "wrap it: tensor(…)" }),
  });
}

/** @throws ArgumentError unless `value` is an integer ≥ `least`. */
export function assertCount(operation: string, what: string, value: unknown, least: number): asserts value is number {
  if (Number.isInteger(value) && (value as number) >= least) return;
  throw new ArgumentError(operation, `${what} is ${describeValue(value)}`, {
    rule: `${what} is an integer, ${least} or above`,
  });
}

/** @throws ArgumentError unless `value` is a finite number. */
export function assertFinite(operation: string, what: string, value: unknown): asserts value is number {
  if (typeof value === "number" && Number.isFinite(value)) return;
  throw new ArgumentError(operation, `${what} is ${describeValue(value)}`, { rule: `${what} is a finite number` });
}

/** @throws ArgumentError unless `value` is a boolean. */
export function assertFlag(operation: string, what: string, value: unknown): asserts value is boolean {
  if (typeof value === "boolean") return;
  throw new ArgumentError(operation, `${what} is ${describeValue(value)}`, { rule: `${what} is true or false` });
}

/** Checks that something is a tensor, and returns it. */
export function realInput(operation: string, x: unknown): Tensor {
  assertTensor(operation, "the input", x);
  return x;
}

/** Checks that something is a tensor of complex numbers, each of which is a pair on the last axis, and returns it. */
export function pairsInput(operation: string, x: unknown): Tensor {
  assertPairs(operation, "the input", x);
  return x;
}

/** @throws ShapeError unless the last axis of the tensor holds pairs. */
export function assertPairs(operation: string, what: string, x: unknown): asserts x is Tensor {
  assertTensor(operation, what, x);
  if (x.ndim > 0 && x.shape[x.ndim - 1] === 2) return;
  throw new ShapeError(operation, `the shape of ${what} is ${formatShape(x.shape)}`, [x.shape], {
    rule: "complex numbers are pairs (real part, imaginary part) on a last axis of length 2",
    remedy: "make pairs from real numbers: complex(x)",
  });
}

/** @throws DTypeError unless the elements are floating. */
export function assertFloating(operation: string, what: string, x: Tensor): void {
  if (isFloating(x.dtype)) return;
  throw new DTypeError(operation, `${what} is ${x.dtype}`, [x.dtype], {
    rule: "a floating type is needed",
    remedy: 'convert first: .to("float32")',
  });
}

/** Returns a dimension as 0 … rank − 1. */
export function dimOf(operation: string, dim: unknown, rank: number): number {
  if (!Number.isInteger(dim)) {
    throw new ArgumentError(operation, `dim is ${describeValue(dim)}`, { rule: "dim is an integer" });
  }
  const given = dim as number;
  if (given >= -rank && given < rank) return given < 0 ? given + rank : given;
  throw new IndexOutOfRangeError(operation, given, rank, {
    what: "dim",
    rule:
      rank === 0 ? "there are no dimensions" : `the dims are ${-rank} to ${rank - 1}; the axis of pairs is not counted`,
  });
}

/** Returns a list of different dimensions as 0 … rank − 1, in the order given. */
export function dimsOf(operation: string, dims: unknown, rank: number): readonly number[] {
  const list = Array.from(Array.isArray(dims) ? (dims as unknown[]) : [dims], (dim) => dimOf(operation, dim, rank));
  const twice = list.find((dim, i) => list.indexOf(dim) < i);
  if (twice === undefined) return list;
  throw new ArgumentError(operation, `dim ${twice} appears twice: [${list.join(", ")}]`, {
    rule: "a dimension may appear once",
  });
}
