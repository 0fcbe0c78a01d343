/**
 * Copies, conversions and views, from which operations are composed. Their errors name the operation that the user
 * called.
 *
 * @module
 */
import {
  ArgumentError,
  type Backend,
  type DType,
  dtypes,
  type Expr,
  equalShapes,
  formatShape,
  IndexOutOfRangeError,
  ShapeError,
  sizeOf,
} from "@lucid/backend";
import { identityExpr } from "../../memory/elements.js";
import { reshapeStrides } from "../../primitives/layout.js";
import { callMap, converted } from "../../primitives/map.js";
import { callView, expandView, permuteView, reshapeView, sliceView } from "../../primitives/views.js";
import { Tensor } from "../../tensor/tensor.js";
import { assertInteger } from "./checks.js";
import { everyDim } from "./dims.js";
import { assertElementCount, assertIntegers } from "./shapes.js";

export { converted };

/** Remembers the expression that `build` makes for each element type. @internal */
export function perType(build: (dtype: DType) => Expr): (dtype: DType) => Expr {
  const known: Expr[] = [];
  return (dtype) => (known[dtypes[dtype].code] ??= build(dtype));
}

/** Copies the elements into new memory, in row-major order. @internal */
export function copied(operation: string, x: Tensor): Tensor {
  return callMap(operation, [x], [identityExpr(x.dtype)])[0]!;
}

/** Returns the sizes with −1 replaced by the size that keeps the number of elements. @internal */
export function completeShape(operation: string, from: readonly number[], to: readonly number[]): readonly number[] {
  const size = sizeOf(from);
  let free = -1;
  let known = 1;
  for (let axis = 0; axis < to.length; axis++) {
    const length = to[axis]!;
    assertInteger(operation, "size", length);
    if (length >= 0) known *= length;
    else if (length < -1) {
      throw new ArgumentError(operation, `size ${length} in ${formatShape(to)}`, {
        rule: "sizes are integers ≥ 0; one of them may be −1, which is computed from the others",
      });
    } else if (free >= 0) {
      throw new ArgumentError(operation, `−1 twice in ${formatShape(to)}`, { rule: "only one size may be −1" });
    } else free = axis;
  }
  if (free >= 0 && known > 0 && size % known === 0) {
    return to.map((length) => (length === -1 ? size / known : length));
  }
  if (free >= 0 && known === 0 && size === 0) {
    throw new ArgumentError(operation, `−1 in ${formatShape(to)} could be anything: there are no elements`, {
      remedy: "name the size",
    });
  }
  if (free >= 0 || known !== size) {
    const relation = free >= 0 ? `${size} is no multiple of ${known}` : `${size} ≠ ${known} elements`;
    throw new ShapeError(
      operation,
      `${formatShape(from)} cannot be reshaped to ${formatShape(to)} (${relation})`,
      [from, to],
      {
        rule: "the number of elements stays",
      },
    );
  }
  return to;
}

/**
 * Gives the elements another shape. The number of elements must be right. It copies if no view can have this shape.
 */
export function reshaped(operation: string, x: Tensor, shape: readonly number[]): Tensor {
  const { layout } = x;
  const source = reshapeStrides(layout, shape) === undefined ? copied(operation, x) : x;
  return callView(reshapeView, source, { shape });
}

/**
 * Gives the elements another shape by a view. The caller knows that it is possible, because only axes of size 1 change
 * or the elements are contiguous.
 */
export function viewed(x: Tensor, shape: readonly number[]): Tensor {
  return callView(reshapeView, x, { shape });
}

/** Checks the shape, and repeats a tensor along new leading axes and axes of size 1; −1 keeps a size. @internal */
export function expanded(operation: string, x: Tensor, shape: readonly number[]): Tensor {
  const from = x.shape;
  if (equalShapes(from, shape)) return callView(expandView, x, { shape: from });
  assertIntegers(operation, "size", shape);
  const fail = (rule: string): never => {
    throw new ShapeError(operation, `${formatShape(from)} does not expand to ${formatShape(shape)}`, [from, shape], {
      rule,
    });
  };
  const missing = shape.length - from.length;
  if (missing < 0) fail("there must be a size for every dimension");
  const sizes = shape.map((size, axis) => {
    const own = axis < missing ? undefined : from[axis - missing]!;
    if (size === -1 && own !== undefined) return own;
    if (size < 0) fail(own === undefined ? "a new dimension needs a size" : "sizes are 0 or more, or −1 to keep one");
    if (own !== undefined && own !== 1 && own !== size) {
      fail(`aligned at the last dimension, sizes must be equal or grow from 1 (${own} ≠ ${size})`);
    }
    return size;
  });
  assertElementCount(operation, sizes);
  return callView(expandView, x, { shape: sizes });
}

/** Selects `size` slices along one axis, from `start` in steps of `step`. @internal */
export function sliced(x: Tensor, axis: number, start: number, size: number, step = 1): Tensor {
  const { shape } = x;
  const starts = shape.map((_, i) => (i === axis ? start : 0));
  const steps = shape.map((_, i) => (i === axis ? step : 1));
  const sizes = shape.map((length, i) => (i === axis ? size : length));
  return callView(sliceView, x, { starts, steps, sizes });
}

/**
 * Selects the first `sizes[a]` positions of every axis a. Returns the tensor itself if that is everything. @internal
 */
export function corner(x: Tensor, sizes: readonly number[]): Tensor {
  if (sizes.every((size, axis) => size === x.shape[axis])) return x;
  return callView(sliceView, x, { starts: sizes.map(() => 0), steps: sizes.map(() => 1), sizes });
}

/**
 * Returns views of tensors of one shape without the elements that an expanded dimension (stride 0) repeats, where all
 * tensors repeat them. Writing into the first of the views then writes the same as writing into the whole tensor.
 *
 * @internal
 */
export function withoutRepeats(...tensors: readonly Tensor[]): readonly Tensor[] {
  const sizes = tensors[0]!.shape.map((size, axis) =>
    size > 1 && tensors.every(({ layout }) => layout.strides[axis] === 0) ? 1 : size,
  );
  return tensors.map((tensor) => corner(tensor, sizes));
}

/** Selects the slice at a position, and removes the axis. @internal */
export function selected(x: Tensor, axis: number, position: number): Tensor {
  const shape = x.shape.filter((_, i) => i !== axis);
  return callView(reshapeView, sliced(x, axis, position, 1), { shape });
}

/** Returns an index as 0 … size − 1. @internal */
export function positionOf(operation: string, index: number, size: number): number {
  assertInteger(operation, "index", index);
  if (index < -size || index >= size) throw new IndexOutOfRangeError(operation, index, size);
  return index < 0 ? index + size : index;
}

/** Transposes a matrix. A tensor of fewer than two dimensions is returned as it is. @internal */
export function transposed(operation: string, x: Tensor): Tensor {
  if (x.ndim > 2) {
    throw new ShapeError(operation, `the tensor has ${x.ndim} dimensions: ${formatShape(x.shape)}`, [x.shape], {
      rule: `${operation} needs at most 2`,
      remedy: "use mT, which transposes the last two, or name two: transpose(-2, -1)",
    });
  }
  return callView(permuteView, x, { axes: x.ndim === 2 ? [1, 0] : everyDim(x.ndim) });
}

/** Exchanges the last two dimensions. @internal */
export function matricesTransposed(operation: string, x: Tensor): Tensor {
  const rank = x.ndim;
  if (rank < 2) {
    throw new ShapeError(operation, `the tensor is no matrix: its shape is ${formatShape(x.shape)}`, [x.shape], {
      rule: `${operation} needs at least two dimensions`,
    });
  }
  return callView(permuteView, x, { axes: [...everyDim(rank - 2), rank - 1, rank - 2] });
}

/** Makes an int32 vector of positions. @internal */
export function indexTensor(backend: Backend, positions: readonly number[] | Int32Array): Tensor {
  return new Tensor(Int32Array.from(positions), { backend });
}
