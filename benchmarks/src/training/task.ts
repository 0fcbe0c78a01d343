/** What the training steps of all peers share. */
import type { Peer } from "../harness.js";

/** A perceptron 784-hidden-10, where it starts, and what it learns. */
export interface Task {
  readonly batch: number;
  readonly hidden: number;
  readonly x: Float32Array;
  readonly target: Float32Array;
  /** Weight and bias of both layers, a weight as (in, out). */
  readonly weights: readonly Float32Array[];
}

/** A peer of a step that gives its loss. */
export function lossPeer(step: () => number): Omit<Peer, "name"> {
  const losses: number[] = [];
  return {
    run: () => {
      const loss = step();
      if (losses.length < 8) losses.push(loss);
    },
    result: () => losses,
  };
}

/** The transpose of a matrix of `rows` rows. */
export function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  return values.map((_, i) => values[(i % rows) * columns + Math.floor(i / rows)]);
}
