/**
 * The formula of an element-wise operation, and the expressions that it has been compiled to, one for each combination
 * of kinds of arguments.
 *
 * @module
 */
import { ArgumentError, cast, type DType, DTypeError, dtypes, type Expr, inOrder } from "@lucid/backend";
import { HostNumber, type Scalar } from "../dispatch/scalar.js";
import type { MapAttributes } from "../primitives/map.js";
import { weakKind } from "../tensor/promotion.js";
import { Tensor } from "../tensor/tensor.js";
import { type Formula, type FormulaOperand, inputFormula, literal, scalarFormula } from "./formula.js";
import { isOptions, kernelKey, refuseOperand } from "./operands.js";
import { asFormula } from "./result.js";
import { assertCount, byPosition, countError, type Signature } from "./signature.js";
import { type DerivativeFormula, StatedRule } from "./stated-derivative.js";

/** A formula, compiled for one combination of kinds of arguments. */
export interface Compiled {
  readonly attributes: MapAttributes;
  readonly expr: Expr;
  /** The positions of the arguments that are tensors; undefined if all are. */
  readonly tensors: readonly number[] | undefined;
  /** The positions of the arguments that are numbers, which are passed with each call. */
  readonly numbers: readonly number[];
  /** For in-place operations: the attributes for each element type of the target, with the result converted to it. */
  readonly attributesInto: (MapAttributes | undefined)[];
}

type FormulaFunction = (...args: readonly never[]) => FormulaOperand;
type Argument = Formula | null | undefined;

const NO_SCALARS: readonly number[] = [];
/**
 * A table of this size is emptied, so that an operation that is called with many kinds of arguments cannot fill the
 * memory.
 */
const MOST_KERNELS = 256;
const RANKS = { bool: 0, int: 1, float: 2 } as const;

/** A formula with its compiled forms. @internal */
export class Definition {
  readonly #signature: Signature;
  readonly #formula: FormulaFunction;
  readonly #literals: readonly number[];
  readonly #stated: StatedRule | undefined;
  /** The compiled forms by the number of arguments, then by their kinds. */
  readonly #tables: Map<number | string, Compiled>[] = [];

  constructor(
    signature: Signature,
    formula: FormulaFunction,
    literals: readonly number[],
    derivative: DerivativeFormula | undefined,
  ) {
    this.#signature = signature;
    this.#formula = formula;
    this.#literals = literals;
    this.#stated = derivative && new StatedRule(signature.operation, derivative);
  }

  /** Returns the compiled formula. It is undefined if an argument is a formula or an options object. */
  compiledFor(args: readonly unknown[]): Compiled | undefined {
    const key = kernelKey(this.#signature.operation, args, this.#literals);
    if (key === undefined) return undefined;
    return this.#tables[args.length]?.get(key) ?? this.#remember(key, args);
  }

  #remember(key: number | string, args: readonly unknown[]): Compiled {
    const compiled = this.#compile(args);
    const table = (this.#tables[args.length] ??= new Map());
    if (table.size >= MOST_KERNELS) table.clear();
    table.set(key, compiled);
    return compiled;
  }

  /**
   * Returns the compiled formula for a call that computes tensors.
   *
   * @throws ArgumentError if an argument is a formula or an object.
   */
  compiledForTensors(args: readonly unknown[]): Compiled {
    const compiled = this.compiledFor(args);
    if (compiled !== undefined) return compiled;
    const object = args.find(isOptions);
    if (object !== undefined) refuseOperand(this.#signature.operation, object);
    throw new ArgumentError(this.#signature.operation, "got a formula where tensors are computed", {
      rule: "operands are tensors, numbers or booleans",
    });
  }

  /** Returns the arguments by position. Those in an options object are put in their places. */
  arranged(args: readonly unknown[]): readonly unknown[] {
    return byPosition(this.#signature, args);
  }

  /** Makes the formula a part of another formula. */
  inline(args: readonly unknown[]): Formula {
    const { operation } = this.#signature;
    if (args.some((arg) => arg instanceof Tensor)) {
      throw new ArgumentError(operation, "got a tensor inside a formula", {
        rule: "a formula computes with its arguments and with numbers",
        remedy: "pass the tensor as another argument",
      });
    }
    const formulas = args.map((arg, i) =>
      arg === undefined || arg === null ? this.#absent(arg, i) : literal(arg as FormulaOperand, operation),
    );
    return this.#evaluate(formulas);
  }

  /** Returns the attributes of a map that writes the result into a tensor of type `dtype`. */
  attributesInto(compiled: Compiled, dtype: DType): MapAttributes {
    const { code } = dtypes[dtype];
    let attributes = compiled.attributesInto[code];
    if (attributes === undefined) {
      const { operation } = this.#signature;
      const exprs = [castInto(operation, compiled.expr, dtype)];
      attributes = { exprs, shape: undefined, name: `${operation}_` };
      compiled.attributesInto[code] = attributes;
    }
    return attributes;
  }

  tensorsOf(args: readonly unknown[], positions: readonly number[] | undefined): readonly Tensor[] {
    if (positions === undefined) return args as readonly Tensor[];
    const tensors = new Array<Tensor>(positions.length);
    for (let i = 0; i < positions.length; i++) tensors[i] = args[positions[i]!] as Tensor;
    return tensors;
  }

  scalarsOf(args: readonly unknown[], positions: readonly number[]): readonly Scalar[] {
    if (positions.length === 0) return NO_SCALARS;
    const scalars = new Array<Scalar>(positions.length);
    for (let i = 0; i < positions.length; i++) {
      const value = args[positions[i]!];
      scalars[i] = value instanceof HostNumber ? value : Number(value);
    }
    return scalars;
  }

  #compile(args: readonly unknown[]): Compiled {
    const { operation } = this.#signature;
    const tensors: number[] = [];
    const numbers: number[] = [];
    const formulas = args.map((arg, i): Argument => {
      if (arg instanceof Tensor) return inputFormula(tensors.push(i) - 1, arg.dtype, arg.ndim === 0);
      if (arg === undefined || arg === null) return this.#absent(arg, i);
      if (arg instanceof HostNumber) return scalarFormula(numbers.push(i) - 1, "float");
      const value = arg as number | boolean;
      if (typeof value === "number" && this.#literals.includes(value)) return literal(value);
      return scalarFormula(numbers.push(i) - 1, weakKind(value));
    });
    if (args.length >= this.#signature.required && tensors.length === 0) {
      throw new ArgumentError(operation, "got no tensor", {
        rule: "at least one operand is a tensor",
        remedy: "wrap a number: tensor(x)",
      });
    }
    const { expr } = this.#evaluate(formulas);
    this.#assertUsed(expr, args.length, tensors.length, numbers.length);
    return {
      attributes: { exprs: [expr], shape: undefined, name: operation },
      expr,
      tensors: tensors.length === args.length ? undefined : tensors,
      numbers,
      attributesInto: [],
    };
  }

  /** Returns what the formula gets for an argument that was left out or is null. */
  #absent(arg: unknown, position: number): Argument {
    if (arg !== undefined && arg !== null) return undefined;
    const { operation, required, defaults } = this.#signature;
    if (position < required) refuseOperand(operation, arg);
    const value = defaults[position - required];
    // The formula gets undefined, because its parameter may have one of JavaScript's own defaults.
    if (value === undefined && arg === undefined) return undefined;
    if (value === undefined || (arg === null && value !== null)) refuseOperand(operation, arg);
    return value === null ? null : literal(value);
  }

  #evaluate(given: readonly Argument[]): Formula {
    const { operation, required, defaults } = this.#signature;
    if (given.length < required || defaults.length > 0) assertCount(this.#signature, given.length);
    const args = [...given];
    for (let i = Math.max(0, args.length - required); i < defaults.length; i++) {
      const value = defaults[i]!;
      args.push(value === null ? null : literal(value));
    }
    const value = traceNamed(operation, () => this.#formula(...(args as unknown as readonly never[])));
    return this.#stated === undefined ? value : this.#stated.of(value, args);
  }

  /**
   * @throws ArgumentError if an argument is not part of the result. `formula.length` does not count parameters with
   * JavaScript's own defaults, so this is the only check of them.
   */
  #assertUsed(expr: Expr, count: number, tensors: number, numbers: number): void {
    const { operation, required, defaults } = this.#signature;
    if (count <= required + defaults.length) return;
    const leaves = new Set(inOrder([expr]).map((node) => ("index" in node ? `${node.kind}${node.index}` : "")));
    for (let i = 0; i < tensors; i++)
      if (!leaves.has(`input${i}`)) throw countError(operation, required, required, count);
    for (let i = 0; i < numbers; i++) {
      if (!leaves.has(`scalar${i}`)) throw countError(operation, required, required, count);
    }
  }
}

/**
 * Converts the expression to the type of the target.
 *
 * @throws DTypeError if the target's kind is lower, because an in-place operation must not lose the fraction of a
 * number.
 */
function castInto(operation: string, expr: Expr, dtype: DType): Expr {
  if (RANKS[dtypes[expr.dtype].kind] > RANKS[dtypes[dtype].kind]) {
    throw new DTypeError(
      `${operation}_`,
      `a ${expr.dtype} result cannot be written into a ${dtype} tensor`,
      [expr.dtype, dtype],
      {
        rule: "an in-place operation keeps the type of the tensor it writes to",
        remedy: `compute it out of place, or convert first: .to("${expr.dtype}")`,
      },
    );
  }
  return cast(expr, dtype);
}

/**
 * Calls the formula. Its errors name the operation that the user called.
 *
 * @throws ArgumentError if the formula returns nothing that can be computed.
 */
function traceNamed(operation: string, evaluate: () => FormulaOperand): Formula {
  let result: unknown;
  try {
    result = evaluate();
  } catch (error) {
    if (error instanceof DTypeError && error.operation !== operation) {
      throw new DTypeError(operation, error.message.replace(/^\[[^\]]*\] /, ""), error.dtypes, { cause: error });
    }
    throw error;
  }
  return asFormula(operation, "the formula", result);
}
