/**
 * The kernels of maps and reductions: what they are called with, and what they are made for.
 *
 * @module
 */
import type { Expr, ReduceOp } from "@lucid/backend";
import type { Operands } from "@lucid/backend/kit";
import type { CpuView } from "../buffer.js";

/**
 * Runs over nested loops. Operands are numbered as in {@link Operands}, and the outputs follow; strides are `strides[operand][loop]`.
 * A kernel for contiguous operands has one loop of `size` steps, and reads neither `sizes` nor `strides`.
 */
export type MapKernel = (
  inputs: readonly CpuView[],
  scalars: readonly number[],
  outputs: readonly CpuView[],
  size: number,
  sizes: readonly number[],
  strides: readonly (readonly number[])[],
) => void;

/**
 * Runs over the kept loops and inside them the reduced loops (order *inner*), or with the last kept loop innermost (order *rows*).
 * Operands are numbered as in {@link Operands}, and the output follows; strides are `strides[operand][loop]`.
 */
export type ReduceKernel = (
  inputs: readonly CpuView[],
  scalars: readonly number[],
  output: CpuView,
  sizes: readonly number[],
  strides: readonly (readonly number[])[],
) => void;

/** A reduction and its operands. */
export interface Reduction {
  readonly op: ReduceOp;
  readonly value: Expr;
  /** An expression of input(0), which is the accumulated value. If the call has no `finish`, it is input(0) itself. */
  readonly finish: Expr;
  readonly operands: Operands;
}

/** How the loops of a reduction are arranged. */
export interface Arrangement {
  /** The number of loops over kept axes, among all `loops`. */
  readonly kept: number;
  readonly loops: number;
  /** Whether the last kept loop is innermost. */
  readonly rows: boolean;
}
