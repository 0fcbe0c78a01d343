/**
 * The checks that the `infer` functions of fused operations share.
 *
 * @module
 */
import { dtypes } from "../dtype.js";
import { ArgumentError, DTypeError, formatShape, ShapeError } from "../errors.js";
import { equalShapes } from "../view.js";
import type { TensorType } from "./operation.js";

/** @throws DTypeError unless the input has a floating type. */
export function assertFloating(operation: string, name: string, { dtype }: TensorType): void {
  if (dtypes[dtype].kind === "float") return;
  throw new DTypeError(operation, `${name} is ${dtype}`, [dtype], { rule: "it needs a floating type" });
}

/** @throws DTypeError or ShapeError unless the input has this element type and this shape. */
export function assertType(operation: string, name: string, type: TensorType, expected: TensorType): void {
  if (type.dtype !== expected.dtype) {
    throw new DTypeError(operation, `${name} is ${type.dtype}`, [type.dtype, expected.dtype], {
      rule: `it must be ${expected.dtype}`,
    });
  }
  if (!equalShapes(type.shape, expected.shape)) {
    throw new ShapeError(operation, `${name} has the shape ${formatShape(type.shape)}`, [type.shape, expected.shape], {
      rule: `it must be ${formatShape(expected.shape)}`,
    });
  }
}

/** @throws ArgumentError unless `axis` is an axis of a tensor of this rank. */
export function assertAxis(operation: string, axis: number, rank: number): void {
  if (Number.isInteger(axis) && axis >= 0 && axis < rank) return;
  throw new ArgumentError(operation, `axis is ${String(axis)} for a tensor with ${rank} axes`, {
    rule: `it is a whole number from 0 to ${rank - 1}`,
  });
}
