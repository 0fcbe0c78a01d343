/**
 * The table of all scalar operations. One row is one operation. Its columns `float`, `int` and `bool` hold the
 * reference evaluation for this kind of element type. If a column is missing, the operation is not defined for this
 * kind. `dtypes[dtype].wrap` then brings results into the element type: float32 results are rounded after every
 * operation, and integers wrap.
 *
 * A code generator is a record with one line per row (`satisfies Record<ScalarOp, …>`). When a row is added, the
 * compiler names every record that lacks it.
 *
 * @module
 */
import { erf } from "./erf.js";

/** Evaluates an operation for one kind of element type. */
export type Evaluation = (a: number, b: number, c: number) => number;

/** The name of a scalar operation. */
export type ScalarOp =
  | "neg"
  | "abs"
  | "sign"
  | "floor"
  | "ceil"
  | "round"
  | "trunc"
  | "sqrt"
  | "exp"
  | "exp2"
  | "expm1"
  | "log"
  | "log1p"
  | "log2"
  | "log10"
  | "sin"
  | "cos"
  | "tan"
  | "asin"
  | "acos"
  | "atan"
  | "sinh"
  | "cosh"
  | "tanh"
  | "asinh"
  | "acosh"
  | "atanh"
  | "erf"
  | "not"
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "rem"
  | "pow"
  | "atan2"
  | "min"
  | "max"
  | "eq"
  | "lt"
  | "le"
  | "and"
  | "or"
  | "xor"
  | "shl"
  | "shr"
  | "ushr"
  | "where";

/** A row of the table. */
export interface ScalarOperation {
  readonly arity: 1 | 2 | 3;
  /**
   * The result's element type: that of the operands, or bool. `where` takes a bool condition before its two operands.
   */
  readonly result: "same" | "bool";
  readonly float?: Evaluation;
  readonly int?: Evaluation;
  readonly bool?: Evaluation;
}

const smaller: Evaluation = (a, b) => (a < b ? a : b);
const larger: Evaluation = (a, b) => (a > b ? a : b);
const select: Evaluation = (condition, a, b) => (condition !== 0 ? a : b);
const equal: Evaluation = (a, b) => (a === b ? 1 : 0);
const less: Evaluation = (a, b) => (a < b ? 1 : 0);
const lessOrEqual: Evaluation = (a, b) => (a <= b ? 1 : 0);

/** Rounds to the nearest integer, and halves to the even one. It keeps −0. */
const roundHalfEven: Evaluation = (a) => (a - Math.floor(a) === 0.5 ? 2 * Math.round(a / 2) : Math.round(a));

/** Computes `a − b·⌊a / b⌋` exactly, with the sign of the divisor. */
const floatRemainder: Evaluation = (a, b) => {
  const rest = a % b;
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
};
const intRemainder: Evaluation = (a, b) => (b === 0 ? 0 : floatRemainder(a, b, 0));

/** Computes C's pow. 1 to any power and (−1)^±∞ are 1, where JavaScript returns NaN. */
const floatPower: Evaluation = (a, b) => (a === 1 || (a === -1 && (b === Infinity || b === -Infinity)) ? 1 : a ** b);

/** Wraps as repeated multiplication does. For a negative exponent it truncates 1 / a^|b|, which is 0 for a = 0. */
const intPower: Evaluation = (a, b) => {
  if (b < 0) return a === 1 ? 1 : a === -1 ? (b % 2 === 0 ? 1 : -1) : 0;
  let result = 1;
  for (let base = a, exponent = b; exponent > 0; exponent >>>= 1) {
    if (exponent & 1) result = Math.imul(result, base);
    base = Math.imul(base, base);
  }
  return result;
};

/**
 * Every scalar operation by name.
 *
 * @example
 * ```ts
 * scalarOperations.rem.float!(-7, 3, 0); // → 2
 * scalarOperations.exp.int; // → undefined: exp is not defined for integers
 * ```
 */
export const scalarOperations: Readonly<Record<ScalarOp, ScalarOperation>> = {
  /** Negates: −a. */
  neg: { arity: 1, result: "same", float: (a) => -a, int: (a) => -a },
  /** The absolute value |a|. The smallest int32 stays itself. */
  abs: { arity: 1, result: "same", float: Math.abs, int: Math.abs },
  /** The sign as −1, 0 or 1. It is 0 for ±0 and NaN. */
  sign: { arity: 1, result: "same", float: (a) => (a > 0 ? 1 : a < 0 ? -1 : 0), int: Math.sign },
  /** The largest integer ≤ a. It keeps −0. */
  floor: { arity: 1, result: "same", float: Math.floor },
  /** The smallest integer ≥ a. It is −0 for −1 < a ≤ −0. */
  ceil: { arity: 1, result: "same", float: Math.ceil },
  /** The nearest integer; halves are rounded to the even one. It keeps the sign of zero. */
  round: { arity: 1, result: "same", float: roundHalfEven },
  /** The integer part. It keeps the sign of zero. */
  trunc: { arity: 1, result: "same", float: Math.trunc },
  /** The square root √a. It is NaN below 0, and −0 for −0. */
  sqrt: { arity: 1, result: "same", float: Math.sqrt },
  /** The exponential function e^a. */
  exp: { arity: 1, result: "same", float: Math.exp },
  /** The power of two 2^a. */
  exp2: { arity: 1, result: "same", float: (a) => 2 ** a },
  /** e^a − 1, accurate near 0. It keeps −0. */
  expm1: { arity: 1, result: "same", float: Math.expm1 },
  /** The natural logarithm. It is −∞ at ±0 and NaN below. */
  log: { arity: 1, result: "same", float: Math.log },
  /** ln(1 + a), accurate near 0. It is −∞ at −1 and NaN below, and it keeps −0. */
  log1p: { arity: 1, result: "same", float: Math.log1p },
  /** The logarithm to the base 2. It is −∞ at ±0 and NaN below. */
  log2: { arity: 1, result: "same", float: Math.log2 },
  /** The logarithm to the base 10. It is −∞ at ±0 and NaN below. */
  log10: { arity: 1, result: "same", float: Math.log10 },
  /** The sine. It is NaN at ±∞. */
  sin: { arity: 1, result: "same", float: Math.sin },
  /** The cosine. It is NaN at ±∞. */
  cos: { arity: 1, result: "same", float: Math.cos },
  /** The tangent. It is NaN at ±∞. */
  tan: { arity: 1, result: "same", float: Math.tan },
  /** The inverse sine, in [−π/2, π/2]. It is NaN outside [−1, 1]. */
  asin: { arity: 1, result: "same", float: Math.asin },
  /** The inverse cosine, in [0, π]. It is NaN outside [−1, 1]. */
  acos: { arity: 1, result: "same", float: Math.acos },
  /** The inverse tangent, in [−π/2, π/2]. */
  atan: { arity: 1, result: "same", float: Math.atan },
  /** The hyperbolic sine. */
  sinh: { arity: 1, result: "same", float: Math.sinh },
  /** The hyperbolic cosine. */
  cosh: { arity: 1, result: "same", float: Math.cosh },
  /** The hyperbolic tangent. */
  tanh: { arity: 1, result: "same", float: Math.tanh },
  /** The inverse hyperbolic sine. */
  asinh: { arity: 1, result: "same", float: Math.asinh },
  /** The inverse hyperbolic cosine. It is NaN below 1. */
  acosh: { arity: 1, result: "same", float: Math.acosh },
  /** The inverse hyperbolic tangent. It is ±∞ at ±1 and NaN beyond. */
  atanh: { arity: 1, result: "same", float: Math.atanh },
  /** The error function 2/√π · ∫₀ᵃ e^(−t²) dt. */
  erf: { arity: 1, result: "same", float: erf },
  /** Flips every bit. For a bool, it is the logical not. */
  not: { arity: 1, result: "same", int: (a) => ~a, bool: (a) => a ^ 1 },
  /** The sum a + b. */
  add: { arity: 2, result: "same", float: (a, b) => a + b, int: (a, b) => a + b },
  /** The difference a − b. */
  sub: { arity: 2, result: "same", float: (a, b) => a - b, int: (a, b) => a - b },
  /** The product a · b. Of integers it keeps the low bits. */
  mul: { arity: 2, result: "same", float: (a, b) => a * b, int: Math.imul },
  /** The quotient a / b. Integers are truncated towards 0, and divided by 0 they give 0. */
  div: { arity: 2, result: "same", float: (a, b) => a / b, int: (a, b) => (b === 0 ? 0 : Math.trunc(a / b)) },
  /** a − b·⌊a / b⌋, with the sign of b, as PyTorch's remainder. For integers and b = 0 it is 0. */
  rem: { arity: 2, result: "same", float: floatRemainder, int: intRemainder },
  /** a^b as in C: a⁰ and 1^b are 1 even for NaN. */
  pow: { arity: 2, result: "same", float: floatPower, int: intPower },
  /** The angle of the point (b, a), in [−π, π]. */
  atan2: { arity: 2, result: "same", float: Math.atan2 },
  /** The smaller operand. It is NaN if either is NaN, and −0 is less than 0. */
  min: { arity: 2, result: "same", float: (a, b) => Math.min(a, b), int: smaller, bool: smaller },
  /** The larger operand. It is NaN if either is NaN, and 0 is greater than −0. */
  max: { arity: 2, result: "same", float: (a, b) => Math.max(a, b), int: larger, bool: larger },
  /** Whether a = b. NaN equals nothing, and −0 equals 0. */
  eq: { arity: 2, result: "bool", float: equal, int: equal, bool: equal },
  /** Whether a < b. It is false with NaN. */
  lt: { arity: 2, result: "bool", float: less, int: less, bool: less },
  /** Whether a ≤ b. It is false with NaN. */
  le: { arity: 2, result: "bool", float: lessOrEqual, int: lessOrEqual, bool: lessOrEqual },
  /** The bitwise and. For bools, it is the logical and. */
  and: { arity: 2, result: "same", int: (a, b) => a & b, bool: (a, b) => a & b },
  /** The bitwise or. For bools, it is the logical or. */
  or: { arity: 2, result: "same", int: (a, b) => a | b, bool: (a, b) => a | b },
  /** The bitwise exclusive or. For bools, it is the logical one. */
  xor: { arity: 2, result: "same", int: (a, b) => a ^ b, bool: (a, b) => a ^ b },
  /** a · 2^(b mod 32). The count is masked to five bits for every integer type. */
  shl: { arity: 2, result: "same", int: (a, b) => a << b },
  /** ⌊a / 2^(b mod 32)⌋. It keeps the sign. */
  shr: { arity: 2, result: "same", int: (a, b) => a >> b },
  /** The shift to the right by b mod 32 that fills with zero bits. */
  ushr: { arity: 2, result: "same", int: (a, b) => a >>> b },
  /** a where the bool condition is true, otherwise b. */
  where: { arity: 3, result: "same", float: select, int: select, bool: select },
};
