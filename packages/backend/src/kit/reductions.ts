/**
 * The element types and the loops of reductions.
 *
 * @module
 */
import type { DType, ReduceOp } from "../index.js";
import { type LoopNest, mergeLoops } from "./loops.js";

const accumulatedTypes = {
  sum: undefined,
  prod: undefined,
  max: undefined,
  min: undefined,
  any: "bool",
  all: "bool",
  argmax: "int32",
  argmin: "int32",
} satisfies Record<ReduceOp, DType | undefined>;

/**
 * Returns the element type of a reduction's result before `finish`.
 *
 * @example
 * ```ts
 * accumulatedType("sum", "float32"); // → "float32"
 * accumulatedType("argmax", "float32"); // → "int32"
 * ```
 */
export function accumulatedType(op: ReduceOp, value: DType): DType {
  return accumulatedTypes[op] ?? value;
}

/** The loops of a reduction. The last operand of both nests is the output. */
export interface ReductionLoops {
  readonly kept: LoopNest;
  /** The output has stride 0 along these loops. */
  readonly reduced: LoopNest;
}

/**
 * Merges the loops of a reduction: those over the axes that are kept, and those over the axes that are reduced.
 *
 * @param strides of the operands that are read, along every axis of `shape`.
 * @param output strides of the output, with an axis of size 1 in place of each reduced one.
 *
 * @example
 * ```ts
 * const { kept, reduced } = reductionLoops([2, 3, 4], [1, 2], [[12, 4, 1]], [1, 1, 1]);
 * kept; // → { shape: [2], strides: [[12], [1]] }
 * reduced; // → { shape: [12], strides: [[1], [0]] }
 * ```
 */
export function reductionLoops(
  shape: readonly number[],
  axes: readonly number[],
  strides: readonly (readonly number[])[],
  output: readonly number[],
): ReductionLoops {
  const keptAxes: number[] = [];
  for (let axis = 0; axis < shape.length; axis++) if (!axes.includes(axis)) keptAxes.push(axis);
  // An axis of size 1 may have any stride, so the output's strides along reduced axes are replaced.
  const still = new Array<number>(shape.length).fill(0);
  return {
    kept: mergeLoops(keptAxes, shape, [...strides, output]),
    reduced: mergeLoops(axes, shape, [...strides, still]),
  };
}

/**
 * Whether the inputs take shorter steps in memory along the last kept loop than along the last reduced one. Both nests
 * have a loop, and their last operand, the output, does not count. Memory is then read faster with the kept loop
 * innermost.
 *
 * @example
 * ```ts
 * // The column sums of a matrix with 100 columns.
 * const { kept, reduced } = reductionLoops([50, 100], [0], [[100, 1]], [100, 1]);
 * keptStepsAreShorter(kept, reduced); // → true
 * ```
 */
export function keptStepsAreShorter(kept: LoopNest, reduced: LoopNest): boolean {
  const lastKept = kept.shape.length - 1;
  const lastReduced = reduced.shape.length - 1;
  let keptStep = 0;
  let reducedStep = 0;
  for (let operand = 0; operand < kept.strides.length - 1; operand++) {
    keptStep += Math.abs(kept.strides[operand]![lastKept]!);
    reducedStep += Math.abs(reduced.strides[operand]![lastReduced]!);
  }
  return keptStep < reducedStep;
}
