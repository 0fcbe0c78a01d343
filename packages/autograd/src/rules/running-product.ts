/**
 * The gradient of running products, computed without division: zeros among the factors need no special case, and every
 * higher derivative is right, too.
 *
 * @module
 */
import { constant } from "@lucid/backend";
import { callConcatenate, callGenerate, callView, owned, sliceView } from "@lucid/tensor/extend";
import { add, mul, type Tensor } from "@lucid/tensor/functions";

/** Selects `size` positions along an axis, from `start` in steps of `step`. */
function along(x: Tensor, axis: number, start: number, size: number, step = 1): Tensor {
  const pick = (chosen: number, otherwise: (length: number) => number): number[] =>
    x.shape.map((length, i) => (i === axis ? chosen : otherwise(length)));
  const sizes = pick(size, (length) => length);
  return callView(sliceView, x, { starts: pick(start, () => 0), steps: pick(step, () => 1), sizes });
}

const head = (x: Tensor, axis: number, size: number): Tensor => along(x, axis, 0, size);
const flipped = (x: Tensor, axis: number): Tensor => along(x, axis, x.shape[axis]! - 1, x.shape[axis]!, -1);

/** Makes one slice of ones. */
function one(like: Tensor, axis: number): Tensor {
  const shape = like.shape.map((size, i) => (i === axis ? 1 : size));
  return callGenerate("cumprod", like.backend, shape, constant(1, like.dtype));
}

/**
 * Computes `rᵢ = gᵢ + fᵢ · rᵢ₋₁` along an axis. Each round joins a position with the result twice as far back, so that
 * there are log₂ n rounds.
 */
function recurrence(factors: Tensor, terms: Tensor, axis: number): Tensor {
  const size = terms.shape[axis]!;
  let results = terms;
  let spans = factors;
  for (let step = 1; step < size; step *= 2) {
    const rest = size - step;
    const span = along(spans, axis, step, rest);
    const later = add(along(results, axis, step, rest), mul(span, head(results, axis, rest)));
    results = callConcatenate([head(results, axis, step), later], axis);
    if (2 * step < size) {
      spans = callConcatenate([head(spans, axis, step), mul(span, head(spans, axis, rest))], axis);
    }
  }
  return results;
}

/**
 * Computes the gradient of every factor of running products `pᵢ = x₀ · … · xᵢ`: the product of the factors before it,
 * times `rᵢ = gᵢ + xᵢ₊₁ · rᵢ₊₁`.
 */
export function runningProductGradient(x: Tensor, products: Tensor, gradient: Tensor, axis: number): Tensor {
  const size = x.shape[axis]!;
  if (size === 0) return gradient;
  return owned(() => {
    const before = callConcatenate([one(x, axis), head(products, axis, size - 1)], axis);
    const next = callConcatenate([along(x, axis, 1, size - 1), one(x, axis)], axis);
    const sums = flipped(recurrence(flipped(next, axis), flipped(gradient, axis), axis), axis);
    return mul(before, sums);
  });
}
