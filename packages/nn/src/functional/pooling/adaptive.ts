/**
 * Pooling into a given number of windows.
 *
 * @module
 */
import { checkOptions } from "@lucid/backend";
import type { Tensor } from "@lucid/tensor/functions";
import { type OutputSizes, poolAdaptiveAverages, poolAdaptiveMaxima } from "../internal/adaptive.js";
import type { Pooled } from "../internal/pool.js";

export type { OutputSizes };

/** Options of `adaptiveMaxPool1d`, `adaptiveMaxPool2d` and `adaptiveMaxPool3d`, and of the layers. */
export interface AdaptiveMaxPoolOptions<Indices extends boolean = boolean> {
  /** Whether the positions are returned too; default false. */
  readonly returnIndices?: Indices;
}

/** Whether positions are asked for. */
function wantsIndices<Indices extends boolean>(
  operation: string,
  options: AdaptiveMaxPoolOptions<Indices> | undefined,
): Indices {
  checkOptions(operation, options, { returnIndices: true });
  return (options?.returnIndices ?? false) as Indices;
}

/**
 * Averages the elements of each of a given number of windows of sequences. Window i of m along an axis of size n goes
 * from ⌊i · n / m⌋ to ⌈(i + 1) · n / m⌉.
 *
 * Shapes: `(batch, channels, length) → (batch, channels, length′)`; also without the batch.
 *
 * @param input - sequences.
 * @param outputSize - how many windows there are: a number for all axes, or a list with one for each; null keeps the size
 * of an axis.
 * @throws ArgumentError for sizes that are not integers; ShapeError for an input without elements; DTypeError
 * unless it holds floating-point numbers.
 *
 * @example
 * ```ts
 * functional.adaptiveAvgPool1d(tensor([[1, 3, 2, 4]]), 2); // → Tensor([[2, 3]])
 * functional.adaptiveAvgPool1d(tensor([[1, 3, 2]]), 2); // → Tensor([[2, 2.5]])
 * ```
 *
 * Source: torch.nn.functional.adaptive_avg_pool1d.
 */
export function adaptiveAvgPool1d(input: Tensor, outputSize: OutputSizes): Tensor {
  return poolAdaptiveAverages("adaptiveAvgPool1d", 1, input, outputSize);
}

/**
 * Averages the elements of each of a given number of windows of images. Window i of m along an axis of size n goes
 * from ⌊i · n / m⌋ to ⌈(i + 1) · n / m⌉.
 *
 * Shapes: `(batch, channels, height, width) → (batch, channels, height′, width′)`; also without the batch.
 *
 * @param input - images.
 * @param outputSize - how many windows there are: a number for all axes, or a list with one for each; null keeps the size
 * of an axis.
 * @throws ArgumentError for sizes that are not integers; ShapeError for an input without elements; DTypeError
 * unless it holds floating-point numbers.
 *
 * @example
 * ```ts
 * functional.adaptiveAvgPool2d(zeros([8, 64, 10, 9]), [5, 7]).shape; // → [8, 64, 5, 7]
 * functional.adaptiveAvgPool2d(zeros([8, 64, 10, 9]), [null, 7]).shape; // → [8, 64, 10, 7]
 * ```
 *
 * Source: torch.nn.functional.adaptive_avg_pool2d.
 */
export function adaptiveAvgPool2d(input: Tensor, outputSize: OutputSizes): Tensor {
  return poolAdaptiveAverages("adaptiveAvgPool2d", 2, input, outputSize);
}

/**
 * Averages the elements of each of a given number of windows of volumes. Window i of m along an axis of size n goes
 * from ⌊i · n / m⌋ to ⌈(i + 1) · n / m⌉.
 *
 * Shapes: `(batch, channels, depth, height, width) → (batch, channels, depth′, height′, width′)`; also without the batch.
 *
 * @param input - volumes.
 * @param outputSize - how many windows there are: a number for all axes, or a list with one for each; null keeps the size
 * of an axis.
 * @throws ArgumentError for sizes that are not integers; ShapeError for an input without elements; DTypeError
 * unless it holds floating-point numbers.
 *
 * @example
 * ```ts
 * functional.adaptiveAvgPool3d(zeros([1, 64, 8, 9, 10]), 1).shape; // → [1, 64, 1, 1, 1]
 * ```
 *
 * Source: torch.nn.functional.adaptive_avg_pool3d.
 */
export function adaptiveAvgPool3d(input: Tensor, outputSize: OutputSizes): Tensor {
  return poolAdaptiveAverages("adaptiveAvgPool3d", 3, input, outputSize);
}

/**
 * Chooses the largest element of each of a given number of windows of sequences. Window i of m along an axis of size n goes
 * from ⌊i · n / m⌋ to ⌈(i + 1) · n / m⌉. Of equal
 * elements, the first is chosen. NaN counts as larger than every number.
 *
 * Shapes: `(batch, channels, length) → (batch, channels, length′)`; also without the batch.
 *
 * @param input - sequences.
 * @param outputSize - how many windows there are: a number for all axes, or a list with one for each; null keeps the size
 * of an axis.
 * @param options - `returnIndices` (default false): whether `{ values, indices }` is returned, with the int32 positions in
 * the space of the input, counted in row-major order.
 * @throws ArgumentError for sizes that are not integers or an unknown option; ShapeError for an input without elements; DTypeError
 * unless it holds floating-point numbers.
 *
 * @example
 * ```ts
 * functional.adaptiveMaxPool1d(tensor([[1, 3, 2, 4]]), 2); // → Tensor([[3, 4]])
 * functional.adaptiveMaxPool1d(tensor([[1, 3, 2]]), 2, { returnIndices: true }).indices; // → Tensor([[1, 1]], dtype=int32)
 * ```
 *
 * Source: torch.nn.functional.adaptive_max_pool1d.
 */
export function adaptiveMaxPool1d<Indices extends boolean = false>(
  input: Tensor,
  outputSize: OutputSizes,
  options?: AdaptiveMaxPoolOptions<Indices>,
): Pooled<Indices> {
  return poolAdaptiveMaxima("adaptiveMaxPool1d", 1, input, outputSize, wantsIndices("adaptiveMaxPool1d", options));
}

/**
 * Chooses the largest element of each of a given number of windows of images. Window i of m along an axis of size n goes
 * from ⌊i · n / m⌋ to ⌈(i + 1) · n / m⌉. Of equal
 * elements, the first is chosen. NaN counts as larger than every number.
 *
 * Shapes: `(batch, channels, height, width) → (batch, channels, height′, width′)`; also without the batch.
 *
 * @param input - images.
 * @param outputSize - how many windows there are: a number for all axes, or a list with one for each; null keeps the size
 * of an axis.
 * @param options - `returnIndices` (default false): whether `{ values, indices }` is returned, with the int32 positions in
 * the space of the input, counted in row-major order.
 * @throws ArgumentError for sizes that are not integers or an unknown option; ShapeError for an input without elements; DTypeError
 * unless it holds floating-point numbers.
 *
 * @example
 * ```ts
 * functional.adaptiveMaxPool2d(zeros([8, 64, 10, 9]), [5, 7]).shape; // → [8, 64, 5, 7]
 * ```
 *
 * Source: torch.nn.functional.adaptive_max_pool2d.
 */
export function adaptiveMaxPool2d<Indices extends boolean = false>(
  input: Tensor,
  outputSize: OutputSizes,
  options?: AdaptiveMaxPoolOptions<Indices>,
): Pooled<Indices> {
  return poolAdaptiveMaxima("adaptiveMaxPool2d", 2, input, outputSize, wantsIndices("adaptiveMaxPool2d", options));
}

/**
 * Chooses the largest element of each of a given number of windows of volumes. Window i of m along an axis of size n goes
 * from ⌊i · n / m⌋ to ⌈(i + 1) · n / m⌉. Of equal
 * elements, the first is chosen. NaN counts as larger than every number.
 *
 * Shapes: `(batch, channels, depth, height, width) → (batch, channels, depth′, height′, width′)`; also without the batch.
 *
 * @param input - volumes.
 * @param outputSize - how many windows there are: a number for all axes, or a list with one for each; null keeps the size
 * of an axis.
 * @param options - `returnIndices` (default false): whether `{ values, indices }` is returned, with the int32 positions in
 * the space of the input, counted in row-major order.
 * @throws ArgumentError for sizes that are not integers or an unknown option; ShapeError for an input without elements; DTypeError
 * unless it holds floating-point numbers.
 *
 * @example
 * ```ts
 * functional.adaptiveMaxPool3d(zeros([1, 64, 8, 9, 10]), 1).shape; // → [1, 64, 1, 1, 1]
 * ```
 *
 * Source: torch.nn.functional.adaptive_max_pool3d.
 */
export function adaptiveMaxPool3d<Indices extends boolean = false>(
  input: Tensor,
  outputSize: OutputSizes,
  options?: AdaptiveMaxPoolOptions<Indices>,
): Pooled<Indices> {
  return poolAdaptiveMaxima("adaptiveMaxPool3d", 3, input, outputSize, wantsIndices("adaptiveMaxPool3d", options));
}
