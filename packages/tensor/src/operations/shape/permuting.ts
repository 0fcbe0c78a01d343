/**
 * Changing the order of dimensions. All results are views.
 *
 * @module
 */
import { ArgumentError, formatShape } from "@lucid/backend";
import { callView, permuteView } from "../../primitives/views.js";
import type { Tensor } from "../../tensor/tensor.js";
import { assertTensor } from "../internal/checks.js";
import { type Dims, dimOf, distinctDims, everyDim } from "../internal/dims.js";
import { type Integers, integersOf } from "../internal/shapes.js";
import { transposed } from "../internal/views.js";

/**
 * Changes the order of the dimensions: dimension i of the result is dimension `dims[i]` of the input.
 *
 * @param dims - every dimension once, as a list or one by one.
 * @throws ArgumentError unless every dimension appears once.
 *
 * @example
 * ```ts
 * permute(zeros([2, 3, 5]), 2, 0, 1).shape; // → [5, 2, 3]
 * ```
 *
 * @see torch.permute
 */
export function permute(x: Tensor, ...dims: Integers): Tensor {
  assertTensor("permute", "the input", x);
  const order = integersOf("permute", "dim", dims);
  if (order.length !== x.ndim) {
    throw new ArgumentError(
      "permute",
      `${order.length} dims for the shape ${formatShape(x.shape)}: ${formatShape(order)}`,
      {
        rule: "every dimension must appear once",
      },
    );
  }
  return callView(permuteView, x, { axes: distinctDims("permute", order, x.ndim) });
}

/**
 * Exchanges two dimensions.
 *
 * @throws IndexOutOfRangeError if there is no such dimension.
 *
 * @example
 * ```ts
 * transpose(tensor([[1, 2], [3, 4]]), 0, 1); // → Tensor([[1, 3], [2, 4]])
 * ```
 *
 * @see torch.transpose
 */
export function transpose(x: Tensor, dim0: number, dim1: number): Tensor {
  assertTensor("transpose", "the input", x);
  return exchanged("transpose", x, dim0, dim1);
}

/**
 * Exchanges two dimensions. It is {@link transpose} under its NumPy name.
 *
 * @throws IndexOutOfRangeError if there is no such dimension.
 *
 * @example
 * ```ts
 * swapaxes(tensor([[1, 2], [3, 4]]), 0, 1); // → Tensor([[1, 3], [2, 4]])
 * ```
 *
 * @see torch.swapaxes
 */
export function swapaxes(x: Tensor, axis0: number, axis1: number): Tensor {
  assertTensor("swapaxes", "the input", x);
  return exchanged("swapaxes", x, axis0, axis1);
}

function exchanged(operation: string, x: Tensor, dim0: number, dim1: number): Tensor {
  const first = dimOf(operation, dim0, x.ndim);
  const second = dimOf(operation, dim1, x.ndim);
  const axes = everyDim(x.ndim).map((dim) => (dim === first ? second : dim === second ? first : dim));
  return callView(permuteView, x, { axes });
}

/**
 * Transposes a matrix. A tensor of fewer than two dimensions is returned as it is.
 *
 * @throws ShapeError for more than two dimensions.
 *
 * @example
 * ```ts
 * t(tensor([[1, 2, 3]])).shape; // → [3, 1]
 * ```
 *
 * @see torch.t
 */
export function t(x: Tensor): Tensor {
  assertTensor("t", "the input", x);
  return transposed("t", x);
}

/**
 * Moves dimensions to other positions; the others keep their order.
 *
 * @param source - the dimensions to move.
 * @param destination - where each of them is in the result.
 * @throws ArgumentError unless there are as many destinations as sources; IndexOutOfRangeError if there is no such
 * dimension.
 *
 * @example
 * ```ts
 * movedim(zeros([2, 3, 5]), 0, -1).shape; // → [3, 5, 2]
 * ```
 *
 * @see torch.movedim
 */
export function movedim(x: Tensor, source: Dims, destination: Dims): Tensor {
  return moved("movedim", x, source, destination);
}

/**
 * Moves dimensions to other positions. It is {@link movedim} under its NumPy name.
 *
 * @param source - the dimensions to move.
 * @param destination - where each of them is in the result.
 * @throws ArgumentError unless there are as many destinations as sources; IndexOutOfRangeError if there is no such
 * dimension.
 *
 * @example
 * ```ts
 * moveaxis(zeros([2, 3, 5]), 0, -1).shape; // → [3, 5, 2]
 * ```
 *
 * @see torch.moveaxis
 */
export function moveaxis(x: Tensor, source: Dims, destination: Dims): Tensor {
  return moved("moveaxis", x, source, destination);
}

function moved(operation: string, x: Tensor, source: Dims, destination: Dims): Tensor {
  assertTensor(operation, "the input", x);
  const rank = x.ndim;
  const from = distinctDims(operation, typeof source === "number" ? [source] : source, rank);
  const to = distinctDims(operation, typeof destination === "number" ? [destination] : destination, rank);
  if (from.length !== to.length) {
    throw new ArgumentError(operation, `${from.length} sources, ${to.length} destinations`, {
      rule: "every dimension that moves needs one destination",
    });
  }
  const rest = everyDim(rank).filter((dim) => !from.includes(dim));
  let next = 0;
  const axes = everyDim(rank).map((dim) => {
    const place = to.indexOf(dim);
    return place >= 0 ? from[place]! : rest[next++]!;
  });
  return callView(permuteView, x, { axes });
}

/**
 * Exchanges two dimensions. It is {@link transpose} under another name.
 *
 * @throws IndexOutOfRangeError if there is no such dimension.
 *
 * @example
 * ```ts
 * swapdims(tensor([[1, 2], [3, 4]]), 0, 1); // → Tensor([[1, 3], [2, 4]])
 * ```
 *
 * @see torch.swapdims
 */
export function swapdims(x: Tensor, dim0: number, dim1: number): Tensor {
  assertTensor("swapdims", "the input", x);
  return exchanged("swapdims", x, dim0, dim1);
}
