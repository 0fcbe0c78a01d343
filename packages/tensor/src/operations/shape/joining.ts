/**
 * Joining several tensors into one.
 *
 * @module
 */
import { ArgumentError, type DType, describeValue, equalShapes, formatShape, ShapeError } from "@lucid/backend";
import { owned } from "../../memory/ownership.js";
import { callConcatenate } from "../../primitives/writing.js";
import { promoteTypes } from "../../tensor/promotion.js";
import type { Tensor } from "../../tensor/tensor.js";
import { type DimOptions, dimArgument } from "../internal/arguments.js";
import { assertHasDims, assertTensor } from "../internal/checks.js";
import { dimOf } from "../internal/dims.js";
import { converted } from "../internal/views.js";
import { unsqueeze } from "./reshaping.js";

/** @throws ArgumentError unless `tensors` is a list of at least one tensor. @internal */
export function assertTensors(operation: string, tensors: unknown): asserts tensors is readonly Tensor[] {
  if (!Array.isArray(tensors)) {
    throw new ArgumentError(operation, `the first argument is not a list of tensors: ${describeValue(tensors)}`);
  }
  if (tensors.length === 0)
    throw new ArgumentError(operation, "there is no tensor", { rule: "at least one is needed" });
  for (let i = 0; i < tensors.length; i++) assertTensor(operation, `tensor ${i}`, tensors[i]);
}

/** Returns the element type to which the elements of all tensors are promoted. @internal */
export function commonType(tensors: readonly Tensor[]): DType {
  let { dtype } = tensors[0]!;
  for (const tensor of tensors) dtype = promoteTypes(dtype, tensor.dtype);
  return dtype;
}

/**
 * Joins tensors along a dimension that they have, in their common element type. Tensors of shape `[0]` add nothing,
 * whatever shape the others have.
 *
 * Shapes: `(a, …), (b, …) → (a + b, …)`.
 *
 * @param dim - the dimension; default 0.
 * @throws ShapeError if other dimensions differ; ArgumentError for an empty list.
 *
 * @example
 * ```ts
 * cat([tensor([[1, 2]]), tensor([[3, 4], [5, 6]])]); // → Tensor([[1, 2], [3, 4], [5, 6]])
 * ```
 *
 * @see torch.cat
 */
export function cat(tensors: readonly Tensor[], dim?: number | DimOptions): Tensor {
  assertTensors("cat", tensors);
  for (const tensor of tensors) assertHasDims("cat", tensor);
  const kept = tensors.filter(({ shape }) => shape.length !== 1 || shape[0] !== 0);
  const joined = kept.length === 0 ? tensors : kept;
  const at = dimOf("cat", dimArgument("cat", dim, 0), joined[0]!.ndim);
  const dtype = commonType(tensors);
  return owned(() =>
    callConcatenate(
      joined.map((tensor) => converted("cat", tensor, dtype)),
      at,
    ),
  );
}

/**
 * Joins tensors of one shape along a new dimension, in their common element type.
 *
 * Shapes: n of `(a, b) → (n, a, b)` for `dim` 0.
 *
 * @param dim - where the new dimension is in the result; default 0.
 * @throws ShapeError if the shapes differ; ArgumentError for an empty list.
 *
 * @example
 * ```ts
 * stack([tensor([1, 2]), tensor([3, 4])], 1); // → Tensor([[1, 3], [2, 4]])
 * ```
 *
 * @see torch.stack
 */
export function stack(tensors: readonly Tensor[], dim?: number | DimOptions): Tensor {
  assertTensors("stack", tensors);
  const { shape } = tensors[0]!;
  const other = tensors.find((tensor) => !equalShapes(tensor.shape, shape));
  if (other !== undefined) {
    const shapes = [shape, other.shape];
    throw new ShapeError("stack", `shapes differ: ${shapes.map(formatShape).join(" · ")}`, shapes, {
      rule: "all tensors must have one shape",
    });
  }
  const at = dimOf("stack", dimArgument("stack", dim, 0), shape.length + 1);
  const dtype = commonType(tensors);
  return owned(() =>
    callConcatenate(
      tensors.map((tensor) => unsqueeze(converted("stack", tensor, dtype), at)),
      at,
    ),
  );
}
