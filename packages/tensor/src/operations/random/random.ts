/**
 * Random tensors. `manualSeed` makes them repeatable: the same seed gives the same integers and uniform numbers on
 * every backend. Normal numbers may differ in the last bit, as the backends' logarithms and cosines do.
 *
 * @module
 */
import { ArgumentError, cast, type DType, DTypeError, dtypes, type Expr } from "@lucid/backend";
import { owned } from "../../memory/ownership.js";
import { callGenerate } from "../../primitives/map.js";
import { callSort } from "../../primitives/ordering.js";
import type { TensorOptions } from "../../tensor/options.js";
import type { Tensor } from "../../tensor/tensor.js";
import { to } from "../create/conversion.js";
import { assertCount, assertInteger, assertTensor } from "../internal/checks.js";
import { finished, optionsLike, placeOf } from "../internal/creating.js";
import { type SizesAndOptions, shapeAndOptions } from "../internal/shapes.js";
import { bitsExpr, integerExpr, normalExpr, unitExpr } from "./distributions.js";
import { withRandomKey } from "./state.js";

/** Returns the backend and the floating type in which to draw. */
function floatPlace(operation: string, options: TensorOptions | undefined): ReturnType<typeof placeOf> {
  const place = placeOf(operation, options, "float32");
  if (dtypes[place.dtype].kind === "float") return place;
  throw new DTypeError(operation, `cannot draw ${place.dtype}`, [place.dtype], {
    rule: "these random numbers are floats",
    remedy: "draw integers with randint()",
  });
}

function floats(
  operation: string,
  shape: readonly number[],
  options: TensorOptions | undefined,
  exprOf: (dtype: DType) => Expr,
): Tensor {
  const { backend, dtype } = floatPlace(operation, options);
  const drawn = withRandomKey((key) => callGenerate(operation, backend, shape, exprOf(dtype), key));
  return finished(drawn, options);
}

/**
 * Makes a tensor of uniform random numbers in [0, 1).
 *
 * @param shape - the shape, as a list or as separate sizes.
 * @throws ArgumentError unless the sizes are integers ≥ 0; DTypeError unless the type is floating.
 *
 * @example
 * ```ts
 * rand([2, 3]).shape; // → [2, 3]
 * rand(2, 3, { dtype: "float64" }).dtype; // → "float64"
 * ```
 *
 * @see torch.rand
 */
export function rand(shape: readonly number[], options?: TensorOptions): Tensor;
export function rand(...sizes: number[]): Tensor;
export function rand(...sizesAndOptions: SizesAndOptions<TensorOptions>): Tensor;
export function rand(...args: readonly unknown[]): Tensor {
  const { shape, options } = shapeAndOptions<TensorOptions>("rand", args);
  return floats("rand", shape, options, unitExpr);
}

/**
 * Makes a tensor of normal random numbers with mean 0 and variance 1.
 *
 * With one seed, backends may differ in the last bit of a number, since their logarithms and cosines do.
 *
 * @param shape - the shape, as a list or as separate sizes.
 * @throws ArgumentError unless the sizes are integers ≥ 0; DTypeError unless the type is floating.
 *
 * @example
 * ```ts
 * randn([2, 3]).shape; // → [2, 3]
 * randn(64, 1, { dtype: "float64" }).shape; // → [64, 1]
 * ```
 *
 * @see torch.randn
 */
export function randn(shape: readonly number[], options?: TensorOptions): Tensor;
export function randn(...sizes: number[]): Tensor;
export function randn(...sizesAndOptions: SizesAndOptions<TensorOptions>): Tensor;
export function randn(...args: readonly unknown[]): Tensor {
  const { shape, options } = shapeAndOptions<TensorOptions>("randn", args);
  return floats("randn", shape, options, normalExpr);
}

/**
 * Makes a tensor of uniform random numbers in [0, 1), in the shape and type of `x` and on its backend.
 *
 * @throws DTypeError unless the type is floating.
 *
 * @example
 * ```ts
 * randLike(zeros([2])).shape; // → [2]
 * ```
 *
 * @see torch.rand_like
 */
export function randLike(x: Tensor, options?: TensorOptions): Tensor {
  assertTensor("randLike", "the input", x);
  return floats("randLike", x.shape, optionsLike("randLike", x, options), unitExpr);
}

/**
 * Makes a tensor of normal random numbers, in the shape and type of `x` and on its backend.
 *
 * @throws DTypeError unless the type is floating.
 *
 * @example
 * ```ts
 * randnLike(zeros([2])).shape; // → [2]
 * ```
 *
 * @see torch.randn_like
 */
export function randnLike(x: Tensor, options?: TensorOptions): Tensor {
  assertTensor("randnLike", "the input", x);
  return floats("randnLike", x.shape, optionsLike("randnLike", x, options), normalExpr);
}

/**
 * Makes a tensor of uniform random integers in [low, high), int32 unless another type is asked for.
 *
 * Up to a range of 2¹⁵ the values are equally likely to within 2⁻⁴⁶, beyond it to within range / 2³².
 *
 * @param low - the smallest value; default 0.
 * @param high - one more than the largest value.
 * @param shape - the shape, as a list.
 * @throws ArgumentError unless low < high are 32-bit integers, less than 2³¹ apart, and the sizes are integers ≥ 0.
 *
 * @example
 * ```ts
 * randint(10, [2, 3]).dtype; // → "int32"
 * randint(5, 6, [2]); // → Tensor([5, 5], dtype=int32)
 * ```
 *
 * @see torch.randint
 */
export function randint(high: number, shape: readonly number[], options?: TensorOptions): Tensor;
export function randint(low: number, high: number, shape: readonly number[], options?: TensorOptions): Tensor;
export function randint(...args: readonly unknown[]): Tensor {
  const position = args.findIndex((arg) => typeof arg !== "number");
  const [low, high] = position === 1 ? [0, args[0]] : args;
  assertInteger("randint", "low", low);
  assertInteger("randint", "high", high);
  const { shape, options } = shapeAndOptions<TensorOptions>("randint", args.slice(position === 1 ? 1 : 2));
  const range = high - low;
  if (range < 1 || range >= 2 ** 31 || low < -(2 ** 31) || high > 2 ** 31) {
    throw new ArgumentError("randint", `there are no 32-bit integers to draw from: ${low} ≤ value < ${high}`, {
      rule: "low < high, both 32-bit integers, less than 2³¹ apart",
    });
  }
  const { backend, dtype } = placeOf("randint", options, "int32");
  const expr = cast(integerExpr(range), dtype);
  const numbers = [low, range, 2 ** 30 % range];
  const drawn = withRandomKey((key) => callGenerate("randint", backend, shape, expr, [...key, ...numbers]));
  return finished(drawn, options);
}

/**
 * Makes a tensor of the integers 0 … n − 1 in random order, int32 unless another type is asked for.
 *
 * @throws ArgumentError unless n is an integer ≥ 0.
 *
 * @example
 * ```ts
 * randperm(4).shape; // → [4]
 * ```
 *
 * @see torch.randperm
 */
export function randperm(n: number, options?: TensorOptions): Tensor {
  assertCount("randperm", "n", n);
  const { backend, dtype } = placeOf("randperm", options, "int32");
  // The permutation is the order that sorts random numbers. Two numbers are equal with a probability of 2⁻³², so that
  // keeping the order of equal numbers has no noticeable effect.
  const order = withRandomKey((key) =>
    owned(() => {
      const [, indices] = callSort(callGenerate("randperm", backend, [n], bitsExpr(), key), 0);
      return to(indices, dtype);
    }),
  );
  return finished(order, options);
}

/**
 * Makes a tensor of random integers in the shape of another tensor, with its type and backend.
 *
 * @param low - the smallest integer; left out, it is 0.
 * @param high - the integer after the largest one.
 * @param options - another type or backend, or `requiresGrad`.
 * @throws ArgumentError unless low < high, both 32-bit integers.
 *
 * @example
 * ```ts
 * randintLike(zeros([2, 3]), 10).shape; // → [2, 3]
 * ```
 *
 * @see torch.randint_like
 */
export function randintLike(x: Tensor, high: number, options?: TensorOptions): Tensor;
/** Makes a tensor of random integers from `low` on. */
export function randintLike(x: Tensor, low: number, high: number, options?: TensorOptions): Tensor;
export function randintLike(x: Tensor, ...args: readonly unknown[]): Tensor {
  assertTensor("randintLike", "the input", x);
  const count = typeof args[1] === "number" ? 2 : 1;
  const [low, high] = count === 2 ? (args as readonly [number, number]) : [0, args[0] as number];
  return randint(low, high, x.shape, optionsLike("randintLike", x, args[count] as TensorOptions | undefined));
}
