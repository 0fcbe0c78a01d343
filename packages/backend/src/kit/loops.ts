/**
 * Loops over the axes of several operands.
 *
 * @module
 */

/** Nested loops over several operands: the sizes of the loops, and the strides of every operand. */
export interface LoopNest {
  readonly shape: readonly number[];
  /** `strides[operand][loop]`. */
  readonly strides: readonly (readonly number[])[];
}

/**
 * Does what {@link collapse} does, for some axes in the given order. It makes no closures, because backends call it
 * before most kernels.
 *
 * @example
 * ```ts
 * mergeLoops([1, 0], [2, 3], [[3, 1]]); // → { shape: [3, 2], strides: [[1, 3]] }
 * ```
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

/**
 * Merges neighbouring axes wherever every operand walks through them with one stride, and drops axes of size 1, so that
 * loops are as long and as few as possible. Row-major order is kept. Rank 0 stays rank 0.
 *
 * @example
 * ```ts
 * collapse([2, 3, 4], [[12, 4, 1], [0, 4, 1]]); // → { shape: [2, 12], strides: [[12, 1], [0, 1]] }
 * ```
 */
export function collapse(shape: readonly number[], strides: readonly (readonly number[])[]): LoopNest {
  return mergeLoops([...shape.keys()], shape, strides);
}

/**
 * Returns the axes whose size is not 1, those with the longest steps in the output first. Loops in this order walk
 * through the output's memory in its own order.
 *
 * @example
 * ```ts
 * followMemory([2, 3, 4], [1, 8, 2]); // → [1, 2, 0]
 * ```
 */
export function followMemory(shape: readonly number[], output: readonly number[]): readonly number[] {
  const axes: number[] = [];
  let sorted = true;
  let previous = Infinity;
  for (let axis = 0; axis < shape.length; axis++) {
    if (shape[axis] === 1) continue;
    axes.push(axis);
    const step = Math.abs(output[axis]!);
    if (step > previous) sorted = false;
    previous = step;
  }
  return sorted ? axes : axes.sort((a, b) => Math.abs(output[b]!) - Math.abs(output[a]!));
}
