/** numpy-ts on one thread. Its kernels are WebAssembly. */
import { loading } from "./load.js";
import { notePackage } from "./versions.js";

export type Numpy = typeof import("numpy-ts");

export const numpy = loading((): Promise<Numpy> => {
  notePackage("numpy-ts", "numpy-ts");
  return import("numpy-ts");
});
