/**
 * Normalization.
 *
 * @module
 */
import { checkOptions, DTypeError, equalShapes, formatShape, ShapeError } from "@lucid/backend";
import { callFused, fusedLayerNorm } from "@lucid/tensor/extend";
import type { Tensor } from "@lucid/tensor/functions";
import { assertFloatingTensor, assertNotNegative, assertTensor } from "../internal/checks.js";
import { normalizedSizes } from "./internal/normalized-sizes.js";

/** Options of `layerNorm`. */
export interface LayerNormFunctionOptions {
  /** Factors for the normalized elements, of the normalized shape; null (the default) means none. */
  readonly weight?: Tensor | null | undefined;
  /** Summands for the normalized elements, of the normalized shape; null (the default) means none. */
  readonly bias?: Tensor | null | undefined;
  /** What is added to the variance, so that it is not 0; default 1e-5. */
  readonly eps?: number;
}

/**
 * Normalizes over the last dimensions, whose sizes are `normalizedShape`. It is one kernel if the backend has one.
 *
 *     y = (x − mean(x)) / √(var(x) + eps) · weight + bias, where var(x) = Σ (x − mean(x))² / n
 *
 * Shapes: `(batch, …, normalizedShape) → (batch, …, normalizedShape)`.
 *
 * @param input - the tensor.
 * @param normalizedShape - the sizes of the last dimensions; a number means one dimension.
 * @param options - `weight`, `bias`, `eps`.
 * @throws ArgumentError for an empty `normalizedShape` or a negative `eps`; ShapeError if the last dimensions of the
 * input, or weight or bias, have other sizes; DTypeError unless the input holds floating-point numbers, and weight and
 * bias too.
 *
 * @example
 * ```ts
 * functional.layerNorm(tensor([[1, 2, 3], [2, 2, 5]]), [3]); // → Tensor([[-1.2247, 0, 1.2247], [-0.7071, -0.7071, 1.4142]])
 * functional.layerNorm(tensor([1, 2, 3]), [3], { weight: tensor([1, 1, 2]) }); // → Tensor([-1.2247, 0, 2.4495])
 * ```
 *
 * Source: torch.nn.functional.layer_norm.
 */
export function layerNorm(
  input: Tensor,
  normalizedShape: number | readonly number[],
  options?: LayerNormFunctionOptions,
): Tensor {
  checkOptions("layerNorm", options, { weight: true, bias: true, eps: true });
  const { weight, bias, eps = 1e-5 } = options ?? {};
  assertFloatingTensor("layerNorm", "input", input);
  assertNotNegative("layerNorm", "eps", eps);
  const sizes = normalizedSizes("layerNorm", normalizedShape);
  const last = input.shape.slice(-sizes.length);
  if (!equalShapes(last, sizes)) {
    throw new ShapeError(
      "layerNorm",
      `the input has shape ${formatShape(input.shape)}, the normalized shape is ${formatShape(sizes)}`,
      [input.shape, sizes],
      { rule: "the normalized shape lists the last sizes of the input" },
    );
  }
  assertAffine("weight", weight, input, sizes);
  assertAffine("bias", bias, input, sizes);
  const inputs = [input, weight ?? undefined, bias ?? undefined];
  return callFused(fusedLayerNorm, inputs, { axes: sizes.length, eps })[0]!;
}

/** @throws unless weight and bias, if they are given, are tensors of the normalized shape and of the input's type. */
function assertAffine(
  name: string,
  value: Tensor | null | undefined,
  input: Tensor,
  sizes: readonly number[],
): asserts value is Tensor | null | undefined {
  if (value === undefined || value === null) return;
  assertTensor("layerNorm", name, value);
  if (!equalShapes(value.shape, sizes)) {
    throw new ShapeError(
      "layerNorm",
      `the ${name} has shape ${formatShape(value.shape)}, the normalized shape is ${formatShape(sizes)}`,
      [value.shape, sizes],
      { rule: "the shapes are equal" },
    );
  }
  if (value.dtype !== input.dtype) {
    throw new DTypeError(
      "layerNorm",
      `the ${name} is ${value.dtype}, the input ${input.dtype}`,
      [value.dtype, input.dtype],
      { rule: "both have one type", remedy: `convert the ${name}: .to("${input.dtype}")` },
    );
  }
}
