/**
 * Layers and losses as functions, without state. A family of functions has one file; what PyTorch has in `torch` itself
 * is an operation of `@lucid/tensor`.
 *
 * Source: torch.nn.functional.
 *
 * @module
 */
export { linear, logSoftmax, relu, sigmoid, softmax, tanh } from "@lucid/tensor/functions";
export * from "./activation/gate.js";
export * from "./activation/gelu.js";
export * from "./activation/random.js";
export * from "./activation/rectifier.js";
export * from "./activation/smooth.js";
export * from "./alpha-dropout.js";
export * from "./attention.js";
export * from "./batch-norm.js";
export * from "./bilinear.js";
export * from "./binary.js";
export * from "./channel-dropout.js";
export * from "./classification.js";
export * from "./convolution/convolution.js";
export * from "./convolution/transposed.js";
export * from "./ctc/loss.js";
export * from "./distance.js";
export * from "./dropout.js";
export * from "./embedding.js";
export * from "./folding.js";
export * from "./instance-norm.js";
export type { KLDivReduction, LossOptions, Reduction } from "./internal/reduction.js";
export * from "./interpolate/interpolate.js";
export * from "./likelihood.js";
export * from "./local-response-norm.js";
export * from "./margin.js";
export * from "./multi-margin.js";
export * from "./normalization.js";
export * from "./one-hot.js";
export * from "./padding.js";
export * from "./pdist.js";
export * from "./pooling/adaptive.js";
export * from "./pooling/average.js";
export { type FractionalMaxPoolOptions, fractionalMaxPool2d, fractionalMaxPool3d } from "./pooling/fractional.js";
export * from "./pooling/max.js";
export * from "./pooling/power.js";
export * from "./pooling/unpool.js";
export * from "./regression.js";
export * from "./rms-norm.js";
export * from "./shuffling.js";
export * from "./similarity.js";
