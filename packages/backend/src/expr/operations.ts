/**
 * The table of scalar operations: all that an expression can compute. One row is one operation; the columns `float`,
 * `int` and `bool` hold its reference evaluation for that kind of element type, and a missing column means that the
 * operation is not defined there. Results are brought into the element type by `dtypes[dtype].wrap`: floats round to
 * float32 after every operation, integers wrap.
 *
 * A code generator is a record with one line per row (`satisfies Record<ScalarOp, …>`), so the compiler names what is
 * missing when a row is added.
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
  /** The result's element type: that of the operands, or bool. `where` takes a bool condition before its two operands. */
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

/** Nearest integer, halves to even; keeps −0. */
const roundHalfEven: Evaluation = (a) => (a - Math.floor(a) === 0.5 ? 2 * Math.round(a / 2) : Math.round(a));

/** `a − b·⌊a / b⌋`, exactly: the sign of the divisor. */
const floatRemainder: Evaluation = (a, b) => {
  const rest = a % b;
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
};
const intRemainder: Evaluation = (a, b) => (b === 0 ? 0 : floatRemainder(a, b, 0));

/** C's pow: 1 to any power and (−1)^±∞ are 1, where JavaScript answers NaN. */
const floatPower: Evaluation = (a, b) => (a === 1 || (a === -1 && (b === Infinity || b === -Infinity)) ? 1 : a ** b);

/** Wraps like repeated multiplication; a negative exponent truncates 1 / a^|b| (0 for a = 0). */
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
  /** −a. */
  neg: { arity: 1, result: "same", float: (a) => -a, int: (a) => -a },
  /** |a|. The smallest int32 stays itself. */
  abs: { arity: 1, result: "same", float: Math.abs, int: Math.abs },
  /** −1, 0 or 1; 0 for ±0 and NaN. */
  sign: { arity: 1, result: "same", float: (a) => (a > 0 ? 1 : a < 0 ? -1 : 0), int: Math.sign },
  /** Largest integer ≤ a; keeps −0. */
  floor: { arity: 1, result: "same", float: Math.floor },
  /** Smallest integer ≥ a; −0 for −1 < a ≤ −0. */
  ceil: { arity: 1, result: "same", float: Math.ceil },
  /** Nearest integer, halves to even; keeps the sign of zero. */
  round: { arity: 1, result: "same", float: roundHalfEven },
  /** Integer part; keeps the sign of zero. */
  trunc: { arity: 1, result: "same", float: Math.trunc },
  /** √a; NaN below 0, −0 for −0. */
  sqrt: { arity: 1, result: "same", float: Math.sqrt },
  /** e^a. */
  exp: { arity: 1, result: "same", float: Math.exp },
  /** 2^a. */
  exp2: { arity: 1, result: "same", float: (a) => 2 ** a },
  /** e^a − 1, accurate near 0; keeps −0. */
  expm1: { arity: 1, result: "same", float: Math.expm1 },
  /** Natural logarithm; −∞ at ±0, NaN below. */
  log: { arity: 1, result: "same", float: Math.log },
  /** ln(1 + a), accurate near 0; −∞ at −1, keeps −0. */
  log1p: { arity: 1, result: "same", float: Math.log1p },
  /** Logarithm to base 2. */
  log2: { arity: 1, result: "same", float: Math.log2 },
  /** Logarithm to base 10. */
  log10: { arity: 1, result: "same", float: Math.log10 },
  /** Sine; NaN at ±∞. */
  sin: { arity: 1, result: "same", float: Math.sin },
  /** Cosine; NaN at ±∞. */
  cos: { arity: 1, result: "same", float: Math.cos },
  /** Tangent; NaN at ±∞. */
  tan: { arity: 1, result: "same", float: Math.tan },
  /** Inverse sine in [−π/2, π/2]; NaN outside [−1, 1]. */
  asin: { arity: 1, result: "same", float: Math.asin },
  /** Inverse cosine in [0, π]; NaN outside [−1, 1]. */
  acos: { arity: 1, result: "same", float: Math.acos },
  /** Inverse tangent in [−π/2, π/2]. */
  atan: { arity: 1, result: "same", float: Math.atan },
  /** Hyperbolic sine. */
  sinh: { arity: 1, result: "same", float: Math.sinh },
  /** Hyperbolic cosine. */
  cosh: { arity: 1, result: "same", float: Math.cosh },
  /** Hyperbolic tangent. */
  tanh: { arity: 1, result: "same", float: Math.tanh },
  /** Inverse hyperbolic sine. */
  asinh: { arity: 1, result: "same", float: Math.asinh },
  /** Inverse hyperbolic cosine; NaN below 1. */
  acosh: { arity: 1, result: "same", float: Math.acosh },
  /** Inverse hyperbolic tangent; ±∞ at ±1, NaN outside. */
  atanh: { arity: 1, result: "same", float: Math.atanh },
  /** 2/√π · ∫₀ᵃ e^(−t²) dt. */
  erf: { arity: 1, result: "same", float: erf },
  /** Every bit flipped; logical not of a bool. */
  not: { arity: 1, result: "same", int: (a) => ~a, bool: (a) => a ^ 1 },
  /** a + b. */
  add: { arity: 2, result: "same", float: (a, b) => a + b, int: (a, b) => a + b },
  /** a − b. */
  sub: { arity: 2, result: "same", float: (a, b) => a - b, int: (a, b) => a - b },
  /** a · b; integers keep the low bits. */
  mul: { arity: 2, result: "same", float: (a, b) => a * b, int: Math.imul },
  /** a / b. Integers truncate towards 0, and dividing by 0 gives 0. */
  div: { arity: 2, result: "same", float: (a, b) => a / b, int: (a, b) => (b === 0 ? 0 : Math.trunc(a / b)) },
  /** a − b·⌊a / b⌋, with the sign of b, as PyTorch's remainder. Integers: 0 for b = 0. */
  rem: { arity: 2, result: "same", float: floatRemainder, int: intRemainder },
  /** a^b as in C: a⁰ and 1^b are 1 even for NaN. */
  pow: { arity: 2, result: "same", float: floatPower, int: intPower },
  /** The angle of the point (b, a) in (−π, π]. */
  atan2: { arity: 2, result: "same", float: Math.atan2 },
  /** The smaller; NaN if either is NaN; −0 is below 0. */
  min: { arity: 2, result: "same", float: (a, b) => Math.min(a, b), int: smaller, bool: smaller },
  /** The larger; NaN if either is NaN; 0 is above −0. */
  max: { arity: 2, result: "same", float: (a, b) => Math.max(a, b), int: larger, bool: larger },
  /** a = b; NaN equals nothing, −0 equals 0. */
  eq: { arity: 2, result: "bool", float: equal, int: equal, bool: equal },
  /** a < b; false with NaN. */
  lt: { arity: 2, result: "bool", float: less, int: less, bool: less },
  /** a ≤ b; false with NaN. */
  le: { arity: 2, result: "bool", float: lessOrEqual, int: lessOrEqual, bool: lessOrEqual },
  /** Bitwise and; logical for bool. */
  and: { arity: 2, result: "same", int: (a, b) => a & b, bool: (a, b) => a & b },
  /** Bitwise or; logical for bool. */
  or: { arity: 2, result: "same", int: (a, b) => a | b, bool: (a, b) => a | b },
  /** Bitwise exclusive or; logical for bool. */
  xor: { arity: 2, result: "same", int: (a, b) => a ^ b, bool: (a, b) => a ^ b },
  /** a · 2^(b mod 32); the count is masked to five bits for every integer type. */
  shl: { arity: 2, result: "same", int: (a, b) => a << b },
  /** ⌊a / 2^(b mod 32)⌋, keeping the sign. */
  shr: { arity: 2, result: "same", int: (a, b) => a >> b },
  /** Shift right by b mod 32, filling with zero bits. */
  ushr: { arity: 2, result: "same", int: (a, b) => a >>> b },
  /** a where the bool condition holds, else b. */
  where: { arity: 3, result: "same", float: select, int: select, bool: select },
};
