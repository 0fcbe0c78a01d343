/** numpy-ts, whose kernels are WebAssembly, on one thread. */
import { loading } from "./load.js";
import { notePackage } from "./versions.js";

export type Numpy = typeof import("numpy-ts");

export const numpy = loading((): Promise<Numpy> => {
  notePackage("numpy-ts", "numpy-ts");
  return import("numpy-ts");
});
