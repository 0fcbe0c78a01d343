/**
 * Transforms along one dimension.
 *
 * @module
 */
import type { Tensor } from "@lucid/tensor/functions";
import { type FftArguments, readOne } from "./internal/arguments.js";
import { pairsInput, realInput } from "./internal/checks.js";
import { complexToComplex, complexToReal, realToComplex } from "./transform/run.js";

/**
 * Computes the discrete Fourier transform of complex numbers along a dimension.
 *
 * `Xₖ = Σⱼ xⱼ · exp(−2πi · jk / n)`
 *
 * Shapes: `(…, m, 2) → (…, n, 2)`. The last axis holds the real and the imaginary part.
 *
 * @param n - how many elements are transformed: the input is cut, or zeros are added. Default: those that there are.
 * @param dim - the dimension, without the axis of pairs; default −1.
 * @param norm - "backward" (default): not normalized; "ortho": divided by √n; "forward": divided by n.
 * @throws ShapeError unless the last axis has length 2, or if there is nothing to transform; ArgumentError unless n ≥ 1.
 *
 * @example
 * ```ts
 * fft(complex(tensor([1, 0, 0, 0]))); // → Tensor([[1, 0], [1, 0], [1, 0], [1, 0]])
 * fft(complex(tensor([1, 3])), { norm: "forward" }); // → Tensor([[2, 0], [-1, 0]])
 * ```
 *
 * @see torch.fft.fft
 */
export function fft(x: Tensor, ...args: FftArguments): Tensor {
  const input = pairsInput("fft", x);
  return complexToComplex("fft", input, readOne("fft", args, input.ndim - 1), -1);
}

/**
 * Computes the inverse of {@link fft}.
 *
 * `xⱼ = 1/n · Σₖ Xₖ · exp(2πi · jk / n)`
 *
 * Shapes: `(…, m, 2) → (…, n, 2)`.
 *
 * @param n - how many elements are transformed: the input is cut, or zeros are added. Default: those that there are.
 * @param dim - the dimension, without the axis of pairs; default −1.
 * @param norm - "backward" (default): divided by n; "ortho": by √n; "forward": not normalized.
 * @throws ShapeError unless the last axis has length 2, or if there is nothing to transform; ArgumentError unless n ≥ 1.
 *
 * @example
 * ```ts
 * ifft(tensor([[4, 0], [-2, 0]])); // → Tensor([[1, 0], [3, 0]])
 * ```
 *
 * @see torch.fft.ifft
 */
export function ifft(x: Tensor, ...args: FftArguments): Tensor {
  const input = pairsInput("ifft", x);
  return complexToComplex("ifft", input, readOne("ifft", args, input.ndim - 1), 1);
}

/**
 * Computes the discrete Fourier transform of real numbers. The result holds its first half; the other elements are the
 * conjugates of these, `Xₙ₋ₖ = conj(Xₖ)`.
 *
 * Shapes: `(…, m) → (…, ⌊n / 2⌋ + 1, 2)`.
 *
 * @param n - how many elements are transformed: the input is cut, or zeros are added. Default: those that there are.
 * @param dim - the dimension of the input; default −1.
 * @param norm - "backward" (default): not normalized; "ortho": divided by √n; "forward": divided by n.
 * @throws ShapeError if there is nothing to transform; ArgumentError unless n ≥ 1.
 *
 * @example
 * ```ts
 * rfft(tensor([1, 2, 3, 2])); // → Tensor([[8, 0], [-2, 0], [0, 0]])
 * ```
 *
 * @see torch.fft.rfft
 */
export function rfft(x: Tensor, ...args: FftArguments): Tensor {
  const input = realInput("rfft", x);
  return realToComplex("rfft", input, readOne("rfft", args, input.ndim), -1);
}

/**
 * Computes the inverse of {@link rfft}: real numbers from the first half of their spectrum.
 *
 * Shapes: `(…, m, 2) → (…, n)`. Imaginary parts of the first element, and for even n of the last one, do not count.
 *
 * @param n - how many real numbers result; default `2 · (m − 1)`.
 * @param dim - the dimension, without the axis of pairs; default −1.
 * @param norm - "backward" (default): divided by n; "ortho": by √n; "forward": not normalized.
 * @throws ShapeError unless the last axis has length 2, or if nothing would result; ArgumentError unless n ≥ 1.
 *
 * @example
 * ```ts
 * irfft(tensor([[8, 0], [-2, 0], [0, 0]])); // → Tensor([1, 2, 3, 2])
 * ```
 *
 * @see torch.fft.irfft
 */
export function irfft(x: Tensor, ...args: FftArguments): Tensor {
  const input = pairsInput("irfft", x);
  return complexToReal("irfft", input, readOne("irfft", args, input.ndim - 1), 1);
}

/**
 * Computes the discrete Fourier transform of a signal that equals the conjugate of its mirror image, from its first
 * half. The result is real.
 *
 * Shapes: `(…, m, 2) → (…, n)`. Imaginary parts of the first element, and for even n of the last one, do not count.
 *
 * @param n - how many real numbers result; default `2 · (m − 1)`.
 * @param dim - the dimension, without the axis of pairs; default −1.
 * @param norm - "backward" (default): not normalized; "ortho": divided by √n; "forward": divided by n.
 * @throws ShapeError unless the last axis has length 2, or if nothing would result; ArgumentError unless n ≥ 1.
 *
 * @example
 * ```ts
 * hfft(tensor([[2, 0], [-0.5, 0], [0, 0]])); // → Tensor([1, 2, 3, 2])
 * ```
 *
 * @see torch.fft.hfft
 */
export function hfft(x: Tensor, ...args: FftArguments): Tensor {
  const input = pairsInput("hfft", x);
  return complexToReal("hfft", input, readOne("hfft", args, input.ndim - 1), -1);
}

/**
 * Computes the inverse of {@link hfft}: the first half of a signal whose spectrum is real.
 *
 * Shapes: `(…, m) → (…, ⌊n / 2⌋ + 1, 2)`.
 *
 * @param n - how many elements are transformed: the input is cut, or zeros are added. Default: those that there are.
 * @param dim - the dimension of the input; default −1.
 * @param norm - "backward" (default): divided by n; "ortho": by √n; "forward": not normalized.
 * @throws ShapeError if there is nothing to transform; ArgumentError unless n ≥ 1.
 *
 * @example
 * ```ts
 * ihfft(tensor([1, 2, 3, 2])); // → Tensor([[2, 0], [-0.5, 0], [0, 0]])
 * ```
 *
 * @see torch.fft.ihfft
 */
export function ihfft(x: Tensor, ...args: FftArguments): Tensor {
  const input = realInput("ihfft", x);
  return realToComplex("ihfft", input, readOne("ihfft", args, input.ndim), 1);
}
