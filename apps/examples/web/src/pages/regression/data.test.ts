import { describe, expect, it } from "vitest";
import { farPoint, presets } from "./data.js";

describe("presets", () => {
  it.each(Object.entries(presets))("%s: all points are in the domain", (_, { domain, points }) => {
    for (const { x, y } of points) {
      expect(x).toBeGreaterThanOrEqual(domain.x[0]);
      expect(x).toBeLessThanOrEqual(domain.x[1]);
      expect(y).toBeGreaterThanOrEqual(domain.y[0]);
      expect(y).toBeLessThanOrEqual(domain.y[1]);
    }
  });

  it("the points of the line lie within 1 of it, except three", () => {
    const far = presets.line.points.filter(({ x, y }) => Math.abs(y - (0.6 * x + 1)) > 1.01);
    expect(far).toHaveLength(3);
  });

  it("the points of the wave lie within 1 of it, except two", () => {
    const far = presets.wave.points.filter(({ x, y }) => Math.abs(y - (3 * Math.sin(1.3 * x) + 1)) > 1.02);
    expect(far).toHaveLength(2);
  });
});

describe("farPoint", () => {
  it("is near the top, in the outer third", () => {
    const { domain } = presets.line;
    for (let i = 0; i < 30; i++) {
      const { x, y } = farPoint(domain, i);
      expect(y).toBeGreaterThan(6);
      expect(y).toBeLessThan(10);
      expect(Math.abs(x)).toBeGreaterThan(5 / 3);
      expect(Math.abs(x)).toBeLessThan(5);
    }
  });
});
