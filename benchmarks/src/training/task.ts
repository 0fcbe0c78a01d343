/**
 * What all peers share in the training steps: a perceptron 784-hidden-10 of Linear, ReLU and Linear, with Huber loss
 * and Adam.
 */
import type { Backend } from "@lucid/backend";
import { Linear, ReLU, Sequential } from "@lucid/nn";
import { manualSeed, setDefaultBackend } from "@lucid/tensor";
import { cpu } from "../cpu.js";
import type { Peer } from "../harness/benchmark.js";
import { numbers } from "../numbers.js";
import type { Input } from "../peers/pytorch.js";

/** The initial parameters of a perceptron, and its training data. */
export interface Task {
  readonly label: string;
  readonly batch: number;
  readonly hidden: number;
  readonly x: Float32Array;
  readonly target: Float32Array;
  /** The weight and bias of both layers. Weights have the shape (out, in). */
  readonly parameters: readonly Input[];
  /** The weights of both layers with the shape (in, out). */
  readonly weights: readonly Float32Array[];
  /**
   * The floating-point operations of a step: the forward pass, and the gradients of the weights and of all activations
   * except the input.
   */
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

/** Makes the perceptron with the same parameters on each backend. The backend becomes the default. */
export function perceptron(backend: Backend, hidden: number): Sequential {
  setDefaultBackend(backend);
  manualSeed(1);
  return new Sequential(new Linear(784, hidden), new ReLU(), new Linear(hidden, 10));
}

/** Makes a peer of a step that returns its loss, at once or later. The losses of the first steps are the result. */
export function lossPeer(step: () => number | Promise<number>): Omit<Peer, "name"> {
  const losses: number[] = [];
  const add = (loss: number): void => {
    if (losses.length < 8) losses.push(loss);
  };
  return {
    run: () => {
      const loss = step();
      if (typeof loss !== "number") return loss.then(add);
      add(loss);
    },
    result: () => losses,
  };
}

/** Transposes a matrix with `rows` rows. */
function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  return values.map((_, i) => values[(i % rows) * columns + Math.floor(i / rows)]);
}
