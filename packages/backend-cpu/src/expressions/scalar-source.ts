/**
 * Scalar operations as JavaScript source, one line for each.
 *
 * @module
 */
import { type DType, dtypes, isStorageType, type ScalarOp } from "@lucid/backend";

/** The source of one operation. Its operands are names or literals in brackets. */
type Line = (a: string, b: string, c: string) => string;

interface Lines {
  readonly float?: Line;
  readonly int?: Line;
  readonly bool?: Line;
  /** Whether the result is in the element type already, without rounding or wrapping. */
  readonly exact?: boolean;
}

const math = (name: keyof Math & string): Lines => ({ float: (a) => `Math.${name}(${a})` });
const rounding = (name: keyof Math & string): Lines => ({ ...math(name), exact: true });
const infix = (symbol: string): Lines => ({
  float: (a, b) => `${a} ${symbol} ${b}`,
  int: (a, b) => `${a} ${symbol} ${b}`,
});
const everywhere = (line: Line): Lines => ({ float: line, int: line, bool: line, exact: true });
const bitwise = (symbol: string): Lines => {
  const line: Line = (a, b) => `${a} ${symbol} ${b}`;
  return { int: line, bool: line, exact: true };
};
/** Calls the operation's reference evaluation. */
const call: Lines = {};

const lines = {
  neg: { float: (a) => `-${a}`, int: (a) => `-${a}` },
  abs: { float: (a) => `Math.abs(${a})`, int: (a) => `Math.abs(${a})` },
  sign: everywhere((a) => `(${a} > 0 ? 1 : ${a} < 0 ? -1 : 0)`),
  floor: rounding("floor"),
  ceil: rounding("ceil"),
  round: { exact: true },
  trunc: rounding("trunc"),
  sqrt: math("sqrt"),
  exp: math("exp"),
  exp2: call,
  expm1: math("expm1"),
  log: math("log"),
  log1p: math("log1p"),
  log2: math("log2"),
  log10: math("log10"),
  sin: math("sin"),
  cos: math("cos"),
  tan: math("tan"),
  asin: math("asin"),
  acos: math("acos"),
  atan: math("atan"),
  sinh: math("sinh"),
  cosh: math("cosh"),
  tanh: math("tanh"),
  asinh: math("asinh"),
  acosh: math("acosh"),
  atanh: math("atanh"),
  erf: call,
  not: { int: (a) => `~${a}`, bool: (a) => `${a} ^ 1` },
  add: infix("+"),
  sub: infix("-"),
  mul: { float: (a, b) => `${a} * ${b}`, int: (a, b) => `Math.imul(${a}, ${b})` },
  div: { float: (a, b) => `${a} / ${b}` },
  rem: call,
  pow: call,
  atan2: { float: (a, b) => `Math.atan2(${a}, ${b})` },
  min: {
    float: (a, b) => `Math.min(${a}, ${b})`,
    int: (a, b) => `(${a} < ${b} ? ${a} : ${b})`,
    bool: (a, b) => `${a} & ${b}`,
    exact: true,
  },
  max: {
    float: (a, b) => `Math.max(${a}, ${b})`,
    int: (a, b) => `(${a} > ${b} ? ${a} : ${b})`,
    bool: (a, b) => `${a} | ${b}`,
    exact: true,
  },
  eq: everywhere((a, b) => `(${a} === ${b} ? 1 : 0)`),
  lt: everywhere((a, b) => `(${a} < ${b} ? 1 : 0)`),
  le: everywhere((a, b) => `(${a} <= ${b} ? 1 : 0)`),
  and: bitwise("&"),
  or: bitwise("|"),
  xor: bitwise("^"),
  shl: { int: (a, b) => `${a} << ${b}` },
  shr: { int: (a, b) => `${a} >> ${b}`, exact: true },
  ushr: { int: (a, b) => `${a} >>> ${b}` },
  where: everywhere((a, b, c) => `(${a} !== 0 ? ${b} : ${c})`),
} satisfies Record<ScalarOp, Lines>;

/** Brings a value into an element type, as `dtypes[dtype].wrap`. Values of storage types are the bits that host arrays hold. */
const wrap = {
  float32: (text) => `Math.fround(${text})`,
  float64: (text) => text,
  float16: (text) => `encode.float16(${text})`,
  bfloat16: (text) => `encode.bfloat16(${text})`,
  int32: (text) => `(${text}) | 0`,
  uint8: (text) => `(${text}) & 255`,
  bool: (text) => `(${text}) !== 0 ? 1 : 0`,
} satisfies Record<DType, (text: string) => string>;

/** A cast as source text. */
export function castText(text: string, from: DType, to: DType): string {
  if (isStorageType(from)) return `decode.${from}(${text})`;
  const target = dtypes[to];
  if (target.kind === "int") {
    if (dtypes[from].kind === "float") return `convert.${to}(${text})`;
    return to === "uint8" ? wrap.uint8(text) : text;
  }
  return from === "float32" && to === "float64" ? text : wrap[to](text);
}

/** An operation on values of `dtype` as source text. */
export function operationText(op: ScalarOp, args: readonly string[], dtype: DType, result: DType): string {
  const row: Lines = lines[op];
  const kind = dtypes[dtype].kind;
  const line = row[kind];
  const [a, b, c] = args;
  const text = line === undefined ? `operations.${op}.${kind}(${a}, ${b ?? 0}, ${c ?? 0})` : line(a!, b ?? "", c ?? "");
  return row.exact ? text : wrap[result](text);
}

/** A number as source text. */
export function literal(value: number): string {
  return Object.is(value, -0) || value < 0 ? `(${Object.is(value, -0) ? "-0" : value})` : String(value);
}
