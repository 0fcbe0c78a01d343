/**
 * The types of scalar operations as vector code.
 *
 * @module
 */
import type { Code } from "../assembler/code.js";
import type { Local } from "../assembler/types.js";

/**
 * Writes an operation. The operands are locals that hold vectors of one shape and must not be changed; the result is a
 * local. Lanes are independent. Lanes beyond the end of an array hold arbitrary values, which must do no harm.
 */
export type VectorFunction = (code: Code, a: Local, b: Local, c: Local) => Local;

/** An operation on vectors of both float types, `f32x4` and `f64x2`. */
export interface FloatFunctions {
  readonly float32: VectorFunction;
  readonly float64: VectorFunction;
}

/**
 * An operation on vectors. `int32` works on `i32x4`. uint8 values are 0 … 255 in `i32x4`, and results are masked
 * afterwards. Bools are `i32x4` masks, 0 or −1 in every lane; results of comparisons are masks as wide as the lanes of
 * the operands.
 */
export interface VectorOperation {
  readonly float32?: VectorFunction;
  readonly float64?: VectorFunction;
  readonly int32?: VectorFunction;
  readonly bool?: VectorFunction;
  /** Writes better code for a literal as second operand. It is undefined if there is none for this value. */
  readonly literal?: (code: Code, shape: "f32x4" | "f64x2" | "i32x4", a: Local, b: number) => Local | undefined;
  /** The approximate number of instructions, default 1. Loops with heavy bodies are unrolled less. */
  readonly weight?: number;
}
