/**
 * The types of the outputs of fused operations.
 *
 * @module
 */
import type { TensorType } from "@lucid/backend";

/** The sizes of the batch, the number of rows and the number of columns. */
export function sizesOf({
  shape,
}: Pick<TensorType, "shape">): readonly [batch: readonly number[], m: number, n: number] {
  return [shape.slice(0, -2), shape[shape.length - 2]!, shape[shape.length - 1]!];
}

/** The type of a batch of vectors or matrices with elements of another tensor's type. */
export function typed(
  like: Pick<TensorType, "dtype">,
  batch: readonly number[],
  ...sizes: readonly number[]
): TensorType {
  return { shape: [...batch, ...sizes], dtype: like.dtype };
}

/** The same of int32 elements. */
export function integers(batch: readonly number[], ...sizes: readonly number[]): TensorType {
  return { shape: [...batch, ...sizes], dtype: "int32" };
}
