import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { meanExample, modelExample, sumExample } from "./huber-loss/examples.js";
import { criteria, fitLine } from "./telephone/fit.js";
import { plotLines } from "./telephone/plot.js";

describe("the examples of the HuberLoss page", () => {
  it("mean: (0.125 + 0.125 + 0.125 + 0.5) / 4", () => {
    const { loss, input } = meanExample();
    expect(loss.item()).toBe(0.21875);
    expect(input.grad!.arraySync()).toEqual([[0.125, -0.125, 0.125, -0.25]]);
  });

  it("sum: 4 · 0.5", () => {
    const { loss, input } = sumExample();
    expect(loss.item()).toBe(2);
    expect(input.grad!.arraySync()).toEqual([[1, -1, 1, -1]]);
  });

  it("model: the input's gradient is the clamped residual times the weights", () => {
    const { model, output, loss, input } = modelExample();
    const [w] = model.fc.weight.arraySync() as number[][];
    const bias = model.fc.bias!.item() as number;
    const y = w![0]! + 2 * w![1]! + 3 * w![2]! + bias;
    const residual = y - 2.5;
    const size = Math.abs(residual);
    expect(output.item()).toBeCloseTo(y, 5);
    expect(loss.item()).toBeCloseTo(size <= 1 ? 0.5 * residual ** 2 : size - 0.5, 5);
    const slope = Math.max(-1, Math.min(1, residual));
    (input.grad!.arraySync() as number[][])[0]!.forEach((gradient, i) => {
      expect(gradient).toBeCloseTo(slope * w![i]!, 5);
    });
  });
});

describe("robust regression on the telephone data", () => {
  const file = fileURLToPath(new URL("../../../tests/pytorch/fixtures/telephone.json", import.meta.url));
  const expected = JSON.parse(readFileSync(file, "utf8")) as Record<
    string,
    { slope: number; interceptAtYearZero: number }
  >;

  /** Four significant digits. */
  const close = (value: number, reference: number): void =>
    expect(Math.abs(value - reference)).toBeLessThan(0.5e-4 * Math.abs(reference));

  it("both lines equal those of an independent computation to four digits", () => {
    for (const [name, key] of [
      ["MSE", "leastSquares"],
      ["Huber", "huber"],
    ] as const) {
      const line = fitLine(criteria[name]());
      close(line.slope, expected[key]!.slope);
      close(line.intercept, expected[key]!.interceptAtYearZero);
    }
  });

  it("the outliers pull least squares up, Huber resists", () => {
    const lines = { MSE: fitLine(criteria.MSE()), Huber: fitLine(criteria.Huber()) };
    expect(lines.MSE.slope).toBeGreaterThan(2 * lines.Huber.slope);
    const chart = plotLines(lines);
    expect(chart).toContain("MSE");
    expect(chart).toContain("1962");
  });
});

describe("pnpm demo", () => {
  it("prints the right numbers and ends with both lines", () => {
    const root = fileURLToPath(new URL("../../..", import.meta.url));
    const text = execFileSync(
      process.execPath,
      ["--import", "tsx", "--conditions=@lucid/source", "apps/examples/src/demo.ts"],
      {
        cwd: root,
        encoding: "utf8",
      },
    );
    expect(text).toContain("0.21875");
    expect(text).toMatch(/MSE\s+slope 0\.504/);
    expect(text).toMatch(/Huber\s+slope 0\.1/);
    expect(text.trimEnd()).toMatch(/pnpm@\S+ web$/);
  });
});
