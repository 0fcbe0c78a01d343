/** The training step in TensorFlow.js. */
import type { Scalar } from "@tensorflow/tfjs-core";
import type { Peer } from "../harness/benchmark.js";
import type { Tfjs } from "../peers/tfjs.js";
import { lossPeer, type Task } from "./task.js";

/** A step that returns its loss, and what frees the tensors. */
interface TfjsLoss {
  step(): Scalar;
  close(): void;
}

export function tfjsLoss(tf: Tfjs, { batch, hidden, x, target, weights }: Task): TfjsLoss {
  const [inputs, outputs] = [tf.tensor2d(x, [batch, 784]), tf.tensor2d(target, [batch, 10])];
  const shapes = [[784, hidden], [hidden], [hidden, 10], [10]];
  const variables = weights.map((values, i) => tf.variable(tf.tensor(values, shapes[i])));
  const [w1, b1, w2, b2] = variables;
  const optimizer = tf.train.adam(1e-3, 0.9, 0.999, 1e-8);
  const loss = (): Scalar => {
    const activations = tf.relu(tf.add(tf.matMul(inputs, w1), b1));
    return tf.losses.huberLoss(outputs, tf.add(tf.matMul(activations, w2), b2)) as Scalar;
  };
  return {
    step: () => tf.tidy(() => optimizer.minimize(loss, true, variables) as Scalar),
    close: () => tf.dispose([inputs, outputs, ...variables]),
  };
}

/** A training loop without waiting. */
export function tfjsStep(tf: Tfjs, task: Task): Omit<Peer, "name"> {
  const { step, close } = tfjsLoss(tf, task);
  const read = (): number => {
    const loss = step();
    const [value] = loss.dataSync();
    loss.dispose();
    return value;
  };
  return { ...lossPeer(read), close };
}
