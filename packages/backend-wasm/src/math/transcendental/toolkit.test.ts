import { describe, expect, it } from "vitest";
import { vectorKernel } from "../../../scripts/accuracy/kernel.js";
import {
  arithmetic,
  exactProduct,
  exactSum,
  exactSumOrdered,
  type LanesFunction,
  onDoubles,
  onSingles,
  powerOfTwo,
  scale,
  split,
  throughDoubles,
  toWhole,
} from "./toolkit.js";

const doubles = (run: LanesFunction, a: readonly number[], b: readonly number[] = a): number[] => [
  ...vectorKernel(onDoubles(run), 2, 64)(Float64Array.from(a), Float64Array.from(b)),
];
const singles = (run: LanesFunction, a: readonly number[], b: readonly number[] = a): number[] => [
  ...vectorKernel(onSingles(run), 2, 64)(Float32Array.from(a), Float32Array.from(b)),
];

describe("toolkit", () => {
  it("computes exact sums", () => {
    const a = [2 ** 53, 1, 0.1, 1e300];
    const b = [1.5, 2 ** 53, 0.2, -1];
    expect(doubles((d, x, y) => exactSum(d, x, y).high, a, b)).toEqual([
      2 ** 53 + 2,
      2 ** 53,
      0.30000000000000004,
      1e300,
    ]);
    // 0.1 + 0.2 is 0.30000000000000001665… in binary, 2⁻⁵⁵ below its rounded value.
    expect(doubles((d, x, y) => exactSum(d, x, y).low, a, b)).toEqual([-0.5, 1, -(2 ** -55), -1]);
    expect(doubles((d, x, y) => exactSumOrdered(d, x, y).low, [2 ** 53, 1e300], [1.5, -1])).toEqual([-0.5, -1]);
  });

  it("computes exact products", () => {
    // (2²⁷ + 1)² = 2⁵⁴ + 2²⁸ + 1; (1 + 2⁻⁵²)(1 − 2⁻⁵²) = 1 − 2⁻¹⁰⁴.
    const a = [2 ** 27 + 1, 1 + 2 ** -52];
    const b = [2 ** 27 + 1, 1 - 2 ** -52];
    expect(doubles((d, x, y) => exactProduct(d, x, y).high, a, b)).toEqual([2 ** 54 + 2 ** 28, 1]);
    expect(doubles((d, x, y) => exactProduct(d, x, y).low, a, b)).toEqual([1, -(2 ** -104)]);
  });

  it("rounds to integers and raises 2 to them", () => {
    const a = [0.4, 0.5, 1.5, -1.5, -126.2, 127.4];
    const whole = [0, 0, 2, -2, -126, 127];
    for (const run of [doubles, singles]) {
      expect(run((d, x) => toWhole(d, x).n, a)).toEqual(whole);
      expect(run((d, x) => powerOfTwo(d, toWhole(d, x).shifted), a)).toEqual(whole.map((n) => 2 ** n));
    }
  });

  it("scales to the ends of the range with one rounding", () => {
    const n = [-1074, -1073, -1022, 0, 1, 1023, 1024, -1076];
    const expected = [2 ** -1073, 3 * 2 ** -1074, 1.5 * 2 ** -1022, 1.5, 3, 1.5 * 2 ** 1023, Infinity, 0];
    expect(doubles((d, x) => scale(d, d.constant(1.5), toWhole(d, x).shifted), n)).toEqual(expected);
    const m = [-149, -148, -126, 0, 1, 127, 128, -151];
    const single = [2 ** -148, 3 * 2 ** -149, 1.5 * 2 ** -126, 1.5, 3, 1.5 * 2 ** 127, Infinity, 0];
    expect(singles((d, x) => scale(d, d.constant(1.5), toWhole(d, x).shifted), m)).toEqual(single);
  });

  it("splits numbers", () => {
    const a = [12, 1, 1.5, 5e-324, 3 * 2 ** -1030, 1e308 * 1.797];
    expect(doubles((d, x) => split(d, x, true).k, a)).toEqual([4, 0, 1, -1074, -1028, 1024]);
    expect(doubles((d, x) => split(d, x, true).m, a).slice(0, 5)).toEqual([0.75, 1, 0.75, 1, 0.75]);
    const b = [12, 1, 1.5, 2 ** -149, 3 * 2 ** -140, 3.4e38];
    expect(singles((d, x) => split(d, x, true).k, b)).toEqual([4, 0, 1, -149, -138, 128]);
    expect(singles((d, x) => split(d, x, true).m, b).slice(0, 5)).toEqual([0.75, 1, 0.75, 1, 0.75]);
  });

  it("evaluates polynomials, short and long", () => {
    // 1 + 2x + 3x² and Σ (i + 1)·xⁱ at 2: 17 and 7·2⁸ + 1.
    expect(doubles((d, x) => d.polynomial([1, 2, 3], x), [2])).toEqual([17]);
    expect(doubles((d, x) => d.polynomial([1, 2, 3, 4, 5, 6, 7, 8], x), [2])).toEqual([7 * 2 ** 8 + 1]);
    expect(doubles((d, x) => d.polynomial([1, 2, 3, 4, 5, 6, 7], x), [2])).toEqual([6 * 2 ** 7 + 1]);
  });

  it("keeps NaN in atMost", () => {
    expect(doubles((d, x) => d.atLeast(d.atMost(x, 2), -2), [NaN, 5, -5, 1])).toEqual([NaN, 2, -2, 1]);
  });

  it("computes float32 in float64", () => {
    const apply = vectorKernel(
      throughDoubles(2, (d, a, b) => d.mulAdd(a, b, d.constant(-1))),
      2,
      4,
    );
    // 1/3 and 1/7 as float32, times 3 and 7, less 1: lost if the product were rounded to float32.
    const results = apply(Float32Array.of(1 / 3, 1 / 7, 2, 3), Float32Array.of(3, 7, 4, 5));
    expect([...results]).toEqual([Math.fround(1 / 3) * 3 - 1, Math.fround(1 / 7) * 7 - 1, 7, 14].map(Math.fround));
    expect(results[0]).not.toBe(0);
  });

  it("fuses nothing where rounding errors are computed", () => {
    const product = doubles(
      (d, x, y) => arithmetic(d.code, "f64x2").mulAdd(x, y, d.constant(-1)),
      [1 + 2 ** -30],
      [1 - 2 ** -30],
    );
    expect(product).toEqual([0]);
  });
});
