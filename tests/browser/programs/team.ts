/** The threads of a wasm backend: how they are asked for, and whether they take part. */
import { type Backend, input, op } from "@lucid/backend";
import type { WasmOptions } from "@lucid/backend-wasm";
import { LINE, places } from "../../../packages/backend-wasm/src/threads/layout.js";

/** Reads the options of the backend from the page's address. */
export function optionsFrom(parameters: URLSearchParams): WasmOptions {
  const number = (name: string): object => (parameters.has(name) ? { [name]: Number(parameters.get(name)) } : {});
  const workerUrl = parameters.get("workerUrl");
  return { ...number("threads"), ...number("shareFrom"), ...(workerUrl === null ? {} : { workerUrl }) };
}

/**
 * Returns the number of parts of operations that each worker has computed so far, read from the words through which the
 * threads meet. Empty if there is only one thread.
 */
export function sharesOf(backend: Backend): readonly number[] {
  const { threads = 1 } = backend.capabilities;
  const anything = backend.allocate("uint8", 1);
  const memory = backend.hostView?.(anything).buffer;
  backend.free(anything);
  if (threads === 1 || memory === undefined) return [];
  const words = new Int32Array(memory);
  const of = (worker: number): number => Atomics.load(words, (places.workers + worker * LINE + places.count) / 4);
  return Array.from({ length: threads - 1 }, (_, i) => of(i + 1));
}

/** Gives a backend work until each of its workers has computed something. Workers start while the page is idle. */
export async function warmUp(backend: Backend): Promise<void> {
  const length = 1 << 20;
  const buffer = backend.allocate("float32", length);
  const view = { buffer, dtype: "float32", shape: [length], strides: [1], offset: 0 } as const;
  backend.map({ exprs: [op("abs", input(0, "float32"))], inputs: [view], scalars: [], outputs: [view] });
  for (let wait = 0; wait < 200 && sharesOf(backend).includes(0); wait++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    for (let i = 0; i < 4; i++) {
      backend.map({ exprs: [op("cos", input(0, "float32"))], inputs: [view], scalars: [], outputs: [view] });
    }
  }
  backend.free(buffer);
}
