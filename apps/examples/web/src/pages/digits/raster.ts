/** Turns strokes into the small images that the network reads. */

/** A stroke of the pen: x and y of its points in turn, with y downwards. A stroke of one point is a dot. */
export type Stroke = readonly number[];

/** Images have SIZE × SIZE pixels, stored row by row: 0 for paper, 1 for ink. */
export const SIZE = 20;
export const PIXELS: number = SIZE * SIZE;

/** The longer side of a drawing in its image, in pixels, without the width of the pen. */
export const EXTENT = 15;

/** Half the width of the pen for drawings on the pad: the mean of the widths in the training data. */
export const RADIUS = 1.15;

/**
 * Moves and scales strokes to the middle of an image of `size` × `size`. The longer side becomes `extent`, so the place and
 * the size of the original drawing do not matter.
 */
export function fitted(strokes: readonly Stroke[], extent: number = EXTENT, size: number = SIZE): number[][] {
  let left = Number.POSITIVE_INFINITY;
  let right = Number.NEGATIVE_INFINITY;
  let top = Number.POSITIVE_INFINITY;
  let bottom = Number.NEGATIVE_INFINITY;
  for (const stroke of strokes) {
    for (let i = 0; i < stroke.length; i += 2) {
      left = Math.min(left, stroke[i]!);
      right = Math.max(right, stroke[i]!);
      top = Math.min(top, stroke[i + 1]!);
      bottom = Math.max(bottom, stroke[i + 1]!);
    }
  }
  const longer = Math.max(right - left, bottom - top);
  // A single dot has no size.
  const scale = longer > 0 ? extent / longer : 1;
  const x = size / 2 - (scale * (left + right)) / 2;
  const y = size / 2 - (scale * (top + bottom)) / 2;
  return strokes.map((stroke) => stroke.map((value, i) => scale * value + (i % 2 === 0 ? x : y)));
}

/**
 * Draws strokes into `target`, from `start` on, with lines of half-width `radius`. The distance of a pixel's centre from the
 * line determines its ink: 1 inside the line, and falling to 0 over one pixel at the edge.
 */
export function rasterise(strokes: readonly Stroke[], radius: number, target: Float32Array, start = 0): void {
  target.fill(0, start, start + PIXELS);
  const reach = radius + 0.5;
  for (const stroke of strokes) {
    let fromX = stroke[0]!;
    let fromY = stroke[1]!;
    for (let i = stroke.length === 2 ? 0 : 2; i < stroke.length; i += 2) {
      const toX = stroke[i]!;
      const toY = stroke[i + 1]!;
      segment(fromX, fromY, toX, toY, reach, target, start);
      fromX = toX;
      fromY = toY;
    }
  }
}

function segment(
  fromX: number,
  fromY: number,
  toX: number,
  toY: number,
  reach: number,
  target: Float32Array,
  start: number,
): void {
  // The centre of pixel (column, row) is at (column + ½, row + ½).
  const firstColumn = Math.max(0, Math.ceil(Math.min(fromX, toX) - reach - 0.5));
  const lastColumn = Math.min(SIZE - 1, Math.floor(Math.max(fromX, toX) + reach - 0.5));
  const firstRow = Math.max(0, Math.ceil(Math.min(fromY, toY) - reach - 0.5));
  const lastRow = Math.min(SIZE - 1, Math.floor(Math.max(fromY, toY) + reach - 0.5));
  const acrossX = toX - fromX;
  const acrossY = toY - fromY;
  const square = acrossX * acrossX + acrossY * acrossY;
  for (let row = firstRow; row <= lastRow; row++) {
    for (let column = firstColumn; column <= lastColumn; column++) {
      const x = column + 0.5 - fromX;
      const y = row + 0.5 - fromY;
      const along = square === 0 ? 0 : Math.min(1, Math.max(0, (x * acrossX + y * acrossY) / square));
      const offX = x - along * acrossX;
      const offY = y - along * acrossY;
      const ink = Math.min(1, reach - Math.sqrt(offX * offX + offY * offY));
      const index = start + row * SIZE + column;
      if (ink > target[index]!) target[index] = ink;
    }
  }
}
