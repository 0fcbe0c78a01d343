/** ONNX Runtime's web package with its WebAssembly provider, on one thread. */
import type { InferenceSession, TensorConstructor } from "onnxruntime-web";
import { loading } from "./load.js";
import { notePackage } from "./versions.js";

export interface OnnxRuntime {
  readonly Tensor: TensorConstructor;
  createSession(model: Uint8Array): Promise<InferenceSession>;
}

export const onnxruntime = loading(async (): Promise<OnnxRuntime> => {
  const { env, InferenceSession, Tensor } = await import("onnxruntime-web");
  env.wasm.numThreads = 1;
  notePackage("onnxruntime-web", "onnxruntime-web");
  return {
    Tensor,
    createSession: async (model) => {
      const session = await InferenceSession.create(model, { executionProviders: ["wasm"] });
      // ONNX Runtime makes Node's `Worker` global, which would make other libraries take Node for a browser.
      Reflect.deleteProperty(globalThis, "Worker");
      return session;
    },
  };
});
