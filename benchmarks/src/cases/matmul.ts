/** float32 matrix products: backend-cpu against TensorFlow.js's backend in plain JavaScript. */
import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import { cpu, numbers, viewOf } from "../cpu.js";
import type { BenchmarkCase, Variant } from "../harness.js";

const sizes: readonly (readonly [m: number, k: number, n: number])[] = [
  [64, 64, 64],
  [128, 128, 128],
  [256, 256, 256],
  [512, 512, 512],
  [32, 784, 128],
  [1, 512, 512],
  [512, 512, 1],
];

function variant(m: number, k: number, n: number): Variant {
  const [left, right] = [numbers(m * k, 1), numbers(k * n, 2)];
  const [a, b, c] = [viewOf([m, k], left), viewOf([k, n], right), viewOf([m, n])];
  const [tfA, tfB] = [tf.tensor2d(left, [m, k]), tf.tensor2d(right, [k, n])];
  let product: ArrayLike<number> = [];
  return {
    label: `${m} × ${k} × ${n}`,
    amount: 2 * m * k * n,
    unit: "FLOP",
    tolerance: 1e-5,
    peers: [
      { name: "lucid cpu", run: () => cpu.matmul(a, b, c), result: () => c.buffer.values },
      {
        name: "tfjs cpu",
        run: () => {
          const result = tf.matMul(tfA, tfB);
          product = result.dataSync();
          result.dispose();
        },
        result: () => product,
      },
    ],
  };
}

export const matmul: BenchmarkCase = {
  name: "cpu-matmul",
  about: "float32 matrix products in plain JavaScript, one thread",
  async variants() {
    await tf.setBackend("cpu");
    return sizes.map(([m, k, n]) => variant(m, k, n));
  },
};
