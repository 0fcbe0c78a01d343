/**
 * Random tensors. `manualSeed` makes them repeatable; the same seed gives the same integers and uniform numbers on every
 * backend, and normal ones to the accuracy of its logarithm and cosine.
 *
 * @module
 */
import { ArgumentError, cast, type DType, DTypeError, dtypes, type Expr } from "@lucid/backend";
import { owned } from "../memory/ownership.js";
import { callGenerate } from "../primitives/map.js";
import { callSort } from "../primitives/ordering.js";
import type { Tensor, TensorOptions } from "../tensor/tensor.js";
import { to } from "./casting.js";
import { assertCount, assertInteger, assertTensor } from "./checks.js";
import { finished, placeOf, shapeArgument } from "./creation.js";
import { bitsExpr, integerExpr, normalExpr, unitExpr } from "./distributions.js";
import { nextRandomKey } from "./random-state.js";

function floats(
  operation: string,
  shape: readonly number[],
  options: TensorOptions,
  exprOf: (dtype: DType) => Expr,
): Tensor {
  const { backend, dtype } = placeOf(operation, options, "float32");
  if (dtypes[dtype].kind !== "float") {
    throw new DTypeError(operation, `cannot draw ${dtype}`, [dtype], {
      rule: "these random numbers are floats",
      remedy: "draw integers with randint()",
    });
  }
  const sizes = shapeArgument(operation, shape);
  return finished(callGenerate(operation, backend, sizes, exprOf(dtype), nextRandomKey()), options);
}

/**
 * Uniform random numbers in [0, 1). (torch.rand)
 *
 * @throws DTypeError unless the type is floating.
 *
 * @example
 * ```ts
 * rand([2, 3]).shape; // → [2, 3]
 * ```
 */
export function rand(shape: readonly number[], options: TensorOptions = {}): Tensor {
  return floats("rand", shape, options, unitExpr);
}

/**
 * Normal random numbers, mean 0 and variance 1. (torch.randn)
 *
 * @throws DTypeError unless the type is floating.
 *
 * @example
 * ```ts
 * randn([2, 3]).shape; // → [2, 3]
 * ```
 */
export function randn(shape: readonly number[], options: TensorOptions = {}): Tensor {
  return floats("randn", shape, options, normalExpr);
}

/**
 * Uniform random numbers in [0, 1), in the shape and type of `x` and on its backend. (torch.rand_like)
 *
 * @example
 * ```ts
 * randLike(zeros([2])).shape; // → [2]
 * ```
 */
export function randLike(x: Tensor, options: TensorOptions = {}): Tensor {
  assertTensor("randLike", "the input", x);
  return floats("randLike", x.shape, { dtype: x.dtype, backend: x.backend, ...options }, unitExpr);
}

/**
 * Normal random numbers, in the shape and type of `x` and on its backend. (torch.randn_like)
 *
 * @example
 * ```ts
 * randnLike(zeros([2])).shape; // → [2]
 * ```
 */
export function randnLike(x: Tensor, options: TensorOptions = {}): Tensor {
  assertTensor("randnLike", "the input", x);
  return floats("randnLike", x.shape, { dtype: x.dtype, backend: x.backend, ...options }, normalExpr);
}

/**
 * Uniform random integers in [low, high), int32 unless another type is asked for. (torch.randint)
 *
 * Up to a range of 2¹⁵ the values are equally likely to within 2⁻⁴⁶, beyond it to within range / 2³².
 *
 * @param low - left out, 0.
 * @throws ArgumentError unless low < high are 32-bit integers, less than 2³¹ apart.
 *
 * @example
 * ```ts
 * randint(10, [2, 3]).dtype; // → "int32"
 * randint(5, 6, [2]); // → Tensor([5, 5], dtype=int32)
 * ```
 */
export function randint(high: number, shape: readonly number[], options?: TensorOptions): Tensor;
export function randint(low: number, high: number, shape: readonly number[], options?: TensorOptions): Tensor;
export function randint(
  first: number,
  second: number | readonly number[],
  third?: readonly number[] | TensorOptions,
  fourth?: TensorOptions,
): Tensor {
  const [low, high, shape, options] =
    typeof second === "number"
      ? [first, second, third as readonly number[], fourth ?? {}]
      : [0, first, second, (third as TensorOptions | undefined) ?? {}];
  assertInteger("randint", "low", low);
  assertInteger("randint", "high", high);
  const range = high - low;
  if (range < 1 || range >= 2 ** 31 || low < -(2 ** 31) || high > 2 ** 31) {
    throw new ArgumentError("randint", `no 32-bit integers to draw from: ${low} ≤ value < ${high}`, {
      rule: "low < high, both 32-bit integers, less than 2³¹ apart",
    });
  }
  const { backend, dtype } = placeOf("randint", options, "int32");
  const sizes = shapeArgument("randint", shape);
  const scalars = [...nextRandomKey(), low, range, 2 ** 30 % range];
  return finished(callGenerate("randint", backend, sizes, cast(integerExpr(range), dtype), scalars), options);
}

/**
 * The integers 0 … n − 1 in random order, int32 unless another type is asked for. (torch.randperm)
 *
 * @throws ArgumentError unless n is an integer ≥ 0.
 *
 * @example
 * ```ts
 * randperm(4).shape; // → [4]
 * ```
 */
export function randperm(n: number, options: TensorOptions = {}): Tensor {
  assertCount("randperm", "n", n);
  const { backend, dtype } = placeOf("randperm", options, "int32");
  // The order that sorts random numbers. Equal ones (a pair in 2³²) stay in order, which no test would notice.
  const order = owned(() => {
    const [, indices] = callSort(callGenerate("randperm", backend, [n], bitsExpr(), nextRandomKey()), 0);
    return to(indices, dtype);
  });
  return finished(order, options);
}
