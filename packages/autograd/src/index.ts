/**
 * `@lucid/autograd`: reverse-mode differentiation for tensors. Importing it switches it on.
 *
 * @packageDocumentation
 */
import "./install.js";

export { differentiate, type ExprGradient, type GradientSource } from "./adjoint.js";
export { type Gradients, grad, type ScalarFunction, valueAndGrad } from "./functional.js";
export { type GradcheckOptions, gradcheck, gradgradcheck, type TensorFunction } from "./gradcheck.js";
export { peekGradient } from "./graph.js";
export { enableGrad, isGradEnabled, noGrad } from "./modes.js";
