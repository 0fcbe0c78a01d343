/**
 * Layers and losses as functions, without state. (torch.nn.functional)
 *
 * @module
 */
export { linear, logSoftmax, relu, sigmoid, softmax, tanh } from "@lucid/tensor/core";
export { type GELUApproximation, type GELUOptions, gelu } from "./activations.js";
export { type CrossEntropyOptions, crossEntropy, type NLLLossOptions, nllLoss } from "./cross-entropy.js";
export { dropout } from "./dropout.js";
export { type LayerNormOptions, layerNorm } from "./normalization.js";
export type { LossOptions, Reduction } from "./reduction.js";
export {
  type HuberLossOptions,
  huberLoss,
  l1Loss,
  mseLoss,
  type SmoothL1LossOptions,
  smoothL1Loss,
} from "./regression.js";
