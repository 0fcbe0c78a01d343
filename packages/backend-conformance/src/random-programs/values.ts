/**
 * The values of a running random program, with a bound of their size and of their difference between two backends.
 *
 * @module
 */
import { type Backend, type DType, dtypeNames, dtypes, heldTypes, type ScalarOp } from "@lucid/backend";
import type { Tensor } from "@lucid/tensor";
import { commonShape } from "@lucid/tensor/extend";

/** A tensor of a program. */
export interface Value {
  readonly name: string;
  tensor: Tensor;
  /** No element is larger than this. */
  bound: number;
  /** The largest difference of the elements between two correct backends. 0 means that they are equal to the bit. */
  error: number;
}

/** The result of a step. */
export interface Made {
  readonly tensor: Tensor;
  /** The right side of its line in the listing. */
  readonly text: string;
  readonly bound: number;
  readonly error: number;
}

/** Returns the largest relative error of one rounding. */
export function epsilon(dtype: DType): number {
  const { kind, epsilon: step } = dtypes[dtype];
  return kind === "float" ? step / 2 : 0;
}

/** Larger results are scaled down, so that chains of any length stay in range. */
const LARGEST = 64;

/**
 * Makes a result with its error, which comes from the operands and from the operation itself.
 *
 * @param carried - the errors of the operands, each times the largest slope of the result.
 * @param own - the error of the operation in units of rounding at `bound`; 0 for operations that are rounded exactly,
 * which give equal results for equal operands.
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

/** What some backends have in common. Programs use nothing else, so that they are the same on each of them. */
export interface Common {
  /** The element types that all of them hold. */
  readonly dtypes: readonly DType[];
  /** The largest error of each operation in units in the last place, where it is not rounded exactly. */
  readonly ulp: Readonly<Partial<Record<ScalarOp, number>>>;
}

/** Finds what backends have in common. */
export function commonOf(backends: readonly Backend[]): Common {
  const held = backends.map(({ capabilities }) => heldTypes(capabilities));
  const ulp: Partial<Record<ScalarOp, number>> = {};
  for (const { capabilities } of backends) {
    for (const [name, ulps] of Object.entries(capabilities.precision?.ulp ?? {}) as [ScalarOp, number][]) {
      ulp[name] = Math.max(ulp[name] ?? 0, ulps);
    }
  }
  return { dtypes: dtypeNames.filter((dtype) => held.every((types) => types.includes(dtype))), ulp };
}

/** The error of an operation in units of rounding, each of which is half a unit in the last place. */
export const unitsOf = ({ common }: Picker, name: ScalarOp | undefined): number =>
  name === undefined ? 0 : 2 * (common.ulp[name] ?? 0);

/** Whether the elements are floating. */
export const isFloat = ({ tensor }: Value): boolean => dtypes[tensor.dtype].kind === "float";

/** Whether programs use elements of a type: all but narrow integers. */
export const isDrawn = (dtype: DType): boolean => dtypes[dtype].kind !== "int" || dtypes[dtype].bytes >= 4;

/** Whether two backends agree on the value to the bit, so that comparisons, kinks and jumps have the same results. */
export const isExact = ({ error }: Value): boolean => error === 0;

/** Whether a shape broadcasts with another. */
export function broadcasts(a: readonly number[], b: readonly number[]): boolean {
  try {
    commonShape("randomPrograms", [a, b]);
    return true;
  } catch {
    return false;
  }
}

/** Whether a shape broadcasts to another. */
export function broadcastsTo(a: readonly number[], b: readonly number[]): boolean {
  return broadcasts(a, b) && commonShape("randomPrograms", [a, b]).join() === b.join();
}

/**
 * Chooses operands and numbers for a step. Every choice fits, because a number counts modulo the number of
 * possibilities.
 */
export interface Picker {
  /** Returns a number from 0 to below `count`. */
  below(count: number): number;
  /** Returns an item of a list. */
  of<T>(list: readonly T[]): T;
  /** Returns a value for which a condition holds, or undefined. */
  value(condition: (value: Value) => boolean): Value | undefined;
  /** The backend on which new tensors are made. */
  readonly backend: Tensor["backend"];
  readonly common: Common;
}
