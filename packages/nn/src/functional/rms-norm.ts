/**
 * Normalization by the root of the mean of squares.
 *
 * @module
 */
import { checkOptions, DTypeError, dtypes, equalShapes, formatShape, ShapeError } from "@lucid/backend";
import { fusedReduce, op, owned } from "@lucid/tensor/extend";
import {
  add,
  type Elementwise,
  elementwise,
  type Formula,
  mul,
  sqrt,
  square,
  type Tensor,
} from "@lucid/tensor/functions";
import { assertFloatingTensor, assertNotNegative, assertTensor } from "../internal/checks.js";
import { normalizedSizes } from "./internal/normalized-sizes.js";

/** Options of `rmsNorm`. */
export interface RMSNormFunctionOptions {
  /** Factors for the normalized elements, of the normalized shape; null (the default) means none. */
  readonly weight?: Tensor | null | undefined;
  /** What is added to the mean of squares; null (the default) means the distance from 1 to the next number. */
  readonly eps?: number | null;
}

const squareOf: Elementwise<[x: Formula]> = /* @__PURE__ */ elementwise((x: Formula) => square(x), { name: "rmsNorm" });
const scaled: Elementwise<[x: Formula, mean: Formula, eps: Formula]> = /* @__PURE__ */ elementwise(
  (x: Formula, mean: Formula, eps: Formula) => mul(x, op("div", 1, sqrt(add(mean, eps)))),
  { name: "rmsNorm" },
);
const scaledWeight: Elementwise<[x: Formula, mean: Formula, eps: Formula, weight: Formula]> =
  /* @__PURE__ */ elementwise(
    (x: Formula, mean: Formula, eps: Formula, weight: Formula) =>
      mul(mul(x, op("div", 1, sqrt(add(mean, eps)))), weight),
    { name: "rmsNorm" },
  );

/**
 * Divides by the root of the mean of squares over the last dimensions, whose sizes are `normalizedShape` (Zhang and
 * Sennrich 2019).
 *
 *     y = x / √(mean(x²) + eps) · weight
 *
 * Shapes: `(batch, …, normalizedShape) → (batch, …, normalizedShape)`.
 *
 * @param input - the tensor.
 * @param normalizedShape - the sizes of the last dimensions; a number means one dimension.
 * @param options - `weight` (default null); `eps` (default null, which means the distance from 1 to the next number
 * of the input's type).
 * @throws ArgumentError for an empty `normalizedShape`, a negative `eps` or an unknown option; ShapeError if the last
 * dimensions of the input, or the weight, have other sizes; DTypeError unless input and weight have one floating type.
 *
 * @example
 * ```ts
 * functional.rmsNorm(tensor([[3, 4], [0, 5]]), [2]); // → Tensor([[0.8485, 1.1314], [0, 1.4142]])
 * ```
 *
 * Source: torch.nn.functional.rms_norm.
 */
export function rmsNorm(
  input: Tensor,
  normalizedShape: number | readonly number[],
  options?: RMSNormFunctionOptions,
): Tensor {
  const name = "rmsNorm";
  checkOptions(name, options, { weight: true, eps: true });
  const weight = options?.weight ?? null;
  assertFloatingTensor(name, "input", input);
  const eps = options?.eps ?? dtypes[input.dtype].epsilon;
  assertNotNegative(name, "eps", eps);
  const sizes = normalizedSizes(name, normalizedShape);
  assertSizes("input", input.shape.slice(-sizes.length), input.shape, sizes);
  if (weight !== null) {
    assertTensor(name, "weight", weight);
    assertSizes("weight", weight.shape, weight.shape, sizes);
    if (weight.dtype !== input.dtype) {
      throw new DTypeError(
        name,
        `the weight is ${weight.dtype}, the input ${input.dtype}`,
        [weight.dtype, input.dtype],
        { rule: "both have one type", remedy: `convert the weight: .to("${input.dtype}")` },
      );
    }
  }
  return owned(() => {
    const dim = sizes.map((_, i) => i - sizes.length);
    const mean = fusedReduce(squareOf, [input], { dim, keepdim: true, mean: true, name });
    return weight === null ? scaled(input, mean, eps) : scaledWeight(input, mean, eps, weight);
  });
}

/** @throws ShapeError unless the sizes are those of the normalized shape. */
function assertSizes(what: string, found: readonly number[], shape: readonly number[], sizes: readonly number[]): void {
  if (equalShapes(found, sizes)) return;
  throw new ShapeError(
    "rmsNorm",
    `the ${what} has shape ${formatShape(shape)}, the normalized shape is ${formatShape(sizes)}`,
    [shape, sizes],
    { rule: what === "input" ? "the normalized shape lists the last sizes of the input" : "the shapes are equal" },
  );
}
