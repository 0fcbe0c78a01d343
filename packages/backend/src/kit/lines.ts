/**
 * Walking along one axis of several views at the same time. A *line* consists of the elements along that axis, with the
 * positions on all other axes fixed.
 *
 * @module
 */
import { mergeLoops } from "./loops.js";

/** Goes from line to line. */
export interface Lines {
  /** The position of the current line's first element, for each operand. */
  readonly starts: number[];
  /** Goes to the next line in row-major order. Returns false after the last one. */
  next(): boolean;
}

/** The positions of an operand's elements in its buffer. */
export interface Strided {
  readonly strides: readonly number[];
  readonly offset: number;
}

/**
 * Returns the lines along `axis` of operands that have one shape. No axis may have size 0.
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

/**
 * Returns the axis along which two operands take the shortest steps in memory, or `otherwise` if all axes have size 1.
 *
 * @example
 * ```ts
 * const columns = { strides: [1, 2], offset: 0 };
 * shortestSteps([2, 3], 1, columns, columns); // → 0
 * ```
 */
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
