/**
 * `@lucid/tensor/core`: everything but the methods, so that a bundler drops the operations that a program does not call.
 *
 * @packageDocumentation
 */
import { registerCopy } from "@lucid/backend";
import { version } from "./version.js";

registerCopy("@lucid/tensor", version);

export * from "./dispatch/call.js";
export * from "./dispatch/recorder.js";
export {
  type Each,
  type Elementwise,
  type ElementwiseOperation,
  type ElementwiseOptions,
  elementwise,
  isElementwise,
  type Operand,
  type Traced,
} from "./elementwise/elementwise.js";
export { apply, commonType, Formula, type FormulaOperand, formulaOf, literal } from "./elementwise/formula.js";
export { type BackendUsage, type MemoryUsage, memory } from "./memory/accounting.js";
export { assertFunction, asUser, markEscaped, owned, refusePromise, scope } from "./memory/ownership.js";
export { Storage } from "./memory/storage.js";
export type { Axes, Numbers } from "./operations/checks.js";
export {
  arange,
  empty,
  emptyLike,
  eye,
  full,
  fullLike,
  linspace,
  ones,
  onesLike,
  tensor,
  zeros,
  zerosLike,
} from "./operations/creation.js";
export { type LayerNormAttributes, layerNormOperation } from "./operations/fused-layer-norm.js";
export { type FusedReduceOptions, fusedReduce } from "./operations/fused-reduce.js";
export { logSoftmaxOperation, type SoftmaxAttributes, softmaxOperation } from "./operations/fused-softmax.js";
export { cat, stack } from "./operations/joining.js";
export * from "./operations/random.js";
export {
  getRandomState,
  manualSeed,
  nextRandomKey,
  type RandomState,
  setRandomState,
} from "./operations/random-state.js";
export type { Reduction } from "./operations/reduce-steps.js";
export { where } from "./operations/selection.js";
export { type Index, type IndexList, type Slice, slice } from "./operations/slice.js";
export * from "./operations/subjects.js";
export * from "./primitives/fused.js";
export * from "./primitives/indexing.js";
export { broadcastShapes, broadcastView, reshapeStrides, withLayout } from "./primitives/layout.js";
export { callGenerate, callMap, callMapInto, identityExpr, type MapAttributes, map } from "./primitives/map.js";
export * from "./primitives/matmul.js";
export * from "./primitives/ordering.js";
export * from "./primitives/reduce.js";
export { callTransfer, readElementsSync, transfer } from "./primitives/transfer.js";
export * from "./primitives/views.js";
export * from "./primitives/writing.js";
export { getDefaultBackend, offerDefaultBackend, setDefaultBackend } from "./tensor/backend.js";
export type { HostData, NestedArray, TensorData } from "./tensor/data.js";
export { promoteTypes } from "./tensor/promotion.js";
export type { ArrayData } from "./tensor/reading.js";
export {
  allocate,
  isFloating,
  type Placement,
  replacePlacement,
  Tensor,
  type TensorOptions,
  type ViewOrigin,
} from "./tensor/tensor.js";
export { version } from "./version.js";
