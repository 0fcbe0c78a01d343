/**
 * The subject files whose functions become methods: all that they export (types aside) are functions with a tensor as
 * first parameter. A new subject file takes one line here; a new operation in one of them takes none.
 *
 * @module
 */

export * from "./create/conversion.js";
export * from "./create/like.js";
export * from "./elementwise/angles.js";
export * from "./elementwise/arithmetic.js";
export * from "./elementwise/bounds.js";
export * from "./elementwise/closeness.js";
export * from "./elementwise/combined.js";
export * from "./elementwise/comparison.js";
export * from "./elementwise/division.js";
export * from "./elementwise/exponential.js";
export * from "./elementwise/integers.js";
export * from "./elementwise/logarithms.js";
export * from "./elementwise/logic.js";
export * from "./elementwise/powers.js";
export * from "./elementwise/replacing.js";
export * from "./elementwise/rounding.js";
export * from "./elementwise/signs.js";
export { erf, erfc, relu, sigmoid } from "./elementwise/special.js";
export * from "./elementwise/trigonometry.js";
export * from "./indexing/index.js";
export * from "./linalg/linear.js";
export * from "./linalg/matmul.js";
export {
  type CdistOptions,
  cdist,
  type DistOptions,
  dist,
  type NormOptions,
  type NormOrder,
  norm,
  renorm,
} from "./linalg/norms.js";
export * from "./linalg/sums-of-products.js";
export * from "./linalg/tensor-products.js";
export * from "./random/multinomial.js";
export * from "./random/sampling.js";
export * from "./reduce/extremes.js";
export * from "./reduce/logsumexp.js";
export { mean } from "./reduce/mean.js";
export * from "./reduce/nan-reductions.js";
export * from "./reduce/pairs.js";
export * from "./reduce/reductions.js";
export * from "./reduce/softmax.js";
export * from "./reduce/sum-to-size.js";
export * from "./reduce/variance.js";
export * from "./shape/index.js";
export { i0 } from "./special/bessel.js";
export { erfinv, type Logit, type LogitOptions, logit } from "./special/errors.js";
export { digamma, lgamma, mvlgamma } from "./special/gamma.js";
export * from "./sort/cumulative.js";
export * from "./sort/running.js";
export * from "./sort/sorting.js";
export * from "./statistics/covariance.js";
export * from "./statistics/differences.js";
export * from "./statistics/gradients.js";
export * from "./statistics/histograms.js";
export * from "./statistics/medians.js";
export * from "./statistics/quantiles.js";
