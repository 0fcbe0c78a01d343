/**
 * The training step in jax-js as one jitted function. In jax-js, an array can be used once, unless `.ref` is taken
 * first.
 */
import type { Peer } from "../harness/benchmark.js";
import { huberOf } from "../operations/jax-huber.js";
import type { Jax, JaxArray } from "../peers/jax.js";
import { lossPeer, type Task } from "./task.js";

type Arrays = JaxArray[];

interface State {
  readonly parameters: Arrays;
  readonly means: Arrays;
  readonly squares: Arrays;
  /** β₁ᵗ and β₂ᵗ. */
  readonly powers: Arrays;
}

/** Returns a step that returns its loss. */
export function jaxLoss(library: Jax, { batch, hidden, x, target, weights }: Task): () => JaxArray {
  const { numpy: np, nn, jit, valueAndGrad } = library;
  const lossOf = ([w1, b1, w2, b2]: Arrays, inputs: JaxArray, outputs: JaxArray): JaxArray => {
    const activations = nn.relu(np.matmul(inputs, w1).add(b1));
    return huberOf(library, np.subtract(np.matmul(activations, w2).add(b2), outputs));
  };
  const update = (
    parameters: Arrays,
    means: Arrays,
    squares: Arrays,
    [power1, power2]: Arrays,
    inputs: JaxArray,
    outputs: JaxArray,
  ): [JaxArray, Arrays, Arrays, Arrays, Arrays] => {
    const [loss, gradients] = valueAndGrad(lossOf)(
      parameters.map((parameter) => parameter.ref),
      inputs,
      outputs,
    ) as unknown as [JaxArray, Arrays];
    const powers = [power1.mul(0.9), power2.mul(0.999)];
    const corrections = powers.map((power) => np.subtract(1, power.ref));
    const next: readonly [Arrays, Arrays, Arrays] = [[], [], []];
    for (const [i, gradient] of gradients.entries()) {
      const mean = means[i].mul(0.9).add(gradient.ref.mul(0.1));
      const square = squares[i].mul(0.999).add(np.square(gradient).mul(0.001));
      const size = np.sqrt(square.ref.div(corrections[1].ref)).add(1e-8);
      next[0].push(parameters[i].sub(mean.ref.div(corrections[0].ref).div(size).mul(1e-3)));
      next[1].push(mean);
      next[2].push(square);
    }
    for (const correction of corrections) correction.dispose();
    return [loss, ...next, powers];
  };
  const compiled = jit(update) as unknown as typeof update;
  const shapes = [[784, hidden], [hidden], [hidden, 10], [10]];
  const [inputs, outputs] = [np.array(x).reshape([batch, 784]), np.array(target).reshape([batch, 10])];
  let state: State = {
    parameters: weights.map((values, i) => np.array(values).reshape(shapes[i])),
    means: shapes.map((shape) => np.zeros(shape)),
    squares: shapes.map((shape) => np.zeros(shape)),
    powers: [np.array(1), np.array(1)],
  };
  return () => {
    const [loss, parameters, means, squares, powers] = compiled(
      state.parameters,
      state.means,
      state.squares,
      state.powers,
      inputs.ref,
      outputs.ref,
    );
    state = { parameters, means, squares, powers };
    return loss;
  };
}

/** A training loop without waiting. */
export function jaxStep(library: Jax, task: Task): Omit<Peer, "name"> {
  const step = jaxLoss(library, task);
  return lossPeer(() => step().dataSync()[0]);
}
