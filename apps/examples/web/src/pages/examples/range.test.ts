import { describe, expect, it } from "vitest";
import { niceRange } from "./range.js";

describe("niceRange", () => {
  it("contains all values between round limits", () => {
    expect(niceRange([[0, 0.3, 1], [-0.9]])).toEqual([-1, 1.5]);
    expect(niceRange([[2, 2, 2]])[0]).toBeLessThan(2);
    expect(niceRange([[2, 2, 2]])[1]).toBeGreaterThan(2);
  });

  it("cuts off a few very large values", () => {
    const poles = Array.from({ length: 401 }, (_, i) => 1 / (i - 200));
    const [low, high] = niceRange([poles]);
    expect(low).toBeGreaterThan(-0.5);
    expect(high).toBeLessThan(0.5);
  });

  it("is −1 to 1 without any numbers", () => {
    expect(niceRange([[Number.NaN, Number.POSITIVE_INFINITY]])).toEqual([-1, 1]);
    expect(niceRange([])).toEqual([-1, 1]);
  });
});
