/**
 * Views of matrices and of batches of them. The algorithms of this package work on tensors with three axes: batch, row
 * and column.
 *
 * @module
 */
import { constant, type DType, index, op, sizeOf } from "@lucid/backend";
import {
  callConcatenate,
  callGather,
  callGenerate,
  callMatmul,
  callView,
  diagonalView,
  expandView,
  permuteView,
  reshaped,
  sliceView,
  viewed,
} from "@lucid/tensor/extend";
import { Tensor } from "@lucid/tensor/functions";
import { kernel, sub } from "./expressions.js";

/** Selects `size` positions of one axis, from `start`. */
export function part(x: Tensor, axis: number, start: number, size: number): Tensor {
  const { shape } = x;
  if (start === 0 && size === shape[axis]) return x;
  return callView(sliceView, x, {
    starts: shape.map((_, i) => (i === axis ? start : 0)),
    steps: shape.map(() => 1),
    sizes: shape.map((length, i) => (i === axis ? size : length)),
  });
}

/** The rows `from` to `to` (exclusive) of the last two axes. */
export const rows = (x: Tensor, from: number, to: number): Tensor => part(x, x.ndim - 2, from, to - from);

/** The columns `from` to `to` (exclusive). */
export const columns = (x: Tensor, from: number, to: number): Tensor => part(x, x.ndim - 1, from, to - from);

/** Exchanges the last two axes. */
export function transposed(x: Tensor): Tensor {
  const last = x.ndim - 1;
  return callView(permuteView, x, { axes: x.shape.map((_, i) => (i === last ? last - 1 : i === last - 1 ? last : i)) });
}

/** The main diagonal of the last two axes, as a last axis. */
export function diagonalOf(x: Tensor): Tensor {
  return callView(diagonalView, x, { offset: 0, axis1: x.ndim - 2, axis2: x.ndim - 1 });
}

/** Joins matrices beside each other. */
export function beside(...parts: readonly Tensor[]): Tensor {
  return parts.length === 1 ? parts[0]! : callConcatenate(parts, parts[0]!.ndim - 1);
}

/** Joins matrices below each other. */
export function below(...parts: readonly Tensor[]): Tensor {
  return parts.length === 1 ? parts[0]! : callConcatenate(parts, parts[0]!.ndim - 2);
}

/** Repeats a tensor along leading axes and axes of size 1. */
export const expanded = (x: Tensor, shape: readonly number[]): Tensor => callView(expandView, x, { shape });

/** Gives a batch of matrices one batch axis. */
export function flat(operation: string, x: Tensor): Tensor {
  const { shape } = x;
  const batch = shape.slice(0, -2);
  return shape.length === 3 ? x : reshaped(operation, x, [sizeOf(batch), ...shape.slice(-2)]);
}

/** Gives a batch of vectors one batch axis. */
export function flatVectors(operation: string, x: Tensor): Tensor {
  const { shape } = x;
  return shape.length === 2 ? x : reshaped(operation, x, [sizeOf(shape.slice(0, -1)), shape[shape.length - 1]!]);
}

/** Gives the first axis the sizes of the batch. */
export function unflat(operation: string, x: Tensor, batch: readonly number[]): Tensor {
  return batch.length === 1 ? x : reshaped(operation, x, [...batch, ...x.shape.slice(1)]);
}

/** Makes identity matrices, `[...batch, rows, columns]`. */
export function identity(like: Tensor, batch: readonly number[], height: number, width: number = height): Tensor {
  const [one, zero] = [constant(1, like.dtype), constant(0, like.dtype)];
  const expr = op("where", op("eq", index(0), index(1)), one, zero);
  const single = callGenerate("eye", like.backend, [height, width], expr);
  return batch.length === 0 ? single : expanded(single, [...batch, height, width]);
}

/** Selects rows of a batch `[b, m, n]`: row i of the result is row `index[b, i]`. */
export function gatherRows(x: Tensor, positions: Tensor): Tensor {
  const [batch, , width] = x.shape;
  const count = positions.shape[1]!;
  return callGather(x, expanded(viewed(positions, [batch!, count, 1]), [batch!, count, width!]), 1);
}

/** Makes an int32 tensor of positions. */
export function positionsOf(like: Tensor, values: readonly number[] | Int32Array, shape: readonly number[]): Tensor {
  return viewed(new Tensor(Int32Array.from(values), { backend: like.backend }), shape);
}

const subtracted = /* @__PURE__ */ kernel(({ x }) => [sub(x(1), x(0))]);

/** Computes `c − a · b`. */
export function minusProduct(c: Tensor, a: Tensor, b: Tensor): Tensor {
  return callMatmul(a, b, { epilogue: subtracted(c.dtype)[0]!, extras: [c] });
}

/** The product of matrices. */
export const product = (a: Tensor, b: Tensor): Tensor => callMatmul(a, b);

/** The type of matrices. */
export interface MatrixType {
  readonly shape: readonly number[];
  readonly dtype: DType;
}
