/**
 * How scalar operations are written as vector code.
 *
 * @module
 */
import type { Code } from "../assembler/code.js";
import type { Local } from "../assembler/types.js";

/**
 * Writes an operation: from locals that hold its operands (vectors of one shape) to a local that holds the result. It must
 * not change its operands. Lanes are independent; those beyond the end of an array hold anything, and must do no harm.
 */
export type VectorFunction = (code: Code, a: Local, b: Local, c: Local) => Local;

/** An operation on vectors of both float types: `f32x4` and `f64x2`. */
export interface FloatFunctions {
  readonly float32: VectorFunction;
  readonly float64: VectorFunction;
}

/**
 * An operation on vectors. `int32` works on `i32x4`; uint8 values stand in `i32x4` as 0 … 255, and results are masked
 * afterwards. Bools are `i32x4` masks, 0 or −1 in every lane; results of comparisons are masks as wide as the operands'
 * lanes.
 */
export interface VectorOperation {
  readonly float32?: VectorFunction;
  readonly float64?: VectorFunction;
  readonly int32?: VectorFunction;
  readonly bool?: VectorFunction;
  /** Better code where the second operand is a literal; undefined where there is none for this value. */
  readonly literal?: (code: Code, shape: "f32x4" | "f64x2" | "i32x4", a: Local, b: number) => Local | undefined;
  /** Instructions, roughly: loops with heavy bodies are unrolled less. Default 1. */
  readonly weight?: number;
}
