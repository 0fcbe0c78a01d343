/**
 * `@lucid/nn`: modules, layers, losses and initialisers. Importing it switches automatic differentiation on.
 *
 * @packageDocumentation
 */
import "@lucid/autograd/install";

export { ModuleDict } from "./containers/module-dict.js";
export { ModuleList } from "./containers/module-list.js";
export { Sequential } from "./containers/sequential.js";
export type { GELUApproximation, GELUOptions } from "./functional/activations.js";
export type { CrossEntropyOptions } from "./functional/cross-entropy.js";
export * as functional from "./functional/index.js";
export type { LossOptions, Reduction, SettledReduction } from "./functional/reduction.js";
export type { HuberLossOptions, SmoothL1LossOptions } from "./functional/regression.js";
export * as init from "./init.js";
export { GELU, LogSoftmax, ReLU, Sigmoid, Softmax, Tanh } from "./layers/activations.js";
export { Dropout } from "./layers/dropout.js";
export { Flatten, Identity } from "./layers/identity.js";
export { LayerNorm, type LayerNormOptions } from "./layers/layer-norm.js";
export { Linear, type LinearOptions } from "./layers/linear.js";
export { CrossEntropyLoss } from "./losses/cross-entropy.js";
export { HuberLoss, L1Loss, MSELoss, SmoothL1Loss } from "./losses/regression.js";
export type { BackwardHook, ForwardHook, ForwardPreHook, Gradients } from "./module/hooks.js";
export { type AnyModule, Module } from "./module/module.js";
export type { MoveTarget } from "./module/move.js";
export { Buffer, type BufferOptions, Parameter } from "./module/parameter.js";
export type { LoadOptions, LoadResult, StateDict } from "./module/state.js";
export type { Named, StateNames } from "./module/walk.js";
