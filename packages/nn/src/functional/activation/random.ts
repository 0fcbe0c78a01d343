/**
 * Activation functions that draw random numbers.
 *
 * @module
 */
import { cast, checkOptions, constant, type DType, dtypes, type Expr, input, op, random, scalar } from "@lucid/backend";
import { callMap, owned, readArguments, withRandomKey } from "@lucid/tensor/extend";
import { add, argmax, scatter, softmax, sub, type Tensor, zerosLike } from "@lucid/tensor/functions";
import {
  assertFlag,
  assertFloatingTensor,
  assertInteger,
  assertNumber,
  assertPositive,
} from "../../internal/checks.js";
import { FIRST_NUMBER, uniformExpr } from "../internal/random.js";
import { leakyRelu } from "./rectifier.js";

/** Options of `rrelu`. */
export interface RReLUFunctionOptions {
  /** The smallest slope; default 1/8. */
  readonly lower?: number;
  /** The largest slope; default 1/3. */
  readonly upper?: number;
  /** Whether slopes are drawn; default false. */
  readonly training?: boolean;
}

const drawn = new Map<DType, readonly [Expr]>();

/** x where it is above 0, else x times a random slope. Numbers given at call time: the random key, lower, upper − lower. */
function randomlySlopedExpr(dtype: DType): readonly [Expr] {
  let exprs = drawn.get(dtype);
  if (exprs === undefined) {
    const { compute } = dtypes[dtype];
    const x = cast(input(0, dtype), compute);
    const share = op("mul", cast(uniformExpr(), compute), scalar(FIRST_NUMBER + 1, compute));
    const slope = op("add", share, scalar(FIRST_NUMBER, compute));
    exprs = [cast(op("where", op("lt", constant(0, compute), x), x, op("mul", x, slope)), dtype)];
    drawn.set(dtype, exprs);
  }
  return exprs;
}

/**
 * Lets negative numbers pass with a slope that is drawn for each of them in training; outside training the slope is the
 * mean of its bounds (Xu and others 2015).
 *
 *     rrelu(x) = x where x > 0, else a · x, with a uniform between lower and upper
 *
 * Shapes: `(*) → (*)`, where `*` is any shape.
 *
 * @param input - the tensor.
 * @param lower - the smallest slope, by position or in the options; default 1/8.
 * @param upper - the largest slope, by position or in the options; default 1/3.
 * @param training - whether slopes are drawn, by position or in the options; default false.
 * @throws ArgumentError unless the bounds are numbers; DTypeError unless the input holds floating-point numbers.
 *
 * @example
 * ```ts
 * functional.rrelu(tensor([-2, 3]), { lower: 0.25, upper: 0.75 }); // → Tensor([-1, 3])
 * ```
 *
 * Source: torch.nn.functional.rrelu.
 */
export function rrelu(
  input: Tensor,
  lower?: number | RReLUFunctionOptions,
  upper?: number | RReLUFunctionOptions,
  training?: boolean | RReLUFunctionOptions,
): Tensor {
  const names = ["lower", "upper", "training"] as const;
  const given = readArguments<RReLUFunctionOptions>("rrelu", [lower, upper, training], names, {
    lower: true,
    upper: true,
    training: true,
  });
  const { lower: least = 1 / 8, upper: most = 1 / 3, training: isTraining = false } = given;
  assertFloatingTensor("rrelu", "input", input);
  assertNumber("rrelu", "lower", least);
  assertNumber("rrelu", "upper", most);
  assertFlag("rrelu", "training", isTraining);
  if (!isTraining) return leakyRelu(input, (least + most) / 2);
  return withRandomKey(
    (key) => callMap("rrelu", [input], randomlySlopedExpr(input.dtype), [...key, least, most - least])[0]!,
  );
}

/** Options of `gumbelSoftmax`. */
export interface GumbelSoftmaxOptions {
  /** The temperature, above 0: the smaller it is, the closer the result is to one class; default 1. */
  readonly tau?: number;
  /** Whether the result is exactly one class, with the gradient of the soft result; default false. */
  readonly hard?: boolean;
  /** The dimension of the classes; negative numbers count from the last one; default −1. */
  readonly dim?: number;
}

const perturbed = new Map<DType, readonly [Expr]>();

/**
 * (x + g) / tau for a random number g = −log(−log u) with u between 0 and 1. Numbers given at call time: two words of the
 * random key, and tau.
 */
function perturbedExpr(dtype: DType): readonly [Expr] {
  let exprs = perturbed.get(dtype);
  if (exprs === undefined) {
    const { compute } = dtypes[dtype];
    const bits = op("ushr", random(scalar(0, "int32"), scalar(1, "int32")), constant(1, "int32"));
    const positive = op(
      "mul",
      op("add", cast(bits, "float32"), constant(0.5, "float32")),
      constant(2 ** -31, "float32"),
    );
    // A number next to 1 may have been rounded to 1, whose second logarithm is infinite.
    const uniform = cast(op("min", positive, constant(1 - 2 ** -24, "float32")), compute);
    const gumbel = op("neg", op("log", op("neg", op("log", uniform))));
    const sum = op("add", cast(input(0, dtype), compute), gumbel);
    exprs = [cast(op("div", sum, scalar(FIRST_NUMBER, compute)), dtype)];
    perturbed.set(dtype, exprs);
  }
  return exprs;
}

/**
 * Draws from the distribution of classes whose logarithms the scores are, in a way that has a gradient (Jang, Gu and
 * Poole 2016; Maddison, Mnih and Teh 2016).
 *
 *     y = softmax((logits + g) / tau), where g are independent random numbers of the Gumbel distribution
 *
 * Shapes: `(*) → (*)`, where `*` is any shape.
 *
 * @param logits - unnormalized log-probabilities.
 * @param options - `tau` (default 1): the temperature; `hard` (default false): whether the result is 1 for the largest
 * class and 0 for the others, with the gradient of the soft result; `dim` (default −1): the dimension of the classes.
 * @throws ArgumentError for a `tau` that is not above 0 or an unknown option; DTypeError unless the logits hold
 * floating-point numbers.
 *
 * @example
 * ```ts
 * functional.gumbelSoftmax(tensor([0, 1000]), { hard: true }); // → Tensor([0, 1])
 * ```
 *
 * Source: torch.nn.functional.gumbel_softmax.
 */
export function gumbelSoftmax(logits: Tensor, options?: GumbelSoftmaxOptions): Tensor {
  checkOptions("gumbelSoftmax", options, { tau: true, hard: true, dim: true });
  const { tau = 1, hard = false, dim = -1 } = options ?? {};
  assertFloatingTensor("gumbelSoftmax", "logits", logits);
  assertPositive("gumbelSoftmax", "tau", tau);
  assertFlag("gumbelSoftmax", "hard", hard);
  assertInteger("gumbelSoftmax", "dim", dim);
  return withRandomKey((key) =>
    owned(() => {
      const scores = callMap("gumbelSoftmax", [logits], perturbedExpr(logits.dtype), [...key, tau])[0]!;
      const soft = softmax(scores, dim);
      if (!hard) return soft;
      const detached = soft.detach();
      const winner = argmax(detached, { dim, keepdim: true });
      return sub(add(scatter(zerosLike(detached), dim, winner, 1), soft), detached);
    }),
  );
}
