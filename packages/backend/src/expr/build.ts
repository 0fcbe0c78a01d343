/**
 * Constructors of expressions. They check every part, because backends turn expressions into code. They also simplify,
 * which never changes a value (including NaN, −0 and ±∞), and they return the same object for equal expressions.
 *
 * @module
 */
import { describeValue } from "../describe.js";
import { type ComputeType, convertValue, type DType, dtypeNames, dtypes, isDType, isStorageType } from "../dtype.js";
import { ArgumentError, DTypeError } from "../errors.js";
import { closestName } from "../options.js";
import {
  assertExpr,
  type CastExpr,
  type ConstantExpr,
  type Expr,
  type IndexExpr,
  type InputExpr,
  intern,
  type Parts,
  type RandomExpr,
  type ScalarExpr,
} from "./node.js";
import { type ScalarOp, scalarOperations } from "./operations.js";
import { printExpr } from "./print.js";
import { simplify } from "./simplify.js";

function make(key: string, parts: Parts): Expr {
  return intern(key, parts, printExpr);
}

/** @throws DTypeError unless it names an element type. */
function assertDType(operation: string, dtype: unknown): void {
  if (isDType(dtype)) return;
  throw new DTypeError(operation, `there is no element type ${describeValue(dtype)}`, [], {
    rule: `element types are ${dtypeNames.join(", ")}`,
  });
}

/** @throws ArgumentError unless it is an integer ≥ 0. */
function assertPosition(operation: string, what: string, value: unknown): void {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return;
  throw new ArgumentError(operation, `${what} is ${describeValue(value)}`, { rule: "it is a whole number from 0 on" });
}

/**
 * Makes the expression of the element at the current position of the input `index`.
 *
 * @throws ArgumentError unless `index` is an integer ≥ 0; DTypeError for an unknown element type.
 */
export function input(index: number, dtype: DType): InputExpr {
  assertPosition("input", "the index", index);
  assertDType("input", dtype);
  return make(`x${index}:${dtype}`, { kind: "input", index, dtype }) as InputExpr;
}

/**
 * Makes a literal, which is rounded to `dtype`. `0` and `−0` are two literals.
 * In a storage type, it is a cast of a literal of the type in which expressions compute.
 *
 * @throws ArgumentError unless `value` is a number; DTypeError for an unknown element type.
 */
export function constant(value: number, dtype: ComputeType): ConstantExpr;
/** A literal in any element type. */
export function constant(value: number, dtype: DType): ConstantExpr | CastExpr;
export function constant(value: number, dtype: DType): ConstantExpr | CastExpr {
  if (typeof value !== "number") {
    throw new ArgumentError("constant", `the value is ${describeValue(value)}`, { rule: "it is a number" });
  }
  assertDType("constant", dtype);
  return isStorageType(dtype) ? stored(literal(value, dtypes[dtype].compute), dtype) : literal(value, dtype);
}

function literal(value: number, dtype: DType): ConstantExpr {
  const rounded = dtypes[dtype].convert(value);
  const text = Object.is(rounded, -0) ? "-0" : String(rounded);
  return make(`c${text}:${dtype}`, { kind: "constant", value: rounded, dtype }) as ConstantExpr;
}

/**
 * Makes the expression of the scalar `index` of the call.
 * In a storage type, it is a cast of a scalar of the type in which expressions compute.
 *
 * @throws ArgumentError unless `index` is an integer ≥ 0; DTypeError for an unknown element type.
 */
export function scalar(index: number, dtype: ComputeType): ScalarExpr;
/** A scalar of the call in any element type. */
export function scalar(index: number, dtype: DType): ScalarExpr | CastExpr;
export function scalar(index: number, dtype: DType): ScalarExpr | CastExpr {
  assertPosition("scalar", "the index", index);
  assertDType("scalar", dtype);
  if (isStorageType(dtype)) return stored(scalar(index, dtypes[dtype].compute), dtype);
  return make(`s${index}:${dtype}`, { kind: "scalar", index, dtype }) as ScalarExpr;
}

/**
 * Makes the expression of the current position along `axis` of the map's domain, as int32.
 *
 * @throws ArgumentError unless `axis` is an integer ≥ 0.
 */
export function index(axis: number): IndexExpr {
  assertPosition("index", "the axis", axis);
  return make(`i${axis}`, { kind: "index", axis, dtype: "int32" }) as IndexExpr;
}

/**
 * Makes the expression of 32 random bits as int32 (see {@link RandomExpr}).
 *
 * @throws ArgumentError if a key or the counter is not an expression; DTypeError if one is not int32.
 */
export function random(key0: Expr, key1: Expr, counter?: Expr): RandomExpr {
  assertExpr("random", "the first key", key0);
  assertExpr("random", "the second key", key1);
  if (counter !== undefined) assertExpr("random", "the counter", counter);
  for (const part of [key0, key1, counter]) {
    if (part !== undefined && part.dtype !== "int32") {
      throw new DTypeError("random", `keys and counter must be int32: ${part} is ${part.dtype}`, [part.dtype]);
    }
  }
  const key = `r${key0.id},${key1.id},${counter?.id ?? ""}`;
  return make(key, { kind: "random", key0, key1, counter, dtype: "int32" }) as RandomExpr;
}

/**
 * Makes the expression of `operand`, converted to `dtype`. An operand of this type is returned itself.
 * Casts from and to a storage type pass through the type in which expressions compute with it.
 *
 * @throws ArgumentError if `operand` is not an expression; DTypeError for an unknown element type.
 */
export function cast(operand: Expr, dtype: DType): Expr {
  assertExpr("cast", "the operand", operand);
  assertDType("cast", dtype);
  const from = operand.dtype;
  if (from === dtype) return operand;
  const { compute } = dtypes[dtype];
  if (compute !== dtype && from !== compute) return cast(cast(operand, compute), dtype);
  if (isStorageType(from) && dtypes[from].compute !== dtype) return cast(cast(operand, dtypes[from].compute), dtype);
  if (operand.derivative === undefined) {
    // Reading an element of a storage type is exact, so storing it again changes nothing.
    if (operand.kind === "cast" && operand.operand.dtype === dtype && compute !== dtype) return operand.operand;
    if (operand.kind === "constant" && compute === dtype) {
      return literal(convertValue(operand.value, from, dtype), dtype);
    }
  }
  return stored(operand, dtype);
}

function stored(operand: Expr, dtype: DType): CastExpr {
  return make(`k${operand.id}:${dtype}`, { kind: "cast", operand, dtype } satisfies Parts<CastExpr>) as CastExpr;
}

/**
 * Makes the expression of the value before it was rounded to a storage type, in the type in which expressions compute. An
 * expression of another type is returned itself. So a formula of several operations is rounded once, at its end. Inputs that
 * were converted to the storage type stay rounded.
 *
 * @throws ArgumentError if it is not an expression.
 *
 * @example
 * ```ts
 * const x = input(0, "float16");
 * String(op("add", x, x)); // → "t0 = float32(x0); float16(t0 + t0)"
 * String(unrounded(op("add", x, x))); // → "t0 = float32(x0); t0 + t0"
 * ```
 */
export function unrounded(expr: Expr): Expr {
  assertExpr("unrounded", "the value", expr);
  const { compute } = dtypes[expr.dtype];
  if (compute === expr.dtype) return expr;
  const isComputed =
    expr.kind === "cast" &&
    expr.derivative === undefined &&
    expr.operand.kind !== "input" &&
    expr.operand.kind !== "cast";
  return isComputed ? expr.operand : cast(expr, compute);
}

/**
 * Makes the expression of a scalar operation on operands of equal type. The operands of `where` are a bool and two of
 * equal type.
 * Operands of a storage type are computed {@link unrounded}, and the result is converted to it.
 *
 * @throws ArgumentError for an unknown operation or an operand that is not an expression; DTypeError if the number of
 * operands is wrong, their types differ, or the operation is not defined for them.
 *
 * @example
 * ```ts
 * String(op("add", input(0, "float32"), constant(1, "float32"))); // → "x0 + 1"
 * ```
 */
export function op(name: ScalarOp, ...args: readonly Expr[]): Expr {
  if (!isScalarOp(name)) {
    const closest = typeof name === "string" ? closestName(name, Object.keys(scalarOperations)) : undefined;
    throw new ArgumentError("op", `there is no scalar operation ${describeValue(name)}`, {
      ...(closest === undefined ? {} : { remedy: `did you mean ${JSON.stringify(closest)}?` }),
    });
  }
  const row = scalarOperations[name];
  for (const arg of args) assertExpr(name, "an operand", arg);
  const types = args.map((arg) => arg.dtype);
  if (args.length !== row.arity) {
    throw new DTypeError(name, `takes ${row.arity} operands, got ${args.length}`, types);
  }
  const dtype = types[types.length - 1]!;
  const condition = row.arity === 3;
  const equal = types.every((type, i) => (condition && i === 0 ? type === "bool" : type === dtype));
  if (!equal) {
    const rule = condition ? "a bool condition and two operands of one type" : "operands must have equal types";
    throw new DTypeError(name, `operand types differ: ${types.join(", ")}`, types, { rule });
  }
  if (row[dtypes[dtype].kind] === undefined) {
    throw new DTypeError(name, `is not defined for ${dtype}`, types);
  }
  if (isStorageType(dtype)) {
    const value = op(name, ...args.map(unrounded));
    return row.result === "bool" ? value : cast(value, dtype);
  }
  return simplify(name, args, literal) ?? operation(name, args, row.result === "bool" ? "bool" : dtype);
}

function isScalarOp(name: unknown): name is ScalarOp {
  return typeof name === "string" && Object.hasOwn(scalarOperations, name);
}

function operation(name: ScalarOp, args: readonly Expr[], dtype: DType): Expr {
  Object.freeze(args);
  return make(`${name}(${args.map((arg) => arg.id).join(",")})`, { kind: "operation", op: name, args, dtype });
}

/** Makes the expression `a ≠ b`, which is true if either is NaN. */
export function ne(a: Expr, b: Expr): Expr {
  return op("not", op("eq", a, b));
}

/** Makes the expression `a > b`. */
export function gt(a: Expr, b: Expr): Expr {
  return op("lt", b, a);
}

/** Makes the expression `a ≥ b`. */
export function ge(a: Expr, b: Expr): Expr {
  return op("le", b, a);
}
