import { describe, expect, it } from "vitest";
import { curvePath, type Frame, nearestPoint, nudge, pointAt, ticks, xToPixel, yToPixel } from "./geometry.js";
import type { Domain } from "./protocol.js";

const domain: Domain = { x: [-5, 5], y: [0, 20] };
const frame: Frame = { left: 10, top: 20, width: 100, height: 200 };

describe("pixels", () => {
  it("have y growing upwards", () => {
    expect([xToPixel(domain, frame, -5), xToPixel(domain, frame, 0), xToPixel(domain, frame, 5)]).toEqual([
      10, 60, 110,
    ]);
    expect([yToPixel(domain, frame, 0), yToPixel(domain, frame, 5), yToPixel(domain, frame, 20)]).toEqual([
      220, 170, 20,
    ]);
  });

  it("are converted back to the same point", () => {
    expect(pointAt(domain, frame, 60, 170)).toEqual({ x: 0, y: 5 });
  });

  it("beyond the frame give a point in the domain", () => {
    expect(pointAt(domain, frame, 0, 500)).toEqual({ x: -5, y: 0 });
    expect(nudge(domain, { x: 4.95, y: 19 }, 10, -10)).toEqual({ x: 5, y: 17 });
  });
});

describe("curvePath", () => {
  it("spaces the values evenly over the domain", () => {
    expect(curvePath(domain, frame, [0, 10, 20])).toBe("M10.0 220.0L60.0 120.0L110.0 20.0");
  });

  it("leaves out values that are not numbers, and clamps very large values", () => {
    expect(curvePath(domain, frame, [Number.NaN, 10, Number.POSITIVE_INFINITY])).toBe("M60.0 120.0");
    expect(curvePath(domain, frame, [0, 1e30, 0])).toBe("M10.0 220.0L60.0 -100000.0L110.0 220.0");
  });
});

describe("ticks", () => {
  it("are round numbers within the range", () => {
    expect(ticks(1949, 1974, 5)).toEqual([1950, 1955, 1960, 1965, 1970]);
    expect(ticks(-2, 24, 5)).toEqual([0, 10, 20]);
    expect(ticks(0, 1, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(ticks(-1.25, 1.25, 5)).toEqual([-1, -0.5, 0, 0.5, 1]);
  });
});

describe("nearestPoint", () => {
  // At the pixels (60, 120), (70, 120) and (60, 220).
  const points = [
    { x: 0, y: 10 },
    { x: 1, y: 10 },
    { x: 0, y: 0 },
  ];

  it("is the nearest of several points within reach, not the last one", () => {
    expect(nearestPoint(domain, frame, points, 61, 121, 24)).toBe(0);
    expect(nearestPoint(domain, frame, points, 66, 118, 24)).toBe(1);
  });

  it("is none beyond the reach", () => {
    expect(nearestPoint(domain, frame, points, 60, 170, 24)).toBe(-1);
    expect(nearestPoint(domain, frame, [], 60, 120, 24)).toBe(-1);
  });
});
