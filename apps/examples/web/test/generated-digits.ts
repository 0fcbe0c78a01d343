/** Generated drawings of digits for unit tests. */
import { photograph, write } from "../src/pages/digits/handwriting.js";
import type { Images } from "../src/pages/digits/mnist.js";
import { createRandom } from "../src/pages/digits/random.js";
import { PIXELS } from "../src/pages/digits/raster.js";

/** The first `count` drawings of a seed: 0 to 9 in turn. */
export function drawDigits(seed: number, count: number): Images {
  const random = createRandom(seed);
  const pixels = new Float32Array(count * PIXELS);
  const labels = Int32Array.from({ length: count }, (_, i) => i % 10);
  for (const [i, label] of labels.entries()) photograph(random, write(random, label), pixels, i * PIXELS);
  return { pixels, labels };
}
