/**
 * Initializers that fill a tensor with one number, or with random numbers of a given distribution.
 *
 * @module
 */
import { noGrad } from "@lucid/autograd";
import { readArguments } from "@lucid/tensor/extend";
import { fill_, type Tensor, normal_ as tensorNormal_, uniform_ as tensorUniform_ } from "@lucid/tensor/functions";
import { assertFloatingTensor, assertNumber, assertTensor } from "../internal/checks.js";

/** Options of `uniform_`. */
export interface UniformOptions {
  /** The lower end of the interval; default 0. */
  readonly a?: number;
  /** The upper end of the interval; default 1. */
  readonly b?: number;
}

/**
 * Fills a tensor with uniform random numbers in [a, b).
 *
 * @param tensor - the tensor that is filled.
 * @param a - the lower end, by position or in the options; default 0.
 * @param b - the upper end, by position or in the options; default 1.
 * @throws ArgumentError unless a ≤ b are numbers; DTypeError unless the tensor is floating.
 *
 * @example
 * ```ts
 * init.uniform_(zeros([2]), 3, 3); // → Tensor([3, 3])
 * init.uniform_(zeros([2]), { a: 3, b: 3 }); // → Tensor([3, 3])
 * ```
 *
 * Source: torch.nn.init.uniform_.
 */
export function uniform_<T extends Tensor>(tensor: T, a?: number | UniformOptions, b?: number | UniformOptions): T {
  assertFloatingTensor("uniform_", "tensor", tensor);
  const given = readArguments<UniformOptions>("uniform_", [a, b], ["a", "b"], { a: true, b: true });
  const { a: low = 0, b: high = 1 } = given;
  assertNumber("uniform_", "a", low);
  assertNumber("uniform_", "b", high);
  return noGrad(() => tensorUniform_(tensor, low, high));
}

/** Options of `normal_`. */
export interface NormalOptions {
  /** The mean; default 0. */
  readonly mean?: number;
  /** The standard deviation; default 1. */
  readonly std?: number;
}

/**
 * Fills a tensor with normal random numbers.
 *
 * @param tensor - the tensor that is filled.
 * @param mean - by position or in the options; default 0.
 * @param std - the standard deviation, by position or in the options; default 1.
 * @throws ArgumentError unless mean and std are numbers and std ≥ 0; DTypeError unless the tensor is floating.
 *
 * @example
 * ```ts
 * init.normal_(zeros([2]), 5, 0); // → Tensor([5, 5])
 * init.normal_(zeros([2]), { mean: 5, std: 0 }); // → Tensor([5, 5])
 * ```
 *
 * Source: torch.nn.init.normal_.
 */
export function normal_<T extends Tensor>(tensor: T, mean?: number | NormalOptions, std?: number | NormalOptions): T {
  assertFloatingTensor("normal_", "tensor", tensor);
  const given = readArguments<NormalOptions>("normal_", [mean, std], ["mean", "std"], { mean: true, std: true });
  const { mean: center = 0, std: deviation = 1 } = given;
  assertNumber("normal_", "mean", center);
  assertNumber("normal_", "std", deviation);
  return noGrad(() => tensorNormal_(tensor, center, deviation));
}

function fill<T extends Tensor>(operation: string, tensor: T, value: number): T {
  assertTensor(operation, "tensor", tensor);
  return noGrad(() => fill_(tensor, value));
}

/**
 * Fills a tensor with one number.
 *
 * @param tensor - the tensor that is filled.
 * @param value - the number.
 * @throws ArgumentError unless `tensor` is a tensor and `value` a number.
 *
 * @example
 * ```ts
 * init.constant_(zeros([2]), 0.5); // → Tensor([0.5, 0.5])
 * ```
 *
 * Source: torch.nn.init.constant_.
 */
export function constant_<T extends Tensor>(tensor: T, value: number): T {
  assertNumber("constant_", "value", value);
  return fill("constant_", tensor, value);
}

/**
 * Fills a tensor with zeros.
 *
 * @throws ArgumentError unless `tensor` is a tensor.
 *
 * @example
 * ```ts
 * init.zeros_(ones([2])); // → Tensor([0, 0])
 * ```
 *
 * Source: torch.nn.init.zeros_.
 */
export function zeros_<T extends Tensor>(tensor: T): T {
  return fill("zeros_", tensor, 0);
}

/**
 * Fills a tensor with ones.
 *
 * @throws ArgumentError unless `tensor` is a tensor.
 *
 * @example
 * ```ts
 * init.ones_(zeros([2])); // → Tensor([1, 1])
 * ```
 *
 * Source: torch.nn.init.ones_.
 */
export function ones_<T extends Tensor>(tensor: T): T {
  return fill("ones_", tensor, 1);
}
