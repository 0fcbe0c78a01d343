import { describe, expect, it } from "vitest";
import { canStep, leadingOf } from "./product.js";

describe("leadingOf", () => {
  it.each([
    // rows, columns, row stride, column stride, expected
    [3, 4, 4, 1, 4],
    [3, 4, 9, 1, 9],
    [3, 4, 1, 3, -3],
    [3, 4, 1, 7, -7],
    [1, 4, 0, 1, 4],
    [1, 4, 99, 5, -5],
    [3, 1, 5, 0, 5],
    [3, 1, 1, 99, 1],
    [1, 1, 0, 0, 1],
    // Every second column, rows that repeat, overlap, or run backward.
    [3, 4, 8, 2, 0],
    [3, 4, 0, 1, 0],
    [3, 4, 2, 1, 0],
    [3, 4, 1, 2, 0],
    [3, 4, -4, 1, 0],
    [3, 4, 4, -1, 0],
    [1, 4, 0, -1, 0],
    [1, 4, 0, 0, 0],
    [3, 1, 0, 1, 0],
    // More than a 32-bit integer holds.
    [3, 4, 2 ** 31, 1, 0],
  ])("%i × %i with strides %i and %i: %i", (rows, columns, row, column, expected) => {
    expect(leadingOf(rows, columns, row, column)).toBe(expected);
  });
});

describe("canStep", () => {
  it("accepts any stride but 0, and any stride for a single element", () => {
    expect([canStep(3, 2), canStep(3, -2), canStep(3, 0), canStep(1, 0), canStep(3, 2 ** 31)]).toEqual([
      true,
      true,
      false,
      true,
      false,
    ]);
  });
});
