/**
 * `@lucid/backend`: the contract between the framework and the backends. A package with a backend depends on this
 * package alone.
 *
 * @packageDocumentation
 */
import { registerCopy } from "./copies.js";
import { version } from "./version.js";

registerCopy("@lucid/backend", version);

export type {
  Backend,
  BackendMemory,
  Capabilities,
  Epilogue,
  Limits,
  MapCall,
  Precision,
  ReduceCall,
  ReduceOp,
  ScanOp,
  ScatterMode,
} from "./backend.js";
export { registerCopy } from "./copies.js";
export { describeValue } from "./describe.js";
export {
  type ComputeType,
  computeTypes,
  convertValue,
  decodeElements,
  type DType,
  type DTypeInfo,
  type DTypeKind,
  dtypeNames,
  dtypes,
  heldTypes,
  isDType,
  isStorageType,
  type StorageType,
  type TypedArray,
} from "./dtype.js";
export {
  ArgumentError,
  AutogradError,
  BackendError,
  DeviceLostError,
  DisposedError,
  DTypeError,
  type ErrorParts,
  FormatError,
  formatShape,
  IndexOutOfRangeError,
  LucidError,
  OutOfMemoryError,
  ShapeError,
  StateError,
} from "./errors.js";
export { cast, constant, ge, gt, index, input, ne, op, random, scalar, unrounded } from "./expr/build.js";
export { withDerivative } from "./expr/derivative.js";
export { listOf } from "./expr/list.js";
export {
  type CastExpr,
  type ConstantExpr,
  type Expr,
  type IndexExpr,
  type InputExpr,
  inOrder,
  isExpr,
  type OperationExpr,
  operandsOf,
  type Partials,
  partsOf,
  type RandomExpr,
  type ScalarExpr,
  type StatedDerivative,
} from "./expr/node.js";
export { type Evaluation, type ScalarOp, type ScalarOperation, scalarOperations } from "./expr/operations.js";
export { printExpr } from "./expr/print.js";
export { rowMajorIndex, type Substitution, substitute, substituteAll } from "./expr/substitute.js";
export { type BackendMembers, derivesFrom, type ExtendOptions, extendBackend, rootOf } from "./extend.js";
export * from "./fused/index.js";
export { namesOf } from "./instances.js";
export { type Computing, withinLimits } from "./limits/index.js";
export { checkOptions, closestName, type OptionNames } from "./options.js";
export type { Deferred, Outcome } from "./outcome.js";
export { philox } from "./philox.js";
export {
  contiguousStrides,
  type DeviceBuffer,
  equalShapes,
  extentOf,
  isContiguous,
  mayOverlap,
  overlapsItself,
  positionsOf,
  sameView,
  sizeOf,
  type View,
} from "./view.js";
