/**
 * Convolution over any number of axes, and the gradients of its input and of its weight. The three are linear in each
 * of their inputs, and the derivatives of each are the other two.
 *
 * @module
 */
import { ArgumentError, DTypeError, formatShape, ShapeError } from "../errors.js";
import { assertType } from "./checks.js";
import type { FusedOperation, TensorType } from "./operation.js";

/** How the windows of a convolution lie in its input. Each list has one entry for each axis of the input's space. */
export type ConvolutionAttributes = {
  /** The distance from one window to the next. */
  readonly stride: readonly number[];
  /** How many zeros stand before the first and behind the last element. */
  readonly padding: readonly (readonly [before: number, after: number])[];
  /** The distance between the elements of a window. */
  readonly dilation: readonly number[];
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
    assertGeometry("convolution", x!, attributes, kernel);
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
    assertGeometry(operation, gradient!, attributes, kernel);
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
    assertGeometry(operation, x!, attributes, kernel);
    const [batch, channels, ...space] = x!.shape as [number, number, ...number[]];
    const outputs = gradient!.shape[1] ?? 0;
    assertGroups(operation, channels, outputs, groups);
    const windows = windowsOf(operation, space, kernel, attributes);
    assertType(operation, "gradient", gradient!, { shape: [batch, outputs, ...windows], dtype: x!.dtype });
    return [{ shape: [outputs, channels / groups, ...kernel], dtype: x!.dtype }];
  },
};

/**
 * Returns how many windows fit along each axis of a space of this size.
 *
 * @throws ShapeError unless at least one fits.
 *
 * @example
 * ```ts
 * windowsOf("convolution", [7], [3], { stride: [2], padding: [[1, 1]], dilation: [1] }); // → [4]
 * ```
 */
export function windowsOf(
  operation: string,
  space: readonly number[],
  kernel: readonly number[],
  { stride, padding, dilation }: Pick<ConvolutionAttributes, "stride" | "padding" | "dilation">,
): readonly number[] {
  const padded = space.map((size, axis) => size + padding[axis]![0] + padding[axis]![1]);
  const extents = kernel.map((size, axis) => dilation[axis]! * (size - 1) + 1);
  if (extents.some((extent, axis) => extent > padded[axis]!)) {
    throw new ShapeError(operation, `a window of ${formatShape(extents)} in ${formatShape(padded)}`, [space, kernel], {
      rule: "with its dilation, a window is no larger than the input with its padding",
    });
  }
  return padded.map((size, axis) => Math.floor((size - extents[axis]!) / stride[axis]!) + 1);
}

/** @throws DTypeError for truth values. */
function assertNumbers(operation: string, { dtype }: TensorType): void {
  if (dtype !== "bool") return;
  throw new DTypeError(operation, "is not defined for bool", [dtype], { remedy: 'convert first: .to("float32")' });
}

/** @throws ShapeError or ArgumentError unless every list has one entry for each axis of the input's space. */
function assertGeometry(
  operation: string,
  x: TensorType,
  { stride, padding, dilation }: ConvolutionAttributes,
  kernel: readonly number[],
): void {
  const axes = x.shape.length - 2;
  if (axes < 1) throw rankError(operation, x);
  const lists = { kernel, stride, padding, dilation };
  for (const [name, list] of Object.entries(lists)) {
    if (list.length === axes) continue;
    throw new ArgumentError(operation, `${name} has ${list.length} entries for ${axes} axes`, {
      rule: "there is one entry for each axis of the input's space",
    });
  }
  const atLeast = (list: readonly number[], least: number): boolean =>
    list.every((value) => Number.isInteger(value) && value >= least);
  if (atLeast(kernel, 1) && atLeast(stride, 1) && atLeast(dilation, 1) && padding.every((pair) => atLeast(pair, 0))) {
    return;
  }
  throw new ArgumentError(operation, `kernel, stride, dilation and padding are ${JSON.stringify(lists)}`, {
    rule: "they are integers, the padding 0 or above, the others 1 or above",
  });
}

/** @throws ShapeError unless the channels divide into groups. */
function assertGroups(operation: string, channels: number, outputs: number, groups: number): void {
  if (Number.isInteger(groups) && groups >= 1 && channels % groups === 0 && outputs % groups === 0) return;
  throw new ShapeError(operation, `${channels} channels and ${outputs} outputs in ${groups} groups`, [], {
    rule: "both are multiples of the number of groups",
  });
}

const rankError = (operation: string, { shape }: TensorType): ShapeError =>
  new ShapeError(operation, `a tensor has the shape ${formatShape(shape)}`, [shape], {
    rule: "it has two axes and those of the space",
  });
