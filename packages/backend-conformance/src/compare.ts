/**
 * Comparing results with expected numbers. NaN equals NaN, and −0 differs from 0.
 *
 * @module
 */
import { type DType, dtypes } from "@lucid/backend";

/** Decides whether element `i` is right. `text` ends the sentence "expected 3 …". */
export interface Agreement {
  readonly text: string;
  agrees(got: number, expected: number, i: number): boolean;
}

/** The expected number in the precision of the element type. */
export function rounded(expected: number, dtype: DType): number {
  const { kind, convert } = dtypes[dtype];
  return kind === "float" ? convert(expected) : expected;
}

/** Accepts the same number. `expected` is rounded into `dtype` first. */
export function exactly(dtype: DType): Agreement {
  return { text: "exactly", agrees: (got, expected) => Object.is(got, rounded(expected, dtype)) };
}

/** Accepts the same number, and a zero of either sign. */
export function exactlyButZero(dtype: DType): Agreement {
  return {
    text: "exactly, of either sign if 0",
    agrees: (got, expected) => Object.is(got + 0, rounded(expected, dtype) + 0),
  };
}

/** Accepts a float32 number that is no further away than this, for expected results between two float32 numbers. */
export function float32Near(distance: number): Agreement {
  return {
    text: `rounded to float32, within ${distance}`,
    agrees: (got, expected) => Math.fround(got) === got && Math.abs(got - expected) <= distance,
  };
}

const scratch = new DataView(new ArrayBuffer(8));
const LARGEST = { float32: 3.4028234663852886e38, float64: Number.MAX_VALUE };

/** The distance between neighbouring numbers of the type at `x`. */
export function ulp(x: number, dtype: "float32" | "float64"): number {
  scratch.setFloat64(0, x);
  const exponent = ((scratch.getUint32(0) >>> 20) & 0x7ff) - 1023;
  return dtype === "float32" ? 2 ** (Math.max(exponent, -126) - 23) : 2 ** (Math.max(exponent, -1022) - 52);
}

/**
 * Accepts numbers within some units in the last place of `expected`, a float64 number. 0, −0, NaN and ±∞ must be exact.
 */
export function withinUlps(dtype: "float32" | "float64", ulps: number): Agreement {
  if (ulps === 0) return exactly(dtype);
  const largest = LARGEST[dtype];
  return {
    text: `within ${ulps} ulp`,
    agrees(got, expected) {
      const want = rounded(expected, dtype);
      if (Object.is(got, want)) return true;
      if (expected === 0 || !Number.isFinite(expected)) return false;
      const allowed = ulps * ulp(expected, dtype);
      if (!Number.isFinite(got))
        return got > 0 ? expected + allowed > largest : expected - allowed < -largest && got === got;
      return Math.abs(got - expected) <= allowed;
    },
  };
}

/** Accepts numbers within an absolute bound for every element. NaN and ±∞ must be exact, and 0 may have either sign. */
export function within(bound: (i: number) => number, dtype: DType, text = "within the error bound"): Agreement {
  return {
    text,
    agrees(got, expected, i) {
      const want = rounded(expected, dtype);
      return Object.is(got, want) || got === want || Math.abs(got - expected) <= bound(i);
    },
  };
}

/** A number as a report shows it. */
export function show(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}
