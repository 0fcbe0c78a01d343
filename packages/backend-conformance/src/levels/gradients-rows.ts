/**
 * The rows from which the gradient cases of structured primitives are made.
 *
 * @module
 */
import type { DType } from "@lucid/backend";
import { type Numbers, sample } from "../framework/arrays.js";
import type { GradientCheck, HostTensor } from "../framework/check.js";

/** One case: its path below the element type's, what it checks, and the further element types that it needs. */
export type Row = readonly [group: string, name: string, check: GradientCheck, dtypes?: readonly DType[]];

/** Makes the numbers of the k-th input of a case. */
export const host = (shape: Numbers, k = 0): HostTensor => ({
  shape,
  values: sample(
    shape.reduce((n, s) => n * s, 1),
    k,
  ),
});

/** Makes integers without a gradient. */
export const whole = (shape: Numbers, values: Numbers): HostTensor => ({ shape, values, dtype: "int32" });

/** Computes the sum. */
export const total = (values: Numbers): number => values.reduce((sum, v) => sum + v, 0);
