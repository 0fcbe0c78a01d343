/**
 * `@lucid/tensor/extend`: what authors of operations, autograd engines and transforms need. Programs that only use
 * tensors import `@lucid/tensor` instead.
 *
 * - Primitives and their `call…` functions, from which every operation is composed.
 * - Dispatch: `Transform`, `withTransform`, `belowTransforms`; `hostNumbers` and `hostAction` for what a recorded
 *   program does on the host in every run.
 * - Ownership: `owned`, `asUser`, `markEscaped`, which decide when storages are freed.
 * - Formulas: `op`, `literal`, `formulaOf`, `commonType`, with which element-wise operations are written.
 * - Fused operations: `FusedDefinition`, `callFused`.
 *
 * @packageDocumentation
 */
export * from "./dispatch/call.js";
export { hostAction, hostNumbers } from "./dispatch/host.js";
export {
  type GradientState,
  installedRecorder,
  installRecorder,
  type Recorder,
  requireRecorder,
} from "./dispatch/recorder.js";
export type { InputType, Rule, RuleContext, Saves } from "./dispatch/rule.js";
export { HostNumber, type HostWork, type Scalar } from "./dispatch/scalar.js";
export {
  type Each,
  type ElementwiseOperation,
  type ElementwiseWithDefaults,
  isElementwise,
  type Traced,
  type Unary,
} from "./elementwise/elementwise.js";
export { commonType, formulaOf, literal, op } from "./elementwise/formula.js";
export * from "./fused/attention.js";
export * from "./fused/convolution.js";
export * from "./fused/layer-norm.js";
export * from "./fused/pooling.js";
export { type FusedReduceOptions, fusedReduce } from "./fused/reduce.js";
export * from "./fused/softmax.js";
export { type Elements, identityExpr, readElements, readElementsSync } from "./memory/elements.js";
export {
  adopt,
  assertFunction,
  asUser,
  markEscaped,
  owned,
  ownedAsync,
  refusePromise,
  undoOnThrow,
} from "./memory/ownership.js";
export { Storage } from "./memory/storage.js";
export { readArguments } from "./operations/internal/arguments.js";
export { reshaped, viewed } from "./operations/internal/views.js";
export { withRandomKey } from "./operations/random/state.js";
export * from "./primitives/fused.js";
export { type PrimitiveAttributes, type PrimitiveName, primitives } from "./primitives/index.js";
export * from "./primitives/indexing.js";
export { broadcastShapes as commonShape, broadcastView, reshapeStrides, withLayout } from "./primitives/layout.js";
export { callGenerate, callMap, callMapInto, type MapAttributes, map } from "./primitives/map.js";
export * from "./primitives/matmul.js";
export * from "./primitives/ordering.js";
export * from "./primitives/reduce.js";
export { callTransfer, type TransferAttributes, transfer } from "./primitives/transfer.js";
export { listViewSteps, type ViewName, type ViewStep, type ViewSteps } from "./primitives/view-steps.js";
export * from "./primitives/views.js";
export * from "./primitives/writing.js";
export { offerDefaultBackend } from "./tensor/backend.js";
export { assertComputed, whenComputed } from "./tensor/computed.js";
export { allocate, fromElements, isFloating, replacePlacement, type ViewOrigin } from "./tensor/tensor.js";
