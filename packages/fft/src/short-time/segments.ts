/**
 * What the short-time transform and its inverse have in common.
 *
 * @module
 */
import { ArgumentError, formatShape, ShapeError } from "@lucid/backend";
import { constantPadNd, ones, type Tensor } from "@lucid/tensor/functions";
import { assertCount, assertFlag, assertFloating, assertTensor } from "../internal/checks.js";

/** The options that both have. */
export interface SegmentOptions {
  /** How many samples the centers of neighbouring segments are apart; default `⌊nFft / 4⌋`. */
  readonly hopLength?: number | null;
  /** The number of elements of the window; default `nFft`. A shorter window is in the middle of the segment. */
  readonly winLength?: number | null;
  /** What the segments are multiplied by; default ones. */
  readonly window?: Tensor | null;
  /** Whether the first segment has its center at the first sample, which needs padding; default true. */
  readonly center?: boolean;
  /** Whether the result is multiplied by `1 / √nFft`; default false. */
  readonly normalized?: boolean;
  /** Whether there is only the first half of each spectrum; default true where the signal is real. */
  readonly onesided?: boolean | null;
}

/** Checked options. */
export interface Segments {
  readonly size: number;
  readonly hop: number;
  readonly windowSize: number;
  readonly window: Tensor | undefined;
  readonly center: boolean;
  readonly normalized: boolean;
  readonly onesided: boolean | undefined;
}

/** Checks the options. */
export function segmentsOf(operation: string, nFft: number, options: SegmentOptions): Segments {
  assertCount(operation, "nFft", nFft, 1);
  const hop = options.hopLength ?? Math.floor(nFft / 4);
  const windowSize = options.winLength ?? nFft;
  const { center = true, normalized = false } = options;
  assertCount(operation, "hopLength", hop, 1);
  assertCount(operation, "winLength", windowSize, 1);
  if (windowSize > nFft) {
    throw new ArgumentError(operation, `winLength is ${windowSize} and nFft ${nFft}`, {
      rule: "a window is not longer than a segment",
    });
  }
  assertFlag(operation, "center", center);
  assertFlag(operation, "normalized", normalized);
  const window = options.window ?? undefined;
  if (window !== undefined) {
    assertTensor(operation, "the window", window);
    assertFloating(operation, "the window", window);
    if (window.ndim !== 1 || window.shape[0] !== windowSize) {
      throw new ShapeError(operation, `the window is ${formatShape(window.shape)}`, [window.shape], {
        rule: `it is a vector of winLength = ${windowSize} elements`,
      });
    }
  }
  const onesided = options.onesided ?? undefined;
  if (onesided !== undefined) assertFlag(operation, "onesided", onesided);
  return { size: nFft, hop, windowSize, window, center, normalized, onesided };
}

/** The window of a whole segment; undefined if it consists of ones. */
export function wholeWindow(x: Tensor, { size, windowSize, window }: Segments): Tensor | undefined {
  if (window === undefined && windowSize === size) return undefined;
  const given = window ?? ones([windowSize], { backend: x.backend, dtype: x.dtype });
  const left = Math.floor((size - windowSize) / 2);
  return windowSize === size ? given : constantPadNd(given, [left, size - windowSize - left]);
}
