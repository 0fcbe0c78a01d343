/**
 * Windows: weights for the samples of a segment, which fall towards its ends. They are computed in float64 and then
 * rounded.
 *
 * @module
 */
import { ArgumentError, checkOptions, type OptionNames } from "@lucid/backend";
import type { Tensor, TensorOptions } from "@lucid/tensor/functions";
import { assertCount, assertFinite, assertFlag } from "../internal/checks.js";
import { numbersTensor } from "../internal/numbers.js";
import { besselI0 } from "./bessel.js";

/** Options of all windows of `windows`. */
export interface WindowOptions extends TensorOptions {
  /** Whether the window is symmetric (the default), or one period of a periodic one, as spectra need it. */
  readonly sym?: boolean;
}

/** The names of {@link WindowOptions}. */
const names: OptionNames<WindowOptions> = { sym: true, dtype: true, requiresGrad: true, backend: true };

/**
 * Makes a window of m elements.
 *
 * @param weight - the weight at position k of a symmetric window of `size` elements.
 * @internal
 */
export function windowOf(
  operation: string,
  m: number,
  options: WindowOptions | undefined,
  weight: (k: number, size: number) => number,
): Tensor {
  assertCount(operation, "the number of elements", m, 0);
  checkOptions(operation, options, names);
  const { sym = true, ...others } = options ?? {};
  assertFlag(operation, "sym", sym);
  const size = sym ? m : m + 1;
  return numbersTensor(operation, m, (k) => (m === 1 ? 1 : weight(k, size)), others);
}

/** `Σ (−1)ⁱ · aᵢ · cos(2πik / (size − 1))`, computed from the nearer end. @internal */
export function cosines(coefficients: readonly number[], k: number, size: number): number {
  const near = Math.min(k, size - 1 - k);
  let sum = 0;
  for (const [i, a] of coefficients.entries()) {
    sum += (i % 2 === 0 ? a : -a) * Math.cos((2 * Math.PI * i * near) / (size - 1));
  }
  return sum;
}

/**
 * Makes a window that is a sum of cosines.
 *
 * `wₖ = Σᵢ (−1)ⁱ · aᵢ · cos(2πik / (m − 1))`
 *
 * @param m - the number of elements.
 * @param a - the coefficients.
 * @param options - `sym` (default true): false makes one period of a periodic window; and the options of a tensor.
 * @throws ArgumentError unless m is an integer ≥ 0 and a is a list of numbers; DTypeError for a type that is not floating.
 *
 * @example
 * ```ts
 * windows.generalCosine(5, [0.5, 0.5]); // → Tensor([0, 0.5, 1, 0.5, 0])
 * ```
 *
 * @see torch.signal.windows.general_cosine
 */
export function generalCosine(m: number, a: readonly number[], options?: WindowOptions): Tensor {
  if (!Array.isArray(a) || a.length === 0) {
    throw new ArgumentError("generalCosine", "there are no coefficients", { rule: "a is a list of numbers" });
  }
  const coefficients = Array.from(a as readonly unknown[], (value): number => {
    assertFinite("generalCosine", "a coefficient", value);
    return value;
  });
  return windowOf("generalCosine", m, options, (k, size) => cosines(coefficients, k, size));
}

/** Options of {@link generalHamming}. */
export interface GeneralHammingOptions extends WindowOptions {
  /** The weight of the constant part; default 0.54. */
  readonly alpha?: number;
}

/**
 * Makes a general Hamming window.
 *
 * `wₖ = α − (1 − α) · cos(2πk / (m − 1))`
 *
 * @param m - the number of elements.
 * @param options - `alpha` (default 0.54), `sym` (default true), and the options of a tensor.
 * @throws ArgumentError unless m is an integer ≥ 0 and alpha a number; DTypeError for a type that is not floating.
 *
 * @example
 * ```ts
 * windows.generalHamming(3, { alpha: 0.75 }); // → Tensor([0.5, 1, 0.5])
 * ```
 *
 * @see torch.signal.windows.general_hamming
 */
export function generalHamming(m: number, options?: GeneralHammingOptions): Tensor {
  checkOptions("generalHamming", options, { ...names, alpha: true });
  const { alpha = 0.54, ...others } = options ?? {};
  assertFinite("generalHamming", "alpha", alpha);
  return windowOf("generalHamming", m, others, (k, size) => cosines([alpha, 1 - alpha], k, size));
}

/**
 * Makes a Hamming window, `wₖ = 0.54 − 0.46 · cos(2πk / (m − 1))`.
 *
 * @param m - the number of elements.
 * @param options - `sym` (default true), and the options of a tensor.
 * @throws ArgumentError unless m is an integer ≥ 0; DTypeError for a type that is not floating.
 *
 * @example
 * ```ts
 * windows.hamming(3); // → Tensor([0.08, 1, 0.08])
 * ```
 *
 * @see torch.signal.windows.hamming
 */
export function hamming(m: number, options?: WindowOptions): Tensor {
  return windowOf("hamming", m, options, (k, size) => cosines([0.54, 0.46], k, size));
}

/**
 * Makes a Hann window, `wₖ = ½ · (1 − cos(2πk / (m − 1)))`.
 *
 * @param m - the number of elements.
 * @param options - `sym` (default true), and the options of a tensor.
 * @throws ArgumentError unless m is an integer ≥ 0; DTypeError for a type that is not floating.
 *
 * @example
 * ```ts
 * windows.hann(5); // → Tensor([0, 0.5, 1, 0.5, 0])
 * windows.hann(4, { sym: false }); // → Tensor([0, 0.5, 1, 0.5])
 * ```
 *
 * @see torch.signal.windows.hann
 */
export function hann(m: number, options?: WindowOptions): Tensor {
  return windowOf("hann", m, options, hannWeight);
}

/**
 * Makes a Blackman window, `wₖ = 0.42 − 0.5 · cos(2πk / (m − 1)) + 0.08 · cos(4πk / (m − 1))`.
 *
 * @param m - the number of elements.
 * @param options - `sym` (default true), and the options of a tensor.
 * @throws ArgumentError unless m is an integer ≥ 0; DTypeError for a type that is not floating.
 *
 * @example
 * ```ts
 * windows.blackman(5).mul(100).round(); // → Tensor([0, 34, 100, 34, 0])
 * ```
 *
 * @see torch.signal.windows.blackman
 */
export function blackman(m: number, options?: WindowOptions): Tensor {
  return windowOf("blackman", m, options, blackmanWeight);
}

/** @internal */
export function hannWeight(k: number, size: number): number {
  return cosines([0.5, 0.5], k, size);
}

/** @internal */
export function bartlettWeight(k: number, size: number): number {
  return (2 * Math.min(k, size - 1 - k)) / (size - 1);
}

/** @internal */
export function blackmanWeight(k: number, size: number): number {
  // Rounding may make the ends negative.
  return Math.max(0, cosines([0.42, 0.5, 0.08], k, size));
}

/**
 * Makes a Nuttall window: a sum of four cosines whose side lobes are very low.
 *
 * @param m - the number of elements.
 * @param options - `sym` (default true), and the options of a tensor.
 * @throws ArgumentError unless m is an integer ≥ 0; DTypeError for a type that is not floating.
 *
 * @example
 * ```ts
 * windows.nuttall(3).mul(1000).round(); // → Tensor([0, 1000, 0])
 * ```
 *
 * @see torch.signal.windows.nuttall
 */
export function nuttall(m: number, options?: WindowOptions): Tensor {
  return windowOf("nuttall", m, options, (k, size) => cosines([0.3635819, 0.4891775, 0.1365995, 0.0106411], k, size));
}

/**
 * Makes a triangular window, `wₖ = 1 − |2k / (m − 1) − 1|`.
 *
 * @param m - the number of elements.
 * @param options - `sym` (default true), and the options of a tensor.
 * @throws ArgumentError unless m is an integer ≥ 0; DTypeError for a type that is not floating.
 *
 * @example
 * ```ts
 * windows.bartlett(5); // → Tensor([0, 0.5, 1, 0.5, 0])
 * ```
 *
 * @see torch.signal.windows.bartlett
 */
export function bartlett(m: number, options?: WindowOptions): Tensor {
  return windowOf("bartlett", m, options, bartlettWeight);
}

/**
 * Makes a window that is half a period of a sine, `wₖ = sin(π · (k + ½) / m)`.
 *
 * @param m - the number of elements.
 * @param options - `sym` (default true), and the options of a tensor.
 * @throws ArgumentError unless m is an integer ≥ 0; DTypeError for a type that is not floating.
 *
 * @example
 * ```ts
 * windows.cosine(3); // → Tensor([0.5, 1, 0.5])
 * ```
 *
 * @see torch.signal.windows.cosine
 */
export function cosine(m: number, options?: WindowOptions): Tensor {
  return windowOf("cosine", m, options, (k, size) => Math.sin((Math.PI * (k + 0.5)) / size));
}

/** Options of {@link exponential}. */
export interface ExponentialOptions extends WindowOptions {
  /** Where the window is largest; default: in the middle. Symmetric windows have no other center. */
  readonly center?: number | null;
  /** How slowly the window falls; default 1. */
  readonly tau?: number;
}

/**
 * Makes a window that falls exponentially to both sides, `wₖ = exp(−|k − center| / tau)`.
 *
 * @param m - the number of elements.
 * @param options - `center` (default: the middle), `tau` (default 1), `sym` (default true), and the options of a tensor.
 * @throws ArgumentError unless m is an integer ≥ 0 and tau > 0, or if a symmetric window is given a center; DTypeError
 * for a type that is not floating.
 *
 * @example
 * ```ts
 * windows.exponential(3, { tau: 1 / Math.log(2) }); // → Tensor([0.5, 1, 0.5])
 * ```
 *
 * @see torch.signal.windows.exponential
 */
export function exponential(m: number, options?: ExponentialOptions): Tensor {
  checkOptions("exponential", options, { ...names, center: true, tau: true });
  const { center = null, tau = 1, ...others } = options ?? {};
  assertFinite("exponential", "tau", tau);
  if (tau <= 0) throw new ArgumentError("exponential", `tau is ${tau}`, { rule: "tau is above 0" });
  if (center !== null) {
    assertFinite("exponential", "center", center);
    if (others.sym !== false) {
      throw new ArgumentError("exponential", "a symmetric window has its center in the middle", {
        remedy: "leave out center, or say { sym: false }",
      });
    }
  }
  return windowOf("exponential", m, others, (k, size) => Math.exp(-Math.abs(k - (center ?? (size - 1) / 2)) / tau));
}

/** Options of {@link gaussian}. */
export interface GaussianOptions extends WindowOptions {
  /** The standard deviation; default 1. */
  readonly std?: number;
}

/**
 * Makes a window with the shape of the normal distribution, `wₖ = exp(−½ · ((k − (m − 1) / 2) / std)²)`.
 *
 * @param m - the number of elements.
 * @param options - `std` (default 1), `sym` (default true), and the options of a tensor.
 * @throws ArgumentError unless m is an integer ≥ 0 and std > 0; DTypeError for a type that is not floating.
 *
 * @example
 * ```ts
 * windows.gaussian(3, { std: Math.sqrt(0.5 / Math.log(2)) }); // → Tensor([0.5, 1, 0.5])
 * ```
 *
 * @see torch.signal.windows.gaussian
 */
export function gaussian(m: number, options?: GaussianOptions): Tensor {
  checkOptions("gaussian", options, { ...names, std: true });
  const { std = 1, ...others } = options ?? {};
  assertFinite("gaussian", "std", std);
  if (std <= 0) throw new ArgumentError("gaussian", `std is ${std}`, { rule: "std is above 0" });
  return windowOf("gaussian", m, others, (k, size) => Math.exp(-0.5 * ((k - (size - 1) / 2) / std) ** 2));
}

/** Options of {@link kaiser}. */
export interface KaiserOptions extends WindowOptions {
  /** How narrow the window is; default 12. */
  readonly beta?: number;
}

/**
 * Makes a Kaiser window, `wₖ = I₀(β · √(1 − (2k / (m − 1) − 1)²)) / I₀(β)`.
 *
 * @param m - the number of elements.
 * @param options - `beta` (default 12), `sym` (default true), and the options of a tensor.
 * @throws ArgumentError unless m is an integer ≥ 0 and beta ≥ 0; DTypeError for a type that is not floating.
 *
 * @example
 * ```ts
 * windows.kaiser(3, { beta: 0 }); // → Tensor([1, 1, 1])
 * ```
 *
 * @see torch.signal.windows.kaiser
 */
export function kaiser(m: number, options?: KaiserOptions): Tensor {
  checkOptions("kaiser", options, { ...names, beta: true });
  const { beta = 12, ...others } = options ?? {};
  assertFinite("kaiser", "beta", beta);
  if (beta < 0) throw new ArgumentError("kaiser", `beta is ${beta}`, { rule: "beta is 0 or above" });
  return windowOf("kaiser", m, others, (k, size) => kaiserWeight(k, size, beta));
}

/** @internal */
export function kaiserWeight(k: number, size: number, beta: number): number {
  // 1 − (2k / (size − 1) − 1)² without cancellation.
  const height = (2 * Math.sqrt(k * (size - 1 - k))) / (size - 1);
  return besselI0(beta * height) / besselI0(beta);
}
