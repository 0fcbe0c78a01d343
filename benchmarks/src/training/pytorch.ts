/** The training step in PyTorch. */
import type { Peer } from "../harness/benchmark.js";
import type { PyTorch } from "../peers/pytorch.js";
import type { Task } from "./task.js";

export function pytorchStep(make: PyTorch, { batch, x, target, parameters }: Task): Promise<Omit<Peer, "name">> {
  return make("training", [{ values: x, shape: [batch, 784] }, { values: target, shape: [batch, 10] }, ...parameters]);
}
