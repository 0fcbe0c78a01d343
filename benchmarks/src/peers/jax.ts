/** jax-js on WebAssembly. It uses one thread, because its workers need a global `Worker`, which Node does not have. */
import type { Array as JaxArray } from "@jax-js/jax";
import { loading } from "./load.js";
import { notePackage } from "./versions.js";

export type { JaxArray };
export type Jax = typeof import("@jax-js/jax");

export const jax = loading(async (): Promise<Jax> => {
  const library = await import("@jax-js/jax");
  const available = await library.init("wasm");
  if (!available.includes("wasm")) throw new Error("its wasm backend did not start");
  library.defaultDevice("wasm");
  notePackage("jax-js", "@jax-js/jax");
  return library;
});
