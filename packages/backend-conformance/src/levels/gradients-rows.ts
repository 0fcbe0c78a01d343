/**
 * What the gradient cases of structured primitives are made of.
 *
 * @module
 */
import type { DType } from "@lucid/backend";
import { type Numbers, sample } from "../framework/arrays.js";
import type { GradientCheck, HostTensor } from "../framework/check.js";

/** A case: its path below the element type's, what it checks, and the further element types that it needs. */
export type Row = readonly [group: string, name: string, check: GradientCheck, dtypes?: readonly DType[]];

/** Numbers of a case's k-th input. */
export const host = (shape: Numbers, k = 0): HostTensor => ({
  shape,
  values: sample(
    shape.reduce((n, s) => n * s, 1),
    k,
  ),
});

/** Whole numbers, without a gradient. */
export const whole = (shape: Numbers, values: Numbers): HostTensor => ({ shape, values, dtype: "int32" });

/** The sum. */
export const total = (values: Numbers): number => values.reduce((sum, v) => sum + v, 0);
