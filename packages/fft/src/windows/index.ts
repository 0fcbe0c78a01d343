/**
 * The windows of `torch.signal.windows`.
 *
 * @module
 */
export {
  bartlett,
  blackman,
  cosine,
  type ExponentialOptions,
  exponential,
  type GaussianOptions,
  type GeneralHammingOptions,
  gaussian,
  generalCosine,
  generalHamming,
  hamming,
  hann,
  type KaiserOptions,
  kaiser,
  nuttall,
  type WindowOptions,
} from "./windows.js";
