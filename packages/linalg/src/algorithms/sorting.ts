/**
 * Sorting eigenvalues and singular values.
 *
 * @module
 */
import { sort, type Tensor } from "@lucid/tensor/functions";

/** Sorts values `[batch, n]`; `order` are their positions before. */
export function byPosition(values: Tensor, descending: boolean): { readonly sorted: Tensor; readonly order: Tensor } {
  const { values: sorted, indices: order } = sort(values, { dim: 1, descending });
  return { sorted, order };
}
