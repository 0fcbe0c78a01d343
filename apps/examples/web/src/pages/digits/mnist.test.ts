import { describe, expect, it } from "vitest";
import { mnistImages } from "../../../scripts/mnist-plugin.js";
import { packImages, splitImages, unpackImages } from "./mnist.js";
import { PIXELS, SIZE } from "./raster.js";

const digits = mnistImages();

describe("the MNIST digits", () => {
  it("are the first 10,000 of MNIST’s training set, whose counts are known", () => {
    expect(digits.map(({ length }) => length / PIXELS)).toEqual([
      1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978,
    ]);
  });

  it("stand in the middle of their images and are as large as drawings, on average", () => {
    let [x, y, longer] = [0, 0, 0];
    const each = 50;
    for (const images of digits) {
      for (let i = 0; i < each; i++) {
        let [top, bottom, left, right] = [SIZE, 0, SIZE, 0];
        for (let p = 0; p < PIXELS; p++) {
          // Less than half a pixel of ink: the edge of a stroke covers its outermost pixels in part.
          if (images[i * PIXELS + p]! < 0.15) continue;
          const [row, column] = [Math.floor(p / SIZE), p % SIZE];
          top = Math.min(top, row);
          bottom = Math.max(bottom, row + 1);
          left = Math.min(left, column);
          right = Math.max(right, column + 1);
        }
        x += (left + right) / 2 / (10 * each);
        y += (top + bottom) / 2 / (10 * each);
        longer += Math.max(bottom - top, right - left) / (10 * each);
      }
    }
    expect(Math.abs(x - SIZE / 2)).toBeLessThan(0.2);
    expect(Math.abs(y - SIZE / 2)).toBeLessThan(0.2);
    // 15 for the strokes and 2.3 for the pen, and at most one more for pixels that are covered in part.
    expect(longer).toBeGreaterThan(16.8);
    expect(longer).toBeLessThan(18.3);
  });

  it("come out of the file as they went in, to a fifteenth of black", () => {
    const read = unpackImages(packImages(digits));
    for (const [digit, images] of digits.entries()) {
      let most = 0;
      for (const [i, value] of images.entries()) most = Math.max(most, Math.abs(value - read[digit]![i]!));
      expect(most).toBeLessThanOrEqual(0.5 / 15 + 1e-6);
    }
  });

  it("are split without an image on both sides", () => {
    const { training, heldOut } = splitImages(digits, 100);
    expect([training.labels.length, heldOut.labels.length]).toEqual([9000, 1000]);
    expect([...heldOut.labels.subarray(0, 12)]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]);
    const keys = (pixels: Float32Array): string[] =>
      Array.from({ length: pixels.length / PIXELS }, (_, i) =>
        Buffer.from(pixels.buffer, 4 * i * PIXELS, 4 * PIXELS).toString("latin1"),
      );
    const trained = new Set(keys(training.pixels));
    expect(keys(heldOut.pixels).filter((image) => trained.has(image))).toEqual([]);
  });
});
