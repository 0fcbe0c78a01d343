/**
 * Random numbers into tensors that exist, and of probabilities that a tensor holds.
 *
 * @module
 */
import { ArgumentError, cast, type DType, type Expr, input, op, scalar } from "@lucid/backend";
import { callMap, callMapInto } from "../primitives/map.js";
import { Tensor } from "../tensor/tensor.js";
import { assertFloating, assertTensor } from "./checks.js";
import { FIRST_SCALAR, normalExpr, uniformExpr, unitExpr } from "./distributions.js";
import { nextRandomKey } from "./random-state.js";

/** Whether a uniform number lies below a probability, as an element of `dtype`. */
function trial(probability: Expr, dtype: DType): Expr {
  return cast(op("lt", unitExpr(probability.dtype), probability), dtype);
}

/**
 * 1 with the probability that the element of x gives, else 0. Has no derivative. (torch.bernoulli)
 *
 * @throws DTypeError unless x is floating.
 *
 * @example
 * ```ts
 * bernoulli(tensor([0, 1, 1])); // → Tensor([0, 1, 1])
 * ```
 */
export function bernoulli(x: Tensor): Tensor {
  assertTensor("bernoulli", "the input", x);
  assertFloating("bernoulli", x.dtype);
  return callMap("bernoulli", [x], [trial(input(0, x.dtype), x.dtype)], nextRandomKey())[0]!;
}

/**
 * Fills the tensor with 1 at a probability of p, else 0; p is a number or a tensor that broadcasts. Returns the tensor.
 * (torch.Tensor.bernoulli_)
 *
 * @throws ArgumentError unless 0 ≤ p ≤ 1.
 *
 * @example
 * ```ts
 * bernoulli_(zeros([2]), 1); // → Tensor([1, 1])
 * ```
 */
export function bernoulli_<T extends Tensor>(x: T, p: number | Tensor = 0.5): T {
  assertTensor("bernoulli_", "the input", x);
  const [key0, key1] = nextRandomKey();
  if (p instanceof Tensor) {
    assertFloating("bernoulli_", p.dtype);
    callMapInto("bernoulli_", [x], [p], [trial(input(0, p.dtype), x.dtype)], [key0, key1]);
    return x;
  }
  if (!(p >= 0 && p <= 1)) {
    throw new ArgumentError("bernoulli_", `${String(p)} is no probability`, { rule: "a probability lies in [0, 1]" });
  }
  callMapInto("bernoulli_", [x], [], [trial(scalar(FIRST_SCALAR, "float32"), x.dtype)], [key0, key1, p]);
  return x;
}

/**
 * Fills the tensor with uniform random numbers in [low, high). Returns the tensor. (torch.Tensor.uniform_)
 *
 * @throws DTypeError unless x is floating; ArgumentError if low > high.
 *
 * @example
 * ```ts
 * uniform_(zeros([2]), 3, 3); // → Tensor([3, 3])
 * ```
 */
export function uniform_<T extends Tensor>(x: T, low = 0, high = 1): T {
  assertTensor("uniform_", "the input", x);
  assertFloating("uniform_", x.dtype);
  if (!(low <= high)) {
    throw new ArgumentError("uniform_", `there is nothing between ${low} and ${high}`, { rule: "low ≤ high" });
  }
  callMapInto("uniform_", [x], [], [uniformExpr(x.dtype)], [...nextRandomKey(), low, high]);
  return x;
}

/**
 * Fills the tensor with normal random numbers of this mean and standard deviation. Returns the tensor.
 * (torch.Tensor.normal_)
 *
 * @throws DTypeError unless x is floating; ArgumentError if std < 0.
 *
 * @example
 * ```ts
 * normal_(zeros([2]), 5, 0); // → Tensor([5, 5])
 * ```
 */
export function normal_<T extends Tensor>(x: T, mean = 0, std = 1): T {
  assertTensor("normal_", "the input", x);
  assertFloating("normal_", x.dtype);
  if (!(std >= 0)) {
    throw new ArgumentError("normal_", `the standard deviation is ${String(std)}`, { rule: "std ≥ 0" });
  }
  const [center, spread] = [scalar(FIRST_SCALAR, x.dtype), scalar(FIRST_SCALAR + 1, x.dtype)];
  const expr = op("add", op("mul", normalExpr(x.dtype), spread), center);
  callMapInto("normal_", [x], [], [expr], [...nextRandomKey(), mean, std]);
  return x;
}
