import { describe, expect, it } from "vitest";
import { erf } from "./erf.js";

/** x and erf(x) rounded to float64, from mpmath with 40 digits. */
const table: readonly (readonly [x: number, value: number])[] = [
  [1e-310, 1.1283791670955e-310],
  [5e-324, 5e-324],
  [1e-20, 1.1283791670955125e-20],
  [1e-8, 1.1283791670955126e-8],
  [0.001, 0.0011283787909692365],
  [0.0625, 0.07043197772238707],
  [0.1, 0.1124629160182849],
  [0.25, 0.27632639016823696],
  [0.3, 0.3286267594591274],
  [0.5, 0.5204998778130465],
  [0.7, 0.6778011938374184],
  [0.75, 0.7111556336535151],
  [0.8, 0.7421009647076605],
  [0.9, 0.7969082124228322],
  [0.95, 0.8208908072732779],
  [0.999, 0.8422852702064969],
  [1, 0.8427007929497149],
  [1.001, 0.8431154854780762],
  [1.05, 0.8624361060900967],
  [1.1, 0.8802050695740817],
  [1.2, 0.9103139782296353],
  [1.3, 0.9340079449406524],
  [1.5, 0.9661051464753108],
  [1.75, 0.9866716712191824],
  [2, 0.9953222650189527],
  [2.2, 0.9981371537020182],
  [2.5, 0.999593047982555],
  [2.75, 0.9998993780778803],
  [3, 0.9999779095030014],
  [3.3, 0.9999969422902035],
  [3.5, 0.9999992569016276],
  [4, 0.9999999845827421],
  [4.5, 0.9999999998033839],
  [5, 0.9999999999984626],
  [5.5, 0.9999999999999927],
  [5.8, 0.9999999999999998],
  [5.9, 0.9999999999999999],
  [5.99, 1.0],
  [6, 1.0],
  [7, 1.0],
];

/** The distance to the next float64. */
function ulp(value: number): number {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value);
  bits.setBigInt64(0, bits.getBigInt64(0) + 1n);
  return bits.getFloat64(0) - value;
}

describe("erf", () => {
  it.each(table)("of %s is within 1.5 ulp", (x, value) => {
    // The table is rounded itself: whole ulps can be told apart.
    expect(Math.abs(erf(x) - value)).toBeLessThanOrEqual(ulp(value));
    expect(erf(-x)).toBe(-erf(x));
  });

  it("keeps zeros and NaN, and has the right limits", () => {
    expect(erf(0)).toBe(0);
    expect(erf(-0)).toBe(-0);
    expect(erf(Number.NaN)).toBeNaN();
    expect(erf(Number.POSITIVE_INFINITY)).toBe(1);
    expect(erf(Number.NEGATIVE_INFINITY)).toBe(-1);
  });
});
