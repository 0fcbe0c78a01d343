/**
 * The options of all functions that make tensors.
 *
 * @module
 */
import type { Backend, DType } from "@lucid/backend";
import { getDefaultBackend } from "../../tensor/backend.js";
import { assertTensorOptions, type TensorOptions } from "../../tensor/options.js";
import type { Tensor } from "../../tensor/tensor.js";

/**
 * Returns the backend and the element type that options ask for.
 *
 * @param dtype - the element type if the options name none.
 * @throws ArgumentError for an option that does not exist; DTypeError or BackendError for a wrong value of one.
 * @internal
 */
export function placeOf(
  operation: string,
  options: TensorOptions | undefined,
  dtype: DType,
): { readonly backend: Backend; readonly dtype: DType } {
  if (options === undefined) return { backend: getDefaultBackend(), dtype };
  assertTensorOptions(operation, options);
  return { backend: options.backend ?? getDefaultBackend(), dtype: options.dtype ?? dtype };
}

/** Marks a new tensor as needing gradients if its options say so. @internal */
export function finished(x: Tensor, options: TensorOptions | undefined): Tensor {
  if (options?.requiresGrad === true) x.requiresGrad = true;
  return x;
}

/**
 * Returns options for a tensor like `x`: its type and backend, unless the options name others.
 *
 * @throws ArgumentError for an option that does not exist.
 * @internal
 */
export function optionsLike(operation: string, x: Tensor, options: TensorOptions | undefined): TensorOptions {
  assertTensorOptions(operation, options);
  return {
    dtype: options?.dtype ?? x.dtype,
    backend: options?.backend ?? x.backend,
    requiresGrad: options?.requiresGrad ?? false,
  };
}
