/** jax-js on WebAssembly: one thread, as its workers need a global `Worker`, which Node lacks. */
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

/** The mean Huber loss of residuals, for δ = 1: c·(|r| − c/2) with c = min(|r|, 1). An array serves once, but for `.ref`. */
export function huberOf({ numpy: np }: Jax, residuals: JaxArray): JaxArray {
  const size = np.abs(residuals);
  const clipped = np.minimum(size.ref, 1);
  return np.mean(clipped.ref.mul(size.sub(clipped.mul(0.5))));
}
