import { scalarOperations } from "@lucid/backend";
import { describe, expect, it } from "vitest";
import { vectorKernel } from "../../../scripts/accuracy/kernel.js";
import { type Worst, worstAgainstTable, worstOverFloat32 } from "../../../scripts/accuracy/measure.js";
import { readTables, tableNames } from "../../../scripts/accuracy/tables.js";
import { type Transcendental, transcendental } from "./index.js";

const tables = readTables(new URL("accuracy.float64.bin", import.meta.url));

/** Worst errors in ulp that functions may have; the defaults are 2 in float32 and 1.5 in float64. */
const float64Limits: Partial<Record<Transcendental, number>> = { tan: 2.5, asin: 2.5, atan: 2, tanh: 2.5, atan2: 2.5 };

const SPECIAL = [
  0,
  -0,
  Infinity,
  -Infinity,
  NaN,
  1,
  -1,
  0.5,
  -0.5,
  2,
  -2,
  3,
  -3,
  2.5,
  -2.5,
  1e300,
  -1e300,
  1e-300,
  -1e-300,
  3.4e38,
  -3.4e38,
  1e-45,
  -1e-45,
  5e-324,
  -5e-324,
  1e-40,
  -1e-40,
  88,
  -88,
  89,
  -89,
  104,
  -104,
  709,
  -709,
  711,
  -711,
  746,
  -746,
  127,
  128,
  -149,
  -150,
  1023,
  1024,
  -1074,
  -1075,
  -1022.5,
  -126.5,
  1e6,
  1e7,
  9007199254740991,
  -9007199254740991,
  16777217,
  -16777216,
  Number.MAX_VALUE,
  -Number.MAX_VALUE,
  0.9999999,
  1.0000001,
  Math.PI,
  -Math.PI,
];

describe.each(tableNames)("%s", (name) => {
  const { arity, float } = scalarOperations[name];
  const within = (worst: Worst, limit: number): void => expect(worst.ulps, worst.where).toBeLessThanOrEqual(limit);

  it("is accurate in float64", () => {
    const { float64 } = transcendental[name];
    within(worstAgainstTable(float64, tables.get(name)!), float64Limits[name] ?? 1.5);
  });

  it("is accurate over all exponents of float32", () => {
    within(worstOverFloat32(name, 65521, transcendental[name].float32), 2);
  });

  it.each(["float32", "float64"] as const)("has the right special values in %s", (dtype) => {
    const make = (list: number[]): Float64Array =>
      (dtype === "float32" ? Float32Array.from(list) : Float64Array.from(list)) as Float64Array;
    const points = SPECIAL.flatMap((a) => (arity === 1 ? [[a, 0]] : SPECIAL.map((b) => [a, b]))) as [number, number][];
    const a = make(points.map(([x]) => x));
    const b = make(points.map(([, y]) => y));
    const results = vectorKernel(transcendental[name][dtype], arity === 1 ? 1 : 2, a.length)(a, b);
    for (let i = 0; i < a.length; i++) {
      const value = float!(a[i]!, b[i]!, 0);
      const expected = dtype === "float32" ? Math.fround(value) : value;
      const text = `${name}(${a[i]}${arity === 1 ? "" : `, ${b[i]}`})`;
      if (Number.isFinite(expected) && Math.abs(expected) > 1e-307) {
        const relative = Math.abs(results[i]! - expected) / Math.abs(expected);
        const digits =
          dtype === "float32" ? (Math.abs(expected) < 1.2e-38 ? 1 : 2 ** -22) : name === "pow" ? 2 ** -40 : 2 ** -49;
        expect(relative, `${text} = ${results[i]}, not ${expected}`).toBeLessThanOrEqual(digits);
        expect(Math.sign(results[i]!), text).toBe(Math.sign(expected));
      } else expect(results[i], text).toBe(expected);
    }
  });

  it("computes every lane independently of the others", () => {
    const values = [0.3, NaN, -0.7, 1e30, Infinity, -2.5, 3e-39, 1.1, -Infinity, 2e6, -0, 0.999];
    for (const dtype of ["float32", "float64"] as const) {
      const make = (list: number[]): Float64Array =>
        (dtype === "float32" ? Float32Array.from(list) : Float64Array.from(list)) as Float64Array;
      const apply = vectorKernel(transcendental[name][dtype], arity === 1 ? 1 : 2, 64);
      const together = apply(make(values), make(values.map((x) => x * 0.6)));
      values.forEach((x, i) => {
        expect(apply(make([x]), make([x * 0.6]))[0], `${name}(${x})`).toBe(together[i]);
      });
    }
  });
});

describe("pow with a literal exponent", () => {
  it.each([-1, 0.5, 2, 3])("%d", (exponent) => {
    const { literal } = transcendental.pow;
    const a = Float64Array.of(...SPECIAL, 0.3, 7.7);
    const apply = vectorKernel((code, x) => literal!(code, "f64x2", x, exponent)!, 1, a.length);
    const results = apply(a);
    a.forEach((x, i) => {
      const expected = x ** exponent;
      if (Number.isFinite(expected) && expected !== 0) {
        expect(Math.abs(results[i]! / expected - 1), `${x}`).toBeLessThan(Math.abs(expected) < 1e-307 ? 1 : 2 ** -51);
      } else expect(results[i], `${x}`).toBe(expected);
    });
  });
});
