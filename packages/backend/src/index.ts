/**
 * `@lucid/backend`: the contract between the framework and whoever computes. A backend package depends on this alone.
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
  MapCall,
  ReduceCall,
  ReduceOp,
  ScanOp,
  ScatterMode,
} from "./backend.js";
export { registerCopy } from "./copies.js";
export {
  convertValue,
  type DType,
  type DTypeInfo,
  type DTypeKind,
  dtypeNames,
  dtypes,
  isDType,
  type TypedArray,
} from "./dtype.js";
export {
  ArgumentError,
  AutogradError,
  BackendError,
  DisposedError,
  DTypeError,
  type ErrorParts,
  formatShape,
  IndexOutOfRangeError,
  LucidError,
  OutOfMemoryError,
  ShapeError,
  StateError,
} from "./errors.js";
export { cast, constant, ge, gt, index, input, ne, op, random, scalar } from "./expr/build.js";
export {
  type CastExpr,
  type ConstantExpr,
  type Expr,
  type IndexExpr,
  type InputExpr,
  inOrder,
  type OperationExpr,
  operandsOf,
  type RandomExpr,
  type ScalarExpr,
} from "./expr/node.js";
export { type Evaluation, type ScalarOp, type ScalarOperation, scalarOperations } from "./expr/operations.js";
export { printExpr } from "./expr/print.js";
export { rowMajorIndex, type Substitution, substitute, substituteAll } from "./expr/substitute.js";
export { derivesFrom, type ExtendOptions, extendBackend, rootOf } from "./extend.js";
export type { Attribute, Attributes, FusedOperation, Kernel, KernelTable, TensorType } from "./fused.js";
export { type Lines, linesAlong, type Strided, shortestSteps } from "./lines.js";
export { collapse, type LoopNest, mergeLoops } from "./loops.js";
export type { Collector } from "./nursery/collector.js";
export { type GrowableMemory, memoryHeap, type NurseryHeap } from "./nursery/heap.js";
export { Nursery, type NurseryOptions, type NurseryStatistics } from "./nursery/nursery.js";
export type { NurserySlot } from "./nursery/slot.js";
export { philox } from "./philox.js";
export { createPlans, MOST_KERNELS, type Plans, remember } from "./plans.js";
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
