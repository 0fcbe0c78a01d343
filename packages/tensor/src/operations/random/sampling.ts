/**
 * Filling tensors with random numbers, and drawing by the probabilities that a tensor holds.
 *
 * @module
 */
import {
  ArgumentError,
  cast,
  type DType,
  describeValue,
  type Expr,
  input,
  type OptionNames,
  op,
  scalar,
  dtypes,
} from "@lucid/backend";
import { callGenerate, callMap, callMapInto } from "../../primitives/map.js";
import { Tensor } from "../../tensor/tensor.js";
import { assertReal, readArguments } from "../internal/arguments.js";
import { assertFloating, assertTensor } from "../internal/checks.js";
import { FIRST_SCALAR, normalExpr, uniformExpr, unitExpr } from "./distributions.js";
import { withRandomKey } from "./state.js";

/** Whether a uniform number is less than a probability, as an element of `dtype`. */
function trial(probability: Expr, dtype: DType): Expr {
  const { compute } = dtypes[probability.dtype];
  return cast(op("lt", unitExpr(compute), cast(probability, compute)), dtype);
}

/** Options of {@link bernoulli} and {@link bernoulli_}. */
export interface BernoulliOptions {
  /** The probability of 1. */
  readonly p?: number;
}

const BERNOULLI: OptionNames<BernoulliOptions> = { p: true };

function assertProbability(operation: string, p: unknown): asserts p is number {
  if (typeof p === "number" && p >= 0 && p <= 1) return;
  throw new ArgumentError(operation, `${describeValue(p)} is no probability`, {
    rule: "a probability is a number from 0 to 1",
  });
}

/**
 * Draws 1 or 0 for every element: 1 with the probability that the element gives, or with the probability p.
 *
 * The result has no derivative.
 *
 * @param p - the probability of 1 for all elements; default: each element is its own probability.
 * @throws DTypeError unless x is floating, if there is no p; ArgumentError unless 0 ≤ p ≤ 1.
 *
 * @example
 * ```ts
 * bernoulli(tensor([0, 1, 1])); // → Tensor([0, 1, 1])
 * bernoulli(zeros([2]), { p: 1 }); // → Tensor([1, 1])
 * ```
 *
 * @see torch.bernoulli
 */
export function bernoulli(x: Tensor, p?: number | BernoulliOptions): Tensor {
  assertTensor("bernoulli", "the input", x);
  const options = readArguments<BernoulliOptions>("bernoulli", [p], ["p"], BERNOULLI);
  if (options.p !== undefined) {
    assertProbability("bernoulli", options.p);
    const expr = trial(scalar(FIRST_SCALAR, "float32"), x.dtype);
    // The input only determines the shape and the type; its elements are not read.
    const { p: probability } = options;
    return withRandomKey((key) => callGenerate("bernoulli", x.backend, x.shape, expr, [...key, probability]));
  }
  assertFloating("bernoulli", x.dtype);
  return withRandomKey((key) => callMap("bernoulli", [x], [trial(input(0, x.dtype), x.dtype)], key)[0]!);
}

/**
 * Fills the tensor with 1 at the probability p, and 0 elsewhere. Returns the tensor.
 *
 * @param p - a number, or a tensor that broadcasts; default 0.5.
 * @throws ArgumentError unless 0 ≤ p ≤ 1.
 *
 * @example
 * ```ts
 * bernoulli_(zeros([2]), 1); // → Tensor([1, 1])
 * ```
 *
 * @see torch.Tensor.bernoulli_
 */
export function bernoulli_<T extends Tensor>(x: T, p: number | Tensor | BernoulliOptions = 0.5): T {
  assertTensor("bernoulli_", "the input", x);
  if (p instanceof Tensor) {
    assertFloating("bernoulli_", p.dtype);
    withRandomKey((key) => callMapInto("bernoulli_", [x], [p], [trial(input(0, p.dtype), x.dtype)], key));
    return x;
  }
  const options = readArguments<BernoulliOptions>("bernoulli_", [p], ["p"], BERNOULLI);
  const probability = options.p ?? 0.5;
  assertProbability("bernoulli_", probability);
  const expr = trial(scalar(FIRST_SCALAR, "float32"), x.dtype);
  withRandomKey((key) => callMapInto("bernoulli_", [x], [], [expr], [...key, probability]));
  return x;
}

/** Options of {@link uniform_}. */
export interface UniformOptions {
  /** The smallest number; default 0. */
  readonly from?: number;
  /** Numbers lie below it; default 1. */
  readonly to?: number;
}

/**
 * Fills the tensor with uniform random numbers in [from, to). Returns the tensor.
 *
 * @param from - the smallest number; default 0.
 * @param to - numbers lie below it; default 1.
 * @throws DTypeError unless x is floating; ArgumentError if from > to.
 *
 * @example
 * ```ts
 * uniform_(zeros([2]), 3, 3); // → Tensor([3, 3])
 * ```
 *
 * @see torch.Tensor.uniform_
 */
export function uniform_<T extends Tensor>(x: T, from?: number | UniformOptions, to?: number): T {
  assertTensor("uniform_", "the input", x);
  assertFloating("uniform_", x.dtype);
  const names: OptionNames<UniformOptions> = { from: true, to: true };
  const options = readArguments<UniformOptions>("uniform_", [from, to], ["from", "to"], names);
  const { from: low = 0, to: high = 1 } = options;
  assertReal("uniform_", "from", low);
  assertReal("uniform_", "to", high);
  if (!(low <= high)) {
    throw new ArgumentError("uniform_", `there is nothing between ${low} and ${high}`, { rule: "from ≤ to" });
  }
  withRandomKey((key) => callMapInto("uniform_", [x], [], [uniformExpr(x.dtype)], [...key, low, high]));
  return x;
}

/** Options of {@link normal_}. */
export interface NormalOptions {
  /** The mean; default 0. */
  readonly mean?: number;
  /** The standard deviation; default 1. */
  readonly std?: number;
}

/**
 * Fills the tensor with normal random numbers. Returns the tensor.
 *
 * With one seed, backends may differ in the last bit of a number, since their logarithms and cosines do.
 *
 * @param mean - the mean; default 0.
 * @param std - the standard deviation; default 1.
 * @throws DTypeError unless x is floating; ArgumentError if std < 0.
 *
 * @example
 * ```ts
 * normal_(zeros([2]), 5, 0); // → Tensor([5, 5])
 * ```
 *
 * @see torch.Tensor.normal_
 */
export function normal_<T extends Tensor>(x: T, mean?: number | NormalOptions, std?: number): T {
  assertTensor("normal_", "the input", x);
  assertFloating("normal_", x.dtype);
  const names: OptionNames<NormalOptions> = { mean: true, std: true };
  const options = readArguments<NormalOptions>("normal_", [mean, std], ["mean", "std"], names);
  const { mean: center = 0, std: deviation = 1 } = options;
  assertReal("normal_", "mean", center);
  assertReal("normal_", "std", deviation);
  if (!(deviation >= 0)) {
    throw new ArgumentError("normal_", `the standard deviation is ${deviation}`, { rule: "std ≥ 0" });
  }
  const [shift, factor] = [scalar(FIRST_SCALAR, x.dtype), scalar(FIRST_SCALAR + 1, x.dtype)];
  const expr = op("add", op("mul", normalExpr(x.dtype), factor), shift);
  withRandomKey((key) => callMapInto("normal_", [x], [], [expr], [...key, center, deviation]));
  return x;
}
