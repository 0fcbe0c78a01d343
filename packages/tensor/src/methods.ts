/**
 * Methods. Every function of `operations/index.ts` has a tensor as first parameter and becomes a method of `Tensor`.
 * Element-wise operations also become methods of `Formula`, and in-place methods whose names end in `_`. Adding an
 * operation needs no line here.
 *
 * @module
 */
import { type ElementwiseOperation, isElementwise, type Operand } from "./elementwise/elementwise.js";
import { Formula } from "./elementwise/formula.js";
import type { FormulaMethods, TensorMethods } from "./method-types.js";
import { where } from "./operations/elementwise/where.js";
import * as operations from "./operations/index.js";
import { matricesTransposed, transposed } from "./operations/internal/views.js";
import { Tensor } from "./tensor/tensor.js";

declare module "./tensor/tensor.js" {
  interface Tensor extends TensorMethods {
    /**
     * Chooses between two tensors by a condition.
     *
     * The elements of this tensor where `condition` is true, `other` elsewhere.
     *
     * @param condition - a bool tensor that broadcasts.
     * @param other - a tensor that broadcasts, or a number.
     *
     * @example
     * ```ts
     * tensor([1, 2]).where(tensor([true, false]), 0); // → Tensor([1, 0])
     * ```
     *
     * @see torch.Tensor.where
     */
    where(condition: Operand, other: Operand): Tensor;

    /**
     * The transposed matrix, as a view. A tensor of fewer than two dimensions is returned as it is.
     *
     * @throws ShapeError for more than two dimensions: `mT` transposes the last two.
     *
     * @example
     * ```ts
     * tensor([[1, 2], [3, 4]]).T; // → Tensor([[1, 3], [2, 4]])
     * ```
     *
     * @see torch.Tensor.T
     */
    readonly T: Tensor;

    /**
     * All matrices of a batch transposed, as a view.
     *
     * Shapes: `(…, rows, columns) → (…, columns, rows)`.
     *
     * @throws ShapeError for fewer than two dimensions.
     *
     * @example
     * ```ts
     * zeros([5, 2, 3]).mT.shape; // → [5, 3, 2]
     * ```
     *
     * @see torch.Tensor.mT
     */
    readonly mT: Tensor;
  }
}

declare module "./elementwise/formula.js" {
  interface Formula extends FormulaMethods {
    /** Chooses this value where `condition` is true, and `other` elsewhere. */
    where(condition: FormulaOperand, other: FormulaOperand): Formula;
  }
}

type AnyFunction = (...args: readonly unknown[]) => unknown;

/**
 * The methods by name. They are on an object of their own, because adding hundreds of properties to an object that is a
 * prototype already takes V8 long.
 */
const methods: object = Object.create(null);
const formulaMethods: object = Object.create(null);

function define(to: object, name: string, method: unknown): void {
  Object.defineProperty(to, name, { value: method, configurable: true, writable: true });
}

/** Inserts methods between a prototype and the prototype it inherits from. */
function inherit(prototype: object, from: object): void {
  Object.setPrototypeOf(from, Object.getPrototypeOf(prototype));
  Object.setPrototypeOf(prototype, from);
}

function bindElementwise(name: string, operation: ElementwiseOperation): void {
  const { apply } = operation;
  // Reading `arguments` instead of collecting and spreading them halves the cost that the method adds to a call.
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
    return operation.writeInto(this, [this as never, ...rest]);
  });
}

for (const [name, operation] of Object.entries(operations as Readonly<Record<string, unknown>>)) {
  if (isElementwise(operation)) bindElementwise(name, operation);
  else
    define(methods, name, function (this: Tensor, ...rest: readonly unknown[]): unknown {
      return (operation as AnyFunction)(this, ...rest);
    });
}

// As a method, `where` belongs to the elements, but the function takes the condition first.
const whereMethod = function (this: never, ...rest: readonly never[]): unknown {
  const [condition, ...others] = rest;
  return where.apply([condition as never, this, ...others]);
};
define(methods, "where", whereMethod);

// These two are properties in PyTorch.
Object.defineProperty(methods, "T", {
  configurable: true,
  get(this: Tensor): Tensor {
    return transposed("T", this);
  },
});
Object.defineProperty(methods, "mT", {
  configurable: true,
  get(this: Tensor): Tensor {
    return matricesTransposed("mT", this);
  },
});
define(formulaMethods, "where", whereMethod);
inherit(Tensor.prototype, methods);
inherit(Formula.prototype, formulaMethods);
