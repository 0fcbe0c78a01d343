/**
 * Formulas: the arguments with which the function of an element-wise operation is called while it is compiled. They
 * hold a type and an expression, are promoted as tensors are, and have the same methods.
 *
 * @module
 */
import {
  ArgumentError,
  cast,
  constant,
  type DType,
  DTypeError,
  describeValue,
  type DTypeKind,
  dtypes,
  type Expr,
  op as exprOf,
  input,
  type ScalarOp,
  scalar,
  scalarOperations,
} from "@lucid/backend";
import { toPrimitive } from "../tensor/operators.js";
import { defaultType, promoteTypes, promoteWeak, weakKind } from "../tensor/promotion.js";

/** An operand inside a formula: a formula, a number or a boolean. */
export type FormulaOperand = Formula | number | boolean;

/** One element of an argument, or a value that a formula computes from such elements. */
export class Formula {
  /**
   * The kind of a number whose type is not settled. It takes the type of the other operand, unless its own kind is
   * higher.
   */
  readonly weak: DTypeKind | undefined;
  /**
   * Whether it was computed from tensors without axes alone. Beside a value from a tensor with axes, only its kind
   * counts.
   */
  readonly withoutAxes: boolean;
  readonly #as: (dtype: DType) => Expr;

  /** @internal */
  constructor(as: (dtype: DType) => Expr, weak: DTypeKind | undefined, dtype: DType, withoutAxes = false) {
    this.#as = as;
    this.weak = weak;
    this.dtype = dtype;
    this.withoutAxes = withoutAxes;
  }

  /** The element type. For a number whose type is not settled, it is the type that it has alone. */
  readonly dtype: DType;

  /** The expression, in the formula's own type. */
  get expr(): Expr {
    return this.#as(this.dtype);
  }

  /** Returns the expression, converted to `dtype`. */
  as(dtype: DType): Expr {
    return this.#as(dtype);
  }

  /** Returns the value, converted to `dtype`. */
  to(dtype: DType): Formula {
    return formulaOf(this.as(dtype), this.withoutAxes);
  }

  /** Returns the expression as text. */
  toString(): string {
    return `${this.expr}`;
  }

  /** JavaScript's operators throw, because a formula is computed by methods and functions. @internal */
  [Symbol.toPrimitive](hint: string): string {
    return toPrimitive("Formula", this, hint);
  }
}

/** Makes a formula of an expression. `withoutAxes` says that it was computed from tensors without axes alone. */
export function formulaOf(expr: Expr, withoutAxes = false): Formula {
  return new Formula((dtype) => cast(expr, dtype), undefined, expr.dtype, withoutAxes);
}

/** Makes the formula for the tensor argument at position `index`. @internal */
export function inputFormula(index: number, dtype: DType, withoutAxes: boolean): Formula {
  return formulaOf(input(index, dtype), withoutAxes);
}

/**
 * Makes the formula for the number argument at position `index`. Its value is passed with each call, so that another
 * number needs no other kernel. @internal
 */
export function scalarFormula(index: number, kind: DTypeKind): Formula {
  return new Formula((dtype) => numberAs(dtype, kind, (type) => scalar(index, type)), kind, defaultType(kind));
}

/**
 * Converts a number to the type of the other operand. Integers wrap around in narrower integer types, as PyTorch's do.
 */
function numberAs(dtype: DType, kind: DTypeKind, make: (dtype: DType) => Expr): Expr {
  return kind === "int" && dtypes[dtype].kind === "int" ? cast(make("int32"), dtype) : make(dtype);
}

/**
 * Makes a formula of a number or boolean. A formula is returned itself.
 *
 * @throws ArgumentError unless `value` is a formula, a number or a boolean.
 */
export function literal(value: FormulaOperand, operation = "elementwise"): Formula {
  if (value instanceof Formula) return value;
  if (typeof value !== "number" && typeof value !== "boolean") {
    throw new ArgumentError(operation, `cannot compute with ${describeValue(value)} inside a formula`, {
      rule: "operands are formulas, numbers or booleans",
    });
  }
  const kind = weakKind(value);
  return new Formula(
    (dtype) => numberAs(dtype, kind, (type) => constant(Number(value), type)),
    kind,
    defaultType(kind),
  );
}

const KINDS: readonly DTypeKind[] = ["bool", "int", "float"];

const higher = (a: DTypeKind, b: DTypeKind): boolean => KINDS.indexOf(a) > KINDS.indexOf(b);

/**
 * Returns the type to which operands are promoted, as tensors are: operands with axes come first, then those without,
 * then numbers. A later group counts only if its kind is higher.
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
 * Applies a scalar operation to formulas. The operands are promoted to a common type, and on to float32 if the
 * operation exists only for floats.
 *
 * @throws DTypeError if the operation is not defined for the operands.
 */
export function op(name: ScalarOp, ...operands: readonly FormulaOperand[]): Formula {
  const row = scalarOperations[name];
  const formulas = operands.map((operand) => literal(operand, name));
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
    return row.arity === 3 ? exprOf(name, formulas[0]!.as("bool"), ...args) : exprOf(name, ...args);
  };
  // A result of numbers alone keeps an unsettled type, so that in float64 it does not pass through float32.
  if (row.result === "same" && dtypes[dtype].kind === "float" && values.every((value) => value.weak !== undefined)) {
    const as = (type: DType): Expr =>
      dtypes[type].kind === "float" ? computedIn(type) : cast(computedIn(dtype), type);
    return new Formula(as, "float", dtype);
  }
  const withoutAxes = formulas.every((operand) => operand.withoutAxes || operand.weak !== undefined);
  return formulaOf(computedIn(dtype), withoutAxes);
}

/** Whether an operand is this number, written as a literal. */
export function isLiteral(x: Formula, value: number): boolean {
  return x.weak !== undefined && x.expr.kind === "constant" && x.expr.value === value;
}

/** Whether the common type of the operands is bool. */
export function areBool(...operands: readonly Formula[]): boolean {
  return commonType(operands) === "bool";
}

/** Whether the common type of the operands is floating. */
export function areFloat(...operands: readonly Formula[]): boolean {
  return dtypes[commonType(operands)].kind === "float";
}

/** @throws DTypeError if an operand is bool. */
export function refuseBool(operation: string, remedy: string, ...operands: readonly Formula[]): void {
  if (operands.some((operand) => operand.dtype === "bool")) {
    throw new DTypeError(operation, "is not defined for bool", ["bool"], { remedy });
  }
}

/** @throws DTypeError unless the common type of the operands is floating. */
export function assertFloats(operation: string, ...operands: readonly Formula[]): void {
  if (areFloat(...operands)) return;
  const dtype = commonType(operands);
  throw new DTypeError(operation, `is not defined for ${dtype}`, [dtype], { remedy: 'convert first: .to("float32")' });
}
