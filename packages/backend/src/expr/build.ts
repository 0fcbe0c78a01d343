/**
 * Constructors of expressions. They check operand types, intern, and simplify; simplification never changes a value,
 * NaN, −0 and ±∞ included.
 *
 * @module
 */
import { convertValue, type DType, dtypes } from "../dtype.js";
import { DTypeError } from "../errors.js";
import {
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

/** The element of the `index`-th input at the current position. */
export function input(index: number, dtype: DType): InputExpr {
  return make(`x${index}:${dtype}`, { kind: "input", index, dtype }) as InputExpr;
}

/** A literal, rounded into `dtype`. `0` and `−0` are two literals. */
export function constant(value: number, dtype: DType): ConstantExpr {
  const rounded = dtypes[dtype].convert(value);
  const text = Object.is(rounded, -0) ? "-0" : String(rounded);
  return make(`c${text}:${dtype}`, { kind: "constant", value: rounded, dtype }) as ConstantExpr;
}

/** The `index`-th number that comes with the call. */
export function scalar(index: number, dtype: DType): ScalarExpr {
  return make(`s${index}:${dtype}`, { kind: "scalar", index, dtype }) as ScalarExpr;
}

/** The current position along `axis` of the map's domain, as int32. */
export function index(axis: number): IndexExpr {
  return make(`i${axis}`, { kind: "index", axis, dtype: "int32" }) as IndexExpr;
}

/**
 * 32 random bits as int32 (see {@link RandomExpr}).
 *
 * @throws DTypeError if a key or the counter is not int32.
 */
export function random(key0: Expr, key1: Expr, counter?: Expr): RandomExpr {
  for (const part of [key0, key1, counter]) {
    if (part !== undefined && part.dtype !== "int32") {
      throw new DTypeError("random", `keys and counter must be int32: ${part} is ${part.dtype}`, [part.dtype]);
    }
  }
  const key = `r${key0.id},${key1.id},${counter?.id ?? ""}`;
  return make(key, { kind: "random", key0, key1, counter, dtype: "int32" }) as RandomExpr;
}

/** `operand` converted into `dtype`; the operand itself where it has that type already. */
export function cast(operand: Expr, dtype: DType): Expr {
  if (operand.dtype === dtype) return operand;
  if (operand.kind === "constant") return constant(convertValue(operand.value, operand.dtype, dtype), dtype);
  return make(`k${operand.id}:${dtype}`, { kind: "cast", operand, dtype } satisfies Parts<CastExpr>);
}

/**
 * A scalar operation on operands of equal type (`where`: a bool, then two of equal type).
 *
 * @throws DTypeError if the operand types differ or the operation is not defined for them.
 *
 * @example
 * ```ts
 * String(op("add", input(0, "float32"), constant(1, "float32"))); // → "x0 + 1"
 * ```
 */
export function op(name: ScalarOp, ...args: readonly Expr[]): Expr {
  const row = scalarOperations[name];
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
  return simplify(name, args, constant) ?? operation(name, args, row.result === "bool" ? "bool" : dtype);
}

function operation(name: ScalarOp, args: readonly Expr[], dtype: DType): Expr {
  return make(`${name}(${args.map((arg) => arg.id).join(",")})`, { kind: "operation", op: name, args, dtype });
}

/** `a ≠ b`: true with NaN. */
export function ne(a: Expr, b: Expr): Expr {
  return op("not", op("eq", a, b));
}

/** `a > b`. */
export function gt(a: Expr, b: Expr): Expr {
  return op("lt", b, a);
}

/** `a ≥ b`. */
export function ge(a: Expr, b: Expr): Expr {
  return op("le", b, a);
}
