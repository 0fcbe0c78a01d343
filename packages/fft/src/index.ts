/**
 * `@lucid/fft`: discrete Fourier transforms, windows and short-time spectra. A complex number is a pair of real numbers
 * on a last axis of length 2.
 *
 * @packageDocumentation
 */
export { abs, angle, complex, complexMul, conj, imag, real } from "./complex.js";
export { type FrequencyOptions, fftfreq, fftshift, ifftshift, rfftfreq, type ShiftOptions } from "./frequencies.js";
export type { FftArguments, FftnArguments, FftnOptions, FftOptions, Norm } from "./internal/arguments.js";
export { fftn, hfftn, ifftn, ihfftn, irfftn, rfftn } from "./many.js";
export { fft, hfft, ifft, ihfft, irfft, rfft } from "./one.js";
export { fft2, hfft2, ifft2, ihfft2, irfft2, rfft2 } from "./two.js";
export { type IstftOptions, istft } from "./short-time/istft.js";
export type { PadMode } from "./short-time/padding.js";
export type { SegmentOptions } from "./short-time/segments.js";
export { type StftOptions, stft } from "./short-time/stft.js";
export * as windows from "./windows/index.js";
export {
  bartlettWindow,
  blackmanWindow,
  type HammingWindowOptions,
  hammingWindow,
  hannWindow,
  type KaiserWindowOptions,
  kaiserWindow,
  type PeriodicWindowOptions,
  type WindowArguments,
} from "./windows/named.js";
