/** TensorFlow.js with its WebAssembly backend, on one thread. */
import { createRequire } from "node:module";
import type { Tensor as TfTensor } from "@tensorflow/tfjs-core";
import { loading } from "./load.js";

export type { TfTensor };
export type Tfjs = typeof import("@tensorflow/tfjs-core");

export const tfjs = loading(async (): Promise<Tfjs> => {
  const tf = await import("@tensorflow/tfjs-core");
  const { setThreadsCount } = await import("@tensorflow/tfjs-backend-wasm");
  // The core package's bundle leaves the gradients out; they register themselves globally.
  createRequire(import.meta.url)("@tensorflow/tfjs-core/dist/register_all_gradients.js");
  setThreadsCount(1);
  if (!(await tf.setBackend("wasm"))) throw new Error("its wasm backend did not start");
  return tf;
});
