/**
 * Methods: every function in `operations/subjects.ts`, whose first parameter is a tensor, as a method of `Tensor`.
 * Element-wise operations also become methods of `Formula`, and in-place methods whose names end in `_`. Adding an
 * operation needs no line here.
 *
 * @module
 */
import { type ElementwiseOperation, isElementwise, type Operand } from "./elementwise/elementwise.js";
import { Formula } from "./elementwise/formula.js";
import { where } from "./operations/selection.js";
import * as operations from "./operations/subjects.js";
import { Tensor } from "./tensor/tensor.js";

declare module "./tensor/tensor.js" {
  interface Tensor<S extends readonly number[] = readonly number[]>
    extends Methods<typeof operations>,
      InPlaceMethods<typeof operations> {
    /**
     * Its own elements where `condition` holds, `other` elsewhere. (torch.Tensor.where)
     *
     * @example
     * ```ts
     * tensor([1, 2]).where(tensor([true, false]), 0); // → Tensor([1, 0])
     * ```
     */
    where(condition: Operand, other: Operand): Tensor;
  }
}

declare module "./elementwise/formula.js" {
  interface Formula extends FormulaMethods<typeof operations> {
    /** Itself where `condition` holds, `other` elsewhere. */
    where(condition: FormulaOperand, other: FormulaOperand): Formula;
  }
}

/**
 * What tells element-wise operations from others. One property of a simple type: comparing whole signatures would need
 * `Tensor`, whose bases these types are.
 */
type Marked = Pick<ElementwiseOperation, "operation">;

/** A function without its first parameter. Functions of up to two signatures keep both. */
type Method<F> = F extends Marked
  ? TensorSignature<F>
  : F extends {
        (self: Tensor, ...first: infer A extends readonly unknown[]): infer R;
        (self: Tensor, ...second: infer B extends readonly unknown[]): infer Q;
      }
    ? unknown extends R
      ? (...args: B) => Q
      : { (...args: A): R; (...args: B): Q }
    : F extends (self: Tensor, ...args: infer A extends readonly unknown[]) => infer R
      ? (...args: A) => R
      : never;

/** Of an element-wise operation, the signature for tensors. */
type TensorSignature<F> = F extends {
  (self: Tensor, ...first: infer A extends readonly unknown[]): Tensor;
  (self: Formula, ...second: infer _): Formula;
}
  ? (...args: A) => Tensor
  : never;

/** Of an element-wise operation, the signature for formulas. */
type FormulaSignature<F> = F extends {
  (self: Tensor, ...first: infer _): Tensor;
  (self: Formula, ...second: infer B extends readonly unknown[]): Formula;
}
  ? (...args: B) => Formula
  : never;

/** Like {@link TensorSignature}; returns the tensor that it wrote. */
type InPlaceSignature<F> = F extends {
  (self: Tensor, ...first: infer A extends readonly unknown[]): Tensor;
  (self: Formula, ...second: infer _): Formula;
}
  ? <T extends Tensor>(this: T, ...args: A) => T
  : never;

type ElementwiseNames<M> = { [K in keyof M]: M[K] extends Marked ? K : never }[keyof M];

/** The functions of a subject file as methods of a tensor. */
export type Methods<M> = {
  [K in keyof M]: K extends `${string}_`
    ? M[K] extends (self: Tensor, ...args: infer A extends readonly unknown[]) => Tensor
      ? <T extends Tensor>(this: T, ...args: A) => T
      : never
    : Method<M[K]>;
};

/** The element-wise operations of a subject file as methods that write their result into the tensor. */
export type InPlaceMethods<M> = {
  [K in keyof M as K extends string ? (M[K] extends Marked ? `${K}_` : never) : never]: InPlaceSignature<M[K]>;
};

/** The element-wise operations of a subject file as methods inside formulas. */
export type FormulaMethods<M, K extends keyof M = ElementwiseNames<M>> = { [N in K]: FormulaSignature<M[N]> };

type AnyFunction = (...args: readonly unknown[]) => unknown;

/** Methods by name, on an object of their own: adding hundreds of properties to one that is a prototype already takes V8 long. */
const methods: object = Object.create(null);
const formulaMethods: object = Object.create(null);

function define(to: object, name: string, method: unknown): void {
  Object.defineProperty(to, name, { value: method, configurable: true, writable: true });
}

/** Puts methods between a prototype and what it inherits from. */
function inherit(prototype: object, from: object): void {
  Object.setPrototypeOf(from, Object.getPrototypeOf(prototype));
  Object.setPrototypeOf(prototype, from);
}

function bindElementwise(name: string, operation: ElementwiseOperation): void {
  const { apply } = operation;
  // Counting arguments instead of collecting and spreading them halves what the method adds to a call.
  const method = function (this: never, first: never, second: never): unknown {
    // biome-ignore lint/complexity/noArguments: see above
    const rest = arguments;
    switch (rest.length) {
      case 0:
        return apply([this]);
      case 1:
        return apply([this, first]);
      case 2:
        return apply([this, first, second]);
      default:
        return apply([this, ...(rest as unknown as readonly never[])]);
    }
  };
  define(methods, name, method);
  define(formulaMethods, name, method);
  define(methods, `${name}_`, function (this: Tensor, ...rest: readonly never[]): Tensor {
    return operation.into(this, [this as never, ...rest]);
  });
}

for (const [name, operation] of Object.entries(operations as Readonly<Record<string, unknown>>)) {
  if (isElementwise(operation)) bindElementwise(name, operation);
  else
    define(methods, name, function (this: Tensor, ...rest: readonly unknown[]): unknown {
      return (operation as AnyFunction)(this, ...rest);
    });
}

// The method belongs to the elements, the function begins with the condition.
const whereMethod = function (this: never, ...rest: readonly never[]): unknown {
  const [condition, ...others] = rest;
  return where.apply([condition as never, this, ...others]);
};
define(methods, "where", whereMethod);
define(formulaMethods, "where", whereMethod);
inherit(Tensor.prototype, methods);
inherit(Formula.prototype, formulaMethods);
