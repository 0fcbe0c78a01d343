/**
 * Derivatives that the author of a formula states, in place of the chain rule.
 *
 * @module
 */
import { ArgumentError, dtypes, type Expr, withDerivative } from "@lucid/backend";
import { type Formula, type FormulaOperand, formulaOf } from "./formula.js";
import { asFormula } from "./result.js";

/** Returns the derivatives with respect to the arguments in a list; for a single argument, the derivative itself. */
export type DerivativeFormula = (...args: readonly never[]) => FormulaOperand | readonly (FormulaOperand | null)[];

/** Attaches a stated derivative to the results of a formula. @internal */
export class StatedRule {
  readonly #operation: string;
  readonly #derivative: DerivativeFormula;
  /** The functions that autograd calls, by which arguments are absent (null), written as text. */
  readonly #partials = new Map<string, (operands: readonly Expr[]) => readonly (Expr | undefined)[]>();

  constructor(operation: string, derivative: DerivativeFormula) {
    this.#operation = operation;
    this.#derivative = derivative;
  }

  /** Returns the value with its stated derivative. */
  of(value: Formula, args: readonly (Formula | null | undefined)[]): Formula {
    const { dtype } = value;
    if (value.weak !== undefined || dtypes[dtype].kind !== "float") return value;
    const present = args.filter((arg) => arg !== null && arg !== undefined);
    // The derivative is computed in the type of the result.
    const operands = present.map((arg) => arg.as(dtype));
    return formulaOf(withDerivative(value.expr, operands, this.#partialsFor(args)), value.withoutAxes);
  }

  /**
   * Returns the same function for the same pattern of absent arguments, so that equal expressions stay one object.
   */
  #partialsFor(
    args: readonly (Formula | null | undefined)[],
  ): (operands: readonly Expr[]) => readonly (Expr | undefined)[] {
    const absent = args.map((arg) => (arg === null ? null : arg === undefined ? undefined : true));
    const key = absent.join();
    let partials = this.#partials.get(key);
    if (partials === undefined) {
      partials = (operands) => this.#evaluate(absent, operands);
      this.#partials.set(key, partials);
    }
    return partials;
  }

  #evaluate(absent: readonly (true | null | undefined)[], operands: readonly Expr[]): readonly (Expr | undefined)[] {
    let next = 0;
    const args = absent.map((present) => (present === true ? formulaOf(operands[next++]!) : present));
    const result = this.#derivative(...(args as unknown as readonly never[]));
    const list = Array.isArray(result) ? (result as readonly (FormulaOperand | null)[]) : [result as FormulaOperand];
    if (list.length !== args.length) {
      throw new ArgumentError(this.#operation, `the derivative has ${list.length} parts for ${args.length} arguments`, {
        rule: "it returns one for every argument, in a list; null for an argument without derivative",
      });
    }
    const { dtype } = operands[0]!;
    return list
      .filter((_, i) => absent[i] === true)
      .map((part) => (part === null ? undefined : asFormula(this.#operation, "the derivative", part).as(dtype)));
  }
}
