/** float32 matrix products, eager and on one thread: squares, and shapes with a thin side. */
import type { Backend } from "@lucid/backend";
import { matmul, type Tensor } from "@lucid/tensor";
import { numbers } from "../cpu.js";
import type { BenchmarkCase, Peer, Variant } from "../harness.js";
import { type JaxArray, jax } from "../peers/jax.js";
import { peerOf } from "../peers/load.js";
import { cpu, tensorOn, wasm } from "../peers/lucid.js";
import { numpy } from "../peers/numpy.js";
import { pytorch } from "../peers/pytorch.js";
import { tfjs } from "../peers/tfjs.js";

type Shape = readonly [m: number, k: number, n: number];

const squares = [16, 32, 64, 65, 128, 256, 512, 513, 1024, 2048].map((n): Shape => [n, n, n]);
const thin = [1, 3, 7, 10, 17].flatMap((t): readonly Shape[] => [
  [t, 512, 512],
  [512, t, 512],
  [512, 512, t],
]);
const shapes: readonly Shape[] = [...squares, ...thin, [128, 784, 10]];

/** Up to here, the cpu backend takes part. */
const cheap = 2 * 256 ** 3;

function lucid(name: string, backend: Backend, left: Float32Array, right: Float32Array, [m, k, n]: Shape): Peer {
  const [a, b] = [tensorOn(backend, left, [m, k]), tensorOn(backend, right, [k, n])];
  let product: Tensor | undefined;
  return {
    name,
    run: () => {
      product?.dispose();
      product = matmul(a, b);
    },
    result: () => product?.dataSync() ?? [],
    close: () => {
      for (const tensor of [a, b, product]) tensor?.dispose();
    },
  };
}

async function variant(shape: Shape): Promise<Variant> {
  const [m, k, n] = shape;
  const [left, right] = [numbers(m * k, 1), numbers(k * n, 2)];
  const amount = 2 * m * k * n;
  const own = [lucid("lucid wasm", wasm, left, right, shape)];
  if (amount <= cheap) own.push(lucid("lucid cpu", cpu, left, right, shape));
  return {
    label: `${m} × ${k} × ${n}`,
    amount,
    unit: "FLOP",
    tolerance: 1e-5,
    peers: [
      ...own,
      await peerOf("jax-js", jax, ({ numpy: np, jit }) => {
        const multiply = jit((a: JaxArray, b: JaxArray) => np.matmul(a, b));
        const [a, b] = [np.array(left).reshape([m, k]), np.array(right).reshape([k, n])];
        let product = multiply(a.ref, b.ref);
        return {
          run: async () => {
            product.dispose();
            product = multiply(a.ref, b.ref);
            await product.blockUntilReady();
          },
          result: () => product.ref.dataSync(),
          close: () => {
            for (const array of [a, b, product]) array.dispose();
          },
        };
      }),
      await peerOf("tfjs wasm", tfjs, (tf) => {
        const [a, b] = [tf.tensor2d(left, [m, k]), tf.tensor2d(right, [k, n])];
        let product = tf.matMul(a, b);
        return {
          run: () => {
            product.dispose();
            product = tf.matMul(a, b);
          },
          result: () => product.dataSync(),
          close: () => tf.dispose([a, b, product]),
        };
      }),
      await peerOf("numpy-ts", numpy, (np) => {
        const [a, b] = [np.array(left, "float32").reshape(m, k), np.array(right, "float32").reshape(k, n)];
        let product = np.matmul(a, b);
        return {
          run: () => {
            product.dispose();
            product = np.matmul(a, b);
          },
          result: () => product.data as Float32Array,
          close: () => {
            for (const array of [a, b, product]) array.dispose();
          },
        };
      }),
      await peerOf("PyTorch", pytorch, (make) =>
        make("matmul", [
          { values: left, shape: [m, k] },
          { values: right, shape: [k, n] },
        ]),
      ),
    ],
  };
}

export const matmulWasm: BenchmarkCase = {
  name: "matmul",
  about: "float32 matrix products, eager, one thread",
  async *variants() {
    for (const shape of shapes) yield await variant(shape);
  },
};
