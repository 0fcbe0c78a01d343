/** Inputs for the benchmarks. */
import { sizeOf } from "@lucid/backend";

/** Numbers in [−1, 1). The same seed gives the same numbers. */
export function numbers(count: number, seed = 1): Float32Array {
  let state = seed;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2147483648;
  });
}

/** Numbers in [0, 1] for a shape. Their sum is large compared with its rounding errors. */
export function positiveNumbers(shape: readonly number[], seed = 1): Float32Array {
  return numbers(sizeOf(shape), seed).map(Math.abs);
}
