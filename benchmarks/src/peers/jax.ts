/** jax-js on WebAssembly: one thread, as its workers need a global `Worker`, which Node lacks. */
import type { Array as JaxArray } from "@jax-js/jax";
import { loading } from "./load.js";

export type { JaxArray };

export const jax = loading(async () => {
  const library = await import("@jax-js/jax");
  const available = await library.init("wasm");
  if (!available.includes("wasm")) throw new Error("its wasm backend did not start");
  library.defaultDevice("wasm");
  return library;
});
