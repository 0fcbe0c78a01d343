/**
 * Masks of attention.
 *
 * @module
 */
import { op } from "@lucid/tensor/extend";
import { type Elementwise, elementwise, type Formula, ones, reshape, type Tensor } from "@lucid/tensor/functions";

/** The numbers that a mask of truth values adds to the scores. */
const additive: Elementwise<[seen: Formula, like: Formula]> = /* @__PURE__ */ elementwise(
  (seen: Formula, like: Formula) => op("where", seen, 0, Number.NEGATIVE_INFINITY).to(like.dtype),
  { name: "scaledDotProductAttention" },
);

/** A mask of truth values as numbers that are added to the scores. */
export function additiveMask(mask: Tensor, like: Tensor): Tensor {
  if (mask.dtype !== "bool") return mask;
  return additive(mask, reshape(ones([1], { dtype: like.dtype, backend: like.backend }), new Array(mask.ndim).fill(1)));
}
