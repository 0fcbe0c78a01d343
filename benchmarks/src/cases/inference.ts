/** Inference of a perceptron 784-256-10: Linear, ReLU, Linear. */
import { noGrad } from "@lucid/autograd";
import type { Backend } from "@lucid/backend";
import type { Tensor } from "@lucid/tensor";
import { type BenchmarkCase, onThreads, type Peer, type Variant } from "../harness/benchmark.js";
import { onnxModel } from "../inference/onnx-model.js";
import { type Jax, type JaxArray, jax } from "../peers/jax.js";
import { peerOf } from "../peers/load.js";
import { plainJavaScript, wasm } from "../peers/lucid.js";
import { type OnnxRuntime, onnxruntime } from "../peers/onnxruntime.js";
import { pytorch } from "../peers/pytorch.js";
import { type Tfjs, tfjs } from "../peers/tfjs.js";
import { memoryOf, tensorOn } from "../tensors.js";
import { perceptron, type Task, taskOf } from "../training/task.js";

type Runs = Omit<Peer, "name">;

function lucidInference(backend: Backend, { hidden, batch, x }: Task): Runs {
  const model = perceptron(backend, hidden);
  const input = tensorOn(backend, x, [batch, 784]);
  const predict = (): Tensor => model(input) as Tensor;
  let output: Tensor | undefined;
  return {
    run: () => {
      output?.dispose();
      output = noGrad(predict);
    },
    result: () => output?.dataSync() ?? [],
    memory: memoryOf(backend),
  };
}

function tfjsInference(tf: Tfjs, { hidden, batch, x, weights: [w1, b1, w2, b2] }: Task): Runs {
  const input = tf.tensor2d(x, [batch, 784]);
  const first = { weight: tf.tensor2d(w1, [784, hidden]), bias: tf.tensor1d(b1) };
  const second = { weight: tf.tensor2d(w2, [hidden, 10]), bias: tf.tensor1d(b2) };
  const { matMul } = tf.fused;
  const predict = () =>
    tf.tidy(() => {
      const active = matMul({ a: input, b: first.weight, bias: first.bias, activation: "relu" });
      return matMul({ a: active, b: second.weight, bias: second.bias });
    });
  let output = predict();
  return {
    run: () => {
      output.dispose();
      output = predict();
    },
    result: () => output.dataSync(),
    close: () => tf.dispose([input, output, ...Object.values(first), ...Object.values(second)]),
  };
}

async function onnxInference({ Tensor, createSession }: OnnxRuntime, { batch, x, parameters }: Task): Promise<Runs> {
  const session = await createSession(onnxModel(batch, 784, 10, parameters));
  const input = { x: new Tensor("float32", x, [batch, 784]) };
  let output = await session.run(input);
  return {
    run: async () => {
      output = await session.run(input);
    },
    result: () => output.y.data as Float32Array,
    close: () => session.release(),
  };
}

function jaxInference({ numpy: np, nn, jit }: Jax, { hidden, batch, x, weights }: Task): Runs {
  const predict = jit((x: JaxArray, w1: JaxArray, b1: JaxArray, w2: JaxArray, b2: JaxArray) =>
    np.matmul(nn.relu(np.matmul(x, w1).add(b1)), w2).add(b2),
  );
  const shapes = [[784, hidden], [hidden], [hidden, 10], [10]];
  const input = np.array(x).reshape([batch, 784]);
  const [w1, b1, w2, b2] = weights.map((values, i) => np.array(values).reshape(shapes[i]));
  const run = () => predict(input.ref, w1.ref, b1.ref, w2.ref, b2.ref);
  let output = run();
  return {
    run: async () => {
      output.dispose();
      output = run();
      await output.blockUntilReady();
    },
    result: () => output.ref.dataSync(),
  };
}

async function variant(batch: number): Promise<Variant> {
  const task = taskOf(256, batch);
  const { hidden, x, parameters } = task;
  const inputs = [{ values: x, shape: [batch, 784] }, ...parameters];
  return {
    label: task.label,
    amount: 2 * batch * (784 * hidden + hidden * 10),
    unit: "FLOP",
    tolerance: 1e-5,
    peers: [
      await peerOf({ name: "lucid" }, wasm(1), (backend) => lucidInference(backend, task)),
      await peerOf({ name: "lucid", ...onThreads(2) }, wasm(2), (backend) => lucidInference(backend, task)),
      await peerOf({ name: "lucid cpu" }, plainJavaScript, (cpu) => lucidInference(cpu, task)),
      await peerOf({ name: "onnxruntime-web" }, onnxruntime, (runtime) => onnxInference(runtime, task)),
      await peerOf({ name: "jax-js" }, jax, (library) => jaxInference(library, task)),
      await peerOf({ name: "tfjs" }, tfjs, (tf) => tfjsInference(tf, task)),
      await peerOf({ name: "PyTorch" }, pytorch(1), (make) => make("inference", inputs)),
      await peerOf({ name: "PyTorch", ...onThreads(2) }, pytorch(2), (make) => make("inference", inputs)),
    ],
  };
}

export const inference: BenchmarkCase = {
  name: "inference",
  about: "inference of a perceptron (Linear, ReLU, Linear), lucid eager",
  async *variants() {
    yield await variant(1);
    yield await variant(128);
  },
};
