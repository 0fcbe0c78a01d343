/**
 * The gradient of scattered products, computed without division: zeros among the factors need no special case, and every
 * higher derivative is right, too.
 *
 * @module
 */
import { constant } from "@lucid/backend";
import {
  callConcatenate,
  callGather,
  callGenerate,
  callScatter,
  callSort,
  callView,
  owned,
  sliceView,
} from "@lucid/tensor/extend";
import { eq, mul, type Tensor, where } from "@lucid/tensor/functions";

/** Selects `size` positions along an axis, from `start`. */
function along(x: Tensor, axis: number, start: number, size: number): Tensor {
  return callView(sliceView, x, {
    starts: x.shape.map((_, i) => (i === axis ? start : 0)),
    steps: x.shape.map(() => 1),
    sizes: x.shape.map((length, i) => (i === axis ? size : length)),
  });
}

/** Makes ones. */
function ones(like: Tensor, shape: readonly number[]): Tensor {
  return callGenerate("scatter", like.backend, shape, constant(1, like.dtype));
}

/** Makes `size` slices of ones. */
function oneSlices(like: Tensor, axis: number, size: number): Tensor {
  return ones(
    like,
    like.shape.map((length, i) => (i === axis ? size : length)),
  );
}

/**
 * Multiplies the factors on one side of every position, itself left out, that belong to the same group. Equal groups
 * stand next to one another. Each round doubles the number of factors that have been multiplied.
 */
function productsOnOneSide(factors: Tensor, groups: Tensor, axis: number, side: "before" | "after"): Tensor {
  const size = factors.shape[axis]!;
  const moved = (products: Tensor, step: number): Tensor => {
    const rest = size - step;
    const [lower, upper] = [along(groups, axis, 0, rest), along(groups, axis, step, rest)];
    const kept = along(products, axis, side === "before" ? 0 : step, rest);
    const ofGroup = where(eq(lower, upper), kept, 1);
    const filling = oneSlices(factors, axis, step);
    return callConcatenate(side === "before" ? [filling, ofGroup] : [ofGroup, filling], axis);
  };
  if (size === 1) return oneSlices(factors, axis, 1);
  let products = moved(factors, 1);
  for (let step = 1; step < size - 1; step *= 2) products = mul(products, moved(products, step));
  return products;
}

/**
 * Computes the gradients of a base and of a source whose elements were multiplied into the base: the arrived gradient,
 * times all other factors of the same product.
 */
export function scatteredProductGradient(
  base: Tensor,
  source: Tensor,
  arrived: Tensor,
  index: Tensor,
  axis: number,
): readonly [base: Tensor, source: Tensor] {
  return owned(() => {
    const [groups, order] = callSort(index, axis);
    const factors = callGather(source, order, axis);
    const before = productsOnOneSide(factors, groups, axis, "before");
    const after = productsOnOneSide(factors, groups, axis, "after");
    const fromOutside = callGather(mul(arrived, base), groups, axis);
    const sorted = mul(fromOutside, mul(before, after));
    const ofSource = callScatter("set", ones(source, source.shape), sorted, order, axis);
    const product = callScatter("prod", ones(base, base.shape), source, index, axis);
    return [mul(arrived, product), ofSource] as const;
  });
}
