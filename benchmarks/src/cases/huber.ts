/** The Huber loss of a million elements, forward and backward; the result is the gradient. */
import { HuberLoss } from "@lucid/nn";
import { numbers } from "../cpu.js";
import type { BenchmarkCase, Variant } from "../harness.js";
import { huberOf, type JaxArray, jax } from "../peers/jax.js";
import { peerOf } from "../peers/load.js";
import { evictedBytes, tensorOn, wasm } from "../peers/lucid.js";
import { pytorch } from "../peers/pytorch.js";
import { tfjs } from "../peers/tfjs.js";

const count = 1 << 20;

async function variant(): Promise<Variant> {
  // Residuals on both sides of δ = 1.
  const values = numbers(count, 1).map((value) => 3 * value);
  const targets = numbers(count, 2);
  const shape = [count];
  const x = tensorOn(wasm, values, shape);
  x.requiresGrad = true;
  const target = tensorOn(wasm, targets, shape);
  const criterion = new HuberLoss();
  return {
    label: "1 M",
    amount: count,
    unit: "element",
    tolerance: 1e-5,
    peers: [
      {
        name: "lucid wasm",
        run: () => {
          x.grad = null;
          criterion(x, target).backward();
        },
        result: () => x.grad?.dataSync() ?? [],
        evictedBytes,
      },
      await peerOf("jax-js jit", jax, (library) => {
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
      await peerOf("tfjs wasm", tfjs, (tf) => {
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
      await peerOf("PyTorch", pytorch, (make) =>
        make(
          "huber",
          [values, targets].map((values) => ({ values, shape })),
        ),
      ),
    ],
  };
}

export const huber: BenchmarkCase = {
  name: "huber",
  about: "Huber loss, forward and backward, one thread",
  async *variants() {
    yield await variant();
  },
};
