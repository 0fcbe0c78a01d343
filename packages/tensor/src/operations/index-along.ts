/**
 * Index tensors along one axis: how they fit, and one axis of them spread over a tensor.
 *
 * @module
 */
import { formatShape, ShapeError } from "@lucid/backend";
import type { Tensor } from "../tensor/tensor.js";
import { assertIndices } from "./checks.js";
import { expanded, viewed } from "./steps.js";

/** A tensor with an axis to index: one without axes counts as one element. @internal */
export function withAxis(x: Tensor): Tensor {
  return x.ndim === 0 ? viewed(x, [1]) : x;
}

/** @throws ShapeError unless an index fits a tensor: along `axis` its size is free. @internal */
export function assertFits(operation: string, what: string, x: Tensor, index: Tensor, axis: number): void {
  const fits = x.ndim === index.ndim && index.shape.every((size, i) => i === axis || size <= x.shape[i]!);
  if (fits) return;
  const shapes = [x.shape, index.shape];
  throw new ShapeError(operation, `the index does not fit ${what}: ${shapes.map(formatShape).join(" · ")}`, shapes, {
    rule: `it must have as many axes, and no more elements along each${axis < 0 ? "" : ` but axis ${axis}`}`,
  });
}

/** An index of one axis along `axis` of a tensor of this shape. @internal */
export function alongAxis(operation: string, index: Tensor, axis: number, shape: readonly number[]): Tensor {
  const sizes = shape.map((_, i) => (i === axis ? index.size : 1));
  return expanded(
    operation,
    viewed(index, sizes),
    shape.map((size, i) => (i === axis ? index.size : size)),
  );
}

/** @throws unless it holds indices, along one axis at most. @internal */
export function assertVector(operation: string, index: Tensor): void {
  assertIndices(operation, index);
  if (index.ndim < 2) return;
  throw new ShapeError(operation, `the index has ${index.ndim} axes: ${formatShape(index.shape)}`, [index.shape], {
    rule: "it must be a vector",
  });
}
