/**
 * Softmax along one axis, and its gradient.
 *
 * @module
 */
import { assertAxis, assertFloating, assertType } from "./checks.js";
import type { FusedOperation } from "./operation.js";

/** The attributes of the softmax operations: the axis along which the results add up to 1. */
export type SoftmaxAttributes = { readonly axis: number };

/** Softmax. It computes `y = exp(x − max x) / Σ exp(x − max x)` along the axis. */
export const softmaxOperation: FusedOperation<SoftmaxAttributes> = {
  name: "softmax",
  inputs: ["x"],
  infer([x], { axis }) {
    assertFloating("softmax", "x", x!);
    assertAxis("softmax", axis, x!.shape.length);
    return [{ shape: x!.shape, dtype: x!.dtype }];
  },
};

/** The gradient of x, from y and its gradient g. It is `(g − Σ g·y) · y` along the axis. */
export const softmaxBackwardOperation: FusedOperation<SoftmaxAttributes> = {
  name: "softmaxBackward",
  inputs: ["gradient", "y"],
  infer([gradient, y], { axis }) {
    assertFloating("softmaxBackward", "y", y!);
    assertAxis("softmaxBackward", axis, y!.shape.length);
    assertType("softmaxBackward", "gradient", gradient!, y!);
    return [{ shape: y!.shape, dtype: y!.dtype }];
  },
};
