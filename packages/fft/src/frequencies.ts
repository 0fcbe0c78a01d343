/**
 * The frequencies of spectra, and the order of their elements.
 *
 * @module
 */
import { ArgumentError, checkOptions, type OptionNames } from "@lucid/backend";
import { owned } from "@lucid/tensor/extend";
import { roll, type Tensor, type TensorOptions } from "@lucid/tensor/functions";
import { assertCount, assertFinite, assertFlag, assertTensor, dimsOf } from "./internal/checks.js";
import { copied, numbersTensor } from "./internal/numbers.js";

/** Options of {@link fftfreq} and {@link rfftfreq}. */
export interface FrequencyOptions extends TensorOptions {
  /** The distance between samples; default 1. */
  readonly d?: number;
}

const frequencyNames: OptionNames<FrequencyOptions> = { d: true, dtype: true, requiresGrad: true, backend: true };

function frequencies(
  operation: string,
  n: number,
  given: number | FrequencyOptions | undefined,
  count: number,
  indexOf: (k: number) => number,
): Tensor {
  const options: FrequencyOptions | undefined = typeof given === "number" ? { d: given } : given;
  checkOptions(operation, options, frequencyNames);
  const { d = 1, ...others } = options ?? {};
  assertFinite(operation, "d", d);
  if (d === 0) throw new ArgumentError(operation, "d is 0", { rule: "the distance between samples is not 0" });
  return numbersTensor(operation, count, (k) => indexOf(k) / (n * d), others);
}

/**
 * Makes the frequencies of the elements of `fft` in their order: those from 0 up, and then the negative ones.
 *
 * `[0, 1, …, ⌈n/2⌉ − 1, −⌊n/2⌋, …, −1] / (d · n)`
 *
 * @param n - how many elements are transformed.
 * @param d - the distance between samples; default 1. It may also be an option.
 * @param options - `d`, and the options of a tensor.
 * @throws ArgumentError unless n is an integer ≥ 1 and d is a number other than 0; DTypeError for a type that is not
 * floating.
 *
 * @example
 * ```ts
 * fftfreq(5); // → Tensor([0, 0.2, 0.4, -0.4, -0.2])
 * fftfreq(4, { d: 0.5 }); // → Tensor([0, 0.5, -1, -0.5])
 * ```
 *
 * @see torch.fft.fftfreq
 */
export function fftfreq(n: number, d?: number | FrequencyOptions): Tensor {
  assertCount("fftfreq", "n", n, 1);
  return frequencies("fftfreq", n, d, n, (k) => (2 * k < n ? k : k - n));
}

/**
 * Makes the frequencies of the elements of `rfft`.
 *
 * `[0, 1, …, ⌊n/2⌋] / (d · n)`
 *
 * @param n - how many real numbers are transformed.
 * @param d - the distance between samples; default 1. It may also be an option.
 * @param options - `d`, and the options of a tensor.
 * @throws ArgumentError unless n is an integer ≥ 1 and d is a number other than 0; DTypeError for a type that is not
 * floating.
 *
 * @example
 * ```ts
 * rfftfreq(5); // → Tensor([0, 0.2, 0.4])
 * ```
 *
 * @see torch.fft.rfftfreq
 */
export function rfftfreq(n: number, d?: number | FrequencyOptions): Tensor {
  assertCount("rfftfreq", "n", n, 1);
  return frequencies("rfftfreq", n, d, Math.floor(n / 2) + 1, (k) => k);
}

/** Options of {@link fftshift} and {@link ifftshift}. */
export interface ShiftOptions {
  /** The dimensions; default: all, of pairs without their axis. */
  readonly dim?: number | readonly number[] | null;
  /** Whether the last axis holds pairs, which stay together; default false. */
  readonly pairs?: boolean;
}

const shiftNames: OptionNames<ShiftOptions> = { dim: true, pairs: true };

function shifted(
  operation: string,
  x: Tensor,
  given: number | readonly number[] | ShiftOptions | null | undefined,
  shift: (size: number) => number,
): Tensor {
  assertTensor(operation, "the input", x);
  const isDims = given === undefined || given === null || typeof given === "number" || Array.isArray(given);
  const options = (isDims ? { dim: given } : given) as ShiftOptions;
  checkOptions(operation, options, shiftNames);
  const { pairs = false, dim } = options;
  assertFlag(operation, "pairs", pairs);
  const rank = pairs ? Math.max(0, x.ndim - 1) : x.ndim;
  const dims = dim === undefined || dim === null ? [...x.shape.keys()].slice(0, rank) : dimsOf(operation, dim, rank);
  if (dims.length === 0) return copied(operation, x);
  return owned(() =>
    roll(
      x,
      dims.map((axis) => shift(x.shape[axis]!)),
      dims,
    ),
  );
}

/**
 * Brings the element of frequency 0 to the middle.
 *
 * @param dim - the dimensions; default: all. It may also be an option.
 * @param options - `dim`; `pairs` (default false): whether the last axis holds pairs, which stay together. It is not
 * counted as a dimension then.
 * @throws IndexOutOfRangeError if there is no such dimension; ArgumentError if one appears twice.
 *
 * @example
 * ```ts
 * fftshift(fftfreq(4)); // → Tensor([-0.5, -0.25, 0, 0.25])
 * fftshift(tensor([[0, 1], [2, 3]]), { pairs: true }); // → Tensor([[2, 3], [0, 1]])
 * ```
 *
 * @see torch.fft.fftshift
 */
export function fftshift(x: Tensor, dim?: number | readonly number[] | ShiftOptions | null): Tensor {
  return shifted("fftshift", x, dim, (size) => Math.floor(size / 2));
}

/**
 * Undoes {@link fftshift}: brings the element in the middle to the front.
 *
 * @param dim - the dimensions; default: all. It may also be an option.
 * @param options - `dim`; `pairs` (default false): whether the last axis holds pairs, which stay together. It is not
 * counted as a dimension then.
 * @throws IndexOutOfRangeError if there is no such dimension; ArgumentError if one appears twice.
 *
 * @example
 * ```ts
 * ifftshift(fftshift(fftfreq(4))); // → Tensor([0, 0.25, -0.5, -0.25])
 * ```
 *
 * @see torch.fft.ifftshift
 */
export function ifftshift(x: Tensor, dim?: number | readonly number[] | ShiftOptions | null): Tensor {
  return shifted("ifftshift", x, dim, (size) => Math.ceil(size / 2));
}
