/**
 * Fused operations: their types, and the operations that core and backends share. An operation that is added to one of
 * these files needs no line here.
 *
 * @module
 */
export * from "./attention.js";
export * from "./convolution.js";
export * from "./kernel.js";
export * from "./layer-norm.js";
export * from "./log-softmax.js";
export type { Attribute, Attributes, FusedOperation, InputTypes, TensorType } from "./operation.js";
export * from "./pooling.js";
export * from "./softmax.js";
export { type Windows, windowsOf } from "./windows.js";
