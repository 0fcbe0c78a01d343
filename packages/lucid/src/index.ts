/**
 * `@lucid/lucid`: everything, with a backend made on first use.
 *
 * @packageDocumentation
 */
import { offerDefaultBackend } from "@lucid/tensor/extend";
import { createDefaultBackend } from "./default-backend.js";

offerDefaultBackend(createDefaultBackend);

export * from "@lucid/autograd";
export {
  ArgumentError,
  AutogradError,
  BackendError,
  DeviceLostError,
  DisposedError,
  DTypeError,
  FormatError,
  IndexOutOfRangeError,
  LucidError,
  OutOfMemoryError,
  ShapeError,
  StateError,
} from "@lucid/backend";
export { createCpuBackend } from "@lucid/backend-cpu";
export { createWasmBackend } from "@lucid/backend-wasm";
export * as nn from "@lucid/nn";
export * as optim from "@lucid/optim";
export * from "@lucid/tensor";
export { type BestBackend, useBestBackend } from "./best-backend.js";
