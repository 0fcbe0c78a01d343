/**
 * `@lucid/tensor/special`: the functions of `torch.special`. Those that PyTorch has in `torch` too are also exported by
 * `@lucid/tensor`, some under another name.
 *
 * @packageDocumentation
 */
export { erf, erfc, sigmoid as expit } from "./operations/elementwise/special.js";
export { sinc } from "./operations/elementwise/angles.js";
export { exp2, expm1, log1p } from "./operations/elementwise/exponential.js";
export { xlogy } from "./operations/elementwise/logarithms.js";
export { round } from "./operations/elementwise/rounding.js";
export { logsumexp } from "./operations/reduce/logsumexp.js";
export { logSoftmax, softmax } from "./operations/reduce/softmax.js";
export * from "./operations/special/bessel.js";
export * from "./operations/special/chebyshev.js";
export * from "./operations/special/errors.js";
export {
  digamma,
  digamma as psi,
  lgamma as gammaln,
  mvlgamma as multigammaln,
  polygamma,
  zeta,
} from "./operations/special/gamma.js";
export { xlog1py } from "./operations/special/logarithms.js";
