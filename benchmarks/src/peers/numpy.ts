/** numpy-ts, whose kernels are WebAssembly, on one thread. */
import { loading } from "./load.js";

export const numpy = loading(() => import("numpy-ts"));
