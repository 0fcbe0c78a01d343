/**
 * Compiling expressions to vector instructions.
 *
 * @module
 */
import {
  type DType,
  dtypes,
  type Expr,
  type InputExpr,
  inOrder,
  type OperationExpr,
  type RandomExpr,
} from "@lucid/backend";
import type { Code } from "../assembler/code.js";
import type { Local } from "../assembler/types.js";
import { vectorOperations } from "../math/arithmetic.js";
import { storageCode } from "../math/half.js";
import { philoxVector } from "../math/philox.js";
import type { VectorOperation } from "../math/vector-function.js";
import { lowWords, upperHalf, type Vector, widenMask } from "./vector.js";

/** The values of an expression's leaves at the current position. */
export interface Leaves {
  input(expr: InputExpr): Vector;
  scalar(index: number, dtype: DType): Vector;
  index(axis: number): Vector;
  /** The row-major index. */
  counter(): Vector;
}

/** A literal in every lane. */
export function literalVector(code: Code, value: number, dtype: DType): Vector {
  switch (dtype) {
    case "float64": {
      const vector = code.f64x2(value);
      return [vector, vector];
    }
    case "float32":
      return [code.f32x4(value)];
    case "bool":
      return [code.i32x4(value === 0 ? 0 : -1)];
    default:
      return [code.i32x4(value)];
  }
}

/**
 * Writes one node. Its operands are in `values` already, and the caller enters the result there. Every lane is computed by the same
 * instructions in the body of a loop and in its tail.
 */
export function evaluate(code: Code, expr: Expr, values: ReadonlyMap<Expr, Vector>, leaves: Leaves): Vector {
  switch (expr.kind) {
    case "input":
      return leaves.input(expr);
    case "constant":
      return literalVector(code, expr.value, expr.dtype);
    case "scalar":
      return leaves.scalar(expr.index, expr.dtype);
    case "index":
      return leaves.index(expr.axis);
    case "random":
      return random(code, expr, values, leaves);
    case "cast":
      return castVector(code, values.get(expr.operand)!, expr.operand.dtype, expr.dtype);
    case "operation":
      return operation(code, expr, values);
  }
}

function random(code: Code, expr: RandomExpr, values: ReadonlyMap<Expr, Vector>, leaves: Leaves): Vector {
  const [key0] = values.get(expr.key0)!;
  const [key1] = values.get(expr.key1)!;
  const [counter] = expr.counter === undefined ? leaves.counter() : values.get(expr.counter)!;
  return [philoxVector(code, key0!, key1!, counter!)];
}

/** The column of {@link vectorOperations} for values of a type, and their form in vectors. Nothing is computed in storage types. */
const columns = {
  float32: ["float32", "f32x4"],
  float64: ["float64", "f64x2"],
  int32: ["int32", "i32x4"],
  uint8: ["int32", "i32x4"],
  bool: ["bool", undefined],
  float16: undefined,
  bfloat16: undefined,
} as const satisfies Record<DType, unknown>;

function operation(code: Code, expr: OperationExpr, values: ReadonlyMap<Expr, Vector>): Vector {
  const row: VectorOperation = vectorOperations[expr.op];
  const { args } = expr;
  const dtype = args[args.length - 1]!.dtype;
  const operands = args.map((arg) => values.get(arg)!);
  const [column, shape] = columns[dtype] ?? [];
  const write = column && row[column];
  if (write === undefined) throw new Error(`${expr.op} has no vector code for ${dtype}`);
  if (dtype === "float64" && args[0]!.dtype === "bool") operands[0] = widenMask(code, operands[0]![0]!);
  const second = args[1];
  const result: Local[] = [];
  for (let part = 0; part < (dtype === "float64" ? 2 : 1); part++) {
    const [a, b, c] = operands.map((operand) => operand[part]!);
    const special =
      row.literal !== undefined && second?.kind === "constant" && shape !== undefined
        ? row.literal(code, shape, a!, second.value)
        : undefined;
    result.push(special ?? write(code, a!, b!, c!));
  }
  if (expr.dtype === "bool" && dtype === "float64") return [lowWords(code, result[0]!, result[1]!)];
  if (expr.dtype === "uint8") return [code.value("v128.and", result[0]!, code.i32x4(255))];
  return result;
}

/** Converts values of one element type to another. Values of storage types are bit patterns, in 32-bit lanes. */
export function castVector(code: Code, vector: Vector, from: DType, to: DType): Vector {
  if (from === to) return vector;
  const [low, high] = vector as [Local, Local];
  const stored = storageCode[from]?.decode(code, low) ?? storageCode[to]?.encode(code, low);
  if (stored !== undefined) return [stored];
  if (from === "bool") return fromMask(code, low, to);
  if (to === "bool") return toMask(code, vector, from);
  switch (to) {
    case "float32":
      if (from !== "float64") return [code.value("f32x4.convert_i32x4_s", low)];
      return [
        code.shuffle32(
          code.value("f32x4.demote_f64x2_zero", low),
          code.value("f32x4.demote_f64x2_zero", high),
          [0, 1, 4, 5],
        ),
      ];
    case "float64": {
      const name = from === "float32" ? "f64x2.promote_low_f32x4" : "f64x2.convert_low_i32x4_s";
      return [code.value(name, low), code.value(name, upperHalf(code, low))];
    }
    case "int32":
      return [dtypes[from].kind === "float" ? truncated(code, vector, from) : low];
    case "uint8": {
      if (dtypes[from].kind !== "float") return [code.value("v128.and", low, code.i32x4(255))];
      const whole = code.value("i32x4.max_s", truncated(code, vector, from), code.i32x4(0));
      return [code.value("i32x4.min_s", whole, code.i32x4(255))];
    }
    default:
      throw new Error(`there is no vector code for a cast from ${from} to ${to}`);
  }
}

/** Converts floats to int32: truncated, saturated, with 0 for NaN. */
function truncated(code: Code, vector: Vector, from: DType): Local {
  if (from === "float32") return code.value("i32x4.trunc_sat_f32x4_s", vector[0]!);
  const [low, high] = vector.map((half) => code.value("i32x4.trunc_sat_f64x2_s_zero", half));
  return code.shuffle32(low!, high!, [0, 1, 4, 5]);
}

function toMask(code: Code, vector: Vector, from: DType): Vector {
  switch (from) {
    case "float32":
      return [code.value("f32x4.ne", vector[0]!, code.f32x4(0))];
    case "float64": {
      const [low, high] = vector.map((half) => code.value("f64x2.ne", half, code.f64x2(0)));
      return [lowWords(code, low!, high!)];
    }
    default:
      return [code.value("i32x4.ne", vector[0]!, code.i32x4(0))];
  }
}

function fromMask(code: Code, mask: Local, to: DType): Vector {
  switch (to) {
    case "float32":
      return [code.value("v128.and", mask, code.f32x4(1))];
    case "float64":
      return widenMask(code, mask).map((half) => code.value("v128.and", half, code.f64x2(1)));
    default:
      return [code.value("v128.and", mask, code.i32x4(1))];
  }
}

/** The approximate number of instructions of a node, which decides how much loops are unrolled. */
function weightOf(expr: Expr): number {
  if (expr.kind === "random") return 120;
  if (expr.kind === "cast") return storageCode[expr.dtype] === undefined ? 1 : 10;
  if (expr.kind !== "operation") return 1;
  const row: VectorOperation = vectorOperations[expr.op];
  const second = expr.args[1];
  if (row.literal !== undefined && second?.kind === "constant") return 1;
  return (row.weight ?? 1) * (expr.args[0]!.dtype === "float64" ? 2 : 1);
}

/** The approximate number of instructions of all these nodes. */
export function totalWeight(exprs: readonly Expr[]): number {
  let weight = 0;
  for (const expr of exprs) weight += weightOf(expr);
  return weight;
}

/** The approximate time of one element in nanoseconds, with this number of operands in memory. */
export function costOf(exprs: readonly Expr[], operands: number): number {
  return 0.06 * totalWeight(inOrder(exprs)) + 0.1 * operands;
}
