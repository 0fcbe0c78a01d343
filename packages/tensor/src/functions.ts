/**
 * `@lucid/tensor/functions`: everything of `@lucid/tensor` but the methods, so that a bundler drops the operations that
 * a program does not call.
 *
 * @packageDocumentation
 */
import { registerCopy } from "@lucid/backend";
import { version } from "./version.js";

registerCopy("@lucid/tensor", version);

export type { BackwardOptions, GradientHook, RemoveHook } from "./dispatch/recorder.js";
export { type Elementwise, type ElementwiseOptions, elementwise, type Operand } from "./elementwise/elementwise.js";
export { Formula, type FormulaOperand } from "./elementwise/formula.js";
export { type BackendUsage, type MemoryUsage, memory } from "./memory/accounting.js";
export { scope } from "./memory/ownership.js";
export {
  empty,
  emptyLike,
  full,
  fullLike,
  ones,
  onesLike,
  tensor,
  zeros,
  zerosLike,
} from "./operations/create/creation.js";
export { arange, eye, type LogspaceOptions, linspace, logspace } from "./operations/create/sequences.js";
export { type TriangleIndicesOptions, trilIndices, triuIndices } from "./operations/create/triangles.js";
export { where } from "./operations/elementwise/where.js";
export * from "./operations/index.js";
export { type Index, type IndexList, type Slice, slice } from "./operations/indexing/slice.js";
export type { DimOptions } from "./operations/internal/arguments.js";
export type { Dims } from "./operations/internal/dims.js";
export type {
  ReductionFunction,
  ReductionOptions,
  SingleReductionFunction,
  SingleReductionOptions,
  TypedReductionFunction,
  TypedReductionOptions,
} from "./operations/internal/reduce-steps.js";
export type { Integers, SizesAndOptions } from "./operations/internal/shapes.js";
export { einsum } from "./operations/linalg/einsum.js";
export * from "./operations/random/random.js";
export { getRandomState, manualSeed, type RandomState, setRandomState } from "./operations/random/state.js";
export * from "./operations/shape/grids.js";
export { cat, stack } from "./operations/shape/joining.js";
export {
  type AtLeast,
  atleast1d,
  atleast2d,
  atleast3d,
  columnStack,
  dstack,
  hstack,
  vstack,
} from "./operations/shape/stacking.js";
export { polygamma } from "./operations/special/gamma.js";
export { getDefaultBackend, setDefaultBackend } from "./tensor/backend.js";
export type { HostData, NestedArray, TensorData } from "./tensor/data.js";
export type { TensorOptions } from "./tensor/options.js";
export { promoteTypes } from "./tensor/promotion.js";
export type { ArrayData } from "./tensor/reading.js";
export { Tensor } from "./tensor/tensor.js";
export { version } from "./version.js";
