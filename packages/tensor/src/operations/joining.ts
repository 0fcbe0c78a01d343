/**
 * Several tensors into one.
 *
 * @module
 */
import { ArgumentError, type DType, equalShapes, formatShape, ShapeError } from "@lucid/backend";
import { owned } from "../memory/ownership.js";
import { callConcatenate } from "../primitives/writing.js";
import { promoteTypes } from "../tensor/promotion.js";
import type { Tensor } from "../tensor/tensor.js";
import { assertHasAxes, assertTensor, axisOf } from "./checks.js";
import { unsqueeze } from "./shape.js";
import { converted } from "./steps.js";

function assertList(operation: string, tensors: readonly Tensor[]): void {
  if (!Array.isArray(tensors)) throw new ArgumentError(operation, "the first argument is not a list of tensors");
  if (tensors.length === 0)
    throw new ArgumentError(operation, "there is no tensor", { rule: "at least one is needed" });
  for (let i = 0; i < tensors.length; i++) assertTensor(operation, `tensor ${i}`, tensors[i]);
}

/** The element type that all of them fit in. */
function commonType(tensors: readonly Tensor[]): DType {
  let { dtype } = tensors[0]!;
  for (const tensor of tensors) dtype = promoteTypes(dtype, tensor.dtype);
  return dtype;
}

/**
 * The tensors one after another along an existing axis, in their common element type: `(a, …), (b, …)` → `(a + b, …)`.
 * Tensors of shape [0] add nothing, whatever the others' shape. (torch.cat)
 *
 * @throws ShapeError if other axes differ; ArgumentError for an empty list.
 *
 * @example
 * ```ts
 * cat([tensor([[1, 2]]), tensor([[3, 4], [5, 6]])]); // → Tensor([[1, 2], [3, 4], [5, 6]])
 * ```
 */
export function cat(tensors: readonly Tensor[], axis = 0): Tensor {
  assertList("cat", tensors);
  for (const tensor of tensors) assertHasAxes("cat", tensor);
  const kept = tensors.filter(({ shape }) => shape.length !== 1 || shape[0] !== 0);
  const joined = kept.length === 0 ? tensors : kept;
  const at = axisOf("cat", axis, joined[0]!.ndim);
  const dtype = commonType(tensors);
  return owned(() =>
    callConcatenate(
      joined.map((tensor) => converted("cat", tensor, dtype)),
      at,
    ),
  );
}

/**
 * Tensors of one shape along a new axis, in their common element type: n of `(a, b)` → `(n, a, b)`. (torch.stack)
 *
 * @throws ShapeError if the shapes differ; ArgumentError for an empty list.
 *
 * @example
 * ```ts
 * stack([tensor([1, 2]), tensor([3, 4])], 1); // → Tensor([[1, 3], [2, 4]])
 * ```
 */
export function stack(tensors: readonly Tensor[], axis = 0): Tensor {
  assertList("stack", tensors);
  const { shape } = tensors[0]!;
  if (!tensors.every((tensor) => equalShapes(tensor.shape, shape))) {
    const shapes = tensors.map((tensor) => tensor.shape);
    throw new ShapeError("stack", `shapes differ: ${shapes.map(formatShape).join(" · ")}`, shapes, {
      rule: "all tensors must have one shape",
    });
  }
  const at = axisOf("stack", axis, shape.length + 1);
  const dtype = commonType(tensors);
  return owned(() =>
    callConcatenate(
      tensors.map((tensor) => unsqueeze(converted("stack", tensor, dtype), at)),
      at,
    ),
  );
}
