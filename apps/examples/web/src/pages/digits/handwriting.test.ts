import { describe, expect, it } from "vitest";
import { drawDigits } from "../../../test/generated-digits.js";
import { lineThrough, write } from "./handwriting.js";
import { outlines } from "./outlines.js";
import { createRandom } from "./random.js";
import { PIXELS, SIZE } from "./raster.js";

describe("lineThrough", () => {
  const smooth = [false, false, false, false];
  const points = [
    [0, 0],
    [6, 0],
    [6, 6],
    [12, 6],
  ] as const;

  it("passes through every point, and is a Catmull–Rom spline between them", () => {
    const line = lineThrough({ points, corners: smooth });
    // Six pieces between two points: they are every sixth.
    expect(points.map((_, i) => [line[12 * i], line[12 * i + 1]])).toEqual(points);
    // Halfway between b and c it is at (9b + 9c − a − d) / 16; at the ends a point counts twice.
    expect([line[18], line[19]]).toEqual([(54 + 54 - 0 - 12) / 16, (0 + 54 - 0 - 6) / 16]);
    expect([line[6], line[7]]).toEqual([(0 + 54 - 0 - 6) / 16, (0 + 0 - 0 - 6) / 16]);
  });

  it("is straight between corners", () => {
    const line = lineThrough({ points, corners: [true, true, true, true] });
    for (let i = 0; i <= 6; i++) expect(line[2 * i + 1]).toBeCloseTo(0, 12);
    for (let i = 6; i <= 12; i++) expect(line[2 * i]).toBeCloseTo(6, 12);
  });
});

describe("the drawings", () => {
  const SEED = 20240;
  const COUNT = 1000;
  const { pixels, labels } = drawDigits(SEED, COUNT);
  const image = (index: number): Float32Array => pixels.subarray(index * PIXELS, (index + 1) * PIXELS);

  it("show every digit equally often, and each in at least four ways", () => {
    for (let digit = 0; digit < 10; digit++) {
      expect(labels.filter((label) => label === digit)).toHaveLength(COUNT / 10);
      expect(outlines[digit]!.length).toBeGreaterThanOrEqual(4);
    }
  });

  it("are the same for the same seed, however many are drawn, and differ for another seed", () => {
    const few = drawDigits(SEED, 30);
    expect([...few.pixels]).toEqual([...pixels.subarray(0, 30 * PIXELS)]);
    expect([...drawDigits(1, 30).pixels]).not.toEqual([...few.pixels]);
  });

  it("are all different", () => {
    const different = new Set(Array.from({ length: COUNT }, (_, i) => image(i).join()));
    expect(different.size).toBe(COUNT);
  });

  it("have ink from 0 to 1, as much as lines have, and hardly any at the edge", () => {
    let [edge, least, most] = [0, 0, 1];
    for (let i = 0; i < COUNT; i++) {
      const drawing = image(i);
      let ink = 0;
      for (let p = 0; p < PIXELS; p++) {
        const value = drawing[p]!;
        if (value < least) least = value;
        if (value > most) most = value;
        ink += value;
        const [row, column] = [Math.floor(p / SIZE), p % SIZE];
        if (row === 0 || column === 0 || row === SIZE - 1 || column === SIZE - 1) edge += value;
      }
      // A straight line of length 13 and width 1½ has 20, an 8 with the broadest pen about 170.
      expect(ink).toBeGreaterThan(15);
      expect(ink).toBeLessThan(200);
    }
    expect([least, most]).toEqual([0, 1]);
    expect(edge / (COUNT * 4 * (SIZE - 1))).toBeLessThan(0.06);
  });

  it("stand in the middle of their images, on average", () => {
    let [x, y] = [0, 0];
    for (let i = 0; i < COUNT; i++) {
      const drawing = image(i);
      let [left, right, top, bottom] = [SIZE, 0, SIZE, 0];
      for (let p = 0; p < PIXELS; p++) {
        // More than noise can be.
        if (drawing[p]! < 0.3) continue;
        const [row, column] = [Math.floor(p / SIZE), p % SIZE];
        left = Math.min(left, column);
        right = Math.max(right, column + 1);
        top = Math.min(top, row);
        bottom = Math.max(bottom, row + 1);
      }
      expect(Math.max(right - left, bottom - top)).toBeGreaterThanOrEqual(13);
      x += (left + right) / 2 / COUNT;
      y += (top + bottom) / 2 / COUNT;
    }
    // Shifted by ½ on average, so the mean of 1000 is off by 0.016.
    expect(Math.abs(x - SIZE / 2)).toBeLessThan(0.15);
    expect(Math.abs(y - SIZE / 2)).toBeLessThan(0.15);
  });

  it("look like their labels: most are nearest to the mean image of other drawings of their digit", () => {
    const others = drawDigits(7, COUNT);
    const means = Array.from({ length: 10 }, () => new Float32Array(PIXELS));
    for (const [i, label] of others.labels.entries()) {
      for (let p = 0; p < PIXELS; p++) means[label]![p]! += others.pixels[i * PIXELS + p]! / (COUNT / 10);
    }
    let right = 0;
    for (const [i, label] of labels.entries()) {
      const drawing = image(i);
      const distances = means.map((mean) => mean.reduce((sum, value, p) => sum + (value - drawing[p]!) ** 2, 0));
      if (distances.indexOf(Math.min(...distances)) === label) right++;
    }
    // By chance it would be a tenth. That it is not nearly all is what a network is for.
    expect(right / COUNT).toBeGreaterThan(0.6);
    expect(right / COUNT).toBeLessThan(0.95);
  });

  it("have no empty strokes", () => {
    const random = createRandom(12);
    for (let i = 0; i < 500; i++) {
      for (const stroke of write(random, i % 10)) {
        expect(stroke.length).toBeGreaterThanOrEqual(4);
        expect(stroke.every(Number.isFinite)).toBe(true);
      }
    }
  });
});
