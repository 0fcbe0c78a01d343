/**
 * The gradient of a product over axes, computed without division: zeros among the factors need no special case, and
 * every higher derivative is right, too.
 *
 * @module
 */
import { sizeOf } from "@lucid/backend";
import { callConcatenate, callView, owned, permuteView, reshaped, sliceView } from "@lucid/tensor/extend";
import { mul, type Tensor } from "@lucid/tensor/functions";
import { expandedZeros } from "../zeros.js";

/** Returns `size` columns of a matrix, beginning at `start`. */
function columns(x: Tensor, start: number, size: number): Tensor {
  return callView(sliceView, x, { starts: [0, start], steps: [1, 1], sizes: [x.shape[0]!, size] });
}

/**
 * Computes `gradient · ∏ of the other factors` for every factor in the rows of a matrix. The gradient has one column.
 */
function rowGradients(factors: Tensor, gradient: Tensor): Tensor {
  const count = factors.shape[1]!;
  if (count === 1) return gradient;
  // Factors are multiplied in pairs. The gradient of a pair's product, times one factor, is the gradient of the other.
  const half = Math.floor(count / 2);
  const left = columns(factors, 0, half);
  const right = columns(factors, half, half);
  const pairs = mul(left, right);
  const odd = count % 2 === 1;
  const upper = odd ? callConcatenate([pairs, columns(factors, count - 1, 1)], 1) : pairs;
  const passed = rowGradients(upper, gradient);
  const ofPairs = columns(passed, 0, half);
  const parts = [mul(ofPairs, right), mul(ofPairs, left)];
  if (odd) parts.push(columns(passed, half, 1));
  return callConcatenate(parts, 1);
}

/** Computes the gradient of every factor of a product over `axes`. In `gradient` these axes have size 1. */
export function productGradient(factors: Tensor, axes: readonly number[], gradient: Tensor): Tensor {
  return owned(() => {
    const { shape } = factors;
    const rest = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
    const order = [...rest, ...axes];
    const front = callView(permuteView, factors, { axes: order });
    const rows = sizeOf(rest.map((axis) => shape[axis]!));
    const count = sizeOf(axes.map((axis) => shape[axis]!));
    if (rows * count === 0) return expandedZeros(factors, shape);
    const flat = rowGradients(reshaped("prod", front, [rows, count]), reshaped("prod", gradient, [rows, 1]));
    const back = reshaped(
      "prod",
      flat,
      order.map((axis) => shape[axis]!),
    );
    const inverse = shape.map((_, axis) => order.indexOf(axis));
    return callView(permuteView, back, { axes: inverse });
  });
}
