/**
 * Convolution over any number of axes, and the gradients of its input and of its weight. The three are linear in each
 * of their inputs, and the derivatives of each are the other two.
 *
 * @module
 */
import { DTypeError, ShapeError } from "../errors.js";
import { assertType } from "./checks.js";
import type { FusedOperation, TensorType } from "./operation.js";
import { assertWindows, rankError, type Windows, windowsOf } from "./windows.js";

/** How the windows of a convolution lie in its input, and how its channels are connected. */
export type ConvolutionAttributes = Windows & {
  /** Into how many parts the channels are divided. Part i of the output depends on part i of the input alone. */
  readonly groups: number;
};

/** The attributes of {@link convolutionInputGradientOperation}; `size` is the size of the input's space. */
export type ConvolutionInputGradientAttributes = ConvolutionAttributes & { readonly size: readonly number[] };

/** The attributes of {@link convolutionWeightGradientOperation}; `kernel` is the size of a window. */
export type ConvolutionWeightGradientAttributes = ConvolutionAttributes & { readonly kernel: readonly number[] };

/**
 * Convolution, in the sense of neural networks: no axis is reversed. The sum runs over the channels c of the group of o
 * and over the positions k of the window; x is 0 where there is padding.
 *
 *     y[n, o, p] = bias[o] + Σ weight[o, c, k] · x[n, c, p · stride + k · dilation − padding before]
 *
 * x is `(batch, channels, …space)`, weight `(outputs, channels / groups, …kernel)`, bias `(outputs)`, and y
 * `(batch, outputs, …windows)`.
 */
export const convolutionOperation: FusedOperation<ConvolutionAttributes> = {
  name: "convolution",
  inputs: ["x", "weight", "bias?"],
  infer([x, weight, bias], attributes) {
    assertNumbers("convolution", x!);
    const [outputs, inner, ...kernel] = weight!.shape;
    assertWindows("convolution", x!, attributes, kernel);
    const [batch, channels, ...space] = x!.shape as [number, number, ...number[]];
    assertGroups("convolution", channels, outputs!, attributes.groups);
    assertType("convolution", "weight", weight!, {
      shape: [outputs!, channels / attributes.groups, ...kernel],
      dtype: x!.dtype,
    });
    if (inner === undefined) throw rankError("convolution", weight!);
    if (bias !== undefined) assertType("convolution", "bias", bias, { shape: [outputs!], dtype: x!.dtype });
    return [{ shape: [batch, outputs!, ...windowsOf("convolution", space, kernel, attributes)], dtype: x!.dtype }];
  },
};

/**
 * The gradient of a convolution's input from the gradient of its output, which is also the transposed convolution:
 * `(batch, outputs, …windows), (outputs, channels / groups, …kernel) → (batch, channels, …size)`.
 */
export const convolutionInputGradientOperation: FusedOperation<ConvolutionInputGradientAttributes> = {
  name: "convolutionInputGradient",
  inputs: ["gradient", "weight"],
  infer([gradient, weight], attributes) {
    const operation = "convolutionInputGradient";
    const { groups, size } = attributes;
    assertNumbers(operation, gradient!);
    const [outputs, inner, ...kernel] = weight!.shape;
    assertWindows(operation, gradient!, attributes, kernel);
    if (inner === undefined) throw rankError(operation, weight!);
    assertGroups(operation, inner * groups, outputs!, groups);
    assertType(operation, "weight", weight!, { shape: weight!.shape, dtype: gradient!.dtype });
    const [batch] = gradient!.shape as [number];
    const windows = windowsOf(operation, size, kernel, attributes);
    assertType(operation, "gradient", gradient!, { shape: [batch, outputs!, ...windows], dtype: gradient!.dtype });
    return [{ shape: [batch, inner * groups, ...size], dtype: gradient!.dtype }];
  },
};

/**
 * The gradient of a convolution's weight from the gradient of its output:
 * `(batch, channels, …space), (batch, outputs, …windows) → (outputs, channels / groups, …kernel)`.
 */
export const convolutionWeightGradientOperation: FusedOperation<ConvolutionWeightGradientAttributes> = {
  name: "convolutionWeightGradient",
  inputs: ["x", "gradient"],
  infer([x, gradient], attributes) {
    const operation = "convolutionWeightGradient";
    const { kernel, groups } = attributes;
    assertNumbers(operation, x!);
    assertWindows(operation, x!, attributes, kernel);
    const [batch, channels, ...space] = x!.shape as [number, number, ...number[]];
    const outputs = gradient!.shape[1] ?? 0;
    assertGroups(operation, channels, outputs, groups);
    const windows = windowsOf(operation, space, kernel, attributes);
    assertType(operation, "gradient", gradient!, { shape: [batch, outputs, ...windows], dtype: x!.dtype });
    return [{ shape: [outputs, channels / groups, ...kernel], dtype: x!.dtype }];
  },
};

/** @throws DTypeError for truth values. */
function assertNumbers(operation: string, { dtype }: TensorType): void {
  if (dtype !== "bool") return;
  throw new DTypeError(operation, "is not defined for bool", [dtype], { remedy: 'convert first: .to("float32")' });
}

/** @throws ShapeError unless the channels divide into groups. */
function assertGroups(operation: string, channels: number, outputs: number, groups: number): void {
  if (Number.isInteger(groups) && groups >= 1 && channels % groups === 0 && outputs % groups === 0) return;
  throw new ShapeError(operation, `${channels} channels and ${outputs} outputs in ${groups} groups`, [], {
    rule: "both are multiples of the number of groups",
  });
}
