/**
 * Transforms along two dimensions.
 *
 * @module
 */
import type { Tensor } from "@lucid/tensor/functions";
import { assertSomeDims, type FftnArguments, readMany } from "./internal/arguments.js";
import { pairsInput, realInput } from "./internal/checks.js";
import { complexToComplex, complexToReal, realToComplex } from "./transform/run.js";

/** The dimensions that are transformed if none are given. */
const LAST_TWO: readonly number[] = [-2, -1];

/**
 * Computes the discrete Fourier transform of complex numbers, along two dimensions.
 *
 * Shapes: `(…, h, w, 2) → (…, h, w, 2)`.
 *
 * @param s - how many elements are transformed along each dimension: the input is cut, or zeros are added; −1 takes those
 * that there are. Default: those that there are.
 * @param dim - the dimensions, without the axis of pairs; default: the last two.
 * @param norm - "backward" (default): not normalized; "ortho": divided by the root of the number of elements;
 * "forward": divided by it.
 * @throws ShapeError unless the last axis has length 2, or if there is nothing to transform; ArgumentError if `s` and `dim` do not fit one
 * another.
 *
 * @example
 * ```ts
 * fft2(complex(tensor([[1, 2], [3, 4]]))); // → Tensor([[[10, 0], [-2, 0]], [[-4, 0], [0, 0]]])
 * ```
 *
 * @see torch.fft.fft2
 */
export function fft2(x: Tensor, ...args: FftnArguments): Tensor {
  const input = pairsInput("fft2", x);
  return complexToComplex("fft2", input, readMany("fft2", args, input.shape.slice(0, -1), LAST_TWO), -1);
}

/**
 * Computes the inverse of {@link fft2}, along two dimensions.
 *
 * Shapes: `(…, h, w, 2) → (…, h, w, 2)`.
 *
 * @param s - how many elements are transformed along each dimension: the input is cut, or zeros are added; −1 takes those
 * that there are. Default: those that there are.
 * @param dim - the dimensions, without the axis of pairs; default: the last two.
 * @param norm - "backward" (default): divided by the number of elements; "ortho": by its root; "forward": not normalized.
 * @throws ShapeError unless the last axis has length 2, or if there is nothing to transform; ArgumentError if `s` and `dim` do not fit one
 * another.
 *
 * @example
 * ```ts
 * ifft2(complex(tensor([[10, -2], [-4, 0]]))); // → Tensor([[[1, 0], [2, 0]], [[3, 0], [4, 0]]])
 * ```
 *
 * @see torch.fft.ifft2
 */
export function ifft2(x: Tensor, ...args: FftnArguments): Tensor {
  const input = pairsInput("ifft2", x);
  return complexToComplex("ifft2", input, readMany("ifft2", args, input.shape.slice(0, -1), LAST_TWO), 1);
}

/**
 * Computes the discrete Fourier transform of real numbers. The result holds its first half along the last
 * transformed dimension, along two dimensions.
 *
 * Shapes: `(…, h, w) → (…, h, ⌊w / 2⌋ + 1, 2)`.
 *
 * @param s - how many elements are transformed along each dimension: the input is cut, or zeros are added; −1 takes those
 * that there are. Default: those that there are.
 * @param dim - the dimensions; default: the last two.
 * @param norm - "backward" (default): not normalized; "ortho": divided by the root of the number of elements;
 * "forward": divided by it.
 * @throws ShapeError if there is nothing to transform; ArgumentError if `s` and `dim` do not fit one
 * another.
 *
 * @example
 * ```ts
 * rfft2(tensor([[1, 2], [3, 4]])); // → Tensor([[[10, 0], [-2, 0]], [[-4, 0], [0, 0]]])
 * ```
 *
 * @see torch.fft.rfft2
 */
export function rfft2(x: Tensor, ...args: FftnArguments): Tensor {
  const input = realInput("rfft2", x);
  const plan = readMany("rfft2", args, input.shape, LAST_TWO);
  assertSomeDims("rfft2", plan);
  return realToComplex("rfft2", input, plan, -1);
}

/**
 * Computes the inverse of {@link rfft2}: real numbers from the first half of their spectrum, along two dimensions.
 *
 * Shapes: `(…, h, m, 2) → (…, h, w)`, where w is `2 · (m − 1)` unless `s` says otherwise.
 *
 * @param s - how many elements are transformed along each dimension: the input is cut, or zeros are added; −1 takes those
 * that there are. The last size is the number of real results. Default: `2 · (m − 1)` along the last dimension.
 * @param dim - the dimensions, without the axis of pairs; default: the last two.
 * @param norm - "backward" (default): divided by the number of elements; "ortho": by its root; "forward": not normalized.
 * @throws ShapeError unless the last axis has length 2, or if there is nothing to transform; ArgumentError if `s` and `dim` do not fit one
 * another.
 *
 * @example
 * ```ts
 * irfft2(complex(tensor([[10, -2], [-4, 0]]))); // → Tensor([[1, 2], [3, 4]])
 * ```
 *
 * @see torch.fft.irfft2
 */
export function irfft2(x: Tensor, ...args: FftnArguments): Tensor {
  const input = pairsInput("irfft2", x);
  const plan = readMany("irfft2", args, input.shape.slice(0, -1), LAST_TWO);
  assertSomeDims("irfft2", plan);
  return complexToReal("irfft2", input, plan, 1);
}

/**
 * Computes the discrete Fourier transform of a signal that equals the conjugate of its mirror image, from its
 * first half along the last transformed dimension. The result is real, along two dimensions.
 *
 * Shapes: `(…, h, m, 2) → (…, h, w)`, where w is `2 · (m − 1)` unless `s` says otherwise.
 *
 * @param s - how many elements are transformed along each dimension: the input is cut, or zeros are added; −1 takes those
 * that there are. The last size is the number of real results. Default: `2 · (m − 1)` along the last dimension.
 * @param dim - the dimensions, without the axis of pairs; default: the last two.
 * @param norm - "backward" (default): not normalized; "ortho": divided by the root of the number of elements;
 * "forward": divided by it.
 * @throws ShapeError unless the last axis has length 2, or if there is nothing to transform; ArgumentError if `s` and `dim` do not fit one
 * another.
 *
 * @example
 * ```ts
 * hfft2(complex(tensor([[1, 2], [3, 4]]))); // → Tensor([[10, -2], [-4, 0]])
 * ```
 *
 * @see torch.fft.hfft2
 */
export function hfft2(x: Tensor, ...args: FftnArguments): Tensor {
  const input = pairsInput("hfft2", x);
  const plan = readMany("hfft2", args, input.shape.slice(0, -1), LAST_TWO);
  assertSomeDims("hfft2", plan);
  return complexToReal("hfft2", input, plan, -1);
}

/**
 * Computes the inverse of {@link hfft2}: the first half of a signal whose spectrum is real, along two dimensions.
 *
 * Shapes: `(…, h, w) → (…, h, ⌊w / 2⌋ + 1, 2)`.
 *
 * @param s - how many elements are transformed along each dimension: the input is cut, or zeros are added; −1 takes those
 * that there are. Default: those that there are.
 * @param dim - the dimensions; default: the last two.
 * @param norm - "backward" (default): divided by the number of elements; "ortho": by its root; "forward": not normalized.
 * @throws ShapeError if there is nothing to transform; ArgumentError if `s` and `dim` do not fit one
 * another.
 *
 * @example
 * ```ts
 * ihfft2(tensor([[10, -2], [-4, 0]])); // → Tensor([[[1, 0], [2, 0]], [[3, 0], [4, 0]]])
 * ```
 *
 * @see torch.fft.ihfft2
 */
export function ihfft2(x: Tensor, ...args: FftnArguments): Tensor {
  const input = realInput("ihfft2", x);
  const plan = readMany("ihfft2", args, input.shape, LAST_TWO);
  assertSomeDims("ihfft2", plan);
  return realToComplex("ihfft2", input, plan, 1);
}
