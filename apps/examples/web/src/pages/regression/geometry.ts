/** Converts between data and pixels. */
import type { Domain, Point } from "./protocol.js";

/** The rectangle in which data are drawn, in pixels. */
export interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export const xToPixel = ({ x }: Domain, { left, width }: Frame, value: number): number =>
  left + ((value - x[0]) / (x[1] - x[0])) * width;

/** y grows upwards. */
export const yToPixel = ({ y }: Domain, { top, height }: Frame, value: number): number =>
  top + ((y[1] - value) / (y[1] - y[0])) * height;

/** The point at a pixel, clamped to the domain. */
export function pointAt(domain: Domain, frame: Frame, pixelX: number, pixelY: number): Point {
  const { x, y } = domain;
  return within(domain, {
    x: x[0] + ((pixelX - frame.left) / frame.width) * (x[1] - x[0]),
    y: y[1] - ((pixelY - frame.top) / frame.height) * (y[1] - y[0]),
  });
}

export function within({ x, y }: Domain, point: Point): Point {
  return { x: Math.min(x[1], Math.max(x[0], point.x)), y: Math.min(y[1], Math.max(y[0], point.y)) };
}

/** The point moved by hundredths of the domain's width and height, and clamped to the domain. */
export function nudge(domain: Domain, point: Point, right: number, up: number): Point {
  const { x, y } = domain;
  return within(domain, {
    x: point.x + (right / 100) * (x[1] - x[0]),
    y: point.y + (up / 100) * (y[1] - y[0]),
  });
}

/** The SVG path of a curve whose values are evenly spaced over the domain. */
export function curvePath(domain: Domain, frame: Frame, values: readonly number[]): string {
  const step = frame.width / (values.length - 1);
  let path = "";
  for (let i = 0; i < values.length; i++) {
    const y = yToPixel(domain, frame, values[i]!);
    if (!Number.isFinite(y)) continue;
    // Some renderers cannot handle very large numbers, and nothing is visible that far outside.
    path += `${path === "" ? "M" : "L"}${(frame.left + i * step).toFixed(1)} ${Math.min(1e5, Math.max(-1e5, y)).toFixed(1)}`;
  }
  return path;
}

/** About `count` round numbers between two values. Their distance is 1, 2 or 5 times a power of ten. */
export function ticks(least: number, most: number, count: number): number[] {
  const rough = (most - least) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  const found: number[] = [];
  for (let i = Math.ceil(least / step - 1e-9); i * step <= most + step * 1e-9; i++) {
    // Removes the rounding error: 3 · 0.1 is not 0.3.
    found.push(Number((i * step).toPrecision(12)));
  }
  return found;
}

/** The index of the point nearest to a pixel, or −1 if none lies within `reach` pixels of it. */
export function nearestPoint(
  domain: Domain,
  frame: Frame,
  points: readonly Point[],
  pixelX: number,
  pixelY: number,
  reach: number,
): number {
  let nearest = -1;
  let least = reach;
  for (const [index, point] of points.entries()) {
    const distance = Math.hypot(xToPixel(domain, frame, point.x) - pixelX, yToPixel(domain, frame, point.y) - pixelY);
    if (distance > least) continue;
    nearest = index;
    least = distance;
  }
  return nearest;
}
