/**
 * Training steps of a perceptron: Linear, ReLU, Linear, Huber loss, Adam. The compared results are the losses of the
 * first steps.
 */
import type { Bar } from "../harness/bars.js";
import { type BenchmarkCase, onThreads, type Variant } from "../harness/benchmark.js";
import { jax } from "../peers/jax.js";
import { peerOf } from "../peers/load.js";
import { plainJavaScript, wasm } from "../peers/lucid.js";
import { pytorch } from "../peers/pytorch.js";
import { tfjs } from "../peers/tfjs.js";
import { jaxStep } from "../training/jax.js";
import { lucidStep } from "../training/lucid.js";
import { lucidAsynchronousStep } from "../training/lucid-asynchronous.js";
import { pytorchStep } from "../training/pytorch.js";
import { taskOf } from "../training/task.js";
import { tfjsStep } from "../training/tfjs.js";

async function variant(hidden: number, batch: number, bars: readonly Bar[]): Promise<Variant> {
  const task = taskOf(hidden, batch);
  const cheap = hidden * batch <= 64 * 32;
  return {
    label: task.label,
    amount: task.operations,
    unit: "FLOP",
    tolerance: 1e-3,
    comparedRuns: 5,
    bars,
    peers: [
      await peerOf({ name: "lucid" }, wasm(1), (backend) => lucidStep(backend, task)),
      await peerOf({ name: "lucid", ...onThreads(2) }, wasm(2), (backend) => lucidStep(backend, task)),
      await peerOf({ name: "lucid", how: "asynchronous loop" }, wasm(1), (backend) =>
        lucidAsynchronousStep(backend, task),
      ),
      ...(cheap ? [await peerOf({ name: "lucid cpu" }, plainJavaScript, (cpu) => lucidStep(cpu, task))] : []),
      await peerOf({ name: "jax-js" }, jax, (library) => jaxStep(library, task)),
      await peerOf({ name: "tfjs" }, tfjs, (tf) => tfjsStep(tf, task)),
      { name: "numpy-ts", missing: "it has no gradients" },
      await peerOf({ name: "PyTorch" }, pytorch(1), (make) => pytorchStep(make, task)),
      await peerOf({ name: "PyTorch", ...onThreads(2) }, pytorch(2), (make) => pytorchStep(make, task)),
    ],
  };
}

const two = "lucid, 2 threads";

export const training: BenchmarkCase = {
  name: "training",
  about: "training steps (Linear, ReLU, Linear, Huber, Adam), lucid eager",
  async *variants() {
    yield await variant(256, 128, [{ milliseconds: 2.3 }, { peer: two, milliseconds: 1.3 }]);
    yield await variant(64, 32, [{ milliseconds: 0.2 }]);
    yield await variant(1024, 1024, [{ milliseconds: 62 }, { peer: two, milliseconds: 34 }]);
  },
};
