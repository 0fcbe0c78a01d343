/**
 * Walking along one axis of several views at once: a *line* is what remains when the positions on all other axes are
 * fixed.
 *
 * @module
 */
import { mergeLoops } from "./loops.js";

/** The first element of every line, operand by operand. */
export interface Lines {
  /** Where the current line begins, for each operand. */
  readonly starts: number[];
  /** Goes to the next line in row-major order; false after the last one. */
  next(): boolean;
}

/** Where the elements of an operand lie. */
export interface Strided {
  readonly strides: readonly number[];
  readonly offset: number;
}

/**
 * The lines along `axis` of operands with one shape, which must have elements.
 *
 * @example
 * ```ts
 * const lines = linesAlong([2, 3], 1, [{ strides: [3, 1], offset: 5 }]);
 * lines.starts; // → [5]
 * lines.next(); // → true
 * lines.starts; // → [8]
 * ```
 */
export function linesAlong(shape: readonly number[], axis: number, operands: readonly Strided[]): Lines {
  const others: number[] = [];
  for (let other = 0; other < shape.length; other++) if (other !== axis) others.push(other);
  const nest = mergeLoops(
    others,
    shape,
    operands.map((operand) => operand.strides),
  );
  const starts = operands.map((operand) => operand.offset);
  const counters = nest.shape.map(() => 0);
  return {
    starts,
    next() {
      for (let loop = counters.length - 1; loop >= 0; loop--) {
        const size = nest.shape[loop]!;
        const carry = ++counters[loop]! === size;
        for (let operand = 0; operand < starts.length; operand++) {
          const stride = nest.strides[operand]![loop]!;
          starts[operand]! += carry ? -stride * (size - 1) : stride;
        }
        if (!carry) return true;
        counters[loop] = 0;
      }
      return false;
    },
  };
}

/** The axis along which the views take the shortest steps, so that lines follow memory; `otherwise` if none has a length. */
export function shortestSteps(shape: readonly number[], otherwise: number, a: Strided, b: Strided): number {
  let best = otherwise;
  let shortest = Infinity;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis]! === 1) continue;
    const step = Math.abs(a.strides[axis]!) + Math.abs(b.strides[axis]!);
    if (step < shortest) {
      shortest = step;
      best = axis;
    }
  }
  return best;
}
