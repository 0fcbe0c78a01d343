/**
 * The constants of transforms: computed in float64 on the host, remembered there, and copied to a backend by every call
 * that needs them, so that no memory of a backend is held.
 *
 * @module
 */
import { type Backend, type DType, sizeOf } from "@lucid/backend";
import { viewed } from "@lucid/tensor/extend";
import { Tensor } from "@lucid/tensor/functions";
import { hostNumbers } from "../internal/numbers.js";

/** How many numbers are remembered: what float64 transforms of two lengths of 2^20 need. */
const MOST_NUMBERS = 2 ** 23;

type Numbers = Float32Array | Float64Array;

/** The tables by what they hold, those that were used last at the end. */
const tables = new Map<string, Numbers>();
let held = 0;

/**
 * Returns a table as a tensor.
 *
 * @param key - says what the table holds.
 * @param fill - writes the table.
 */
export function table(
  backend: Backend,
  dtype: DType,
  shape: readonly number[],
  key: string,
  fill: (numbers: Float64Array) => void,
): Tensor {
  const name = `${dtype} ${key}`;
  let numbers = tables.get(name);
  if (numbers === undefined) {
    const exact = hostNumbers("fft", sizeOf(shape));
    fill(exact);
    numbers = dtype === "float64" ? exact : Float32Array.from(exact);
    held += numbers.length;
  } else tables.delete(name);
  tables.set(name, numbers);
  for (const [oldest, { length }] of tables) {
    if (held <= MOST_NUMBERS) break;
    tables.delete(oldest);
    held -= length;
  }
  return viewed(new Tensor(numbers, { backend, dtype }), shape);
}

/** Writes the cosine and the sine of `2π · index / count` to `to`, exact to the last digit, for 0 ≤ index < count. */
export function turn(index: number, count: number, to: { cos: number; sin: number }): void {
  const quadrant = Math.floor((4 * index) / count);
  const rest = 4 * index - quadrant * count;
  // Angles above 45 degrees are computed from the other leg, where the rounding of π is smallest.
  const above = 2 * rest > count;
  const angle = (Math.PI / 2) * ((above ? count - rest : rest) / count);
  const cos = above ? Math.sin(angle) : Math.cos(angle);
  const sin = above ? Math.cos(angle) : Math.sin(angle);
  to.cos = quadrant === 0 ? cos : quadrant === 1 ? -sin : quadrant === 2 ? -cos : sin;
  to.sin = quadrant === 0 ? sin : quadrant === 1 ? cos : quadrant === 2 ? -sin : -cos;
}
