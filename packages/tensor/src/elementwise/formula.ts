/**
 * Formulas: what the arguments of an element-wise definition are while it is being written down. They know only types
 * and expressions, promote as tensors do, and carry the same methods.
 *
 * @module
 */
import {
  cast,
  constant,
  type DType,
  DTypeError,
  type DTypeKind,
  dtypes,
  type Expr,
  input,
  op,
  type ScalarOp,
  scalar,
  scalarOperations,
} from "@lucid/backend";
import { defaultType, promoteTypes, promoteWeak, weakKind } from "../tensor/promotion.js";

/** A value inside a formula: a formula, or a literal. */
export type FormulaOperand = Formula | number | boolean;

/** An element of an argument, or what a formula computes of such elements. */
export class Formula {
  /** For a number whose type is not settled: its kind. It takes the type of what it meets, unless its kind is higher. */
  readonly weak: DTypeKind | undefined;
  /** Whether it comes of tensors without axes alone: beside one with axes only its kind counts. */
  readonly withoutAxes: boolean;
  readonly #as: (dtype: DType) => Expr;

  /** @internal */
  constructor(as: (dtype: DType) => Expr, weak: DTypeKind | undefined, dtype: DType, withoutAxes = false) {
    this.#as = as;
    this.weak = weak;
    this.dtype = dtype;
    this.withoutAxes = withoutAxes;
  }

  /** Element type; for an unsettled number, the one it has on its own. */
  readonly dtype: DType;

  /** The expression, in the formula's own type. */
  get expr(): Expr {
    return this.#as(this.dtype);
  }

  /** The expression, converted into `dtype`. */
  as(dtype: DType): Expr {
    return this.#as(dtype);
  }

  /** The value converted into `dtype`. */
  to(dtype: DType): Formula {
    return formulaOf(this.as(dtype), this.withoutAxes);
  }

  toString(): string {
    return `${this.expr}`;
  }
}

/** The formula that an expression is; `withoutAxes` if it comes of tensors without axes alone. */
export function formulaOf(expr: Expr, withoutAxes = false): Formula {
  return new Formula((dtype) => cast(expr, dtype), undefined, expr.dtype, withoutAxes);
}

/** @internal The i-th tensor argument. */
export function inputFormula(index: number, dtype: DType, withoutAxes: boolean): Formula {
  return formulaOf(input(index, dtype), withoutAxes);
}

/** @internal The i-th number argument: a value at call time, so that another number needs no other kernel. */
export function scalarFormula(index: number, kind: DTypeKind): Formula {
  return new Formula((dtype) => scalar(index, dtype), kind, defaultType(kind));
}

/** A literal as a formula; formulas stay themselves. */
export function literal(value: FormulaOperand): Formula {
  if (value instanceof Formula) return value;
  const kind = weakKind(value);
  return new Formula((dtype) => constant(Number(value), dtype), kind, defaultType(kind));
}

const KINDS: readonly DTypeKind[] = ["bool", "int", "float"];

const higher = (a: DTypeKind, b: DTypeKind): boolean => KINDS.indexOf(a) > KINDS.indexOf(b);

/**
 * The type in which operands are combined, as tensors promote: among those with axes, then those without, then numbers, the
 * later only where their kind is higher.
 */
export function commonType(operands: readonly Formula[]): DType {
  let withAxes: DType | undefined;
  let without: DType | undefined;
  let weak: DTypeKind = "bool";
  for (const operand of operands) {
    const { dtype } = operand;
    if (operand.weak !== undefined) weak = higher(operand.weak, weak) ? operand.weak : weak;
    else if (operand.withoutAxes) without = without === undefined ? dtype : promoteTypes(without, dtype);
    else withAxes = withAxes === undefined ? dtype : promoteTypes(withAxes, dtype);
  }
  const both = withAxes !== undefined && without !== undefined;
  const dtype = both && higher(dtypes[without!].kind, dtypes[withAxes!].kind) ? without : (withAxes ?? without);
  return dtype === undefined ? defaultType(weak) : promoteWeak(dtype, weak);
}

/**
 * A scalar operation on formulas: operands are promoted to a common type, and on to float32 where the operation exists
 * for floats alone.
 *
 * @throws DTypeError if the operation is not defined for the operands.
 */
export function apply(name: ScalarOp, ...operands: readonly FormulaOperand[]): Formula {
  const row = scalarOperations[name];
  const formulas = operands.map(literal);
  const values = row.arity === 3 ? formulas.slice(1) : formulas;
  const common = commonType(values);
  const dtype =
    row[dtypes[common].kind] !== undefined
      ? common
      : row.float !== undefined && row.int === undefined
        ? "float32"
        : undefined;
  if (dtype === undefined) {
    throw new DTypeError(name, `is not defined for ${common}`, [common], {
      remedy: `convert first: .to("${row.int === undefined ? "float32" : "int32"}")`,
    });
  }
  const computedIn = (type: DType): Expr => {
    const args = values.map((value) => value.as(type));
    return row.arity === 3 ? op(name, formulas[0]!.as("bool"), ...args) : op(name, ...args);
  };
  // What is computed of numbers alone stays a number without a settled type: in float64 it must not pass through float32.
  if (row.result === "same" && dtypes[dtype].kind === "float" && values.every((value) => value.weak !== undefined)) {
    const as = (type: DType): Expr =>
      dtypes[type].kind === "float" ? computedIn(type) : cast(computedIn(dtype), type);
    return new Formula(as, "float", dtype);
  }
  const withoutAxes = formulas.every((operand) => operand.withoutAxes || operand.weak !== undefined);
  return formulaOf(computedIn(dtype), withoutAxes);
}

/** Whether the operands meet as bools. */
export function areBool(...operands: readonly Formula[]): boolean {
  return commonType(operands) === "bool";
}

/** Whether the operands meet as floats. */
export function areFloat(...operands: readonly Formula[]): boolean {
  return dtypes[commonType(operands)].kind === "float";
}

/** @throws DTypeError if an operand is bool. */
export function refuseBool(operation: string, remedy: string, ...operands: readonly Formula[]): void {
  if (operands.some((operand) => operand.dtype === "bool")) {
    throw new DTypeError(operation, "is not defined for bool", ["bool"], { remedy });
  }
}

/** @throws DTypeError unless the operands meet as floats. */
export function assertFloats(operation: string, ...operands: readonly Formula[]): void {
  if (areFloat(...operands)) return;
  const dtype = commonType(operands);
  throw new DTypeError(operation, `is not defined for ${dtype}`, [dtype], { remedy: 'convert first: .to("float32")' });
}
