/**
 * Parts of a tensor, and other walks through it. All are views but `roll`, and `diag` of a vector.
 *
 * @module
 */
import { ArgumentError, constant, formatShape, IndexOutOfRangeError, ShapeError } from "@lucid/backend";
import { owned } from "../memory/ownership.js";
import { callGenerate } from "../primitives/map.js";
import { callView, diagonalView, sliceView, unfoldView } from "../primitives/views.js";
import { callAssign, callConcatenate } from "../primitives/writing.js";
import type { Tensor } from "../tensor/tensor.js";
import {
  type Axes,
  assertCount,
  assertHasAxes,
  assertInteger,
  assertList,
  assertTensor,
  axisOf,
  distinctAxes,
} from "./checks.js";
import { copied, positionOf, reshaped, selected, sliced } from "./steps.js";

/**
 * `length` slices along `axis` from `start`, which may be negative; a view. (torch.narrow)
 *
 * @throws IndexOutOfRangeError if they do not lie within the axis.
 *
 * @example
 * ```ts
 * narrow(tensor([1, 2, 3, 4]), 0, 1, 2); // → Tensor([2, 3])
 * ```
 */
export function narrow(x: Tensor, axis: number, start: number, length: number): Tensor {
  assertTensor("narrow", "the input", x);
  assertHasAxes("narrow", x);
  const at = axisOf("narrow", axis, x.ndim);
  const size = x.shape[at]!;
  assertInteger("narrow", "start", start);
  assertCount("narrow", "length", length);
  if (start < -size || start > size) throw new IndexOutOfRangeError("narrow", start, size, { what: "start" });
  const first = start < 0 ? start + size : start;
  if (first + length > size) {
    throw new IndexOutOfRangeError("narrow", first + length, size, {
      what: "end",
      rule: `start ${first} + length ${length} must not exceed the axis`,
    });
  }
  return sliced(x, at, first, length);
}

/**
 * The slice at `index` of `axis`, without that axis; a view. A negative index counts from the end. (torch.select)
 *
 * @throws IndexOutOfRangeError.
 *
 * @example
 * ```ts
 * select(tensor([[1, 2], [3, 4]]), 1, -1); // → Tensor([2, 4])
 * ```
 */
export function select(x: Tensor, axis: number, index: number): Tensor {
  assertTensor("select", "the input", x);
  assertHasAxes("select", x);
  const at = axisOf("select", axis, x.ndim);
  return selected(x, at, positionOf("select", index, x.shape[at]!));
}

/**
 * The order along the named axes reversed; a view. (torch.flip)
 *
 * @example
 * ```ts
 * flip(tensor([[1, 2], [3, 4]]), 1); // → Tensor([[2, 1], [4, 3]])
 * ```
 */
export function flip(x: Tensor, axes: Axes): Tensor {
  assertTensor("flip", "the input", x);
  const named = distinctAxes("flip", typeof axes === "number" ? [axes] : axes, x.ndim);
  const { shape } = x;
  return callView(sliceView, x, {
    starts: shape.map((size, axis) => (named.includes(axis) ? size - 1 : 0)),
    steps: shape.map((_, axis) => (named.includes(axis) ? -1 : 1)),
    sizes: shape,
  });
}

/**
 * Elements moved on by `shifts` positions along `axes`; what leaves at the end comes in at the beginning. Without axes the
 * tensor is rolled as if it were flat. (torch.roll)
 *
 * @throws ArgumentError unless there is one shift per axis.
 *
 * @example
 * ```ts
 * roll(tensor([1, 2, 3, 4]), 1); // → Tensor([4, 1, 2, 3])
 * ```
 */
export function roll(x: Tensor, shifts: number | readonly number[], axes?: Axes): Tensor {
  assertTensor("roll", "the input", x);
  const counts = typeof shifts === "number" ? [shifts] : shifts;
  assertList("roll", "shifts", counts);
  for (const count of counts) assertInteger("roll", "shift", count);
  if (axes === undefined && counts.length === 1) {
    return owned(() => reshaped("roll", rolled(reshaped("roll", x, [x.size]), 0, counts[0]!), x.shape));
  }
  const named = axes === undefined ? [] : typeof axes === "number" ? [axes] : axes;
  assertList("roll", "axes", named);
  if (named.length !== counts.length) {
    throw new ArgumentError("roll", `${counts.length} shifts for ${named.length} axes`, {
      rule: "every axis needs one shift",
    });
  }
  const places = named.map((axis) => axisOf("roll", axis, x.ndim));
  if (x.ndim === 0 || places.length === 0) return copied("roll", x);
  return owned(() => places.reduce((result, axis, i) => rolled(result, axis, counts[i]!), x));
}

function rolled(x: Tensor, axis: number, shift: number): Tensor {
  const size = x.shape[axis]!;
  if (size === 0) return copied("roll", x);
  const moved = ((shift % size) + size) % size;
  return callConcatenate([sliced(x, axis, size - moved, moved), sliced(x, axis, 0, size - moved)], axis);
}

/**
 * The diagonal of two axes as a new last axis; a view. `offset` > 0 lies above the main diagonal, < 0 below.
 * (torch.diagonal)
 *
 * @example
 * ```ts
 * diagonal(tensor([[1, 2], [3, 4]])); // → Tensor([1, 4])
 * diagonal(tensor([[1, 2], [3, 4]]), 1); // → Tensor([2])
 * ```
 */
export function diagonal(x: Tensor, offset = 0, axis0 = 0, axis1 = 1): Tensor {
  assertTensor("diagonal", "the input", x);
  assertInteger("diagonal", "offset", offset);
  const [first, second] = distinctAxes("diagonal", [axis0, axis1], x.ndim);
  return callView(diagonalView, x, { offset, axis1: first!, axis2: second! });
}

/**
 * Of a vector, the square matrix with it on the diagonal; of a matrix, its diagonal (a view). (torch.diag)
 *
 * @throws ShapeError for other ranks.
 *
 * @example
 * ```ts
 * diag(tensor([1, 2])); // → Tensor([[1, 0], [0, 2]])
 * ```
 */
export function diag(x: Tensor, offset = 0): Tensor {
  assertTensor("diag", "the input", x);
  if (x.ndim === 2) return diagonal(x, offset);
  if (x.ndim !== 1) {
    throw new ShapeError("diag", `the tensor has ${x.ndim} axes: ${formatShape(x.shape)}`, [x.shape], {
      rule: "diag needs a vector or a matrix",
    });
  }
  assertInteger("diag", "offset", offset);
  const size = x.shape[0]! + Math.abs(offset);
  return owned(() => {
    const zeros = callGenerate("diag", x.backend, [size, size], constant(0, x.dtype));
    return callAssign(zeros, x, [{ view: diagonalView.name, attributes: { offset, axis1: 0, axis2: 1 } }]);
  });
}

/**
 * Windows of `size` along `axis`, `step` apart: `(…, n, …)` → `(…, ⌊(n − size) / step⌋ + 1, …, size)`; a view, in which
 * overlapping windows share elements. (torch.Tensor.unfold)
 *
 * @throws ArgumentError if a window is larger than the axis or `step` < 1.
 *
 * @example
 * ```ts
 * unfold(tensor([1, 2, 3, 4]), 0, 2, 1); // → Tensor([[1, 2], [2, 3], [3, 4]])
 * ```
 */
export function unfold(x: Tensor, axis: number, size: number, step: number): Tensor {
  assertTensor("unfold", "the input", x);
  assertHasAxes("unfold", x);
  const at = axisOf("unfold", axis, x.ndim);
  assertCount("unfold", "size", size);
  assertCount("unfold", "step", step, 1);
  const length = x.shape[at]!;
  if (size > length) {
    throw new ArgumentError("unfold", `a window of ${size} in axis ${at} of ${formatShape(x.shape)}`, {
      rule: `a window must not be larger than the axis (${length})`,
    });
  }
  return callView(unfoldView, x, { axis: at, size, step });
}
