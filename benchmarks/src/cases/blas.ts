/** BLAS on top of the wasm backend, compared with PyTorch on the same library: a product, and training steps. */
import { type BenchmarkCase, onThreads, type Variant } from "../harness/benchmark.js";
import { numbers } from "../numbers.js";
import { matmul } from "../operations/matmul.js";
import { lucidRuns } from "../operations/operation.js";
import { peerOf } from "../peers/load.js";
import { blas as blasOn } from "../peers/lucid.js";
import { pytorch } from "../peers/pytorch.js";
import { lucidStep } from "../training/lucid.js";
import { pytorchStep } from "../training/pytorch.js";
import { taskOf } from "../training/task.js";

const bars = [{ times: 0.9, of: "PyTorch" }];

async function product(threads: number): Promise<Omit<Variant, "label">> {
  const n = 1024;
  const inputs = [1, 2].map((seed) => ({ values: numbers(n * n, seed), shape: [n, n] }));
  return {
    amount: 2 * n ** 3,
    unit: "FLOP",
    figure: "rate",
    tolerance: 1e-5,
    peers: [
      await peerOf({ name: "lucid", threads }, blasOn(threads), (backend) => lucidRuns(matmul, backend, inputs, true)),
      await peerOf({ name: "PyTorch", threads }, pytorch(threads), (make) => make("matmul", inputs)),
    ],
  };
}

async function step(hidden: number, batch: number, threads: number): Promise<Omit<Variant, "label">> {
  const task = taskOf(hidden, batch);
  return {
    amount: task.operations,
    unit: "FLOP",
    tolerance: 1e-3,
    comparedRuns: 5,
    peers: [
      await peerOf({ name: "lucid", threads }, blasOn(threads), (backend) => lucidStep(backend, task)),
      await peerOf({ name: "PyTorch", threads }, pytorch(threads), (make) => pytorchStep(make, task)),
    ],
  };
}

export const blas: BenchmarkCase = {
  name: "blas",
  about: "BLAS over the wasm backend, and PyTorch on the same OpenBLAS and as many threads",
  async *variants() {
    for (const threads of [1, 2]) {
      const titled = (label: string) => ({ label: [label, onThreads(threads).how].filter(Boolean).join(", "), bars });
      yield { ...(await product(threads)), ...titled("BLAS 1024 × 1024 × 1024") };
      for (const [hidden, batch] of [
        [256, 128],
        [64, 32],
        [1024, 1024],
      ] as const) {
        yield {
          ...(await step(hidden, batch, threads)),
          ...titled(`BLAS 784-${hidden}-10, batch ${batch}`),
        };
      }
    }
  },
};
