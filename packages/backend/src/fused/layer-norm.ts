/**
 * Layer normalisation over the last axes, and its gradient.
 *
 * @module
 */
import { dtypes } from "../dtype.js";
import { ArgumentError } from "../errors.js";
import { assertFloating, assertType } from "./checks.js";
import type { FusedOperation, TensorType } from "./operation.js";

/**
 * The attributes of {@link layerNormOperation}: how many of the last axes are normalised, and what is added to the
 * variance.
 */
export type LayerNormAttributes = { readonly axes: number; readonly eps: number };

/**
 * The attributes of {@link layerNormBackwardOperation}: how many of the last axes are normalised, and whether the
 * gradients of weight and bias are computed, too.
 */
export type LayerNormBackwardAttributes = { readonly axes: number; readonly affine: boolean };

/**
 * Layer normalisation. It computes `y = (x − mean) · factor · weight + bias` with `factor = 1 / √(variance + eps)`.
 * Weight and bias have the shape of the normalised axes. The outputs are y, mean and factor; the last two keep the
 * normalised axes with size 1, and have the type in which x is computed.
 */
export const layerNormOperation: FusedOperation<LayerNormAttributes> = {
  name: "layerNorm",
  inputs: ["x", "weight?", "bias?"],
  infer([x, weight, bias], { axes }) {
    assertFloating("layerNorm", "x", x!);
    const [inner, kept] = partsOf("layerNorm", x!, axes);
    if (weight !== undefined) assertType("layerNorm", "weight", weight, inner);
    if (bias !== undefined) assertType("layerNorm", "bias", bias, inner);
    return [{ shape: x!.shape, dtype: x!.dtype }, kept, kept];
  },
};

/**
 * The gradients of layer normalisation, from the gradient g of y. With `x̂ = (x − mean) · factor` and `h = g · weight`,
 * the gradient of x is `factor · (h − mean(h) − x̂ · mean(h · x̂))`. If `affine` is true, there are also the gradients
 * of weight and bias: `g · x̂` and `g`, summed over the axes that are not normalised.
 */
export const layerNormBackwardOperation: FusedOperation<LayerNormBackwardAttributes> = {
  name: "layerNormBackward",
  inputs: ["gradient", "x", "mean", "factor", "weight?"],
  infer([gradient, x, mean, factor, weight], { axes, affine }) {
    assertFloating("layerNormBackward", "x", x!);
    const [inner, kept] = partsOf("layerNormBackward", x!, axes);
    assertType("layerNormBackward", "gradient", gradient!, x!);
    assertType("layerNormBackward", "mean", mean!, kept);
    assertType("layerNormBackward", "factor", factor!, kept);
    if (weight !== undefined) assertType("layerNormBackward", "weight", weight, inner);
    const ofX = { shape: x!.shape, dtype: x!.dtype };
    return affine ? [ofX, inner, inner] : [ofX];
  },
};

/** Returns the type of the normalised axes alone, and the type of x with those axes reduced to size 1. */
function partsOf(
  operation: string,
  { shape, dtype }: TensorType,
  axes: number,
): readonly [inner: TensorType, kept: TensorType] {
  if (!(Number.isInteger(axes) && axes >= 1 && axes <= shape.length)) {
    throw new ArgumentError(operation, `axes is ${String(axes)} for a tensor with ${shape.length} axes`, {
      rule: `it is a whole number from 1 to ${shape.length}`,
    });
  }
  const first = shape.length - axes;
  const kept = shape.map((size, axis) => (axis < first ? size : 1));
  return [
    { shape: shape.slice(first), dtype },
    { shape: kept, dtype: dtypes[dtype].compute },
  ];
}
