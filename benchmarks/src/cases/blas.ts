/**
 * The BLAS backend: float32 products against calling the library's `cblas_sgemm` directly over the same arrays, on one and
 * two threads, and a training step against the cpu backend.
 */
import type { Backend } from "@lucid/backend";
import { type BlasBackend, createBlasBackend } from "@lucid/backend-blas";
import type { CpuBuffer } from "@lucid/backend-cpu";
import { CrossEntropyLoss, Linear, ReLU, Sequential } from "@lucid/nn";
import { SGD } from "@lucid/optim";
import { manualSeed, setDefaultBackend, tensor } from "@lucid/tensor";
import koffi from "koffi";
import { cpu, numbers, viewOf } from "../cpu.js";
import type { BenchmarkCase, Peer, Variant } from "../harness.js";

type Gemm = (...parameters: readonly (number | Float32Array)[]) => void;

/** `cblas_sgemm` of the library, for row-major matrices as they are. */
function direct(library: string): (a: Float32Array, b: Float32Array, c: Float32Array, n: number) => void {
  const gemm = koffi
    .load(library)
    .func("cblas_sgemm", "void", [
      ...["int", "int", "int", "int64", "int64", "int64", "float", "void *", "int64", "void *", "int64", "float"],
      ...["void *", "int64"],
    ]) as Gemm;
  return (a, b, c, n) => gemm(101, 111, 111, n, n, n, 1, a, n, b, n, 0, c, n);
}

function product(
  blas: BlasBackend<CpuBuffer>,
  gemm: ReturnType<typeof direct>,
  n: number,
): Variant & { readonly peers: readonly Peer[] } {
  const [a, b] = [viewOf([n, n], numbers(n * n, 1)), viewOf([n, n], numbers(n * n, 2))];
  const [c, other] = [viewOf([n, n]), viewOf([n, n])];
  const [arrayA, arrayB, arrayC] = [a, b, other].map((view) => view.buffer.values as Float32Array);
  return {
    label: `${n}³, ${blas.capabilities.threads} thread(s)`,
    amount: 2 * n ** 3,
    unit: "FLOP",
    tolerance: 1e-6,
    peers: [
      { name: "lucid blas", run: () => blas.matmul(a, b, c), result: () => c.buffer.values },
      // The number of threads is the one that the peer before has set.
      { name: "cblas_sgemm", run: () => gemm(arrayA, arrayB, arrayC, n), result: () => arrayC },
    ],
  };
}

/** A step of gradient descent on a perceptron; the result is the loss. */
function trainingStep(backend: Backend, batch: number, sizes: readonly [number, number, number]): () => number {
  setDefaultBackend(backend);
  manualSeed(1);
  const [inputs, hidden, classes] = sizes;
  const model = new Sequential(new Linear(inputs, hidden), new ReLU(), new Linear(hidden, classes));
  const optimizer = new SGD(model.parameters(), { lr: 1e-3 });
  const criterion = new CrossEntropyLoss();
  const x = tensor(numbers(batch * inputs, 3)).reshape([batch, inputs]);
  const target = tensor(Int32Array.from({ length: batch }, (_, i) => i % classes));
  return () => {
    optimizer.zeroGrad();
    const loss = criterion(model(x), target);
    loss.backward();
    optimizer.step();
    return loss.item();
  };
}

function training(blas: BlasBackend<CpuBuffer>): Variant {
  const batch = 128;
  const sizes = [784, 512, 10] as const;
  const [inputs, hidden, classes] = sizes;
  const peer = (name: string, backend: Backend) => {
    const step = trainingStep(backend, batch, sizes);
    let loss = NaN;
    return {
      name,
      run: () => {
        loss = step();
      },
      result: () => [loss],
    };
  };
  return {
    label: `training step, ${blas.capabilities.threads} thread(s)`,
    // Forward and the gradient of the weights, and of the activations but the input.
    amount: 2 * batch * (2 * inputs * hidden + 3 * hidden * classes),
    unit: "FLOP",
    tolerance: 1e-5,
    peers: [peer("lucid blas", blas), peer("lucid cpu", cpu)],
  };
}

export const blas: BenchmarkCase = {
  name: "blas",
  about: "float32 products by the system's BLAS, against calling it directly; a training step against the cpu backend",
  async variants() {
    const [one, two] = [createBlasBackend(cpu, { threads: 1 }), createBlasBackend(cpu, { threads: 2 })];
    const gemm = direct(one.library);
    // Where a thread has slept, the system may wake it on the core of its caller and leave it there for a second or so:
    // two threads come first, and awake.
    const { run } = product(two, gemm, 1024).peers[0];
    for (const end = performance.now() + 2000; performance.now() < end; ) run();
    return [two, one].flatMap((backend) => [
      ...[1024, 512, 256, 64, 16].map((n) => product(backend, gemm, n)),
      training(backend),
    ]);
  },
};
