/**
 * The types of element-wise operations.
 *
 * @module
 */
import type { Expr } from "@lucid/backend";
import type { Scalar } from "../dispatch/scalar.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Formula, FormulaOperand } from "./formula.js";

/** An argument of an element-wise operation. Numbers and booleans need no tensor of their own. */
export type Operand = Tensor | number | boolean;

/** A tuple with one `T` for every argument. */
export type Each<A extends readonly unknown[], T> = { readonly [K in keyof A]: T };

/** What every element-wise operation has, whatever its arguments are. */
export interface ElementwiseOperation {
  /** The name of the operation in errors. */
  readonly operation: string;
  /** Calls the operation with the arguments in a list. */
  apply(args: readonly unknown[]): Tensor | Formula;
  /**
   * Writes the result into `target`, and returns the target. The kind of the result must not be higher than that of the
   * target.
   */
  writeInto<T extends Tensor>(target: T, args: readonly unknown[]): T;
}

/** A formula, applied to arguments but not computed yet. */
export interface Traced {
  readonly expr: Expr;
  readonly inputs: readonly Tensor[];
  readonly scalars: readonly Scalar[];
}

/** An operation whose expression fused reductions can use. */
export interface Traceable extends ElementwiseOperation {
  /** Returns the expression for these arguments, with the tensors and numbers that it reads. */
  trace(args: readonly Operand[]): Traced;
}

/**
 * An element-wise operation that was made of a formula. Over tensors it is one fused kernel. Inside another formula it
 * becomes a part of that formula.
 */
export interface Elementwise<A extends readonly unknown[] = readonly Formula[]> extends Traceable {
  /** Computes over tensors, which broadcast. At least one argument is a tensor. */
  (...args: Each<A, Operand>): Tensor;
  /** Becomes a part of the formula in which it is called. */
  (...args: Each<A, FormulaOperand>): Formula;
}

/** The first argument, then arguments that may be left out or given in an options object. */
type Optional<A extends readonly unknown[], D, T> = A extends readonly [unknown, ...infer Rest]
  ? [x: T, ...rest: { [K in keyof Rest]?: T | { readonly [N in keyof D]?: T } }]
  : never;

/** An element-wise operation with optional arguments, which may be given by position or in an object at the end. */
export interface ElementwiseWithDefaults<A extends readonly unknown[], D> extends Traceable {
  /** Computes over tensors, which broadcast. At least one argument is a tensor. */
  (...args: Optional<A, D, Operand>): Tensor;
  /** Becomes a part of the formula in which it is called. */
  (...args: Optional<A, D, FormulaOperand>): Formula;
}

/** An element-wise operation of one argument. */
export type Unary = Elementwise<[x: Formula]>;

/** An element-wise operation of two arguments. */
export type Binary = Elementwise<[x: Formula, y: Formula]>;
