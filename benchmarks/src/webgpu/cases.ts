/** What is measured on WebGPU: products, and training steps whose loss is read. */
import type { Bar } from "../harness/bars.js";
import type { BenchmarkCase, Peer, Variant } from "../harness/benchmark.js";
import { numbers } from "../numbers.js";
import { matmul } from "../operations/matmul.js";
import { peerOf } from "../peers/load.js";
import { tensorOn } from "../tensors.js";
import { jaxLoss } from "../training/jax.js";
import { lucidLoss } from "../training/lucid.js";
import { lossPeer, type Task, taskOf } from "../training/task.js";
import { tfjsLoss } from "../training/tfjs.js";
import { jax, jaxIsDone, lucid, tfjs, tfjsIsDone } from "./peers.js";

/** Issue 11 asks for this many times the speed of each peer. */
const bars: readonly Bar[] = ["jax-js", "tfjs"].map((of) => ({ times: 1.5, of }));

async function step(task: Task): Promise<Variant> {
  return {
    label: task.label,
    amount: task.operations,
    unit: "FLOP",
    tolerance: 1e-3,
    comparedRuns: 5,
    bars,
    peers: [
      await peerOf({ name: "lucid" }, lucid, (backend): Omit<Peer, "name"> => {
        const loss = lucidLoss(backend, task);
        return lossPeer(() => loss().itemAsync());
      }),
      await peerOf({ name: "jax-js" }, jax, (library): Omit<Peer, "name"> => {
        const loss = jaxLoss(library, task);
        return lossPeer(async () => (await loss().data())[0]);
      }),
      await peerOf({ name: "tfjs" }, tfjs, (tf): Omit<Peer, "name"> => {
        const { step, close } = tfjsLoss(tf, task);
        const read = async (): Promise<number> => {
          const loss = step();
          const [value] = await loss.data();
          loss.dispose();
          return value;
        };
        return { ...lossPeer(read), close };
      }),
    ],
  };
}

/** A product of square matrices. A run computes several, and ends when the device is done. */
async function product(n: number): Promise<Variant> {
  const shape = [n, n];
  const inputs = [numbers(n * n, 1), numbers(n * n, 2)];
  return {
    label: [n, n, n].join(" × "),
    amount: 2 * n ** 3,
    unit: "FLOP",
    figure: "rate",
    tolerance: 1e-5,
    bars,
    peers: [
      await peerOf({ name: "lucid" }, lucid, (backend): Omit<Peer, "name"> => {
        const [a, b] = inputs.map((values) => tensorOn(backend, values, shape));
        let output = matmul.lucid(a, b);
        return {
          run: () => {
            output.dispose();
            output = matmul.lucid(a, b);
            return backend.synchronize();
          },
          result: () => output.data() as Promise<Float32Array>,
          close: () => {
            for (const tensor of [a, b, output]) tensor.dispose();
          },
        };
      }),
      await peerOf({ name: "jax-js" }, jax, (library): Omit<Peer, "name"> => {
        const [a, b] = inputs.map((values) => library.numpy.array(values).reshape(shape));
        const compute = library.jit(library.numpy.matmul) as typeof library.numpy.matmul;
        let output = compute(a.ref, b.ref);
        return {
          run: async () => {
            output.dispose();
            output = compute(a.ref, b.ref);
            await output.blockUntilReady();
            await jaxIsDone();
          },
          result: () => output.ref.data() as Promise<Float32Array>,
          close: () => {
            for (const array of [a, b, output]) array.dispose();
          },
        };
      }),
      await peerOf({ name: "tfjs" }, tfjs, (tf): Omit<Peer, "name"> => {
        const [a, b] = inputs.map((values) => tf.tensor(values, [n, n]));
        let output = matmul.tfjs(tf, a, b);
        return {
          run: () => {
            output.dispose();
            output = matmul.tfjs(tf, a, b);
            return tfjsIsDone();
          },
          result: () => output.data(),
          close: () => tf.dispose([a, b, output]),
        };
      }),
    ],
  };
}

export const cases: readonly BenchmarkCase[] = [
  {
    name: "webgpu training",
    about: "training steps (Linear, ReLU, Linear, Huber, Adam) whose loss is awaited; lucid eager, jax-js compiled",
    async *variants() {
      yield await step(taskOf(64, 32));
      yield await step(taskOf(256, 128));
      yield await step(taskOf(1024, 1024));
    },
  },
  {
    name: "webgpu matmul",
    about: "float32 matrix products, until the device has done them",
    async *variants() {
      for (const n of [512, 1024]) yield await product(n);
    },
  },
];
