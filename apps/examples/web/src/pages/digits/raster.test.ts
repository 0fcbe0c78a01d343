import { describe, expect, it } from "vitest";
import { EXTENT, fitted, PIXELS, rasterise, SIZE, type Stroke } from "./raster.js";

function image(strokes: readonly Stroke[], radius: number): Float32Array {
  const pixels = new Float32Array(PIXELS);
  rasterise(strokes, radius, pixels);
  return pixels;
}

const at = (pixels: Float32Array, column: number, row: number): number => pixels[row * SIZE + column]!;

const sum = (pixels: Float32Array): number => pixels.reduce((all, ink) => all + ink, 0);

describe("rasterise", () => {
  it("gives a pixel ink by the distance of its centre from the line", () => {
    // Along y = 10; the centres of rows 9 and 10 are ½ from it, of 8 and 11 1½, of 7 and 12 2½.
    const pixels = image([[4, 10, 16, 10]], 1.25);
    expect(at(pixels, 10, 10)).toBe(1);
    expect(at(pixels, 10, 9)).toBe(1);
    expect(at(pixels, 10, 11)).toBeCloseTo(0.25, 6);
    expect(at(pixels, 10, 8)).toBeCloseTo(0.25, 6);
    expect(at(pixels, 10, 12)).toBe(0);
    // Beyond the end, at (16, 10), the distance to it counts: √(1.5² + 0.5²) = 1.5811.
    expect(at(pixels, 17, 10)).toBeCloseTo(1.75 - 1.58114, 5);
    expect(at(pixels, 18, 10)).toBe(0);
  });

  it("uses as much ink as the area of the line: 2rl + πr²", () => {
    for (const [strokes, length] of [
      [[[4, 10, 16, 10]], 12],
      [[[5, 5, 14, 17]], 15],
      [[[10.3, 3.2, 10.3, 16.2]], 13],
      [[[9.7, 10.1]], 0],
    ] as const) {
      const radius = 1.4;
      const area = 2 * radius * length + Math.PI * radius ** 2;
      expect(Math.abs(sum(image(strokes, radius)) - area)).toBeLessThan(0.03 * area + 0.3);
    }
  });

  it("draws the same line in one piece and in several, and in either direction", () => {
    const whole = image([[3, 4, 15, 16]], 1.2);
    const pieces = image([[15, 16, 11, 12, 9, 10, 4, 5, 3, 4]], 1.2);
    for (let i = 0; i < PIXELS; i++) expect(pieces[i]).toBeCloseTo(whole[i]!, 6);
  });

  it("does not confuse left and right or top and bottom", () => {
    const left = image([[3, 3, 3, 17, 8, 12]], 1);
    const right = image([[17, 3, 17, 17, 12, 12]], 1);
    for (let row = 0; row < SIZE; row++) {
      for (let column = 0; column < SIZE; column++) {
        expect(at(left, column, row)).toBeCloseTo(at(right, SIZE - 1 - column, row), 6);
      }
    }
    expect(at(left, 3, 5)).toBe(1);
    expect(at(left, 16, 5)).toBe(0);
  });

  it("draws crossings no darker than other ink, and cuts off lines at the edge of the image", () => {
    const pixels = image(
      [
        [-5, 10, 30, 10],
        [10, -5, 10, 30],
        [60, 60],
      ],
      2,
    );
    expect(Math.max(...pixels)).toBe(1);
    expect(at(pixels, 0, 10)).toBe(1);
    expect(at(pixels, 19, 10)).toBe(1);
  });

  it("draws into a part of a larger array and leaves the rest unchanged", () => {
    const two = new Float32Array(3 * PIXELS).fill(0.5);
    rasterise([[10, 10]], 1, two, PIXELS);
    expect(two.subarray(0, PIXELS).every((value) => value === 0.5)).toBe(true);
    expect(two.subarray(2 * PIXELS).every((value) => value === 0.5)).toBe(true);
    expect([...two.subarray(PIXELS, 2 * PIXELS)]).toEqual([...image([[10, 10]], 1)]);
  });

  it("leaves the image white if there are no strokes", () => {
    expect(sum(image([], 1))).toBe(0);
  });
});

describe("fitted", () => {
  it("scales the longer side to the extent and centres the drawing", () => {
    // 20 wide and 40 high: 40 becomes 15.
    expect(
      fitted([
        [30, 10, 50, 50],
        [30, 50],
      ]),
    ).toEqual([
      [10 - EXTENT / 4, 10 - EXTENT / 2, 10 + EXTENT / 4, 10 + EXTENT / 2],
      [10 - EXTENT / 4, 10 + EXTENT / 2],
    ]);
  });

  it("gives the same result for a drawing at any place and of any size", () => {
    const strokes = [
      [1, 2, 5, 3, 4, 9],
      [2, 2, 8, 8],
    ];
    const moved = strokes.map((stroke) => stroke.map((value, i) => 7.5 * value + (i % 2 === 0 ? 300 : -40)));
    const [a, b] = [fitted(strokes).flat(), fitted(moved).flat()];
    for (const [i, value] of a.entries()) expect(b[i]).toBeCloseTo(value, 9);
  });

  it("centres a dot, and leaves a straight line straight", () => {
    expect(fitted([[77, 3]])).toEqual([[10, 10]]);
    expect(fitted([[77, 3, 77, 13]])).toEqual([[10, 10 - EXTENT / 2, 10, 10 + EXTENT / 2]]);
    expect(fitted([])).toEqual([]);
  });

  it("fits into other squares", () => {
    expect(fitted([[0, 0, 1, 1]], 70, 100)).toEqual([[15, 15, 85, 85]]);
  });
});
