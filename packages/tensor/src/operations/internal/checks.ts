/**
 * Checks that operations make before they compute: of counts, tensors and element types.
 *
 * @module
 */
import { ArgumentError, type DType, DTypeError, describeValue, dtypes, formatShape, ShapeError } from "@lucid/backend";
import { assertOwnCopy } from "../../tensor/copies.js";
import { promoteTypes } from "../../tensor/promotion.js";
import { Tensor } from "../../tensor/tensor.js";

/** @throws ArgumentError unless `value` is a number or a boolean. @internal */
export function assertNumber(operation: string, what: string, value: unknown): asserts value is number | boolean {
  if (typeof value === "number" || typeof value === "boolean") return;
  throw new ArgumentError(operation, `${what} is not a number: ${describeValue(value)}`);
}

/** @throws ArgumentError unless `value` is an integer. @internal */
export function assertInteger(operation: string, what: string, value: unknown): asserts value is number {
  if (!Number.isInteger(value)) throw new ArgumentError(operation, `${what} ${describeValue(value)} is not an integer`);
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
  throw new ArgumentError(operation, `${what} is not a tensor: ${describeValue(value)}`, {
    remedy: "wrap it: tensor(…)",
  });
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
    remedy: 'make it with tensor([0, 1, 2], { dtype: "int32" }), or convert it: .to("int32")',
  });
}

/** @throws DTypeError unless both tensors have the same element type. @internal */
export function assertSameType(operation: string, a: Tensor, b: Tensor): void {
  if (a.dtype === b.dtype) return;
  const common = promoteTypes(a.dtype, b.dtype);
  const other = common === a.dtype ? b.dtype : a.dtype;
  throw new DTypeError(operation, `element types differ: ${a.dtype} · ${b.dtype}`, [a.dtype, b.dtype], {
    rule: "both tensors must have one type",
    remedy:
      dtypes[a.dtype].kind === dtypes[b.dtype].kind
        ? `convert one to the type of the other: .to("${a.dtype}") or .to("${b.dtype}")`
        : `convert the ${other} tensor: .to("${common}")`,
  });
}

/** @throws ShapeError unless the tensor has `rank` dimensions. @internal */
export function assertRank(operation: string, what: string, x: Tensor, rank: number): void {
  assertTensor(operation, what, x);
  if (x.ndim === rank) return;
  throw new ShapeError(operation, `${what} is ${formatShape(x.shape)}`, [x.shape], {
    rule: `it must have ${rank} ${rank === 1 ? "dimension" : "dimensions"}`,
  });
}

/** @throws ShapeError for a tensor without dimensions. @internal */
export function assertHasDims(operation: string, x: Tensor): void {
  if (x.ndim > 0) return;
  throw new ShapeError(operation, "the tensor has no dimensions: []", [x.shape], {
    rule: "at least one is needed",
    remedy: "give it one: unsqueeze(x, 0)",
  });
}
