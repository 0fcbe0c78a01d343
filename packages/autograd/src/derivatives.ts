/**
 * The derivatives of scalar operations, one line for each operation. `differentiate.ts` composes these lines.
 *
 * @module
 */
import { constant, type Expr, ge, op, type ScalarOp } from "@lucid/backend";

/**
 * Returns what one operand of y = f(a, b, c) receives, g · ∂f/∂operand, from the gradient g of the result, the result
 * y, and the operands.
 *
 * A line that begins with `where(condition, …, 0)` means that nothing flows where the condition is false: there the
 * gradient is exactly 0, however large the derivatives below are.
 */
export type Derivative = (g: Expr, y: Expr, a: Expr, b: Expr, c: Expr) => Expr;

/** One entry for each operand, null for an operand without a derivative; null for an operation without any. */
export type Derivatives = readonly (Derivative | null)[] | null;

const neg = (a: Expr): Expr => op("neg", a);
const add = (a: Expr, b: Expr): Expr => op("add", a, b);
const sub = (a: Expr, b: Expr): Expr => op("sub", a, b);
const mul = (a: Expr, b: Expr): Expr => op("mul", a, b);
const div = (a: Expr, b: Expr): Expr => op("div", a, b);
const sqrt = (a: Expr): Expr => op("sqrt", a);
const eq = (a: Expr, b: Expr): Expr => op("eq", a, b);
const lt = (a: Expr, b: Expr): Expr => op("lt", a, b);
const where = (condition: Expr, a: Expr, b: Expr): Expr => op("where", condition, a, b);
const zero = (like: Expr): Expr => constant(0, like.dtype);
const one = (like: Expr): Expr => constant(1, like.dtype);
const times = (factor: number, a: Expr): Expr => mul(a, constant(factor, a.dtype));
const square = (a: Expr): Expr => mul(a, a);

/** Gives both operands half of the gradient if they tie. */
const shared = (g: Expr, a: Expr, b: Expr): Expr => where(eq(a, b), times(0.5, g), g);

/** −g · a / b², written with y = a / b. If a is a literal, as in 1 / b, it is written with y alone. */
const ofDivisor: Derivative = (g, y, a, b) =>
  a.kind === "constant" && a.value !== 0 ? neg(mul(mul(g, y), div(y, a))) : neg(mul(div(g, b), y));

/**
 * −g · q, where q is the quotient that left the remainder y. It is computed from y, because ⌊a / b⌋ is one too large
 * where a / b is rounded up to an integer.
 */
const ofModulus: Derivative = (g, y, a, b) =>
  neg(mul(g, op("round", where(eq(b, zero(b)), div(a, b), div(sub(a, y), b)))));

/** g · a^b · ln a; 0 where the base is 0 and the exponent is ≥ 0. */
const ofExponent: Derivative = (g, y, a, b) =>
  where(op("and", eq(a, zero(a)), ge(b, zero(b))), zero(g), mul(g, mul(y, op("log", a))));

/**
 * The derivatives of every scalar operation. At points without a derivative they follow PyTorch: |a|′ = 0 at 0, ties of
 * `min` and `max` share the gradient, (a⁰)′ = 0. They are written with the result y where that is as good, so that the
 * operands need not be kept.
 *
 * @example
 * ```ts
 * const [g, y, x] = [input(0, "float32"), input(1, "float32"), input(2, "float32")];
 * String(derivatives.tanh![0]!(g, y, x, x, x)); // → "x0 * (1 - x1 * x1)"
 * ```
 */
export const derivatives: Readonly<Record<ScalarOp, Derivatives>> = {
  neg: [(g) => neg(g)],
  abs: [(g, _y, a) => mul(g, op("sign", a))],
  sign: null,
  floor: null,
  ceil: null,
  round: null,
  trunc: null,
  sqrt: [(g, y) => div(g, times(2, y))],
  exp: [(g, y) => mul(g, y)],
  exp2: [(g, y) => mul(g, times(Math.LN2, y))],
  expm1: [(g, y) => mul(g, add(y, one(y)))],
  log: [(g, _y, a) => div(g, a)],
  log1p: [(g, _y, a) => div(g, add(a, one(a)))],
  log2: [(g, _y, a) => div(g, times(Math.LN2, a))],
  log10: [(g, _y, a) => div(g, times(Math.LN10, a))],
  sin: [(g, _y, a) => mul(g, op("cos", a))],
  cos: [(g, _y, a) => mul(g, neg(op("sin", a)))],
  tan: [(g, y) => mul(g, add(square(y), one(y)))],
  asin: [(g, _y, a) => div(g, sqrt(sub(one(a), square(a))))],
  acos: [(g, _y, a) => neg(div(g, sqrt(sub(one(a), square(a)))))],
  atan: [(g, _y, a) => div(g, add(square(a), one(a)))],
  sinh: [(g, _y, a) => mul(g, op("cosh", a))],
  cosh: [(g, _y, a) => mul(g, op("sinh", a))],
  tanh: [(g, y) => mul(g, sub(one(y), square(y)))],
  asinh: [(g, _y, a) => div(g, sqrt(add(square(a), one(a))))],
  acosh: [(g, _y, a) => div(g, sqrt(sub(square(a), one(a))))],
  atanh: [(g, _y, a) => div(g, sub(one(a), square(a)))],
  erf: [(g, _y, a) => mul(g, times(2 / Math.sqrt(Math.PI), op("exp", neg(square(a)))))],
  not: null,
  add: [(g) => g, (g) => g],
  sub: [(g) => g, (g) => neg(g)],
  mul: [(g, _y, _a, b) => mul(g, b), (g, _y, a) => mul(g, a)],
  div: [(g, _y, _a, b) => div(g, b), ofDivisor],
  rem: [(g) => g, ofModulus],
  pow: [(g, _y, a, b) => where(eq(b, zero(b)), zero(g), mul(g, mul(b, op("pow", a, sub(b, one(b)))))), ofExponent],
  atan2: [
    (g, _y, a, b) => mul(g, div(b, add(square(a), square(b)))),
    (g, _y, a, b) => neg(mul(g, div(a, add(square(a), square(b))))),
  ],
  min: [
    (g, _y, a, b) => where(lt(b, a), zero(g), shared(g, a, b)),
    (g, _y, a, b) => where(lt(a, b), zero(g), shared(g, a, b)),
  ],
  max: [
    (g, _y, a, b) => where(lt(a, b), zero(g), shared(g, a, b)),
    (g, _y, a, b) => where(lt(b, a), zero(g), shared(g, a, b)),
  ],
  eq: null,
  lt: null,
  le: null,
  and: null,
  or: null,
  xor: null,
  shl: null,
  shr: null,
  ushr: null,
  where: [null, (g, _y, condition) => where(condition, g, zero(g)), (g, _y, condition) => where(condition, zero(g), g)],
};
