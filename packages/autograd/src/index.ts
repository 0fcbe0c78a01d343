/**
 * `@lucid/autograd`: reverse-mode differentiation for tensors. Importing it switches it on.
 *
 * @packageDocumentation
 */
import "./install.js";

export { detectAnomaly, setDetectAnomaly } from "./anomaly.js";
export { type CheckpointOptions, checkpoint } from "./checkpoint.js";
export { defineFunction, type FunctionContext, type FunctionDefinition } from "./custom-function.js";
export type { DerivativeOptions, FunctionOfTensors, Like, Tensors } from "./derivative/inputs.js";
export { hessian, hessianAsync, jacobian, jacobianAsync, type Matrices } from "./derivative/matrices.js";
export { hvp, hvpAsync, vhp, vhpAsync, vjp, vjpAsync } from "./derivative/products.js";
export { differentiate, type ExprGradient, type GradientSource } from "./differentiate.js";
export { type GradientOf, grad, type ScalarFunction, valueAndGrad } from "./functional.js";
export {
  type AsyncTensorFunction,
  type GradcheckOptions,
  gradcheck,
  gradcheckAsync,
  gradgradcheck,
  gradgradcheckAsync,
  type TensorFunction,
} from "./gradcheck.js";
export { peekGradient } from "./graph.js";
export { enableGrad, inferenceMode, isGradEnabled, noGrad } from "./modes.js";
export { savedTensorsHooks } from "./saved.js";
export { type GradOptions, gradAsync } from "./tensor-gradients.js";
