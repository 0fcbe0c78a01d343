/**
 * The logarithm of softmax along one axis, and its gradient.
 *
 * @module
 */
import { assertAxis, assertFloating, assertType } from "./checks.js";
import type { FusedOperation } from "./operation.js";
import type { SoftmaxAttributes } from "./softmax.js";

/** The logarithm of softmax. It computes `y = x − max x − ln Σ exp(x − max x)` along the axis. */
export const logSoftmaxOperation: FusedOperation<SoftmaxAttributes> = {
  name: "logSoftmax",
  inputs: ["x"],
  infer([x], { axis }) {
    assertFloating("logSoftmax", "x", x!);
    assertAxis("logSoftmax", axis, x!.shape.length);
    return [{ shape: x!.shape, dtype: x!.dtype }];
  },
};

/** The gradient of x, from y and its gradient g. It is `g − exp(y) · Σ g` along the axis. */
export const logSoftmaxBackwardOperation: FusedOperation<SoftmaxAttributes> = {
  name: "logSoftmaxBackward",
  inputs: ["gradient", "y"],
  infer([gradient, y], { axis }) {
    assertFloating("logSoftmaxBackward", "y", y!);
    assertAxis("logSoftmaxBackward", axis, y!.shape.length);
    assertType("logSoftmaxBackward", "gradient", gradient!, y!);
    return [{ shape: y!.shape, dtype: y!.dtype }];
  },
};
