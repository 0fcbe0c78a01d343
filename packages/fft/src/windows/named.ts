/**
 * The windows that PyTorch has in `torch` itself. They are periodic unless the call says otherwise.
 *
 * @module
 */
import type { OptionNames } from "@lucid/backend";
import { readArguments } from "@lucid/tensor/extend";
import type { Tensor, TensorOptions } from "@lucid/tensor/functions";
import { assertFinite, assertFlag } from "../internal/checks.js";
import { bartlettWeight, blackmanWeight, cosines, hannWeight, kaiserWeight, windowOf } from "./windows.js";

/** Options of the windows that PyTorch has in `torch`. */
export interface PeriodicWindowOptions extends TensorOptions {
  /** Whether the window is one period of a periodic one (the default), as spectra need it, or symmetric. */
  readonly periodic?: boolean;
}

const names: OptionNames<PeriodicWindowOptions> = { periodic: true, dtype: true, requiresGrad: true, backend: true };

/** The optional arguments of a window. */
export type WindowArguments =
  | readonly [periodic?: boolean | undefined, options?: TensorOptions | undefined]
  | readonly [options: PeriodicWindowOptions];

/** The options with `sym` in place of `periodic`. */
function symmetric<O extends PeriodicWindowOptions>(
  operation: string,
  args: readonly unknown[],
  positional: readonly (keyof O & string)[],
  known: OptionNames<O>,
): Omit<O, "periodic"> & { readonly sym: boolean } {
  const { periodic = true, ...others } = readArguments<O>(operation, args, positional, known);
  assertFlag(operation, "periodic", periodic);
  return { ...others, sym: !periodic };
}

/**
 * Makes a Hann window, `wₖ = ½ · (1 − cos(2πk / n))`, where n is the number of elements, or one less if the window is not
 * periodic.
 *
 * @param windowLength - the number of elements.
 * @param periodic - whether the window is one period of a periodic one; default true.
 * @param options - `periodic`, and the options of a tensor.
 * @throws ArgumentError unless the number is an integer ≥ 0; DTypeError for a type that is not floating.
 *
 * @example
 * ```ts
 * hannWindow(4); // → Tensor([0, 0.5, 1, 0.5])
 * hannWindow(5, false); // → Tensor([0, 0.5, 1, 0.5, 0])
 * ```
 *
 * @see torch.hann_window
 */
export function hannWindow(windowLength: number, ...args: WindowArguments): Tensor {
  const given = symmetric<PeriodicWindowOptions>("hannWindow", args, ["periodic"], names);
  return windowOf("hannWindow", windowLength, given, hannWeight);
}

/**
 * Makes a triangular window.
 *
 * @param windowLength - the number of elements.
 * @param periodic - whether the window is one period of a periodic one; default true.
 * @param options - `periodic`, and the options of a tensor.
 * @throws ArgumentError unless the number is an integer ≥ 0; DTypeError for a type that is not floating.
 *
 * @example
 * ```ts
 * bartlettWindow(4); // → Tensor([0, 0.5, 1, 0.5])
 * ```
 *
 * @see torch.bartlett_window
 */
export function bartlettWindow(windowLength: number, ...args: WindowArguments): Tensor {
  const given = symmetric<PeriodicWindowOptions>("bartlettWindow", args, ["periodic"], names);
  return windowOf("bartlettWindow", windowLength, given, bartlettWeight);
}

/**
 * Makes a Blackman window, `wₖ = 0.42 − 0.5 · cos(2πk / n) + 0.08 · cos(4πk / n)`.
 *
 * @param windowLength - the number of elements.
 * @param periodic - whether the window is one period of a periodic one; default true.
 * @param options - `periodic`, and the options of a tensor.
 * @throws ArgumentError unless the number is an integer ≥ 0; DTypeError for a type that is not floating.
 *
 * @example
 * ```ts
 * blackmanWindow(4).mul(100).round(); // → Tensor([0, 34, 100, 34])
 * ```
 *
 * @see torch.blackman_window
 */
export function blackmanWindow(windowLength: number, ...args: WindowArguments): Tensor {
  const given = symmetric<PeriodicWindowOptions>("blackmanWindow", args, ["periodic"], names);
  return windowOf("blackmanWindow", windowLength, given, blackmanWeight);
}

/** Options of {@link hammingWindow}. */
export interface HammingWindowOptions extends PeriodicWindowOptions {
  /** The weight of the constant part; default 0.54. */
  readonly alpha?: number;
  /** The weight of the cosine; default 0.46. */
  readonly beta?: number;
}

/**
 * Makes a Hamming window, `wₖ = α − β · cos(2πk / n)`.
 *
 * @param windowLength - the number of elements.
 * @param periodic - whether the window is one period of a periodic one; default true.
 * @param alpha - default 0.54.
 * @param beta - default 0.46.
 * @param options - `periodic`, `alpha`, `beta`, and the options of a tensor.
 * @throws ArgumentError unless the number is an integer ≥ 0; DTypeError for a type that is not floating.
 *
 * @example
 * ```ts
 * hammingWindow(4); // → Tensor([0.08, 0.54, 1, 0.54])
 * hammingWindow(4, { alpha: 0.5, beta: 0.5 }); // → Tensor([0, 0.5, 1, 0.5])
 * ```
 *
 * @see torch.hamming_window
 */
export function hammingWindow(
  windowLength: number,
  ...args:
    | readonly [
        periodic?: boolean | undefined,
        alpha?: number | undefined,
        beta?: number | undefined,
        options?: TensorOptions | undefined,
      ]
    | readonly [options: HammingWindowOptions]
): Tensor {
  const known = { ...names, alpha: true, beta: true } as const;
  const given = symmetric<HammingWindowOptions>("hammingWindow", args, ["periodic", "alpha", "beta"], known);
  const { alpha = 0.54, beta = 0.46, ...others } = given;
  assertFinite("hammingWindow", "alpha", alpha);
  assertFinite("hammingWindow", "beta", beta);
  return windowOf("hammingWindow", windowLength, others, (k, size) => cosines([alpha, beta], k, size));
}

/** Options of {@link kaiserWindow}. */
export interface KaiserWindowOptions extends PeriodicWindowOptions {
  /** How narrow the window is; default 12. */
  readonly beta?: number;
}

/**
 * Makes a Kaiser window, `wₖ = I₀(β · √(1 − (2k / n − 1)²)) / I₀(β)`.
 *
 * @param windowLength - the number of elements.
 * @param periodic - whether the window is one period of a periodic one; default true.
 * @param beta - how narrow the window is; default 12.
 * @param options - `periodic`, `beta`, and the options of a tensor.
 * @throws ArgumentError unless the number is an integer ≥ 0; DTypeError for a type that is not floating.
 *
 * @example
 * ```ts
 * kaiserWindow(3, false, 0); // → Tensor([1, 1, 1])
 * ```
 *
 * @see torch.kaiser_window
 */
export function kaiserWindow(
  windowLength: number,
  ...args:
    | readonly [periodic?: boolean | undefined, beta?: number | undefined, options?: TensorOptions | undefined]
    | readonly [options: KaiserWindowOptions]
): Tensor {
  const known = { ...names, beta: true } as const;
  const given = symmetric<KaiserWindowOptions>("kaiserWindow", args, ["periodic", "beta"], known);
  const { beta = 12, ...others } = given;
  assertFinite("kaiserWindow", "beta", beta);
  // I₀ is an even function.
  return windowOf("kaiserWindow", windowLength, others, (k, size) => kaiserWeight(k, size, Math.abs(beta)));
}
