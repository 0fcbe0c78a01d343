/**
 * The options for making tensors.
 *
 * @module
 */
import { ArgumentError, type Backend, checkOptions, type DType, describeValue, type OptionNames } from "@lucid/backend";
import { assertBackend } from "./backend.js";
import { assertDType } from "./data.js";

/** Options for making a tensor. */
export interface TensorOptions {
  /** The element type; default: that of the data. */
  readonly dtype?: DType;
  /** Whether operations on the tensor are recorded for `backward`; default false. */
  readonly requiresGrad?: boolean;
  /** The backend on which the tensor lives; default: the default backend. */
  readonly backend?: Backend;
}

/** The names of all options, for checks. @internal */
export const tensorOptionNames: OptionNames<TensorOptions> = { dtype: true, requiresGrad: true, backend: true };

/**
 * @throws ArgumentError for an option that does not exist, or a `requiresGrad` that is not a boolean; DTypeError or
 * BackendError for a wrong type or backend.
 * @internal
 */
export function assertTensorOptions(operation: string, options: TensorOptions | undefined): void {
  if (options === undefined) return;
  checkOptions(operation, options, tensorOptionNames);
  const { dtype, backend, requiresGrad } = options;
  if (dtype !== undefined) assertDType(operation, dtype);
  if (backend !== undefined) assertBackend(operation, backend);
  if (requiresGrad !== undefined && typeof requiresGrad !== "boolean") {
    throw new ArgumentError(operation, `requiresGrad is ${describeValue(requiresGrad)}`, {
      rule: "requiresGrad is true or false",
    });
  }
}
