/**
 * `@lucid/nn`: modules, layers, losses and initializers. Importing it switches automatic differentiation on.
 *
 * A file of layers or losses exports its classes and their options, and nothing else: a class that is added to one of
 * them needs no line here.
 *
 * @packageDocumentation
 */
import "@lucid/autograd/install";

export * from "./containers/module-dict.js";
export * from "./containers/module-list.js";
export * from "./containers/parameter-dict.js";
export * from "./containers/parameter-list.js";
export * from "./containers/sequential.js";
export * as functional from "./functional/index.js";
export type { LossOptions, Reduction } from "./functional/internal/reduction.js";
export * as init from "./init/index.js";
export * from "./layers/activation/adaptive-log-softmax.js";
export * from "./layers/activation/elementwise.js";
export * from "./layers/activation/gate.js";
export * from "./layers/activation/prelu.js";
export * from "./layers/activation/rectifier.js";
export * from "./layers/activation/smooth.js";
export * from "./layers/activation/softmax.js";
export * from "./layers/convolution/convolution.js";
export * from "./layers/convolution/transposed.js";
export {
  MultiheadAttention,
  type MultiheadAttentionCallOptions,
  type MultiheadAttentionOptions,
} from "./layers/attention/multihead.js";
export * from "./layers/attention/transformer-layers.js";
export * from "./layers/distance/distance.js";
export * from "./layers/dropout/dropout.js";
export * from "./layers/embedding/embedding.js";
export * from "./layers/linear/bilinear.js";
export * from "./layers/linear/linear.js";
export * from "./layers/normalization/batch-norm.js";
export * from "./layers/normalization/group-norm.js";
export * from "./layers/normalization/instance-norm.js";
export * from "./layers/normalization/layer-norm.js";
export * from "./layers/normalization/local-response-norm.js";
export type { ChannelNormOptions } from "./layers/normalization/over-channels.js";
export * from "./layers/normalization/rms-norm.js";
export * from "./layers/padding/padding.js";
export * from "./layers/recurrent/cells.js";
export type { RecurrentOptions, Sequences } from "./layers/recurrent/recurrent.js";
export * from "./layers/recurrent/rnn.js";
export * from "./layers/pooling/adaptive.js";
export * from "./layers/pooling/average.js";
export * from "./layers/pooling/fractional.js";
export * from "./layers/pooling/max.js";
export * from "./layers/pooling/power.js";
export * from "./layers/pooling/unpool.js";
export * from "./layers/resampling/upsample.js";
export * from "./layers/shape/flatten.js";
export * from "./layers/shape/folding.js";
export * from "./layers/shape/shuffling.js";
export * from "./losses/binary.js";
export * from "./losses/classification.js";
export * from "./losses/ctc.js";
export * from "./losses/likelihood.js";
export * from "./losses/margin.js";
export * from "./losses/regression.js";
export * from "./losses/similarity.js";
export type { BackwardHook, ForwardHook, ForwardPreHook, ModuleGradients } from "./module/hook-types.js";
export { type AnyModule, Module } from "./module/module.js";
export type { MoveTarget } from "./module/move.js";
export { Buffer, type BufferOptions, Parameter } from "./module/parameter.js";
export type { LoadOptions, LoadResult, StateDict } from "./module/state.js";
export type { Named, StateNames } from "./module/walk.js";
export * as utils from "./utils/index.js";
