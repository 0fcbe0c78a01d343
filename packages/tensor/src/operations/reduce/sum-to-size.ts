/**
 * The sum that undoes broadcasting.
 *
 * @module
 */
import { formatShape, ShapeError } from "@lucid/backend";
import { owned } from "../../memory/ownership.js";
import type { Tensor } from "../../tensor/tensor.js";
import { assertTensor } from "../internal/checks.js";
import { type Integers, integersOf } from "../internal/shapes.js";
import { viewed } from "../internal/views.js";
import { sum } from "./reductions.js";

/**
 * Sums over the dimensions along which a shape would be broadcast to that of the tensor.
 *
 * @param shape - a list of sizes, or the sizes one by one.
 * @throws ShapeError if the shape does not broadcast to that of the tensor.
 *
 * @example
 * ```ts
 * sumToSize(tensor([[1, 2], [3, 4]]), [2]); // → Tensor([4, 6])
 * ```
 *
 * @see torch.Tensor.sum_to_size
 */
export function sumToSize(x: Tensor, ...shape: Integers): Tensor {
  assertTensor("sumToSize", "the input", x);
  const sizes = integersOf("sumToSize", "size", shape);
  const missing = x.ndim - sizes.length;
  const axes = x.shape.flatMap((size, axis) => (axis < missing || sizes[axis - missing] !== size ? [axis] : []));
  if (missing < 0 || axes.some((axis) => axis >= missing && sizes[axis - missing] !== 1)) {
    throw new ShapeError("sumToSize", `${formatShape(x.shape)} to ${formatShape(sizes)}`, [x.shape, sizes], {
      rule: "aligned at the last dimension, sizes are equal or become 1",
    });
  }
  return owned(() => viewed(axes.length === 0 ? x : sum(x, axes, { dtype: x.dtype }), sizes));
}
