/**
 * Dropout for networks with scaled exponential linear units, which keeps the mean and the variance.
 *
 * @module
 */
import { formatShape, ShapeError } from "@lucid/backend";
import { op, owned, withRandomKey } from "@lucid/tensor/extend";
import { type Elementwise, elementwise, type Formula, mul, type Tensor } from "@lucid/tensor/functions";
import { channelShape, type DropoutFunctionOptions, drawScales, resolveDropout } from "./internal/dropout.js";

/** What SELU approaches for large negative numbers. */
const NEGATIVE_LIMIT = -1.7580993408473766;

const keptOrLimit: Elementwise<[x: Formula, scale: Formula, shift: Formula, dropped: Formula]> =
  /* @__PURE__ */ elementwise(
    (x: Formula, scale: Formula, shift: Formula, dropped: Formula) =>
      op("where", op("eq", scale, 0), dropped, op("add", mul(x, scale), shift)),
    { name: "alphaDropout" },
  );

/** Replaces what the random tensor of this shape drops, and moves everything so that mean and variance stay. */
function dropToLimit(operation: string, input: Tensor, probability: number, shape: readonly number[]): Tensor {
  if (probability === 0) return input;
  if (probability === 1) return mul(input, 0);
  const scale = 1 / Math.sqrt((NEGATIVE_LIMIT ** 2 * probability + 1) * (1 - probability));
  const shift = -NEGATIVE_LIMIT * scale * probability;
  return withRandomKey((key) =>
    owned(() => {
      const scales = drawScales(operation, input, shape, key, 1 - probability, scale);
      return keptOrLimit(input, scales, shift, NEGATIVE_LIMIT * scale + shift);
    }),
  );
}

/**
 * Sets random elements to the negative limit of {@link selu} in training, and scales and shifts everything so that mean
 * and variance stay the same (Klambauer and others 2017).
 *
 *     y = a · (−1.7581 with probability p, else x) + b
 *
 * Shapes: `(*) → (*)`, where `*` is any shape.
 *
 * @param input - the tensor.
 * @param p - the probability with which an element is dropped, by position or in the options; default 0.5.
 * @param training - whether anything is dropped, by position or in the options; default false.
 * @throws ArgumentError unless 0 ≤ p ≤ 1; DTypeError unless the input holds floating-point numbers.
 *
 * @example
 * ```ts
 * functional.alphaDropout(tensor([1, 2])); // → Tensor([1, 2])
 * functional.alphaDropout(tensor([1, 2]), { p: 1, training: true }); // → Tensor([0, 0])
 * ```
 *
 * Source: torch.nn.functional.alpha_dropout.
 */
export function alphaDropout(
  input: Tensor,
  p?: number | DropoutFunctionOptions,
  training?: boolean | DropoutFunctionOptions,
): Tensor {
  const { probability, isTraining } = resolveDropout("alphaDropout", input, p, training, false);
  return isTraining ? dropToLimit("alphaDropout", input, probability, input.shape) : input;
}

/**
 * Does what {@link alphaDropout} does to whole channels.
 *
 *     y[n, c] = a · (−1.7581 with probability p, else x[n, c]) + b
 *
 * Shapes: `(batch, channels, …) → (batch, channels, …)`.
 *
 * @param input - the tensor.
 * @param p - the probability with which a channel is dropped, by position or in the options; default 0.5.
 * @param training - whether anything is dropped, by position or in the options; default false.
 * @throws ArgumentError unless 0 ≤ p ≤ 1; ShapeError for fewer than two dimensions; DTypeError unless the input holds
 * floating-point numbers.
 *
 * @example
 * ```ts
 * functional.featureAlphaDropout(tensor([[1, 2]])); // → Tensor([[1, 2]])
 * ```
 *
 * Source: torch.nn.functional.feature_alpha_dropout.
 */
export function featureAlphaDropout(
  input: Tensor,
  p?: number | DropoutFunctionOptions,
  training?: boolean | DropoutFunctionOptions,
): Tensor {
  const { probability, isTraining } = resolveDropout("featureAlphaDropout", input, p, training, false);
  if (input.ndim < 2) {
    throw new ShapeError("featureAlphaDropout", `the input is ${formatShape(input.shape)}`, [input.shape], {
      rule: "it is (batch, channels, …)",
    });
  }
  if (!isTraining) return input;
  return dropToLimit("featureAlphaDropout", input, probability, channelShape(input, input.ndim - 2));
}
