/**
 * The types of the methods, derived from the operations: each without its first parameter.
 *
 * Editors show no documentation for members of mapped types. So the declarations that are published in place of this
 * file are written by `tools/method-declarations.ts`: the same members one by one, each with the documentation of its
 * operation.
 *
 * @module
 */
import type { ElementwiseOperation } from "./elementwise/elementwise.js";
import type { Formula } from "./elementwise/formula.js";
import type * as operations from "./operations/index.js";
import type { Tensor } from "./tensor/tensor.js";

type Operations = typeof operations;

/**
 * What distinguishes element-wise operations from others. It is one property of a simple type, because comparing whole
 * signatures would need `Tensor`, whose bases these types are.
 */
type Marked = Pick<ElementwiseOperation, "operation">;

/** A function without its first parameter. Of a function with up to four signatures, all are kept. */
type Method<F> = F extends Marked
  ? TensorSignature<F>
  : F extends {
        (self: Tensor, ...args: infer A extends readonly unknown[]): infer P;
        (self: Tensor, ...args: infer B extends readonly unknown[]): infer Q;
        (self: Tensor, ...args: infer C extends readonly unknown[]): infer R;
        (self: Tensor, ...args: infer D extends readonly unknown[]): infer S;
      }
    ? Known<P, (...args: A) => P> & Known<Q, (...args: B) => Q> & Known<R, (...args: C) => R> & ((...args: D) => S)
    : never;

/** The signature, or nothing if its result was not found because the function has fewer than four signatures. */
type Known<R, Signature> = unknown extends R ? unknown : Signature;

/** The signature of an element-wise operation for tensors. */
type TensorSignature<F> = F extends {
  (self: Tensor, ...first: infer A extends readonly unknown[]): Tensor;
  (self: Formula, ...second: infer _): Formula;
}
  ? (...args: A) => Tensor
  : never;

/** The signature of an element-wise operation for formulas. */
type FormulaSignature<F> = F extends {
  (self: Tensor, ...first: infer _): Tensor;
  (self: Formula, ...second: infer B extends readonly unknown[]): Formula;
}
  ? (...args: B) => Formula
  : never;

/** The signature of an element-wise operation that writes into its first argument and returns it. */
type InPlaceSignature<F> = F extends {
  (self: Tensor, ...first: infer A extends readonly unknown[]): Tensor;
  (self: Formula, ...second: infer _): Formula;
}
  ? <T extends Tensor>(this: T, ...args: A) => T
  : never;

type ElementwiseNames = { [K in keyof Operations]: Operations[K] extends Marked ? K : never }[keyof Operations];

type FormulaSignatures = { [K in ElementwiseNames]: FormulaSignature<Operations[K]> };

/** Functions as methods of a tensor. */
type Methods<M> = { [K in keyof M]: K extends `${string}_` ? Writing<M[K]> : Method<M[K]> };

/** A function that writes into its first parameter, as a method; it returns the tensor, or a promise of it. */
type Writing<F> = F extends (self: Tensor, ...args: infer A extends readonly unknown[]) => Tensor
  ? <T extends Tensor>(this: T, ...args: A) => T
  : F extends (self: Tensor, ...args: infer A extends readonly unknown[]) => Promise<Tensor>
    ? <T extends Tensor>(this: T, ...args: A) => Promise<T>
    : never;

/** Element-wise operations as methods that write their result into the tensor. */
type InPlaceMethods<M> = {
  [K in keyof M as K extends string ? (M[K] extends Marked ? `${K}_` : never) : never]: InPlaceSignature<M[K]>;
};

/** The methods of tensors. */
export interface TensorMethods extends Methods<Operations>, InPlaceMethods<Operations> {}

/** The methods of formulas. */
export interface FormulaMethods extends FormulaSignatures {}
