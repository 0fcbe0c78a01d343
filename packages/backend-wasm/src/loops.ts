/**
 * Loops over axes.
 *
 * @module
 */
import type { LoopNest } from "@lucid/backend";

/**
 * The loops over some axes, in the given order: neighbours are merged wherever every operand runs through them in one
 * stride, and axes of size 1 are dropped (`collapse` of `@lucid/backend` for chosen axes, without closures: it runs before
 * most kernels).
 */
export function mergeLoops(
  axes: readonly number[],
  shape: readonly number[],
  strides: readonly (readonly number[])[],
): LoopNest {
  const sizes: number[] = [];
  const merged: number[][] = [];
  for (let operand = 0; operand < strides.length; operand++) merged.push([]);
  for (let i = 0; i < axes.length; i++) {
    const axis = axes[i]!;
    const size = shape[axis]!;
    if (size === 1) continue;
    const last = sizes.length - 1;
    let joins = last >= 0;
    for (let operand = 0; joins && operand < strides.length; operand++) {
      joins = merged[operand]![last] === strides[operand]![axis]! * size;
    }
    if (joins) {
      sizes[last]! *= size;
      for (let operand = 0; operand < strides.length; operand++) merged[operand]![last] = strides[operand]![axis]!;
    } else {
      sizes.push(size);
      for (let operand = 0; operand < strides.length; operand++) merged[operand]!.push(strides[operand]![axis]!);
    }
  }
  return { shape: sizes, strides: merged };
}
