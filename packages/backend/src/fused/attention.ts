/**
 * Attention, and its gradients.
 *
 * @module
 */
import { dtypes } from "../dtype.js";
import { formatShape, ShapeError } from "../errors.js";
import { assertFloating, assertType } from "./checks.js";
import type { FusedOperation, InputTypes, TensorType } from "./operation.js";

/**
 * The attributes of {@link attentionOperation}: whether a query sees only the keys up to its own position, and the factor
 * of the scores.
 */
export type AttentionAttributes = { readonly causal: boolean; readonly scale: number };

/** The attributes of {@link attentionBackwardOperation}: those of the forward pass, and which gradients are computed. */
export type AttentionBackwardAttributes = AttentionAttributes & {
  /** Whether the gradient of the mask is computed, too. */
  readonly maskGradient: boolean;
};

/**
 * Attention. With the scores `s = scale · query · keyᵀ + mask`, which are −∞ for hidden keys, it computes
 * `y = softmax(s) · value` and `logsumexp = log Σ exp(s)` over the keys. A query that sees no key has the output 0 and the
 * logsumexp −∞.
 *
 * The query is `(…, L, E)`, the key `(…, S, E)`, the value `(…, S, V)`, and the mask `(…, L, S)`. All have the same number
 * of dimensions. A leading dimension of key and value may be 1, and any dimension of the mask: they are then shared. The
 * outputs are y `(…, L, V)` and the logsumexp `(…, L, 1)`, which has the type in which y is computed. If `causal` is true,
 * the query at position i sees the keys up to position i.
 */
export const attentionOperation: FusedOperation<AttentionAttributes> = {
  name: "attention",
  inputs: ["query", "key", "value", "mask?"],
  infer([query, key, value, mask]) {
    return outputsOf("attention", query!, key!, value!, mask);
  },
};

/**
 * The gradients of attention, from the gradient g of y and that of the logsumexp. With `p = exp(s − logsumexp)`, the
 * gradient of the value is `pᵀ · g`, and that of the scores is `p · (g · valueᵀ − Σ g · y + g of the logsumexp)`. From it
 * follow the gradients of query and key and, if `maskGradient` is true, of the mask.
 */
export const attentionBackwardOperation: FusedOperation<AttentionBackwardAttributes> = {
  name: "attentionBackward",
  inputs: ["gradient", "query", "key", "value", "y", "logsumexp", "mask?", "logsumexpGradient?"],
  infer([gradient, query, key, value, y, logsumexp, mask, logsumexpGradient], { maskGradient }): readonly TensorType[] {
    const name = "attentionBackward";
    const [ofY, ofSums] = outputsOf(name, query!, key!, value!, mask) as readonly [TensorType, TensorType];
    assertType(name, "gradient", gradient!, ofY);
    assertType(name, "y", y!, ofY);
    assertType(name, "logsumexp", logsumexp!, ofSums);
    if (logsumexpGradient !== undefined) assertType(name, "logsumexpGradient", logsumexpGradient, ofSums);
    const types = [query!, key!, value!, ...(maskGradient && mask !== undefined ? [mask] : [])];
    return types.map(({ shape, dtype }) => ({ shape, dtype }));
  },
};

/** Returns the types of y and the logsumexp. */
function outputsOf(
  operation: string,
  query: TensorType,
  key: TensorType,
  value: TensorType,
  mask: InputTypes[number],
): readonly TensorType[] {
  assertFloating(operation, "query", query);
  const { shape, dtype } = query;
  const rank = shape.length;
  const [length, width] = [shape[rank - 2]!, shape[rank - 1]!];
  const keys = key.shape[rank - 2]!;
  const fit = (given: readonly number[], expected: readonly number[], shared: number): boolean =>
    given.length === rank && given.every((size, axis) => size === expected[axis] || (axis < shared && size === 1));
  const leading = shape.slice(0, -2);
  const isRight =
    rank >= 2 &&
    fit(key.shape, [...leading, keys, width], rank - 2) &&
    fit(value.shape, [...key.shape.slice(0, -2), keys, value.shape[rank - 1]!], 0) &&
    (mask === undefined || fit(mask.shape, [...leading, length, keys], rank));
  if (!isRight) {
    const shapes = [query, key, value, ...(mask === undefined ? [] : [mask])].map((type) => type.shape);
    throw new ShapeError(operation, `the inputs are ${shapes.map(formatShape).join(" · ")}`, shapes, {
      rule: "they are (…, L, E), (…, S, E), (…, S, V) and, for a mask, (…, L, S)",
    });
  }
  assertType(operation, "key", key, { shape: key.shape, dtype });
  assertType(operation, "value", value, { shape: value.shape, dtype });
  if (mask !== undefined) assertType(operation, "mask", mask, { shape: mask.shape, dtype });
  return [
    { shape: [...leading, length, value.shape[rank - 1]!], dtype },
    { shape: [...leading, length, 1], dtype: dtypes[dtype].compute },
  ];
}
