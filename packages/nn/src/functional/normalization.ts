/**
 * Normalisation.
 *
 * @module
 */
import { ArgumentError, DTypeError, equalShapes, formatShape, ShapeError } from "@lucid/backend";
import { callFused, expand, isFloating, layerNormOperation, ones, owned, type Tensor, zeros } from "@lucid/tensor/core";
import { assertNotNegative, assertTensor, show } from "./reduction.js";

/** Options of `layerNorm`. */
export interface LayerNormOptions {
  /** Factors, of the normalised shape; default 1. */
  readonly weight?: Tensor | undefined;
  /** Summands, of the normalised shape; default 0. */
  readonly bias?: Tensor | undefined;
  /** What is added to variances; default 1e-5. */
  readonly eps?: number;
}

/**
 * Normalises over the last axes, whose sizes are `normalizedShape`: `(x − mean) / √(variance + eps) · weight + bias`, the
 * variance being Σ (x − mean)² / n. One kernel where the backend has one. (torch.nn.functional.layer_norm)
 *
 * @throws ArgumentError for an empty `normalizedShape`; ShapeError if the sizes of the last axes, of weight or of bias are
 * others; DTypeError unless the input is floating and weight and bias have its type.
 *
 * @example
 * ```ts
 * functional.layerNorm(tensor([[1, 2, 3], [2, 2, 5]]), [3]); // → Tensor([[-1.2247, 0, 1.2247], [-0.7071, -0.7071, 1.4142]])
 * functional.layerNorm(tensor([1, 2, 3]), [3], { weight: tensor([1, 1, 2]) }); // → Tensor([-1.2247, 0, 2.4495])
 * ```
 */
export function layerNorm(x: Tensor, normalizedShape: readonly number[], options: LayerNormOptions = {}): Tensor {
  const { weight, bias, eps = 1e-5 } = options;
  assertTensor("layerNorm", "input", x);
  const { dtype, backend } = x;
  if (!isFloating(dtype)) throw new DTypeError("layerNorm", `needs a floating type: got ${dtype}`, [dtype]);
  assertNotNegative("layerNorm", "eps", eps);
  if (!Array.isArray(normalizedShape) || normalizedShape.length === 0) {
    throw new ArgumentError("layerNorm", `the normalised shape is ${show(normalizedShape) || "[]"}`, {
      rule: "it lists the sizes of the last axes, one at least",
    });
  }
  const axes = normalizedShape.length;
  const last = x.shape.slice(-axes);
  assertShape("input", last, normalizedShape, x.shape);
  for (const [name, given] of [
    ["weight", weight],
    ["bias", bias],
  ] as const) {
    if (given === undefined) continue;
    assertTensor("layerNorm", name, given);
    assertShape(name, given.shape, normalizedShape, given.shape);
    if (given.dtype !== dtype) {
      throw new DTypeError("layerNorm", `the ${name} is ${given.dtype}, the input ${dtype}`, [dtype, given.dtype]);
    }
  }
  return owned(() => {
    const place = { dtype, backend };
    const factors = weight ?? expand(ones([], place), last);
    const summands = bias ?? expand(zeros([], place), last);
    return callFused(layerNormOperation, [x, factors, summands], { axes, eps })[0]!;
  });
}

function assertShape(
  name: string,
  sizes: readonly number[],
  expected: readonly number[],
  all: readonly number[],
): void {
  if (equalShapes(sizes, expected)) return;
  throw new ShapeError(
    "layerNorm",
    `the ${name} has shape ${formatShape(all)}, normalised are ${formatShape(expected)}`,
    [all, expected],
    { rule: name === "input" ? "these are its last sizes" : "the shapes are equal" },
  );
}
