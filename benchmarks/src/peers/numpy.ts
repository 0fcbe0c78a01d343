/** numpy-ts, whose kernels are WebAssembly, on one thread. */
import { loading } from "./load.js";

export type Numpy = typeof import("numpy-ts");

export const numpy = loading((): Promise<Numpy> => import("numpy-ts"));
