/**
 * TensorFlow.js on one thread, with its backends in WebAssembly and in plain JavaScript. Only one of them can be
 * active.
 */
import { createRequire } from "node:module";
import type { Tensor as TfTensor } from "@tensorflow/tfjs-core";
import { loading } from "./load.js";
import { notePackage } from "./versions.js";

export type { TfTensor };
export type Tfjs = typeof import("@tensorflow/tfjs-core");

/** TensorFlow.js on WebAssembly. */
export const tfjs = loading(async (): Promise<Tfjs> => {
  const { setThreadsCount } = await import("@tensorflow/tfjs-backend-wasm");
  setThreadsCount(1);
  const tf = await onBackend("wasm");
  // The bundle of the core package lacks the gradients. This module registers them globally.
  createRequire(import.meta.url)("@tensorflow/tfjs-core/dist/register_all_gradients.js");
  return tf;
});

/** TensorFlow.js in plain JavaScript. It stays active afterwards, so cases that use it have to come last. */
export const tfjsOnCpu = loading(async (): Promise<Tfjs> => {
  await import("@tensorflow/tfjs-backend-cpu");
  return onBackend("cpu");
});

async function onBackend(name: string): Promise<Tfjs> {
  const tf = await import("@tensorflow/tfjs-core");
  if (!(await tf.setBackend(name))) throw new Error(`its ${name} backend did not start`);
  notePackage("tfjs", "@tensorflow/tfjs-core");
  return tf;
}
