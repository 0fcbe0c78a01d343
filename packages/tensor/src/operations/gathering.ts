/**
 * Elements picked by index tensors: along one axis, or from all elements. Indices along an axis are int32 and not negative.
 *
 * @module
 */
import { scalar } from "@lucid/backend";
import { elementwise } from "../elementwise/elementwise.js";
import { apply, type Formula } from "../elementwise/formula.js";
import { owned } from "../memory/ownership.js";
import { callGather } from "../primitives/indexing.js";
import { callGenerate } from "../primitives/map.js";
import type { Tensor } from "../tensor/tensor.js";
import { assertIndices, axisOf } from "./checks.js";
import { alongAxis, assertFits, assertVector, withAxis } from "./index-along.js";
import { corner, reshaped, viewed } from "./steps.js";

/**
 * `result[…, i, …] = x[…, index[…, i, …], …]` along `axis`. Along other axes the index may be smaller than `x`. (torch.gather)
 *
 * @throws IndexOutOfRangeError for an index < 0 or ≥ the size of the axis; ShapeError or DTypeError for an index that does
 * not fit.
 *
 * @example
 * ```ts
 * gather(tensor([[1, 2], [3, 4]]), 1, tensor([[0, 0], [1, 0]], { dtype: "int32" })); // → Tensor([[1, 1], [4, 3]])
 * ```
 */
export function gather(x: Tensor, axis: number, index: Tensor): Tensor {
  assertIndices("gather", index);
  const at = axisOf("gather", axis, x.ndim);
  const source = withAxis(x);
  const indices = withAxis(index);
  assertFits("gather", "the tensor", source, indices, at);
  if (index.size === 0) return callGenerate("gather", x.backend, index.shape, scalar(0, x.dtype), [0]);
  const sizes = indices.shape.map((size, i) => (i === at ? source.shape[i]! : size));
  const result = callGather(corner(source, sizes), indices, at);
  return index.ndim === 0 ? viewed(result, []) : result;
}

/**
 * The slices of `x` along `axis` that a vector of indices names, in its order. (torch.index_select)
 *
 * @throws IndexOutOfRangeError for an index < 0 or ≥ the size of the axis.
 *
 * @example
 * ```ts
 * indexSelect(tensor([[1, 2], [3, 4]]), 0, tensor([1, 1], { dtype: "int32" })); // → Tensor([[3, 4], [3, 4]])
 * ```
 */
export function indexSelect(x: Tensor, axis: number, index: Tensor): Tensor {
  assertVector("indexSelect", index);
  const at = axisOf("indexSelect", axis, x.ndim);
  const source = withAxis(x);
  const result = callGather(source, alongAxis("indexSelect", index, at, source.shape), at, "indexSelect");
  return x.ndim === 0 ? viewed(result, []) : result;
}

/** Positions that count from the end where they are negative. */
const counted = /* @__PURE__ */ elementwise((index: Formula, size: Formula) =>
  apply("where", apply("lt", index, 0), apply("add", index, size), index),
);

/**
 * The elements of the flattened `x` at the positions in `index`, in the index's shape; negative positions count from the
 * end. (torch.take)
 *
 * @throws IndexOutOfRangeError for a position < −n or ≥ n, the number of elements.
 *
 * @example
 * ```ts
 * take(tensor([[1, 2], [3, 4]]), tensor([3, 0], { dtype: "int32" })); // → Tensor([4, 1])
 * ```
 */
export function take(x: Tensor, index: Tensor): Tensor {
  assertIndices("take", index);
  return owned(() => {
    const positions = counted(reshaped("take", index, [index.size]), x.size);
    const picked = callGather(reshaped("take", x, [x.size]), positions, 0, "take");
    return viewed(picked, index.shape);
  });
}
