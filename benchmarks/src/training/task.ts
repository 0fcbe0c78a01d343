/** What the training steps of all peers share: a perceptron 784-hidden-10, Linear, ReLU, Linear, Huber, Adam. */
import type { Backend } from "@lucid/backend";
import { Linear, ReLU, Sequential } from "@lucid/nn";
import { manualSeed, setDefaultBackend } from "@lucid/tensor";
import { cpu } from "../cpu.js";
import type { Peer } from "../harness/benchmark.js";
import { numbers } from "../numbers.js";
import type { Input } from "../peers/pytorch.js";

/** Where a perceptron starts, and what it learns. */
export interface Task {
  readonly label: string;
  readonly batch: number;
  readonly hidden: number;
  readonly x: Float32Array;
  readonly target: Float32Array;
  /** Weight and bias of both layers, a weight as (out, in). */
  readonly parameters: readonly Input[];
  /** The same, a weight as (in, out). */
  readonly weights: readonly Float32Array[];
  /** Operations of a step: forward, the gradients of the weights, and of the activations but the input. */
  readonly operations: number;
}

export function taskOf(hidden: number, batch: number): Task {
  const parameters = [...perceptron(cpu, hidden).parameters()].map((parameter) => ({
    values: parameter.dataSync() as Float32Array,
    shape: parameter.shape,
  }));
  return {
    label: `784-${hidden}-10, batch ${batch}`,
    batch,
    hidden,
    x: numbers(batch * 784, 1),
    target: numbers(batch * 10, 2),
    parameters,
    weights: parameters.map(({ values, shape }) =>
      shape.length === 2 ? transposed(values, shape[0], shape[1]) : values,
    ),
    operations: 2 * batch * (2 * 784 * hidden + 3 * hidden * 10),
  };
}

/** The same numbers on every backend, which is the default from now on. */
export function perceptron(backend: Backend, hidden: number): Sequential {
  setDefaultBackend(backend);
  manualSeed(1);
  return new Sequential(new Linear(784, hidden), new ReLU(), new Linear(hidden, 10));
}

/** The losses of the first steps are the result. */
export interface Losses {
  add(loss: number): void;
  readonly result: NonNullable<Peer["result"]>;
}

export function keepLosses(): Losses {
  const losses: number[] = [];
  return {
    add: (loss) => {
      if (losses.length < 8) losses.push(loss);
    },
    result: () => losses,
  };
}

/** A peer of a step that gives its loss. */
export function lossPeer(step: () => number): Omit<Peer, "name"> {
  const { add, result } = keepLosses();
  return { run: () => add(step()), result };
}

/** The transpose of a matrix of `rows` rows. */
function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  return values.map((_, i) => values[(i % rows) * columns + Math.floor(i / rows)]);
}
