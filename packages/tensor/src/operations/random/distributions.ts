/**
 * Expressions that compute random numbers. They read two keys, `scalar(0)` and `scalar(1)`, and the position of the
 * element.
 *
 * @module
 */
import { type ComputeType, cast, constant, type DType, dtypes, type Expr, op, random, scalar } from "@lucid/backend";

/** The position of the first scalar after the two keys. @internal */
export const FIRST_SCALAR = 2;

/** The bits of a random word. */
const WORD = 32;

const int = (value: number): Expr => constant(value, "int32");

/** Word `word` (0 … 3) of the element: an int32 of 32 random bits. */
function bits(word: number): Expr {
  return random(scalar(0, "int32"), op("add", scalar(1, "int32"), int(word)));
}

/** The upper `count` bits of a word, as an integer ≥ 0. */
function upperBits(word: number, count: number): Expr {
  return op("ushr", bits(word), int(32 - count));
}

/** A float64 integer of 53 random bits, which takes two words. */
function wideBits(word: number): Expr {
  const high = op("mul", cast(upperBits(word, 27), "float64"), constant(2 ** 26, "float64"));
  return op("add", high, cast(upperBits(word + 1, 26), "float64"));
}

/**
 * Uniform numbers in [0, 1), with as many random bits as the type has digits: multiples of 2⁻²⁴ for float32, of 2⁻⁵³ for
 * float64, of 2⁻¹¹ for float16 and of 2⁻⁸ for bfloat16.
 *
 * @internal
 */
export function unitExpr(dtype: DType, word = 0): Expr {
  const { compute, epsilon } = dtypes[dtype];
  const digits = 1 - Math.log2(epsilon);
  const whole = digits > WORD ? wideBits(2 * word) : cast(upperBits(word, digits), compute);
  return cast(op("mul", whole, constant(epsilon / 2, compute)), dtype);
}

/** Uniform numbers in (0, 1]. Near 0 they have the full resolution of a word, because a logarithm needs it. */
function positiveUnit(dtype: ComputeType): Expr {
  return 1 - Math.log2(dtypes[dtype].epsilon) > WORD
    ? op("mul", op("add", wideBits(0), constant(0.5, dtype)), constant(2 ** -53, dtype))
    : op("mul", op("add", cast(upperBits(0, 31), dtype), constant(0.5, dtype)), constant(2 ** -31, dtype));
}

/** Uniform numbers in [low, high), where `scalar(2)` is low and `scalar(3)` is high. @internal */
export function uniformExpr(dtype: DType): Expr {
  const { compute } = dtypes[dtype];
  const low = scalar(FIRST_SCALAR, compute);
  const high = scalar(FIRST_SCALAR + 1, compute);
  const unit = cast(unitExpr(dtype), compute);
  const value = cast(op("add", op("mul", unit, op("sub", high, low)), low), dtype);
  // Rounding may give `high` itself, which is excluded.
  return cast(op("where", op("lt", cast(value, compute), high), cast(value, compute), low), dtype);
}

/** Normal numbers with mean 0 and variance 1, by the Box–Muller transformation. @internal */
export function normalExpr(type: DType): Expr {
  const dtype = dtypes[type].compute;
  const radius = op("sqrt", op("mul", op("log", positiveUnit(dtype)), constant(-2, dtype)));
  const angle = op("mul", unitExpr(dtype, 1), constant(2 * Math.PI, dtype));
  return cast(op("mul", radius, op("cos", angle)), type);
}

/** The widest range for which {@link integerExpr} uses two words. */
const NARROW = 2 ** 15;

/**
 * Uniform integers in [low, low + range), where `scalar(2)` is low, `scalar(3)` is the range, and `scalar(4)` is 2³⁰
 * mod range. They are remainders of 61 bits for a narrow range, so that no value is likelier than another by more than
 * 2⁻⁴⁶, and of 32 bits for a wide one.
 *
 * @internal
 */
export function integerExpr(range: number): Expr {
  const low = scalar(FIRST_SCALAR, "int32");
  const size = scalar(FIRST_SCALAR + 1, "int32");
  const first = op("rem", upperBits(0, 31), size);
  if (range <= NARROW) {
    const shifted = op("mul", first, scalar(FIRST_SCALAR + 2, "int32"));
    return op("add", low, op("rem", op("add", shifted, upperBits(1, 30)), size));
  }
  // The remainder is doubled and one bit is added. Each step is reduced at once, so that nothing overflows.
  const rest = op("sub", size, first);
  const doubled = op("where", op("le", rest, first), op("sub", first, rest), op("add", first, first));
  const bit = op("and", bits(0), int(1));
  const sum = op("add", doubled, bit);
  return op("add", low, op("where", op("le", op("sub", size, bit), doubled), op("sub", sum, size), sum));
}

/** Random int32 values, all equally likely. @internal */
export function bitsExpr(): Expr {
  return bits(0);
}
