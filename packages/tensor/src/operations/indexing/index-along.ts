/**
 * Checks of index tensors along one dimension, and the expansion of a vector of indices over a tensor.
 *
 * @module
 */
import { type DType, formatShape, type ScatterMode, ShapeError } from "@lucid/backend";
import type { Tensor } from "../../tensor/tensor.js";
import { assertIndices } from "../internal/checks.js";
import { expanded, viewed } from "../internal/views.js";

/**
 * Returns a tensor that has at least one dimension: one without dimensions becomes a vector of one element. @internal
 */
export function withAxis(x: Tensor): Tensor {
  return x.ndim === 0 ? viewed(x, [1]) : x;
}

/** @throws ShapeError unless the index fits the tensor. Along `axis` it may have any size. @internal */
export function assertFits(operation: string, what: string, x: Tensor, index: Tensor, axis: number): void {
  const fits = x.ndim === index.ndim && index.shape.every((size, i) => i === axis || size <= x.shape[i]!);
  if (fits) return;
  const shapes = [x.shape, index.shape];
  throw new ShapeError(operation, `the index does not fit ${what}: ${shapes.map(formatShape).join(" · ")}`, shapes, {
    rule: `it must have as many dimensions, and no more elements along each${axis < 0 ? "" : ` but dim ${axis}`}`,
  });
}

/** Expands a vector of indices along `axis` to the other sizes of a shape. @internal */
export function alongAxis(operation: string, index: Tensor, axis: number, shape: readonly number[]): Tensor {
  const sizes = shape.map((_, i) => (i === axis ? index.numel() : 1));
  return expanded(
    operation,
    viewed(index, sizes),
    shape.map((size, i) => (i === axis ? index.numel() : size)),
  );
}

/** @throws DTypeError or ShapeError unless the tensor holds indices and has at most one dimension. @internal */
export function assertVector(operation: string, index: Tensor): void {
  assertIndices(operation, index);
  if (index.ndim < 2) return;
  throw new ShapeError(
    operation,
    `the index has ${index.ndim} dimensions: ${formatShape(index.shape)}`,
    [index.shape],
    {
      rule: "it must be a vector",
    },
  );
}

/**
 * Returns the mode of a scatter for elements of a type: bools are added by "or" and multiplied by "and", as in PyTorch.
 * @internal
 */
export function modeFor(dtype: DType, mode: ScatterMode): ScatterMode {
  if (dtype !== "bool") return mode;
  return mode === "add" ? "max" : mode === "prod" ? "min" : mode;
}
