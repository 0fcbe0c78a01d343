import { describe, expect, it } from "vitest";
import { pull, shareOfFarthest } from "./pull.js";

describe("pull", () => {
  it("is the size of the loss's derivative", () => {
    // d/dr r² = 2r; |r| → ±1; Huber: r up to δ; SmoothL1: r/β up to 1.
    expect([-3, 0, 0.5].map((residual) => pull("MSE", residual, 1))).toEqual([6, 0, 1]);
    expect([-3, 0, 0.5].map((residual) => pull("L1", residual, 1))).toEqual([1, 0, 1]);
    expect([-3, 0, 0.5].map((residual) => pull("Huber", residual, 2))).toEqual([2, 0, 0.5]);
    expect([-3, 0, 0.5].map((residual) => pull("SmoothL1", residual, 2))).toEqual([1, 0, 0.25]);
  });
});

describe("shareOfFarthest", () => {
  it("is the share of the farthest of four points", () => {
    // 12 / (12 + 2 + 2 + 2), and 1 / (1 + 1 + 1 + 1).
    expect(shareOfFarthest("MSE", [1, -6, 1, 1], 1)).toBeCloseTo(12 / 18, 12);
    expect(shareOfFarthest("Huber", [1, -6, 1, 1], 1)).toBe(0.25);
  });

  it("is 0 for a perfect fit", () => {
    expect(shareOfFarthest("L1", [0, 0], 1)).toBe(0);
    expect(shareOfFarthest("L1", [], 1)).toBe(0);
  });
});
