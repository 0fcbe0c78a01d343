/** The Huber loss of a million elements, forward and backward; the result is the gradient. */
import type { Backend } from "@lucid/backend";
import { HuberLoss } from "@lucid/nn";
import { type BenchmarkCase, onThreads, type Peer, type Variant } from "../harness/benchmark.js";
import { numbers } from "../numbers.js";
import { huberOf } from "../operations/jax-huber.js";
import { type JaxArray, jax } from "../peers/jax.js";
import { peerOf } from "../peers/load.js";
import { wasm } from "../peers/lucid.js";
import { pytorch } from "../peers/pytorch.js";
import { tfjs } from "../peers/tfjs.js";
import { memoryOf, tensorOn } from "../tensors.js";

const count = 1 << 20;
const shape = [count];

function lucidGradient(backend: Backend, values: Float32Array, targets: Float32Array): Omit<Peer, "name"> {
  const x = tensorOn(backend, values, shape);
  x.requiresGrad = true;
  const target = tensorOn(backend, targets, shape);
  const criterion = new HuberLoss();
  return {
    run: () => {
      x.grad = null;
      criterion(x, target).backward();
    },
    result: () => x.grad?.dataSync() ?? [],
    memory: memoryOf(backend),
  };
}

async function variant(): Promise<Variant> {
  // The residuals lie on both sides of δ = 1.
  const values = numbers(count, 1).map((value) => 3 * value);
  const targets = numbers(count, 2);
  const inputs = [values, targets].map((values) => ({ values, shape }));
  return {
    label: "Huber loss, 1 M",
    amount: count,
    unit: "element",
    tolerance: 1e-5,
    bars: [{ milliseconds: 0.25 }],
    peers: [
      await peerOf({ name: "lucid" }, wasm(1), (backend) => lucidGradient(backend, values, targets)),
      await peerOf({ name: "lucid", ...onThreads(2) }, wasm(2), (backend) => lucidGradient(backend, values, targets)),
      await peerOf({ name: "jax-js" }, jax, (library) => {
        const { numpy: np, grad, jit } = library;
        const [x, target] = [np.array(values), np.array(targets)];
        const gradient = jit(
          grad((x: JaxArray, target: JaxArray) => huberOf(library, np.subtract(x, target)), { argnums: 0 }),
        ) as (x: JaxArray, target: JaxArray) => JaxArray;
        let output = gradient(x.ref, target.ref);
        return {
          run: async () => {
            output.dispose();
            output = gradient(x.ref, target.ref);
            await output.blockUntilReady();
          },
          result: () => output.ref.dataSync(),
        };
      }),
      await peerOf({ name: "tfjs" }, tfjs, (tf) => {
        const [x, target] = [tf.tensor1d(values), tf.tensor1d(targets)];
        const gradient = tf.grad((x) => tf.losses.huberLoss(target, x));
        let output = gradient(x);
        return {
          run: () => {
            output.dispose();
            output = gradient(x);
          },
          result: () => output.dataSync(),
        };
      }),
      { name: "numpy-ts", missing: "it has no gradients" },
      await peerOf({ name: "PyTorch" }, pytorch(1), (make) => make("huber", inputs)),
      await peerOf({ name: "PyTorch", ...onThreads(2) }, pytorch(2), (make) => make("huber", inputs)),
    ],
  };
}

export const huber: BenchmarkCase = {
  name: "huber",
  about: "Huber loss, forward and backward",
  async *variants() {
    yield await variant();
  },
};
