/**
 * Dropout.
 *
 * @module
 */
import { constant, type DType, type Expr, input, op, scalar } from "@lucid/backend";
import { callMap, withRandomKey } from "@lucid/tensor/extend";
import type { Tensor } from "@lucid/tensor/functions";
import { type DropoutFunctionOptions, resolveDropout } from "./internal/dropout.js";
import { FIRST_NUMBER, uniformExpr } from "./internal/random.js";

export type { DropoutFunctionOptions };

const known = new Map<DType, readonly [Expr]>();

/**
 * x · scale where a random number of [0, 1) lies below the fraction that is kept, else 0. Numbers given at call time:
 * two words of the random key, the fraction, the scale.
 */
function dropoutExpr(dtype: DType): readonly [Expr] {
  let exprs = known.get(dtype);
  if (exprs === undefined) {
    const kept = op("lt", uniformExpr(), scalar(FIRST_NUMBER, "float32"));
    exprs = [op("mul", input(0, dtype), op("where", kept, scalar(FIRST_NUMBER + 1, dtype), constant(0, dtype)))];
    known.set(dtype, exprs);
  }
  return exprs;
}

/**
 * Sets random elements to 0 in training and enlarges the others, so that the mean stays the same. Outside training it
 * returns its input. One kernel draws the random numbers and applies them.
 *
 *     y = 0 with probability p, else x / (1 − p)
 *
 * Shapes: `(*) → (*)`, where `*` is any shape.
 *
 * @param input - the tensor.
 * @param p - the probability with which an element becomes 0, by position or in the options; default 0.5.
 * @param training - whether anything is dropped, by position or in the options; default true.
 * @throws ArgumentError unless 0 ≤ p ≤ 1; DTypeError unless the input holds floating-point numbers.
 *
 * @example
 * ```ts
 * functional.dropout(tensor([1, 2]), 1); // → Tensor([0, 0])
 * functional.dropout(tensor([1, 2]), { p: 0.5, training: false }); // → Tensor([1, 2])
 * ```
 *
 * Source: torch.nn.functional.dropout.
 */
export function dropout(
  input: Tensor,
  p?: number | DropoutFunctionOptions,
  training?: boolean | DropoutFunctionOptions,
): Tensor {
  const { probability, isTraining } = resolveDropout("dropout", input, p, training, true);
  if (!isTraining) return input;
  const scale = probability === 1 ? 0 : 1 / (1 - probability);
  const exprs = dropoutExpr(input.dtype);
  return withRandomKey((key) => callMap("dropout", [input], exprs, [...key, 1 - probability, scale])[0]!);
}
