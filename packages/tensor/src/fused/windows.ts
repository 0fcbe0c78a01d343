/**
 * The windows of a tensor's last axes: as a view, and added up again.
 *
 * @module
 */
import { constant, dtypes, type Expr, index, op, scalar, sizeOf, type Windows } from "@lucid/backend";
import { reshaped, viewed } from "../operations/internal/views.js";
import { callScatter } from "../primitives/indexing.js";
import { callGenerate } from "../primitives/map.js";
import { callView, expandView, sliceView, unfoldView } from "../primitives/views.js";
import { callAssign } from "../primitives/writing.js";
import type { Tensor } from "../tensor/tensor.js";

/** Adds elements of one value before and after the elements of the last axes. There may be none to add. */
export function padded(operation: string, x: Tensor, padding: Windows["padding"], value: number): Tensor {
  if (padding.every(([before, after]) => before === 0 && after === 0)) return x;
  const first = x.ndim - padding.length;
  const around = x.shape.map((_, axis) => (axis < first ? ([0, 0] as const) : padding[axis - first]!));
  const shape = x.shape.map((size, axis) => size + around[axis]![0] + around[axis]![1]);
  const result = callGenerate(operation, x.backend, shape, scalar(0, x.dtype), [dtypes[x.dtype].convert(value)]);
  if (x.numel() === 0) return result;
  const attributes = { starts: around.map(([before]) => before), steps: shape.map(() => 1), sizes: x.shape };
  return callAssign(result, x, [{ view: sliceView.name, attributes }]);
}

/** Returns the windows of a padded tensor's last axes as a view: `(…, …space) → (…, …windows, …kernel)`. */
export function windowsView(x: Tensor, kernel: readonly number[], { stride, dilation }: Windows): Tensor {
  const first = x.ndim - kernel.length;
  let result = x;
  for (const [axis, size] of kernel.entries()) {
    const step = dilation[axis]!;
    const extent = step * (size - 1) + 1;
    result = callView(unfoldView, result, { axis: first + axis, size: extent, step: stride[axis]! });
    if (step > 1) {
      const last = result.ndim - 1;
      result = callView(sliceView, result, {
        starts: result.shape.map(() => 0),
        steps: result.shape.map((_, i) => (i === last ? step : 1)),
        sizes: result.shape.map((length, i) => (i === last ? size : length)),
      });
    }
  }
  return result;
}

/**
 * Adds windows up to lines. Elements that lie on one another are added, and those in the padding are left out:
 * `(lines, …kernel, …windows) → (lines, …size)`.
 */
export function foldWindows(
  operation: string,
  columns: Tensor,
  size: readonly number[],
  { stride, padding, dilation }: Windows,
): Tensor {
  const { shape, dtype, backend } = columns;
  const lines = shape[0]!;
  const axes = size.length;
  const around = size.map((length, axis) => length + padding[axis]![0] + padding[axis]![1]);
  // The place in a line of the element k of the window p, along each axis: p · stride + k · dilation.
  const times = (axis: number, factor: number): Expr => op("mul", index(axis), constant(factor, "int32"));
  let place: Expr = constant(0, "int32");
  for (let axis = 0; axis < axes; axis++) {
    const along = op("add", times(axis, dilation[axis]!), times(axes + axis, stride[axis]!));
    place = op("add", op("mul", place, constant(around[axis]!, "int32")), along);
  }
  const count = sizeOf(shape.slice(1));
  const places = viewed(callGenerate(operation, backend, shape.slice(1), place), [1, count]);
  const target = callView(expandView, places, { shape: [lines, count] });
  const base = callGenerate(operation, backend, [lines, sizeOf(around)], scalar(0, dtype), [0]);
  const source = reshaped(operation, columns, [lines, count]);
  const sums = callScatter("add", base, source, target, 1, undefined, operation);
  const whole = viewed(sums, [lines, ...around]);
  if (around.every((length, axis) => length === size[axis])) return whole;
  const cut = callView(sliceView, whole, {
    starts: [0, ...padding.map(([before]) => before)],
    steps: [1, ...size.map(() => 1)],
    sizes: [lines, ...size],
  });
  return reshaped(operation, cut, [lines, ...size]);
}
