/**
 * Tensors of the type and on the backend of another one.
 *
 * @module
 */
import type { TensorOptions } from "../../tensor/options.js";
import type { Tensor } from "../../tensor/tensor.js";
import { assertTensor } from "../internal/checks.js";
import { optionsLike } from "../internal/creating.js";
import { empty, full, ones, zeros } from "./creation.js";

/**
 * Makes a tensor of zeros with the type and the backend of another tensor.
 *
 * @param options - another type or backend, or `requiresGrad`.
 *
 * @example
 * ```ts
 * newZeros(tensor([1, 2]), [3]); // → Tensor([0, 0, 0])
 * ```
 *
 * @see torch.Tensor.new_zeros
 */
export function newZeros(x: Tensor, shape: readonly number[], options?: TensorOptions): Tensor {
  assertTensor("newZeros", "the input", x);
  return zeros(shape, optionsLike("newZeros", x, options));
}

/**
 * Makes a tensor of ones with the type and the backend of another tensor.
 *
 * @param options - another type or backend, or `requiresGrad`.
 *
 * @example
 * ```ts
 * newOnes(tensor([1, 2]), [3]); // → Tensor([1, 1, 1])
 * ```
 *
 * @see torch.Tensor.new_ones
 */
export function newOnes(x: Tensor, shape: readonly number[], options?: TensorOptions): Tensor {
  assertTensor("newOnes", "the input", x);
  return ones(shape, optionsLike("newOnes", x, options));
}

/**
 * Makes a tensor of one value with the type and the backend of another tensor.
 *
 * @param options - another type or backend, or `requiresGrad`.
 *
 * @example
 * ```ts
 * newFull(tensor([1, 2]), [2], 7); // → Tensor([7, 7])
 * ```
 *
 * @see torch.Tensor.new_full
 */
export function newFull(x: Tensor, shape: readonly number[], value: number | boolean, options?: TensorOptions): Tensor {
  assertTensor("newFull", "the input", x);
  return full(shape, value, optionsLike("newFull", x, options));
}

/**
 * Makes a tensor of undefined contents with the type and the backend of another tensor.
 *
 * @param options - another type or backend, or `requiresGrad`.
 *
 * @example
 * ```ts
 * newEmpty(tensor([1, 2]), [3]).shape; // → [3]
 * ```
 *
 * @see torch.Tensor.new_empty
 */
export function newEmpty(x: Tensor, shape: readonly number[], options?: TensorOptions): Tensor {
  assertTensor("newEmpty", "the input", x);
  return empty(shape, optionsLike("newEmpty", x, options));
}
