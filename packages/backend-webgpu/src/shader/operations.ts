/**
 * Every scalar operation, and every cast, as a line of WGSL.
 *
 * @module
 */
import { type DType, dtypes, isStorageType, type ScalarOp, type StorageType } from "@lucid/backend";
import { type ShaderType, shaderType } from "./types.js";

type Line = (a: string, b: string, c: string) => string;

/** One line of code for each type in which the operation exists. */
export type Lines = Partial<Readonly<Record<ShaderType, Line>>>;

const call =
  (name: string): Line =>
  (a) =>
    `${name}(${a})`;
const call2 =
  (name: string): Line =>
  (a, b) =>
    `${name}(${a}, ${b})`;
const infix =
  (symbol: string): Line =>
  (a, b) =>
    `${a} ${symbol} ${b}`;
/** Computes with bytes: in words, of which the low byte is kept. */
const byte =
  (line: Line): Line =>
  (a, b, c) =>
    `(${line(a, b, c)}) & 255u`;
const select: Line = (condition, a, b) => `select(${b}, ${a}, ${condition})`;

/** Every scalar operation. */
export const lines: Readonly<Record<ScalarOp, Lines>> = {
  neg: { f32: call("negative"), i32: (a) => `-${a}`, u32: byte((a) => `0u - ${a}`) },
  abs: { f32: call("magnitude"), i32: call("abs"), u32: (a) => a },
  sign: {
    f32: call("signOf"),
    i32: call("sign"),
    u32: (a) => `min(${a}, 1u)`,
  },
  floor: { f32: call("roundDown") },
  ceil: { f32: call("roundUp") },
  round: { f32: call("nearest") },
  trunc: { f32: call("truncate") },
  sqrt: { f32: call("squareRoot") },
  exp: { f32: call("exponential") },
  exp2: { f32: call("exponential2") },
  expm1: { f32: call("expMinus1") },
  log: { f32: call("logarithm") },
  log1p: { f32: call("log1Plus") },
  log2: { f32: call("logarithm2") },
  log10: { f32: call("logarithm10") },
  sin: { f32: call("sine") },
  cos: { f32: call("cosine") },
  tan: { f32: call("tangent") },
  asin: { f32: call("arcSine") },
  acos: { f32: call("arcCosine") },
  atan: { f32: call("arcTangent") },
  sinh: { f32: call("sineHyperbolic") },
  cosh: { f32: call("cosineHyperbolic") },
  tanh: { f32: call("tangentHyperbolic") },
  asinh: { f32: call("areaSine") },
  acosh: { f32: call("areaCosine") },
  atanh: { f32: call("areaTangent") },
  erf: { f32: call("errorFunction") },
  not: { i32: (a) => `~${a}`, u32: byte((a) => `~${a}`), bool: (a) => `!${a}` },
  add: { f32: infix("+"), i32: infix("+"), u32: byte(infix("+")) },
  sub: { f32: infix("-"), i32: infix("-"), u32: byte(infix("-")) },
  mul: { f32: infix("*"), i32: infix("*"), u32: byte(infix("*")) },
  div: { f32: call2("quotient"), i32: call2("divideInt"), u32: call2("divideByte") },
  rem: { f32: call2("remainderFloat"), i32: call2("remainderInt"), u32: call2("remainderByte") },
  pow: { f32: call2("powerFloat"), i32: call2("powerInt"), u32: byte(call2("powerByte")) },
  atan2: { f32: call2("angle") },
  min: { f32: call2("smaller"), i32: call2("min"), u32: call2("min"), bool: infix("&&") },
  max: { f32: call2("larger"), i32: call2("max"), u32: call2("max"), bool: infix("||") },
  eq: { f32: call2("equal"), i32: infix("=="), u32: infix("=="), bool: infix("==") },
  lt: { f32: call2("less"), i32: infix("<"), u32: infix("<"), bool: (a, b) => `!${a} && ${b}` },
  le: { f32: call2("lessOrEqual"), i32: infix("<="), u32: infix("<="), bool: (a, b) => `!${a} || ${b}` },
  and: { i32: infix("&"), u32: infix("&"), bool: infix("&&") },
  or: { i32: infix("|"), u32: infix("|"), bool: infix("||") },
  xor: { i32: infix("^"), u32: infix("^"), bool: infix("!=") },
  shl: { i32: (a, b) => `${a} << (u32(${b}) & 31u)`, u32: byte((a, b) => `${a} << (${b} & 31u)`) },
  shr: { i32: (a, b) => `${a} >> (u32(${b}) & 31u)`, u32: (a, b) => `${a} >> (${b} & 31u)` },
  ushr: {
    i32: (a, b) => `bitcast<i32>(bitcast<u32>(${a}) >> (u32(${b}) & 31u))`,
    u32: (a, b) => `${a} >> (${b} & 31u)`,
  },
  where: { f32: select, i32: select, u32: select, bool: select },
};

/** `casts[from][to]` for the types in which expressions compute; u32 means a byte. */
const casts: Readonly<Record<ShaderType, Readonly<Record<ShaderType, (a: string) => string>>>> = {
  f32: {
    f32: (a) => a,
    i32: (a) => `floatToInt(${a})`,
    u32: (a) => `floatToByte(${a})`,
    bool: (a) => `(bitcast<u32>(${a}) & 0x7fffffffu) != 0u`,
  },
  i32: { f32: (a) => `f32(${a})`, i32: (a) => a, u32: (a) => `bitcast<u32>(${a}) & 255u`, bool: (a) => `${a} != 0` },
  u32: { f32: (a) => `f32(${a})`, i32: (a) => `i32(${a})`, u32: (a) => a, bool: (a) => `${a} != 0u` },
  bool: {
    f32: (a) => `select(0f, 1f, ${a})`,
    i32: (a) => `select(0, 1, ${a})`,
    u32: (a) => `select(0u, 1u, ${a})`,
    bool: (a) => a,
  },
};

/** Conversions of bit patterns to and from f32. */
const stored: Readonly<Record<StorageType, { readonly from: string; readonly to: string }>> = {
  float16: { from: "fromFloat16", to: "toFloat16" },
  bfloat16: { from: "fromBfloat16", to: "toBfloat16" },
};

/** Converts a value of one element type into another. */
export function castLine(from: DType, to: DType, value: string): string {
  if (from === to) return value;
  const computed = isStorageType(from) ? `${stored[from].from}(${value})` : value;
  const target = dtypes[to].compute;
  const converted = casts[shaderType(dtypes[from].compute)][shaderType(target)](computed);
  return isStorageType(to) ? `${stored[to].to}(${converted})` : converted;
}
