/**
 * The values of a random program while it runs, with what is known of their size and of how far two backends may be apart.
 *
 * @module
 */
import type { DType } from "@lucid/backend";
import { broadcastShapes, type Tensor } from "@lucid/tensor";

/** A tensor of a program. */
export interface Value {
  readonly name: string;
  tensor: Tensor;
  /** No element is larger. */
  bound: number;
  /** How far the elements may differ between two right backends; 0: they are equal to the bit. */
  error: number;
}

/** What a step made. */
export interface Made {
  readonly tensor: Tensor;
  /** The right side of the line that the listing shows. */
  readonly text: string;
  readonly bound: number;
  readonly error: number;
}

/** Distance of a rounded number from the exact one, relative to it. */
export function epsilon(dtype: DType): number {
  return dtype === "float32" ? 2 ** -24 : dtype === "float64" ? 2 ** -53 : 0;
}

/** Results larger than this are scaled down, so that chains of any length stay in range. */
const LARGEST = 64;

/**
 * A result with the error that its operands and the operation itself bring in.
 *
 * @param carried the operands' errors, each times how fast the result changes with it.
 * @param own errors of the operation in units of rounding at `bound`; 0 for operations that are exactly rounded, which
 * give equal results for equal operands.
 */
export function made(text: string, tensor: Tensor, bound: number, carried: number, own: number): Made {
  const rounding = carried > 0 ? own + 1 : own;
  const error = carried + rounding * epsilon(tensor.dtype) * Math.max(bound, 1);
  if (bound <= LARGEST || epsilon(tensor.dtype) === 0) return { tensor, text, bound, error };
  const power = Math.ceil(Math.log2(bound / 8));
  const factor = 2 ** -power;
  return {
    tensor: tensor.mul(factor),
    text: `${text}.mul(2 ** -${power})`,
    bound: bound * factor,
    error: error * factor,
  };
}

/** Whether elements are floating. */
export const isFloat = ({ tensor }: Value): boolean => tensor.dtype === "float32" || tensor.dtype === "float64";

/** Whether two backends agree on it to the bit, so that comparisons, kinks and jumps come out alike. */
export const isExact = ({ error }: Value): boolean => error === 0;

/** Whether a shape broadcasts with another. */
export function broadcasts(a: readonly number[], b: readonly number[]): boolean {
  try {
    broadcastShapes("randomPrograms", [a, b]);
    return true;
  } catch {
    return false;
  }
}

/** Whether a shape broadcasts to another. */
export function broadcastsTo(a: readonly number[], b: readonly number[]): boolean {
  return broadcasts(a, b) && broadcastShapes("randomPrograms", [a, b]).join() === b.join();
}

/** What a step chooses its operands and numbers from. Every choice fits: a number counts modulo what there is. */
export interface Picker {
  /** A number from 0 to below `count`. */
  below(count: number): number;
  /** One of a list. */
  of<T>(list: readonly T[]): T;
  /** One of the values that a condition holds for, or undefined. */
  value(condition: (value: Value) => boolean): Value | undefined;
  /** Where new tensors are made. */
  readonly backend: Tensor["backend"];
}
