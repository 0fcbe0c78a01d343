/**
 * The short-time Fourier transform.
 *
 * @module
 */
import { ArgumentError, checkOptions, formatShape, type OptionNames, ShapeError } from "@lucid/backend";
import { callView, owned, unfoldView } from "@lucid/tensor/extend";
import { contiguous, mul, type Tensor } from "@lucid/tensor/functions";
import { complex } from "../complex.js";
import { assertFlag, assertFloating, assertPairs, assertTensor } from "../internal/checks.js";
import { permuted } from "../internal/views.js";
import { fft, rfft } from "../one.js";
import { assertPadMode, type PadMode, padded } from "./padding.js";
import { type SegmentOptions, segmentsOf, wholeWindow } from "./segments.js";

/** Options of {@link stft}. */
export interface StftOptions extends SegmentOptions {
  /** What the signal is continued with where `center` needs it; default "reflect". */
  readonly padMode?: PadMode;
  /** Whether the signal is complex: its last axis holds pairs. Default false. */
  readonly pairs?: boolean;
}

const names: OptionNames<StftOptions> = {
  hopLength: true,
  winLength: true,
  window: true,
  center: true,
  normalized: true,
  onesided: true,
  padMode: true,
  pairs: true,
};

/**
 * Computes the spectra of segments of a signal, which overlap.
 *
 * `X[k, m] = Σⱼ window[j] · x[m · hopLength + j] · exp(−2πi · jk / nFft)`
 *
 * Shapes: `(…, T) → (…, k, m, 2)` with at most one axis before T; k counts frequencies, of which there are
 * `⌊nFft / 2⌋ + 1` if `onesided`, and else nFft, and m counts segments.
 *
 * @param nFft - the number of samples of a segment.
 * @param options - `hopLength` (default `⌊nFft / 4⌋`): how many samples segments are apart; `winLength` (default nFft);
 * `window` (default ones); `center` (default true): whether the first segment has its center at the first sample;
 * `padMode` (default "reflect"); `normalized` (default false): whether the result is multiplied by `1 / √nFft`;
 * `onesided` (default true if the signal is real); `pairs` (default false): whether the signal is complex.
 * @throws ShapeError unless the signal has one or two dimensions; ArgumentError if it is shorter than a segment, or for a
 * wrong option; DTypeError unless it is floating.
 *
 * @example
 * ```ts
 * stft(tensor([1, 2, 3, 4]), 2, { hopLength: 2, center: false }); // → Tensor([[[3, 0], [7, 0]], [[-1, 0], [-1, 0]]])
 * ```
 *
 * @see torch.stft
 */
export function stft(x: Tensor, nFft: number, options: StftOptions = {}): Tensor {
  const operation = "stft";
  assertTensor(operation, "the signal", x);
  checkOptions(operation, options, names);
  const { padMode = "reflect", pairs = false } = options;
  assertFlag(operation, "pairs", pairs);
  if (pairs) assertPairs(operation, "the signal", x);
  assertFloating(operation, "the signal", x);
  const axis = x.ndim - (pairs ? 2 : 1);
  if (axis !== 0 && axis !== 1) {
    throw new ShapeError(operation, `the signal is ${formatShape(x.shape)}`, [x.shape], {
      rule: "it has one dimension, or two: (batch, samples)",
    });
  }
  const segments = segmentsOf(operation, nFft, options);
  const { size, hop, center, normalized, onesided = !pairs } = segments;
  if (onesided && pairs) {
    throw new ArgumentError(operation, "onesided is true for a complex signal", {
      rule: "only the spectra of real signals are given by their first half",
    });
  }
  const margin = center ? Math.floor(size / 2) : 0;
  if (center) assertPadMode(operation, padMode, x.shape[axis]!, margin);
  const length = x.shape[axis]! + 2 * margin;
  if (size > length) {
    throw new ArgumentError(operation, `nFft is ${size} and there are ${length} samples`, {
      rule: "the signal is at least as long as a segment",
    });
  }
  return owned(() => {
    const signal = center ? padded(x, axis, margin, padMode) : x;
    // The samples of a segment are the last axis, behind that of pairs.
    const frames = callView(unfoldView, signal, { axis, size, step: hop });
    const window = wholeWindow(x, segments);
    const weighted = window === undefined ? frames : mul(frames, window);
    const norm = normalized ? "ortho" : "backward";
    const batch = [...x.shape.keys()].slice(0, axis);
    const [frame, last] = [axis, axis + 1];
    if (pairs) {
      const ordered = permuted(weighted, [...batch, frame, last + 1, last]);
      return contiguous(permuted(fft(ordered, { norm }), [...batch, last, frame, last + 1]));
    }
    const spectra = onesided ? rfft(weighted, { norm }) : fft(complex(weighted), { norm });
    return contiguous(permuted(spectra, [...batch, last, frame, last + 1]));
  });
}
