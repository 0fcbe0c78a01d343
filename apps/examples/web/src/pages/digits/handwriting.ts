/** Draws digits as people write them: outlines, bent, slanted and trembling, never twice the same. */
import { type Outline, outlines } from "./outlines.js";
import { createRandom, type Random } from "./random.js";
import { EXTENT, fitted, PIXELS, rasterise, type Stroke } from "./raster.js";

/** Pieces between two points of an outline. */
const PIECES = 6;

/** The line through an outline's points, as a chain of short pieces: Catmull and Rom's spline between corners. */
export function lineThrough({ points, corners }: Outline): number[] {
  const line: number[] = [points[0]![0], points[0]![1]];
  for (let i = 0; i + 1 < points.length; i++) {
    const from = points[i]!;
    const to = points[i + 1]!;
    // At an end or a corner there is no point beyond: the line leaves straight towards the next.
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

/** Every point of an outline a little elsewhere. */
function loosened({ points, corners }: Outline, random: Random): Outline {
  const deviation = random.between(1, 4.5);
  return { points: points.map(([x, y]) => [x + random.normal(deviation), y + random.normal(deviation)]), corners };
}

/** A slow wave through the plane, which bends straight lines. */
function wave(random: Random): (across: number) => number {
  const height = random.normal(2.5);
  const length = random.between(60, 180);
  const phase = random.between(0, 2 * Math.PI);
  return (across) => height * Math.sin((2 * Math.PI * across) / length + phase);
}

/** The strokes of a digit as somebody might write it, in hundredths, about (0, 0). */
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
    // Pens are put down late and lifted early.
    const points = line.length / 2;
    const late = Math.floor(random.between(0, 0.06) * points);
    const early = Math.floor(random.between(0, 0.06) * points);
    return line.slice(2 * late, 2 * (points - early));
  });
}

/** The image of written strokes: fitted, but not quite, with a pen of some width and noise. */
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

export interface Drawings {
  /** (count, PIXELS) */
  readonly pixels: Float32Array;
  /** The digit that each is of. */
  readonly labels: Int32Array;
  readonly strokes: readonly (readonly Stroke[])[];
}

/** The first `count` drawings of a seed: 0 to 9 in turn. */
export function drawDigits(seed: number, count: number): Drawings {
  const random = createRandom(seed);
  const pixels = new Float32Array(count * PIXELS);
  const labels = Int32Array.from({ length: count }, (_, i) => i % 10);
  const strokes: Stroke[][] = [];
  for (let i = 0; i < count; i++) {
    const written = write(random, labels[i]!);
    strokes.push(written);
    photograph(random, written, pixels, i * PIXELS);
  }
  return { pixels, labels, strokes };
}

/** Of the drawings on which the network is tested, and which it never learns from. */
export const HELD_OUT_SEED = 20240;
