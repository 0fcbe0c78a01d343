/**
 * Random numbers as expressions of two keys, `scalar(0)` and `scalar(1)`, and of positions.
 *
 * @module
 */
import { cast, constant, type DType, type Expr, op, random, scalar } from "@lucid/backend";

/** Numbers that follow the two keys begin here. @internal */
export const FIRST_SCALAR = 2;

const int = (value: number): Expr => constant(value, "int32");

/** Word `word` (0 … 3) of the element: 32 random bits. */
function bits(word: number): Expr {
  return random(scalar(0, "int32"), op("add", scalar(1, "int32"), int(word)));
}

/** The upper `count` bits of a word as an integer ≥ 0. */
function upperBits(word: number, count: number): Expr {
  return op("ushr", bits(word), int(32 - count));
}

/** 53 random bits as a float64 integer, of two words. */
function wideBits(word: number): Expr {
  const high = op("mul", cast(upperBits(word, 27), "float64"), constant(2 ** 26, "float64"));
  return op("add", high, cast(upperBits(word + 1, 26), "float64"));
}

/** Uniform on [0, 1): a multiple of 2⁻²⁴ for float32, of 2⁻⁵³ for float64. @internal */
export function unitExpr(dtype: DType, word = 0): Expr {
  return dtype === "float64"
    ? op("mul", wideBits(2 * word), constant(2 ** -53, dtype))
    : op("mul", cast(upperBits(word, 24), dtype), constant(2 ** -24, dtype));
}

/** Uniform on (0, 1], with the full resolution of a word near 0: what a logarithm needs. */
function positiveUnit(dtype: DType): Expr {
  return dtype === "float64"
    ? op("mul", op("add", wideBits(0), constant(0.5, dtype)), constant(2 ** -53, dtype))
    : op("mul", op("add", cast(upperBits(0, 31), dtype), constant(0.5, dtype)), constant(2 ** -31, dtype));
}

/** Uniform on [low, high), of the numbers `scalar(2)` = low and `scalar(3)` = high. @internal */
export function uniformExpr(dtype: DType): Expr {
  const low = scalar(FIRST_SCALAR, dtype);
  const high = scalar(FIRST_SCALAR + 1, dtype);
  const value = op("add", op("mul", unitExpr(dtype), op("sub", high, low)), low);
  // Rounding may reach `high`.
  return op("where", op("lt", value, high), value, low);
}

/** Standard normal, by the transformation of Box and Muller. @internal */
export function normalExpr(dtype: DType): Expr {
  const radius = op("sqrt", op("mul", op("log", positiveUnit(dtype)), constant(-2, dtype)));
  const angle = op("mul", unitExpr(dtype, 1), constant(2 * Math.PI, dtype));
  return op("mul", radius, op("cos", angle));
}

/** Widest range for which {@link integerExpr} uses two words. */
const NARROW = 2 ** 15;

/**
 * Uniform integers of [low, low + range), of `scalar(2)` = low, `scalar(3)` = range and `scalar(4)` = 2³⁰ mod range. The
 * remainder of 61 bits for a narrow range (no value is likelier than another by more than 2⁻⁴⁶), else of 32 bits.
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
  // Doubled and one bit more, each reduced at once so that nothing overflows.
  const rest = op("sub", size, first);
  const doubled = op("where", op("le", rest, first), op("sub", first, rest), op("add", first, first));
  const bit = op("and", bits(0), int(1));
  const sum = op("add", doubled, bit);
  return op("add", low, op("where", op("le", op("sub", size, bit), doubled), op("sub", sum, size), sum));
}

/** Random int32 of all values. @internal */
export function bitsExpr(): Expr {
  return bits(0);
}
