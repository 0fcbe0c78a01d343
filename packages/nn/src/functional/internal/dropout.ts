/**
 * What all kinds of dropout have in common: their arguments, and random tensors that say what is kept.
 *
 * @module
 */
import { constant, type DType, type Expr, op, scalar } from "@lucid/backend";
import { callGenerate, readArguments, type Scalar } from "@lucid/tensor/extend";
import type { Tensor } from "@lucid/tensor/functions";
import { assertFlag, assertFloatingTensor, assertFraction } from "../../internal/checks.js";
import { FIRST_NUMBER, uniformExpr } from "./random.js";

/** Options of all kinds of dropout. */
export interface DropoutFunctionOptions {
  /** The probability with which an element becomes 0; default 0.5. */
  readonly p?: number;
  /** Whether anything is dropped. The default is true, and false for `alphaDropout` and `featureAlphaDropout`. */
  readonly training?: boolean;
}

/**
 * Returns the arguments of a kind of dropout, with their defaults.
 *
 * @throws ArgumentError unless 0 ≤ p ≤ 1; DTypeError unless the input holds floating-point numbers.
 */
export function resolveDropout(
  operation: string,
  input: Tensor,
  p: number | DropoutFunctionOptions | undefined,
  training: boolean | DropoutFunctionOptions | undefined,
  trainingByDefault: boolean,
): { readonly probability: number; readonly isTraining: boolean } {
  const given = readArguments<DropoutFunctionOptions>(operation, [p, training], ["p", "training"], {
    p: true,
    training: true,
  });
  const { p: probability = 0.5, training: isTraining = trainingByDefault } = given;
  assertFraction(operation, "p", probability);
  assertFlag(operation, "training", isTraining);
  assertFloatingTensor(operation, "input", input);
  return { probability, isTraining };
}

const choices = new Map<DType, Expr>();

/** The third number of a call where a random number lies below the share that is kept, else 0. */
function choiceExpr(dtype: DType): Expr {
  let expr = choices.get(dtype);
  if (expr === undefined) {
    const kept = op("lt", uniformExpr(), scalar(FIRST_NUMBER, "float32"));
    expr = op("where", kept, scalar(FIRST_NUMBER + 1, dtype), constant(0, dtype));
    choices.set(dtype, expr);
  }
  return expr;
}

/** Returns a random tensor that is `scale` with the probability `share`, else 0. */
export function drawScales(
  operation: string,
  { dtype, backend }: Tensor,
  shape: readonly number[],
  key: readonly Scalar[],
  share: number,
  scale: number,
): Tensor {
  return callGenerate(operation, backend, shape, choiceExpr(dtype), [...key, share, scale]);
}

/** The shape in which every channel of the input has one number. The last `field` dimensions are those of a channel. */
export function channelShape({ shape }: Tensor, field: number): readonly number[] {
  return shape.map((size, axis) => (axis < shape.length - field ? size : 1));
}
