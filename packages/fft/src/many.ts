/**
 * Transforms along any number of dimensions.
 *
 * @module
 */
import type { Tensor } from "@lucid/tensor/functions";
import { assertSomeDims, type FftnArguments, readMany } from "./internal/arguments.js";
import { pairsInput, realInput } from "./internal/checks.js";
import { complexToComplex, complexToReal, realToComplex } from "./transform/run.js";

/**
 * Computes the discrete Fourier transform of complex numbers, along several dimensions.
 *
 * Shapes: `(…, h, w, 2) → (…, h, w, 2)` for two dimensions.
 *
 * @param s - how many elements are transformed along each dimension: the input is cut, or zeros are added; −1 takes those
 * that there are. Default: those that there are.
 * @param dim - the dimensions, without the axis of pairs; default: all, or the last ones if `s` is given.
 * @param norm - "backward" (default): not normalized; "ortho": divided by the root of the number of elements;
 * "forward": divided by it.
 * @throws ShapeError unless the last axis has length 2, or if there is nothing to transform; ArgumentError if `s` and `dim` do not fit one
 * another.
 *
 * @example
 * ```ts
 * fftn(complex(tensor([[1, 2], [3, 4]]))); // → Tensor([[[10, 0], [-2, 0]], [[-4, 0], [0, 0]]])
 * ```
 *
 * @see torch.fft.fftn
 */
export function fftn(x: Tensor, ...args: FftnArguments): Tensor {
  const input = pairsInput("fftn", x);
  return complexToComplex("fftn", input, readMany("fftn", args, input.shape.slice(0, -1), undefined), -1);
}

/**
 * Computes the inverse of {@link fftn}, along several dimensions.
 *
 * Shapes: `(…, h, w, 2) → (…, h, w, 2)` for two dimensions.
 *
 * @param s - how many elements are transformed along each dimension: the input is cut, or zeros are added; −1 takes those
 * that there are. Default: those that there are.
 * @param dim - the dimensions, without the axis of pairs; default: all, or the last ones if `s` is given.
 * @param norm - "backward" (default): divided by the number of elements; "ortho": by its root; "forward": not normalized.
 * @throws ShapeError unless the last axis has length 2, or if there is nothing to transform; ArgumentError if `s` and `dim` do not fit one
 * another.
 *
 * @example
 * ```ts
 * ifftn(complex(tensor([[10, -2], [-4, 0]]))); // → Tensor([[[1, 0], [2, 0]], [[3, 0], [4, 0]]])
 * ```
 *
 * @see torch.fft.ifftn
 */
export function ifftn(x: Tensor, ...args: FftnArguments): Tensor {
  const input = pairsInput("ifftn", x);
  return complexToComplex("ifftn", input, readMany("ifftn", args, input.shape.slice(0, -1), undefined), 1);
}

/**
 * Computes the discrete Fourier transform of real numbers. The result holds its first half along the last
 * transformed dimension, along several dimensions.
 *
 * Shapes: `(…, h, w) → (…, h, ⌊w / 2⌋ + 1, 2)` for two dimensions.
 *
 * @param s - how many elements are transformed along each dimension: the input is cut, or zeros are added; −1 takes those
 * that there are. Default: those that there are.
 * @param dim - the dimensions; default: all, or the last ones if `s` is given.
 * @param norm - "backward" (default): not normalized; "ortho": divided by the root of the number of elements;
 * "forward": divided by it.
 * @throws ShapeError if there is nothing to transform; ArgumentError if `s` and `dim` do not fit one
 * another, or no dimension is transformed.
 *
 * @example
 * ```ts
 * rfftn(tensor([[1, 2], [3, 4]])); // → Tensor([[[10, 0], [-2, 0]], [[-4, 0], [0, 0]]])
 * ```
 *
 * @see torch.fft.rfftn
 */
export function rfftn(x: Tensor, ...args: FftnArguments): Tensor {
  const input = realInput("rfftn", x);
  const plan = readMany("rfftn", args, input.shape, undefined);
  assertSomeDims("rfftn", plan);
  return realToComplex("rfftn", input, plan, -1);
}

/**
 * Computes the inverse of {@link rfftn}: real numbers from the first half of their spectrum, along several dimensions.
 *
 * Shapes: `(…, h, m, 2) → (…, h, w)`, where w is `2 · (m − 1)` unless `s` says otherwise for two dimensions.
 *
 * @param s - how many elements are transformed along each dimension: the input is cut, or zeros are added; −1 takes those
 * that there are. The last size is the number of real results. Default: `2 · (m − 1)` along the last dimension.
 * @param dim - the dimensions, without the axis of pairs; default: all, or the last ones if `s` is given.
 * @param norm - "backward" (default): divided by the number of elements; "ortho": by its root; "forward": not normalized.
 * @throws ShapeError unless the last axis has length 2, or if there is nothing to transform; ArgumentError if `s` and `dim` do not fit one
 * another, or no dimension is transformed.
 *
 * @example
 * ```ts
 * irfftn(complex(tensor([[10, -2], [-4, 0]]))); // → Tensor([[1, 2], [3, 4]])
 * ```
 *
 * @see torch.fft.irfftn
 */
export function irfftn(x: Tensor, ...args: FftnArguments): Tensor {
  const input = pairsInput("irfftn", x);
  const plan = readMany("irfftn", args, input.shape.slice(0, -1), undefined);
  assertSomeDims("irfftn", plan);
  return complexToReal("irfftn", input, plan, 1);
}

/**
 * Computes the discrete Fourier transform of a signal that equals the conjugate of its mirror image, from its
 * first half along the last transformed dimension. The result is real, along several dimensions.
 *
 * Shapes: `(…, h, m, 2) → (…, h, w)`, where w is `2 · (m − 1)` unless `s` says otherwise for two dimensions.
 *
 * @param s - how many elements are transformed along each dimension: the input is cut, or zeros are added; −1 takes those
 * that there are. The last size is the number of real results. Default: `2 · (m − 1)` along the last dimension.
 * @param dim - the dimensions, without the axis of pairs; default: all, or the last ones if `s` is given.
 * @param norm - "backward" (default): not normalized; "ortho": divided by the root of the number of elements;
 * "forward": divided by it.
 * @throws ShapeError unless the last axis has length 2, or if there is nothing to transform; ArgumentError if `s` and `dim` do not fit one
 * another, or no dimension is transformed.
 *
 * @example
 * ```ts
 * hfftn(complex(tensor([[1, 2], [3, 4]]))); // → Tensor([[10, -2], [-4, 0]])
 * ```
 *
 * @see torch.fft.hfftn
 */
export function hfftn(x: Tensor, ...args: FftnArguments): Tensor {
  const input = pairsInput("hfftn", x);
  const plan = readMany("hfftn", args, input.shape.slice(0, -1), undefined);
  assertSomeDims("hfftn", plan);
  return complexToReal("hfftn", input, plan, -1);
}

/**
 * Computes the inverse of {@link hfftn}: the first half of a signal whose spectrum is real, along several dimensions.
 *
 * Shapes: `(…, h, w) → (…, h, ⌊w / 2⌋ + 1, 2)` for two dimensions.
 *
 * @param s - how many elements are transformed along each dimension: the input is cut, or zeros are added; −1 takes those
 * that there are. Default: those that there are.
 * @param dim - the dimensions; default: all, or the last ones if `s` is given.
 * @param norm - "backward" (default): divided by the number of elements; "ortho": by its root; "forward": not normalized.
 * @throws ShapeError if there is nothing to transform; ArgumentError if `s` and `dim` do not fit one
 * another, or no dimension is transformed.
 *
 * @example
 * ```ts
 * ihfftn(tensor([[10, -2], [-4, 0]])); // → Tensor([[[1, 0], [2, 0]], [[3, 0], [4, 0]]])
 * ```
 *
 * @see torch.fft.ihfftn
 */
export function ihfftn(x: Tensor, ...args: FftnArguments): Tensor {
  const input = realInput("ihfftn", x);
  const plan = readMany("ihfftn", args, input.shape, undefined);
  assertSomeDims("ihfftn", plan);
  return realToComplex("ihfftn", input, plan, 1);
}
