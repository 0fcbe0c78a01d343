import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createCpuBackend } from "@lucid/backend-cpu";
import { setDefaultBackend } from "@lucid/tensor/functions";
import { beforeAll, describe, expect, it } from "vitest";
import { presets } from "./data.js";
import { GRID, lossNames, type RegressionSettings } from "./protocol.js";
import { createSession, lossShapes, STEPS } from "./session.js";

beforeAll(() => setDefaultBackend(createCpuBackend()));

/** Computed without any deep-learning framework: tests/pytorch/telephone.py. */
const expected = JSON.parse(
  readFileSync(
    fileURLToPath(new URL("../../../../../../tests/pytorch/fixtures/telephone.json", import.meta.url)),
    "utf8",
  ),
) as Readonly<Record<"leastSquares" | "huber", { readonly slope: number; readonly loss: number }>>;

const telephone: RegressionSettings = { ...presets.telephone, model: "line", degree: 4, delta: 1 };

describe("training", () => {
  it("reaches the lines of an independent computation", async () => {
    const session = createSession(telephone);
    let steps = 1;
    while (await session.step()) steps++;
    expect(steps).toBe(STEPS);
    const { curves, losses, residuals, progress } = await session.snapshot();
    expect(progress).toBe(1);
    const slope = (curve: readonly number[]): number => (curve[GRID - 1]! - curve[0]!) / 25;
    const [mse, , huber, smooth] = curves;
    expect(slope(mse!)).toBeCloseTo(expected.leastSquares.slope, 3);
    expect(slope(huber!)).toBeCloseTo(expected.huber.slope, 3);
    // β = δ = 1: the same loss.
    expect(slope(smooth!)).toBeCloseTo(expected.huber.slope, 3);
    expect(losses[0]!.at(-1)).toBeCloseTo(expected.leastSquares.loss, 3);
    expect(losses[2]!.at(-1)).toBeCloseTo(expected.huber.loss, 3);
    // At the least sum of squares the residuals sum to 0.
    expect(residuals[0]!.reduce((sum, residual) => sum + residual, 0)).toBeCloseTo(0, 2);
  });

  it("continues from the current weights when the points change", async () => {
    const session = createSession(telephone);
    for (let i = 0; i < 50; i++) await session.step();
    const before = (await session.snapshot()).curves[0]!;
    session.change!({ ...telephone, points: [...telephone.points, { x: 1973, y: 23 }] });
    expect((await session.snapshot()).curves[0]).toEqual(before);
    expect((await session.snapshot()).residuals[0]).toHaveLength(25);
  });

  it("does nothing without points", async () => {
    const session = createSession({ ...presets.empty, model: "mlp", degree: 4, delta: 1 });
    expect(await session.step()).toBe(false);
    expect((await session.snapshot()).residuals).toEqual([[], [], [], []]);
  });
});

describe("lossShapes", () => {
  it("are the losses and derivatives computed by hand", async () => {
    const { residuals, losses, gradients } = await lossShapes(2, 6);
    const at = (residual: number): number => residuals.findIndex((value) => Math.abs(value - residual) < 1e-9);
    const [three, minusOne] = [at(3), at(-1)];
    const table = (lists: readonly (readonly number[])[], index: number): Record<string, number> =>
      Object.fromEntries(lossNames.map((name, i) => [name, lists[i]![index]!]));
    expect(table(losses, three)).toEqual({ MSE: 9, L1: 3, Huber: 4, SmoothL1: 2 });
    expect(table(gradients, three)).toEqual({ MSE: 6, L1: 1, Huber: 2, SmoothL1: 1 });
    expect(table(losses, minusOne)).toEqual({ MSE: 1, L1: 1, Huber: 0.5, SmoothL1: 0.25 });
    expect(table(gradients, minusOne)).toEqual({ MSE: -2, L1: -1, Huber: -1, SmoothL1: -0.5 });
  });
});
