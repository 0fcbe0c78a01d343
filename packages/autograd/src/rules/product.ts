/**
 * The gradient of a product over axes, without dividing: zeros among the factors need no special case, and every
 * higher derivative is right too.
 *
 * @module
 */
import { constant, sizeOf } from "@lucid/backend";
import {
  callConcatenate,
  callGenerate,
  callMap,
  callView,
  expandView,
  identityExpr,
  mul,
  owned,
  permuteView,
  reshapeStrides,
  reshapeView,
  sliceView,
  type Tensor,
} from "@lucid/tensor/core";

/** Zeros of any shape in one element of memory, of the type and on the backend of `like`. */
export function zerosOf(like: Pick<Tensor, "dtype" | "backend">, shape: readonly number[]): Tensor {
  return callView(expandView, callGenerate("zeros", like.backend, [], constant(0, like.dtype)), { shape });
}

/** `x` with another shape, copied where a view cannot have it. */
export function reshapedCopy(x: Tensor, shape: readonly number[]): Tensor {
  const whole = reshapeStrides(x.layout, shape) !== undefined;
  return callView(reshapeView, whole ? x : callMap("contiguous", [x], [identityExpr(x.dtype)])[0]!, { shape });
}

/** Elements `start … start + size` of the last axis of a matrix. */
function columns(x: Tensor, start: number, size: number): Tensor {
  return callView(sliceView, x, { starts: [0, start], steps: [1, 1], sizes: [x.shape[0]!, size] });
}

/** `gradient · ∏ of the other factors` for every factor of a matrix's rows; the gradient has one column. */
function rowGradients(factors: Tensor, gradient: Tensor): Tensor {
  const count = factors.shape[1]!;
  if (count === 1) return gradient;
  // Factors are multiplied in pairs; the gradient of a pair's product times one gives that of the other.
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

/** The gradient of every factor of a product over `axes`; `gradient` has those axes with size 1. */
export function productGradient(factors: Tensor, axes: readonly number[], gradient: Tensor): Tensor {
  return owned(() => {
    const { shape } = factors;
    const rest = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
    const order = [...rest, ...axes];
    const front = callView(permuteView, factors, { axes: order });
    const rows = sizeOf(rest.map((axis) => shape[axis]!));
    const count = sizeOf(axes.map((axis) => shape[axis]!));
    if (rows * count === 0) return zerosOf(factors, shape);
    const flat = rowGradients(reshapedCopy(front, [rows, count]), reshapedCopy(gradient, [rows, 1]));
    const back = reshapedCopy(
      flat,
      order.map((axis) => shape[axis]!),
    );
    const inverse = shape.map((_, axis) => order.indexOf(axis));
    return callView(permuteView, back, { axes: inverse });
  });
}
