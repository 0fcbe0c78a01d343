/**
 * Random numbers inside expressions. The two words of the random key are the first two numbers of a call.
 *
 * @module
 */
import { cast, constant, type Expr, op, random, scalar } from "@lucid/backend";

/** The position of the first number of a call after the two words of its key. */
export const FIRST_NUMBER = 2;

/** A uniform float32 number in [0, 1), a multiple of 2⁻²⁴, for the element at which the expression is evaluated. */
export function uniformExpr(): Expr {
  const bits = op("ushr", random(scalar(0, "int32"), scalar(1, "int32")), constant(8, "int32"));
  return op("mul", cast(bits, "float32"), constant(2 ** -24, "float32"));
}
