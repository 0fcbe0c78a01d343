/**
 * Steps that operations are made of: copies, conversions and views, with the errors of the operation they are done for.
 *
 * @module
 */
import {
  ArgumentError,
  cast,
  type DType,
  dtypes,
  type Expr,
  equalShapes,
  formatShape,
  IndexOutOfRangeError,
  ShapeError,
  sizeOf,
} from "@lucid/backend";
import { reshapeStrides } from "../primitives/layout.js";
import { callMap, identityExpr } from "../primitives/map.js";
import { callView, expandView, reshapeView, sliceView } from "../primitives/views.js";
import type { Tensor } from "../tensor/tensor.js";
import { assertInteger } from "./checks.js";

/** An expression for each element type, made when it is first needed. @internal */
export function perType(build: (dtype: DType) => Expr): (dtype: DType) => Expr {
  const known: Expr[] = [];
  return (dtype) => (known[dtypes[dtype].code] ??= build(dtype));
}

/** The elements in new memory, row-major. @internal */
export function copied(operation: string, x: Tensor): Tensor {
  return callMap(operation, [x], [identityExpr(x.dtype)])[0]!;
}

/** The elements as `dtype`; the tensor itself where they are. @internal */
export function converted(operation: string, x: Tensor, dtype: DType): Tensor {
  return x.dtype === dtype ? x : callMap(operation, [x], [cast(identityExpr(x.dtype), dtype)])[0]!;
}

/** The sizes with the one that is −1 computed so that the number of elements stays. @internal */
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
        rule: "sizes are 0 or more, or once −1 for what is left",
      });
    } else if (free >= 0) {
      throw new ArgumentError(operation, `−1 twice in ${formatShape(to)}`, { rule: "one size can be left open" });
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
    throw new ShapeError(operation, `${formatShape(from)} has no shape ${formatShape(to)} (${relation})`, [from, to], {
      rule: "the number of elements stays",
    });
  }
  return to;
}

/** Another shape for the same elements, whose number must be right; copies where no view can do it. @internal */
export function reshaped(operation: string, x: Tensor, shape: readonly number[]): Tensor {
  const { layout } = x;
  const source = reshapeStrides(layout, shape) === undefined ? copied(operation, x) : x;
  return callView(reshapeView, source, { shape });
}

/** Another shape that is known to be a view: axes of size 1 come and go, or the elements are contiguous. @internal */
export function viewed(x: Tensor, shape: readonly number[]): Tensor {
  return callView(reshapeView, x, { shape });
}

/** Repeated along axes of size 1 and new leading axes, after checks; −1 keeps a size. @internal */
export function expanded(operation: string, x: Tensor, shape: readonly number[]): Tensor {
  const from = x.shape;
  if (equalShapes(from, shape)) return callView(expandView, x, { shape: from });
  const fail = (rule: string): never => {
    throw new ShapeError(operation, `${formatShape(from)} does not expand to ${formatShape(shape)}`, [from, shape], {
      rule,
    });
  };
  const missing = shape.length - from.length;
  if (missing < 0) fail("there must be a size for every axis");
  const sizes = shape.map((size, axis) => {
    assertInteger(operation, "size", size);
    const own = axis < missing ? undefined : from[axis - missing]!;
    if (size === -1 && own !== undefined) return own;
    if (size < 0) fail(own === undefined ? "a new axis needs a size" : "sizes are 0 or more, or −1 to keep one");
    if (own !== undefined && own !== 1 && own !== size) {
      fail(`aligned at the last axis, sizes must be equal or grow from 1 (${own} ≠ ${size})`);
    }
    return size;
  });
  return callView(expandView, x, { shape: sizes });
}

/** `size` slices along one axis, from `start` in steps of `step`. @internal */
export function sliced(x: Tensor, axis: number, start: number, size: number, step = 1): Tensor {
  const { shape } = x;
  const starts = shape.map((_, i) => (i === axis ? start : 0));
  const steps = shape.map((_, i) => (i === axis ? step : 1));
  const sizes = shape.map((length, i) => (i === axis ? size : length));
  return callView(sliceView, x, { starts, steps, sizes });
}

/** The first `sizes[a]` positions of every axis a; the tensor itself where that is all. @internal */
export function corner(x: Tensor, sizes: readonly number[]): Tensor {
  if (sizes.every((size, axis) => size === x.shape[axis])) return x;
  return callView(sliceView, x, { starts: sizes.map(() => 0), steps: sizes.map(() => 1), sizes });
}

/** The slice at a position, without the axis. @internal */
export function selected(x: Tensor, axis: number, position: number): Tensor {
  const shape = x.shape.filter((_, i) => i !== axis);
  return callView(reshapeView, sliced(x, axis, position, 1), { shape });
}

/** An index as 0 … size − 1. @internal */
export function positionOf(operation: string, index: number, size: number): number {
  assertInteger(operation, "index", index);
  if (index < -size || index >= size) throw new IndexOutOfRangeError(operation, index, size);
  return index < 0 ? index + size : index;
}
