import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { meanExample, modelExample, sumExample } from "./huber-loss/examples.js";
import { criteria, fitLine } from "./telephone/fit.js";
import { plotLines } from "./telephone/plot.js";
import { field, wrapped } from "./terminal.js";

describe("the examples of the HuberLoss page", () => {
  it("have the mean (0.125 + 0.125 + 0.125 + 0.5) / 4", () => {
    const { loss, input } = meanExample();
    expect(loss.item()).toBe(0.21875);
    expect(input.grad!.arraySync()).toEqual([[0.125, -0.125, 0.125, -0.25]]);
  });

  it("have the sum 4 · 0.5", () => {
    const { loss, input } = sumExample();
    expect(loss.item()).toBe(2);
    expect(input.grad!.arraySync()).toEqual([[1, -1, 1, -1]]);
  });

  it("have a model in which the gradient of the input is the clamped residual times the weights", () => {
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

  it("the outliers pull the line of least squares up, but not that of the Huber loss", () => {
    const lines = { MSE: fitLine(criteria.MSE()), Huber: fitLine(criteria.Huber()) };
    expect(lines.MSE.slope).toBeGreaterThan(2 * lines.Huber.slope);
  });
});

describe("the chart of the telephone data", () => {
  const lines = {
    MSE: { slope: 0.504, intercept: -983.887, loss: 0 },
    Huber: { slope: 0.198, intercept: -386.563, loss: 0 },
  };

  it.each([32, 44, 80, 120])("fits %i columns, and its y axis is labelled up to 20", (columns) => {
    const rows = plotLines(lines, { columns, colour: false }).split("\n");
    expect(Math.max(...rows.map((row) => row.length))).toBeLessThanOrEqual(columns);
    expect(rows.flatMap((row) => /^ *(\d+)┤/.exec(row)?.[1] ?? [])).toEqual(["20", "15", "10", "5", "0"]);
  });

  it("draws the lines with different characters, with and without colour", () => {
    const plain = plotLines(lines, { columns: 80, colour: false });
    expect(plain.match(/×/g)!.length).toBeGreaterThan(30);
    expect(plain.match(/·/g)!.length).toBeGreaterThan(30);
    expect(plain).not.toContain("\u001b");
    const coloured = plotLines(lines, { columns: 80, colour: true });
    for (const mark of ["\u001b[33m●", "\u001b[31m×", "\u001b[32m·"]) expect(coloured).toContain(mark);
  });
});

describe("text in a narrow terminal", () => {
  const terminal = { columns: 44, colour: false };

  it("moves a long value below its name", () => {
    expect(field("loss", 0.21875, terminal)).toBe("  loss           0.21875");
    expect(field("input.grad", "Tensor([[0.125, -0.125, 0.125, -0.25]])", terminal)).toBe(
      "  input.grad\n    Tensor([[0.125, -0.125, 0.125, -0.25]])",
    );
  });

  it("breaks long lines between words and indents what follows", () => {
    expect(wrapped("  one two three four five six seven eight nine", terminal)).toBe(
      "  one two three four five six seven eight\n    nine",
    );
  });
});

describe("pnpm demo", () => {
  const root = fileURLToPath(new URL("../../..", import.meta.url));
  const demo = (environment: Readonly<Record<string, string>>): string => {
    const { FORCE_COLOR: _, ...inherited } = process.env;
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      ["--import", "tsx", "--conditions=@lucid/source", "apps/examples/src/demo.ts"],
      { cwd: root, encoding: "utf8", env: { ...inherited, ...environment } },
    );
    expect(status, stderr).toBe(0);
    expect(stderr).toBe("");
    return stdout;
  };

  it("prints the right numbers and ends with both lines", () => {
    const text = demo({});
    expect(text).toContain("0.21875");
    expect(text).toMatch(/MSE\s+slope 0\.504/);
    expect(text).toMatch(/Huber\s+slope 0\.1/);
    expect(text.trimEnd()).toMatch(/pnpm@\S+ web$/);
  });

  it("prints no colours into a pipe or where NO_COLOR is set, and fits 44 columns", () => {
    const text = demo({ COLUMNS: "44", NO_COLOR: "1" });
    expect(text).not.toContain("\u001b");
    expect(demo({ CI: "true" })).not.toContain("\u001b");
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(44);
  });
});
