/** Generates drawings of digits: outlines that are bent, slanted and shaken at random, so that no two are the same. */
import { type Outline, outlines } from "./outlines.js";
import type { Random } from "./random.js";
import { EXTENT, fitted, PIXELS, rasterise, type Stroke } from "./raster.js";

/** The number of line pieces between two points of an outline. */
const PIECES = 6;

/** The line through an outline's points as a chain of short pieces. Between corners it is a Catmull–Rom spline. */
export function lineThrough({ points, corners }: Outline): number[] {
  const line: number[] = [points[0]![0], points[0]![1]];
  for (let i = 0; i + 1 < points.length; i++) {
    const from = points[i]!;
    const to = points[i + 1]!;
    // At an end or a corner there is no further point, so the line starts straight towards the next one.
    const before = i === 0 || corners[i] === true ? from : points[i - 1]!;
    const after = i + 2 === points.length || corners[i + 1] === true ? to : points[i + 2]!;
    for (let piece = 1; piece <= PIECES; piece++) {
      const t = piece / PIECES;
      for (const axis of [0, 1] as const) {
        const a = before[axis];
        const b = from[axis];
        const c = to[axis];
        const d = after[axis];
        line.push(b + (t / 2) * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a))));
      }
    }
  }
  return line;
}

/** The outline with every point moved a little at random. */
function loosened({ points, corners }: Outline, random: Random): Outline {
  const deviation = random.between(1, 4.5);
  return { points: points.map(([x, y]) => [x + random.normal(deviation), y + random.normal(deviation)]), corners };
}

/** A long wave, which bends straight lines. */
function wave(random: Random): (across: number) => number {
  const height = random.normal(2.5);
  const length = random.between(60, 180);
  const phase = random.between(0, 2 * Math.PI);
  return (across) => height * Math.sin((2 * Math.PI * across) / length + phase);
}

/** The strokes of a generated digit. It is about 100 high, with its centre near (0, 0). */
export function write(random: Random, digit: number): Stroke[] {
  const turn = random.normal(0.12);
  const slant = random.normal(0.2);
  const width = Math.exp(random.normal(0.2));
  const cos = Math.cos(turn);
  const sin = Math.sin(turn);
  const bendX = wave(random);
  const bendY = wave(random);
  const tremor = Math.max(0, random.normal(0.7));
  return random.pick(outlines[digit]!).map((outline) => {
    const line = lineThrough(loosened(outline, random));
    for (let i = 0; i < line.length; i += 2) {
      const high = line[i + 1]! - 50;
      const x = width * (line[i]! - 50 - slant * high) + bendX(high) + random.normal(tremor);
      const y = high + bendY(line[i]!) + random.normal(tremor);
      line[i] = cos * x - sin * y;
      line[i + 1] = sin * x + cos * y;
    }
    // Strokes begin a little late and end a little early, as in handwriting.
    const points = line.length / 2;
    const late = Math.floor(random.between(0, 0.06) * points);
    const early = Math.floor(random.between(0, 0.06) * points);
    return line.slice(2 * late, 2 * (points - early));
  });
}

/** Draws strokes into an image, with random deviations in place, size, pen width, ink and noise. */
export function photograph(random: Random, strokes: readonly Stroke[], target: Float32Array, start = 0): void {
  const right = random.normal(0.5);
  const down = random.normal(0.5);
  const placed = fitted(strokes, EXTENT * random.between(0.9, 1.04));
  for (const stroke of placed) {
    for (let i = 0; i < stroke.length; i += 2) {
      stroke[i]! += right;
      stroke[i + 1]! += down;
    }
  }
  rasterise(placed, random.between(0.75, 1.6), target, start);
  const noise = random.between(0, 0.08);
  const weakest = random.between(0.8, 1);
  for (let i = start; i < start + PIXELS; i++) {
    target[i] = Math.min(1, Math.max(0, weakest * target[i]! + random.between(-noise, noise)));
  }
}
