/**
 * Element values for large operands, chosen so that sums and products of them are exact.
 *
 * @module
 */
import type { DType } from "@lucid/backend";

/**
 * Values of each element type. The lists have different lengths, so that operands of different types never repeat
 * together.
 */
export const values: Readonly<Record<DType, readonly number[]>> = {
  float32: [1.5, -2, 3, 0.25, -7, 12, -0.5, 8, 5, -31, 6.75],
  float64: [1.5, -2, 3, 0.125, -7, 12, -0.5, 8, 5, -31, 6.75, 4, -9],
  float16: [1.5, -2, 3, 0.25, -7, 12, -0.5, 8, 5, -31, 6.75, 2.5],
  bfloat16: [1.5, -2, 3, 0.25, -7, 12, -0.5, 8, 5, -31, 6.75, 2.5],
  int32: [1, -2, 3, 1000000, -7, 12, -5, 8, 2147483647, -31, 6, 77, 4, -9, 11, 2, -64],
  uint8: [0, 1, 255, 128, 7, 9, 11, 64, 200, 3, 17, 90, 31, 5, 66, 2, 44, 150, 12],
  bool: [1, 0, 0, 1, 1, 1, 0],
};

/**
 * Returns pairs of element types and arrangements: the first type in all arrangements, or with `few` only in the first
 * two, and every other type in the first one or two. All pairs would take minutes on a slow device.
 */
export function crossed<A>(
  types: readonly DType[],
  arrangements: readonly A[],
  few = false,
): readonly (readonly [DType, A])[] {
  const counts = few ? [2, 1] : [arrangements.length, 2];
  return types.flatMap((dtype, position) =>
    arrangements.slice(0, counts[Math.min(position, 1)]).map((one) => [dtype, one] as const),
  );
}
