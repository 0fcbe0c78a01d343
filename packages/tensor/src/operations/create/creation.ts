/**
 * Functions that make tensors of data or of one value. All of them take the options `dtype` (default: float32),
 * `requiresGrad` and `backend` (default: the default backend).
 *
 * @module
 */
import { constant, scalar } from "@lucid/backend";
import { callGenerate } from "../../primitives/map.js";
import type { TensorData } from "../../tensor/data.js";
import type { TensorOptions } from "../../tensor/options.js";
import { allocate, Tensor } from "../../tensor/tensor.js";
import { assertNumber, assertTensor } from "../internal/checks.js";
import { finished, optionsLike, placeOf } from "../internal/creating.js";
import { checkedShape, type SizesAndOptions, shapeAndOptions } from "../internal/shapes.js";

function filled(
  operation: string,
  shape: readonly number[],
  value: number,
  options: TensorOptions | undefined,
): Tensor {
  const { backend, dtype } = placeOf(operation, options, "float32");
  return finished(callGenerate(operation, backend, shape, constant(value, dtype)), options);
}

/**
 * Makes a tensor of JavaScript data, which are copied. Numbers make float32, booleans make bool, and typed arrays keep
 * their type.
 *
 * @param data - a number, a boolean, nested arrays of them, or a typed array.
 * @throws ArgumentError if the data are ragged or not numbers, or an option does not exist; DTypeError for an unknown
 * type.
 *
 * @example
 * ```ts
 * tensor([[1, 2], [3, 4]]); // → Tensor([[1, 2], [3, 4]])
 * tensor([true, false]).dtype; // → "bool"
 * tensor([0, 1, 2], { dtype: "int32" }); // → Tensor([0, 1, 2], dtype=int32)
 * ```
 *
 * @see torch.tensor
 */
export function tensor(data: TensorData, options?: TensorOptions): Tensor {
  return new Tensor(data, options);
}

/**
 * Makes a tensor of zeros.
 *
 * @param shape - a list of sizes, or the sizes one by one.
 * @throws ArgumentError unless the sizes are integers ≥ 0, or for an option that does not exist.
 *
 * @example
 * ```ts
 * zeros([2, 2]); // → Tensor([[0, 0], [0, 0]])
 * zeros(2, { dtype: "int32" }); // → Tensor([0, 0], dtype=int32)
 * ```
 *
 * @see torch.zeros
 */
export function zeros(shape: readonly number[], options?: TensorOptions): Tensor;
/** Makes a tensor of zeros. The sizes are given one by one. */
export function zeros(...sizes: readonly number[]): Tensor;
/** Makes a tensor of zeros. The sizes are given one by one, with the options after them. */
export function zeros(...sizesAndOptions: SizesAndOptions<TensorOptions>): Tensor;
export function zeros(...args: readonly unknown[]): Tensor {
  const { shape, options } = shapeAndOptions<TensorOptions>("zeros", args);
  return filled("zeros", shape, 0, options);
}

/**
 * Makes a tensor of ones.
 *
 * @param shape - a list of sizes, or the sizes one by one.
 * @throws ArgumentError unless the sizes are integers ≥ 0, or for an option that does not exist.
 *
 * @example
 * ```ts
 * ones([3], { dtype: "bool" }); // → Tensor([true, true, true])
 * ones(1, 2); // → Tensor([[1, 1]])
 * ```
 *
 * @see torch.ones
 */
export function ones(shape: readonly number[], options?: TensorOptions): Tensor;
/** Makes a tensor of ones. The sizes are given one by one. */
export function ones(...sizes: readonly number[]): Tensor;
/** Makes a tensor of ones. The sizes are given one by one, with the options after them. */
export function ones(...sizesAndOptions: SizesAndOptions<TensorOptions>): Tensor;
export function ones(...args: readonly unknown[]): Tensor {
  const { shape, options } = shapeAndOptions<TensorOptions>("ones", args);
  return filled("ones", shape, 1, options);
}

/**
 * Makes a tensor in which every element has the same value. A number makes float32, a boolean makes bool.
 *
 * @throws ArgumentError unless the shape is a list of integers ≥ 0 and the value a number or boolean, or for an option
 * that does not exist.
 *
 * @example
 * ```ts
 * full([2], 2.5); // → Tensor([2.5, 2.5])
 * ```
 *
 * @see torch.full
 */
export function full(shape: readonly number[], value: number | boolean, options?: TensorOptions): Tensor {
  const sizes = checkedShape("full", shape);
  assertNumber("full", "the value", value);
  const { backend, dtype } = placeOf("full", options, typeof value === "boolean" ? "bool" : "float32");
  return finished(callGenerate("full", backend, sizes, scalar(0, dtype), [Number(value)]), options);
}

/**
 * Makes a tensor without setting its elements: they are whatever the memory holds until something is written.
 *
 * @param shape - a list of sizes, or the sizes one by one.
 * @throws ArgumentError unless the sizes are integers ≥ 0, or for an option that does not exist.
 *
 * @example
 * ```ts
 * empty([2, 3]).shape; // → [2, 3]
 * ```
 *
 * @see torch.empty
 */
export function empty(shape: readonly number[], options?: TensorOptions): Tensor;
/** Makes a tensor without setting its elements. The sizes are given one by one. */
export function empty(...sizes: readonly number[]): Tensor;
/** Makes a tensor without setting its elements. The sizes are given one by one, with the options after them. */
export function empty(...sizesAndOptions: SizesAndOptions<TensorOptions>): Tensor;
export function empty(...args: readonly unknown[]): Tensor {
  const { shape, options } = shapeAndOptions<TensorOptions>("empty", args);
  const { backend, dtype } = placeOf("empty", options, "float32");
  return finished(allocate(backend, shape, dtype), options);
}

/**
 * Makes a tensor of zeros with the shape, type and backend of `x`. The options may name another type or backend.
 *
 * @throws ArgumentError if `x` is not a tensor, or an option does not exist.
 *
 * @example
 * ```ts
 * zerosLike(tensor([1, 2])); // → Tensor([0, 0])
 * ```
 *
 * @see torch.zeros_like
 */
export function zerosLike(x: Tensor, options?: TensorOptions): Tensor {
  assertTensor("zerosLike", "the input", x);
  return filled("zerosLike", x.shape, 0, optionsLike("zerosLike", x, options));
}

/**
 * Makes a tensor of ones with the shape, type and backend of `x`. The options may name another type or backend.
 *
 * @throws ArgumentError if `x` is not a tensor, or an option does not exist.
 *
 * @example
 * ```ts
 * onesLike(tensor([1, 2])); // → Tensor([1, 1])
 * ```
 *
 * @see torch.ones_like
 */
export function onesLike(x: Tensor, options?: TensorOptions): Tensor {
  assertTensor("onesLike", "the input", x);
  return filled("onesLike", x.shape, 1, optionsLike("onesLike", x, options));
}

/**
 * Makes a tensor in which every element has the same value, with the shape, type and backend of `x`. The options may
 * name another type or backend.
 *
 * @throws ArgumentError if `x` is not a tensor or the value not a number or boolean, or an option does not exist.
 *
 * @example
 * ```ts
 * fullLike(tensor([1, 2]), 7); // → Tensor([7, 7])
 * ```
 *
 * @see torch.full_like
 */
export function fullLike(x: Tensor, value: number | boolean, options?: TensorOptions): Tensor {
  assertTensor("fullLike", "the input", x);
  assertNumber("fullLike", "the value", value);
  return full(x.shape, value, optionsLike("fullLike", x, options));
}

/**
 * Makes a tensor with the shape, type and backend of `x` without setting its elements. The options may name another
 * type or backend.
 *
 * @throws ArgumentError if `x` is not a tensor, or an option does not exist.
 *
 * @example
 * ```ts
 * emptyLike(tensor([1, 2])).shape; // → [2]
 * ```
 *
 * @see torch.empty_like
 */
export function emptyLike(x: Tensor, options?: TensorOptions): Tensor {
  assertTensor("emptyLike", "the input", x);
  return empty(x.shape, optionsLike("emptyLike", x, options));
}
