/**
 * The scalar operations as vector code, and the code of those for which WebAssembly has instructions or nearly so.
 *
 * @module
 */
import type { ScalarOp } from "@lucid/backend";
import type { Code } from "../assembler/code.js";
import type { PlainName } from "../assembler/instructions.js";
import type { Local } from "../assembler/types.js";
import { divide, power, remainderOf, shift } from "./integers.js";
import { remainder } from "./remainder.js";
import { type Transcendental, transcendental } from "./transcendental/index.js";
import type { VectorFunction, VectorOperation } from "./vector-function.js";

const unary =
  (name: PlainName): VectorFunction =>
  (code, a) =>
    code.value(name, a);
const binary =
  (name: PlainName): VectorFunction =>
  (code, a, b) =>
    code.value(name, a, b);

type FloatUnary = "sqrt" | "ceil" | "floor" | "trunc" | "nearest";
type FloatBinary = "add" | "sub" | "mul" | "div" | "min" | "max" | "eq" | "lt" | "le";

const floatUnary = (name: FloatUnary): VectorOperation => ({
  float32: unary(`f32x4.${name}`),
  float64: unary(`f64x2.${name}`),
});
const floatBinary = (name: FloatBinary): VectorOperation => ({
  float32: binary(`f32x4.${name}`),
  float64: binary(`f64x2.${name}`),
});

/** Returns 1 with the sign of a if |a| > 0, which is false for zeros and NaN. */
const signOfFloats =
  (shape: "f32x4" | "f64x2"): VectorFunction =>
  (code, a) => {
    const minus = code[shape](-0);
    const one = code.value("v128.or", code.value("v128.and", a, minus), code[shape](1));
    const size = code.value("v128.andnot", a, minus);
    return code.value("v128.and", one, code.value(`${shape}.gt`, size, code[shape](0)));
  };

const signOfIntegers: VectorFunction = (code, a) => {
  const above = code.value("i32x4.gt_s", a, code.i32x4(0));
  const below = code.value("i32x4.lt_s", a, code.i32x4(0));
  return code.value("i32x4.sub", below, above);
};

/**
 * Compiles `min` and `max` with a literal to `pmin` and `pmax`. These are one instruction where `min` and `max` are
 * many, but they ignore NaN in b and the sign of zero.
 */
function extremeWithLiteral(code: Code, name: "min" | "max", shape: string, a: Local, b: number): Local | undefined {
  if ((shape !== "f32x4" && shape !== "f64x2") || b !== b) return undefined;
  const limited = (): Local => code.value(`${shape}.p${name}`, a, code[shape](b));
  if (b !== 0 || (name === "min" && !Object.is(b, -0)) || (name === "max" && Object.is(b, -0))) return limited();
  // max(−0, 0) must be 0. Adding 0 turns −0 into 0.
  return name === "max" ? code.value(`${shape}.add`, limited(), code[shape](0)) : undefined;
}

const where: VectorFunction = (code, condition, a, b) => code.value("v128.bitselect", a, b, condition);

function shiftByLiteral(code: Code, name: "shl" | "shr_s" | "shr_u", a: Local, b: number): Local {
  return code.value(`i32x4.${name}`, a, code.constantI32(b & 31));
}

const arithmetic = {
  // Masks in registers are used, because engines load the masks of their own instructions from memory every time.
  neg: {
    float32: (code, a) => code.value("v128.xor", a, code.f32x4(-0)),
    float64: (code, a) => code.value("v128.xor", a, code.f64x2(-0)),
    int32: unary("i32x4.neg"),
  },
  abs: {
    float32: (code, a) => code.value("v128.andnot", a, code.f32x4(-0)),
    float64: (code, a) => code.value("v128.andnot", a, code.f64x2(-0)),
    int32: unary("i32x4.abs"),
  },
  sign: { float32: signOfFloats("f32x4"), float64: signOfFloats("f64x2"), int32: signOfIntegers, weight: 5 },
  floor: floatUnary("floor"),
  ceil: floatUnary("ceil"),
  round: floatUnary("nearest"),
  trunc: floatUnary("trunc"),
  sqrt: { ...floatUnary("sqrt"), weight: 4 },
  not: { int32: unary("v128.not"), bool: unary("v128.not") },
  add: { ...floatBinary("add"), int32: binary("i32x4.add") },
  sub: { ...floatBinary("sub"), int32: binary("i32x4.sub") },
  mul: { ...floatBinary("mul"), int32: binary("i32x4.mul") },
  div: { ...floatBinary("div"), int32: divide, weight: 4 },
  rem: { ...remainder, int32: remainderOf, weight: 40 },
  min: {
    ...floatBinary("min"),
    int32: binary("i32x4.min_s"),
    bool: binary("v128.and"),
    literal: (code, shape, a, b) => extremeWithLiteral(code, "min", shape, a, b),
    weight: 4,
  },
  max: {
    ...floatBinary("max"),
    int32: binary("i32x4.max_s"),
    bool: binary("v128.or"),
    literal: (code, shape, a, b) => extremeWithLiteral(code, "max", shape, a, b),
    weight: 4,
  },
  eq: {
    ...floatBinary("eq"),
    int32: binary("i32x4.eq"),
    bool: (code, a, b) => code.value("v128.not", code.value("v128.xor", a, b)),
  },
  lt: { ...floatBinary("lt"), int32: binary("i32x4.lt_s"), bool: (code, a, b) => code.value("v128.andnot", b, a) },
  le: {
    ...floatBinary("le"),
    int32: binary("i32x4.le_s"),
    bool: (code, a, b) => code.value("v128.not", code.value("v128.andnot", a, b)),
  },
  and: { int32: binary("v128.and"), bool: binary("v128.and") },
  or: { int32: binary("v128.or"), bool: binary("v128.or") },
  xor: { int32: binary("v128.xor"), bool: binary("v128.xor") },
  shl: {
    int32: (code, a, b) => shift(code, "i32.shl", a, b),
    literal: (code, _, a, b) => shiftByLiteral(code, "shl", a, b),
    weight: 8,
  },
  shr: {
    int32: (code, a, b) => shift(code, "i32.shr_s", a, b),
    literal: (code, _, a, b) => shiftByLiteral(code, "shr_s", a, b),
    weight: 8,
  },
  ushr: {
    int32: (code, a, b) => shift(code, "i32.shr_u", a, b),
    literal: (code, _, a, b) => shiftByLiteral(code, "shr_u", a, b),
    weight: 8,
  },
  where: { float32: where, float64: where, int32: where, bool: where },
} satisfies Record<Exclude<ScalarOp, Transcendental>, VectorOperation>;

/** Every scalar operation as vector code. */
export const vectorOperations: Readonly<Record<ScalarOp, VectorOperation>> = {
  ...arithmetic,
  ...transcendental,
  pow: { ...transcendental.pow, int32: power },
};
