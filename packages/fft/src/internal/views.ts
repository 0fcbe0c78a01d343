/**
 * Views from which the transforms are composed.
 *
 * @module
 */
import { cast, type DType } from "@lucid/backend";
import { callMap, callView, identityExpr, permuteView, sliceView } from "@lucid/tensor/extend";
import { constantPadNd, type Tensor } from "@lucid/tensor/functions";

/** The elements in another type; the tensor itself if it has that type. */
export function converted(operation: string, x: Tensor, dtype: DType): Tensor {
  return x.dtype === dtype ? x : callMap(operation, [x], [cast(identityExpr(x.dtype), dtype)])[0]!;
}

/** Changes the order of the axes: axis i of the result is axis `axes[i]` of the input. */
export function permuted(x: Tensor, axes: readonly number[]): Tensor {
  return callView(permuteView, x, { axes });
}

/** Selects `size` positions of an axis from `start` on, or downwards with step −1. */
export function sliced(x: Tensor, axis: number, start: number, size: number, step = 1): Tensor {
  const { shape } = x;
  return callView(sliceView, x, {
    starts: shape.map((_, i) => (i === axis ? start : 0)),
    steps: shape.map((_, i) => (i === axis ? step : 1)),
    sizes: shape.map((length, i) => (i === axis ? size : length)),
  });
}

/** The positions of an axis in reverse order. */
export function reversed(x: Tensor, axis: number): Tensor {
  const size = x.shape[axis]!;
  return sliced(x, axis, Math.max(size - 1, 0), size, -1);
}

/** Gives an axis a length: positions too many are left out, zeros stand for those that are missing. */
export function fitted(x: Tensor, axis: number, length: number): Tensor {
  const size = x.shape[axis]!;
  if (size === length) return x;
  if (size > length) return sliced(x, axis, 0, length);
  const pads = new Array<number>(2 * (x.ndim - axis)).fill(0);
  pads[pads.length - 1] = length - size;
  return constantPadNd(x, pads);
}
