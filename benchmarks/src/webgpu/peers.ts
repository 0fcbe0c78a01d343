/** The libraries on WebGPU, in a page. */
import * as jaxLibrary from "@jax-js/jax";
import { createWebGpuBackend, type WebGpuBackend } from "@lucid/backend-webgpu";
import "@tensorflow/tfjs-core/dist/register_all_gradients.js";
import type { WebGPUBackend as TfjsBackend } from "@tensorflow/tfjs-backend-webgpu";
import "@tensorflow/tfjs-backend-webgpu";
import * as tf from "@tensorflow/tfjs-core";
import type { Jax } from "../peers/jax.js";
import { loading } from "../peers/load.js";
import type { Tfjs } from "../peers/tfjs.js";

export const lucid = loading((): Promise<WebGpuBackend> => createWebGpuBackend());

export const jax = loading(async (): Promise<Jax> => {
  const available = await jaxLibrary.init("webgpu");
  if (!available.includes("webgpu")) throw new Error("its WebGPU backend did not start");
  jaxLibrary.defaultDevice("webgpu");
  return jaxLibrary;
});

export const tfjs = loading(async (): Promise<Tfjs> => {
  if (!(await tf.setBackend("webgpu"))) throw new Error("its WebGPU backend did not start");
  await tf.ready();
  return tf;
});

/** Waits until the device of jax-js has done everything. */
export async function jaxIsDone(): Promise<void> {
  await jaxLibrary.getWebGPUDevice().queue.onSubmittedWorkDone();
}

/** Waits until the device of TensorFlow.js has done everything. */
export async function tfjsIsDone(): Promise<void> {
  const backend = tf.backend() as TfjsBackend;
  backend.ensureCommandEncoderReady();
  backend.endComputePassEncoder();
  backend.submitQueue();
  await backend.queue.onSubmittedWorkDone();
}
