/**
 * The inverse of the short-time Fourier transform.
 *
 * @module
 */
import { ArgumentError, checkOptions, formatShape, type OptionNames, ShapeError } from "@lucid/backend";
import { owned, reshaped, viewed } from "@lucid/tensor/extend";
import { div, indexAdd, mul, ones, Tensor, zeros } from "@lucid/tensor/functions";
import { assertCount, assertFlag, assertFloating, assertPairs } from "../internal/checks.js";
import { fitted, permuted, sliced } from "../internal/views.js";
import { ifft, irfft } from "../one.js";
import { type SegmentOptions, type Segments, segmentsOf, wholeWindow } from "./segments.js";

/** Options of {@link istft}. */
export interface IstftOptions extends SegmentOptions {
  /** How many samples the signal has; default: what the segments cover, without the padding. */
  readonly length?: number | null;
  /** Whether the signal is complex, which needs whole spectra; default false. */
  readonly returnComplex?: boolean;
}

const names: OptionNames<IstftOptions> = {
  hopLength: true,
  winLength: true,
  window: true,
  center: true,
  normalized: true,
  onesided: true,
  length: true,
  returnComplex: true,
};

/** Adds up overlapping segments `[segments, size, …]` to `[samples, …]`. */
function overlapped(segments: Tensor, hop: number): Tensor {
  const [count, size, ...rest] = segments.shape as readonly [number, number, ...number[]];
  const positions = Int32Array.from(
    { length: count * size },
    (_, i) => Math.floor(i / size) * hop + (i - Math.floor(i / size) * size),
  );
  const { backend, dtype } = segments;
  const samples = zeros([(count - 1) * hop + size, ...rest], { backend, dtype });
  const flat = reshaped("istft", segments, [count * size, ...rest]);
  return indexAdd(samples, 0, new Tensor(positions, { backend }), flat);
}

/** Which samples of the overlapped segments are the signal. */
function rangeOf(operation: string, { size, hop, center }: Segments, count: number, length: number | undefined) {
  const total = (count - 1) * hop + size;
  const start = center ? Math.floor(size / 2) : 0;
  const end = length !== undefined ? Math.min(total, start + length) : total - start;
  if (end > start) return { start, end };
  throw new ArgumentError(operation, `${count} segments of ${size} samples leave no signal`, {
    rule: "the signal has at least one sample",
  });
}

/**
 * Computes a signal from the spectra of its segments: the inverse of `stft`. The segments are multiplied by the window,
 * added up, and divided by the sum of the squares of the windows, so that the result is the signal that fits best.
 *
 * Shapes: `(…, k, m, 2) → (…, T)` with at most one axis before k.
 *
 * Where the windows that cover a sample are all zero, the result is not a number. PyTorch refuses that, which needs
 * reading the window.
 *
 * @param nFft - the number of samples of a segment.
 * @param options - those with which `stft` made the spectra; `onesided` (default: whether there are fewer than nFft
 * frequencies); `length`: how many samples the signal has; `returnComplex` (default false): whether the signal is
 * complex.
 * @throws ShapeError unless the shape fits nFft; ArgumentError for a wrong option; DTypeError unless the input is
 * floating.
 *
 * @example
 * ```ts
 * const signal = tensor([1, 2, 3, 4, 5, 6]);
 * istft(stft(signal, 4, { hopLength: 2 }), 4, { hopLength: 2 }); // → Tensor([1, 2, 3, 4, 5, 6])
 * ```
 *
 * @see torch.istft
 */
export function istft(x: Tensor, nFft: number, options: IstftOptions = {}): Tensor {
  const operation = "istft";
  assertPairs(operation, "the input", x);
  assertFloating(operation, "the input", x);
  checkOptions(operation, options, names);
  const segments = segmentsOf(operation, nFft, options);
  const { size, hop, normalized } = segments;
  const { returnComplex = false } = options;
  const length = options.length ?? undefined;
  assertFlag(operation, "returnComplex", returnComplex);
  if (length !== undefined) assertCount(operation, "length", length, 1);
  const frequencies = x.shape[x.ndim - 3] ?? 0;
  const count = x.shape[x.ndim - 2] ?? 0;
  const { onesided = frequencies !== size } = segments;
  const expected = onesided ? Math.floor(size / 2) + 1 : size;
  if ((x.ndim !== 3 && x.ndim !== 4) || frequencies !== expected || count === 0) {
    throw new ShapeError(operation, `the input is ${formatShape(x.shape)}`, [x.shape], {
      rule: `it is (frequencies, segments, 2) or (batch, frequencies, segments, 2), with ${expected} frequencies`,
    });
  }
  if (hop > segments.windowSize) {
    throw new ArgumentError(operation, `hopLength is ${hop} and winLength ${segments.windowSize}`, {
      rule: "segments are not further apart than a window is long",
    });
  }
  if (onesided && returnComplex) {
    throw new ArgumentError(operation, "a complex signal from half spectra", {
      rule: "the first half of a spectrum tells the others only if the signal is real",
    });
  }
  const { start, end } = rangeOf(operation, segments, count, length);
  return owned(() => {
    const norm = normalized ? "ortho" : "backward";
    const batch = x.ndim === 4 ? [0] : [];
    const first = batch.length;
    const spectra = permuted(x, [...batch, first + 1, first, first + 2]);
    // [batch, segment, sample], or with pairs behind.
    const lines = returnComplex
      ? ifft(spectra, { norm })
      : irfft(onesided ? spectra : sliced(spectra, first + 1, 0, Math.floor(size / 2) + 1), { n: size, norm });
    const tail = returnComplex ? [lines.ndim - 1] : [];
    // The segments come first, so that they can be added up along one axis.
    const ordered = permuted(lines, [first, first + 1, ...batch, ...tail]);
    const trailing = new Array<number>(ordered.ndim - 2).fill(1);
    const window = wholeWindow(x, segments) ?? ones([size], { backend: x.backend, dtype: x.dtype });
    const column = viewed(window, [size, ...trailing]);
    const signal = sliced(overlapped(mul(ordered, column), hop), 0, start, end - start);
    const squares = mul(mul(column, column), ones([count, size, ...trailing], { backend: x.backend, dtype: x.dtype }));
    const weights = sliced(overlapped(squares, hop), 0, start, end - start);
    const quotient = fitted(div(signal, weights), 0, length ?? end - start);
    if (batch.length === 0) return quotient;
    return reshaped(operation, permuted(quotient, [1, 0, ...(returnComplex ? [2] : [])]), [
      x.shape[0]!,
      quotient.shape[0]!,
      ...(returnComplex ? [2] : []),
    ]);
  });
}
