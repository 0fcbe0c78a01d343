/**
 * Selecting elements by index tensors, along one dimension or from all elements. Indices along a dimension are int32
 * and not negative.
 *
 * @module
 */
import { ShapeError, scalar } from "@lucid/backend";
import { type Binary, elementwise } from "../../elementwise/elementwise.js";
import { type Formula, op } from "../../elementwise/formula.js";
import { owned } from "../../memory/ownership.js";
import { callGather } from "../../primitives/indexing.js";
import { callGenerate } from "../../primitives/map.js";
import type { Tensor } from "../../tensor/tensor.js";
import { assertIndices, assertTensor } from "../internal/checks.js";
import { dimOf } from "../internal/dims.js";
import { corner, reshaped, viewed } from "../internal/views.js";
import { alongAxis, assertFits, assertVector, withAxis } from "./index-along.js";

/**
 * Selects elements along a dimension, at the positions that an index tensor holds for each element of the result.
 *
 * `result[…, i, …] = x[…, index[…, i, …], …]`
 *
 * @param index - int32 positions, which are not negative. It has as many dimensions as `x`; along dimensions other than
 * `dim` it may be smaller.
 * @throws IndexOutOfRangeError for an index < 0 or ≥ the size of the dimension; ShapeError or DTypeError for an index
 * that does not fit.
 *
 * @example
 * ```ts
 * gather(tensor([[1, 2], [3, 4]]), 1, tensor([[0, 0], [1, 0]], { dtype: "int32" })); // → Tensor([[1, 1], [4, 3]])
 * ```
 *
 * @see torch.gather
 */
export function gather(x: Tensor, dim: number, index: Tensor): Tensor {
  assertTensor("gather", "the input", x);
  assertIndices("gather", index);
  const at = dimOf("gather", dim, x.ndim);
  const source = withAxis(x);
  const indices = withAxis(index);
  assertFits("gather", "the tensor", source, indices, at);
  if (index.numel() === 0) return callGenerate("gather", x.backend, index.shape, scalar(0, x.dtype), [0]);
  const sizes = indices.shape.map((size, i) => (i === at ? source.shape[i]! : size));
  const result = callGather(corner(source, sizes), indices, at);
  return index.ndim === 0 ? viewed(result, []) : result;
}

/**
 * Selects slices along a dimension, at the positions that a vector of indices holds, in its order.
 *
 * Shapes: `(…, size, …) → (…, n, …)` for n indices. A tensor without dimensions takes exactly one index.
 *
 * @param index - a vector of int32 positions, which are not negative.
 * @throws IndexOutOfRangeError for an index < 0 or ≥ the size of the dimension; ShapeError or DTypeError for an index
 * that does not fit.
 *
 * @example
 * ```ts
 * indexSelect(tensor([[1, 2], [3, 4]]), 0, tensor([1, 1], { dtype: "int32" })); // → Tensor([[3, 4], [3, 4]])
 * ```
 *
 * @see torch.index_select
 */
export function indexSelect(x: Tensor, dim: number, index: Tensor): Tensor {
  assertTensor("indexSelect", "the input", x);
  assertVector("indexSelect", index);
  const at = dimOf("indexSelect", dim, x.ndim);
  if (x.ndim === 0 && index.numel() !== 1) {
    throw new ShapeError(
      "indexSelect",
      `${index.numel()} indices for a tensor without dimensions`,
      [x.shape, index.shape],
      {
        rule: "it has one element, so there must be one index",
      },
    );
  }
  const source = withAxis(x);
  const result = callGather(source, alongAxis("indexSelect", index, at, source.shape), at, "indexSelect");
  return x.ndim === 0 ? viewed(result, []) : result;
}

/** Turns positions that count from the end into positions that count from the beginning. @internal */
export const counted: Binary = /* @__PURE__ */ elementwise((index: Formula, size: Formula) =>
  op("where", op("lt", index, 0), op("add", index, size), index),
);

/**
 * Selects elements of the flattened tensor. The result has the shape of the index.
 *
 * @param index - int32 positions; negative ones count from the end.
 * @throws IndexOutOfRangeError for a position < −n or ≥ n, the number of elements.
 *
 * @example
 * ```ts
 * take(tensor([[1, 2], [3, 4]]), tensor([3, 0], { dtype: "int32" })); // → Tensor([4, 1])
 * ```
 *
 * @see torch.take
 */
export function take(x: Tensor, index: Tensor): Tensor {
  assertTensor("take", "the input", x);
  assertIndices("take", index);
  return owned(() => {
    const positions = counted(reshaped("take", index, [index.numel()]), x.numel());
    const picked = callGather(reshaped("take", x, [x.numel()]), positions, 0, "take");
    return viewed(picked, index.shape);
  });
}
