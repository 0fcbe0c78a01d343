/** The eager training step in Lucid. */
import type { Backend } from "@lucid/backend";
import { HuberLoss } from "@lucid/nn";
import { Adam } from "@lucid/optim";
import type { Tensor } from "@lucid/tensor";
import type { Peer } from "../harness/benchmark.js";
import { memoryOf, tensorOn } from "../tensors.js";
import { lossPeer, perceptron, type Task } from "./task.js";

/** Returns a step that returns its loss. */
export function lucidLoss(backend: Backend, { batch, hidden, x, target }: Task): () => Tensor {
  const model = perceptron(backend, hidden);
  const optimizer = new Adam(model.parameters(), { lr: 1e-3 });
  const criterion = new HuberLoss();
  const [inputs, outputs] = [tensorOn(backend, x, [batch, 784]), tensorOn(backend, target, [batch, 10])];
  return () => {
    optimizer.zeroGrad();
    const loss = criterion(model(inputs) as Tensor, outputs);
    loss.backward();
    optimizer.step();
    return loss;
  };
}

/** A training loop without waiting. */
export function lucidStep(backend: Backend, task: Task): Omit<Peer, "name"> {
  const step = lucidLoss(backend, task);
  return { ...lossPeer(() => step().item()), memory: memoryOf(backend) };
}
