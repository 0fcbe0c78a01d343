/** float32 matrix products: backend-cpu against TensorFlow.js's backend in plain JavaScript. */
import { cpu, viewOf } from "../cpu.js";
import type { BenchmarkCase, Variant } from "../harness/benchmark.js";
import { numbers } from "../numbers.js";
import { peerOf } from "../peers/load.js";
import { tfjsOnCpu } from "../peers/tfjs.js";

const sizes: readonly (readonly [m: number, k: number, n: number])[] = [
  [64, 64, 64],
  [128, 128, 128],
  [256, 256, 256],
  [512, 512, 512],
  [32, 784, 128],
  [1, 512, 512],
  [512, 512, 1],
];

async function variant(m: number, k: number, n: number): Promise<Variant> {
  const [left, right] = [numbers(m * k, 1), numbers(k * n, 2)];
  const [a, b, c] = [viewOf([m, k], left), viewOf([k, n], right), viewOf([m, n])];
  return {
    label: `${m} × ${k} × ${n}`,
    amount: 2 * m * k * n,
    unit: "FLOP",
    tolerance: 1e-5,
    peers: [
      { name: "lucid cpu", run: () => cpu.matmul(a, b, c), result: () => c.buffer.values },
      await peerOf({ name: "tfjs cpu" }, tfjsOnCpu, (tf) => {
        const [a, b] = [tf.tensor2d(left, [m, k]), tf.tensor2d(right, [k, n])];
        let product: ArrayLike<number> = [];
        return {
          run: () => {
            const result = tf.matMul(a, b);
            product = result.dataSync();
            result.dispose();
          },
          result: () => product,
          close: () => tf.dispose([a, b]),
        };
      }),
    ],
  };
}

export const cpuProducts: BenchmarkCase = {
  name: "cpu-matmul",
  about: "float32 matrix products in plain JavaScript",
  async *variants() {
    for (const [m, k, n] of sizes) yield await variant(m, k, n);
  },
};
