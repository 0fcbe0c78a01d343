/** Training steps of a perceptron: Linear, ReLU, Linear, Huber, Adam. The results are the losses of the first steps. */
import type { Backend } from "@lucid/backend";
import { HuberLoss, Linear, ReLU, Sequential } from "@lucid/nn";
import { Adam } from "@lucid/optim";
import { manualSeed, setDefaultBackend, type Tensor } from "@lucid/tensor";
import { numbers } from "../cpu.js";
import type { BenchmarkCase, Peer, Variant } from "../harness.js";
import { jax } from "../peers/jax.js";
import { peerOf } from "../peers/load.js";
import { cpu, evictedBytes, tensorOn, wasm } from "../peers/lucid.js";
import { pytorch } from "../peers/pytorch.js";
import { tfjs } from "../peers/tfjs.js";
import { jaxStep } from "../training/jax.js";
import { lossPeer, type Task, transposed } from "../training/task.js";
import { tfjsStep } from "../training/tfjs.js";

function model(backend: Backend, hidden: number): Sequential {
  setDefaultBackend(backend);
  manualSeed(1);
  return new Sequential(new Linear(784, hidden), new ReLU(), new Linear(hidden, 10));
}

function lucidPeer(name: string, backend: Backend, { batch, hidden, x, target }: Task): Peer {
  const network = model(backend, hidden);
  const optimizer = new Adam(network.parameters(), { lr: 1e-3 });
  const criterion = new HuberLoss();
  const [inputs, outputs] = [tensorOn(backend, x, [batch, 784]), tensorOn(backend, target, [batch, 10])];
  const step = (): number => {
    optimizer.zeroGrad();
    const loss = criterion(network(inputs) as Tensor, outputs);
    loss.backward();
    optimizer.step();
    return loss.item();
  };
  return { ...lossPeer(step), name, evictedBytes };
}

async function variant(hidden: number, batch: number): Promise<Variant> {
  const weights = [...model(cpu, hidden).parameters()].map((parameter) => ({
    values: parameter.dataSync() as Float32Array,
    shape: parameter.shape,
  }));
  const task: Task = {
    batch,
    hidden,
    x: numbers(batch * 784, 1),
    target: numbers(batch * 10, 2),
    weights: weights.map(({ values, shape }) => (shape.length === 2 ? transposed(values, shape[0], shape[1]) : values)),
  };
  const own = [lucidPeer("lucid wasm", wasm, task)];
  if (hidden * batch <= 64 * 32) own.push(lucidPeer("lucid cpu", cpu, task));
  return {
    label: `784-${hidden}-10, batch ${batch}`,
    // Forward, the gradients of the weights, and of the activations but the input.
    amount: 2 * batch * (2 * 784 * hidden + 3 * hidden * 10),
    unit: "FLOP",
    tolerance: 1e-3,
    comparedRuns: 5,
    peers: [
      ...own,
      await peerOf("jax-js jit", jax, (library) => jaxStep(library, task)),
      await peerOf("tfjs wasm", tfjs, (tf) => tfjsStep(tf, task)),
      { name: "numpy-ts", missing: "it has no gradients" },
      await peerOf("PyTorch", pytorch, (make) =>
        make("training", [
          { values: task.x, shape: [batch, 784] },
          { values: task.target, shape: [batch, 10] },
          ...weights,
        ]),
      ),
    ],
  };
}

export const training: BenchmarkCase = {
  name: "training",
  about: "training steps (Linear, ReLU, Linear, Huber, Adam), lucid eager, one thread",
  async *variants() {
    yield await variant(256, 128);
    yield await variant(64, 32);
    yield await variant(1024, 1024);
  },
};
