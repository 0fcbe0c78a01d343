/** The training step in lucid, eager. */
import { setImmediate as nextEvent } from "node:timers/promises";
import type { Backend } from "@lucid/backend";
import { HuberLoss } from "@lucid/nn";
import { Adam } from "@lucid/optim";
import type { Tensor } from "@lucid/tensor";
import type { Peer } from "../harness/benchmark.js";
import { memoryOf, tensorOn } from "../peers/lucid.js";
import { keepLosses, lossPeer, perceptron, type Task } from "./task.js";

function stepOf(backend: Backend, { batch, hidden, x, target }: Task): () => Tensor {
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

/** A synchronous loop. */
export function lucidStep(backend: Backend, task: Task): Omit<Peer, "name"> {
  const step = stepOf(backend, task);
  return { ...lossPeer(() => step().item()), memory: memoryOf(backend) };
}

/** A loop that returns to the event loop after every step. */
export function lucidAsynchronousStep(backend: Backend, task: Task): Omit<Peer, "name"> {
  const step = stepOf(backend, task);
  const { add, result } = keepLosses();
  const finish = async (loss: Tensor): Promise<void> => {
    add(await loss.itemAsync());
    await nextEvent();
  };
  return { run: () => finish(step()), result, memory: memoryOf(backend) };
}
