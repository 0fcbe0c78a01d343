/**
 * Other shapes of the same elements. Results are views of the input wherever that is possible: writing into one writes
 * into the other.
 *
 * @module
 */
import { ArgumentError, formatShape, ShapeError, sizeOf } from "@lucid/backend";
import { owned } from "../memory/ownership.js";
import { callView, expandView, permuteView, reshapeView } from "../primitives/views.js";
import type { Tensor } from "../tensor/tensor.js";
import {
  type Axes,
  assertInteger,
  assertList,
  assertRank,
  assertTensor,
  axisOf,
  distinctAxes,
  everyAxis,
  listOf,
  type Numbers,
} from "./checks.js";
import { completeShape, copied, expanded, reshaped, viewed } from "./steps.js";

/**
 * The elements in row-major order under another shape; one size may be −1, for what is left. A view where the layout
 * allows it, else a copy. (torch.reshape)
 *
 * @throws ShapeError if the number of elements would change.
 *
 * @example
 * ```ts
 * reshape(tensor([1, 2, 3, 4, 5, 6]), [2, -1]); // → Tensor([[1, 2, 3], [4, 5, 6]])
 * ```
 */
export function reshape(x: Tensor, ...shape: Numbers): Tensor {
  assertTensor("reshape", "the input", x);
  return reshaped("reshape", x, completeShape("reshape", x.shape, listOf(shape)));
}

/**
 * {@link reshape} that never copies. (torch.Tensor.view)
 *
 * @throws ShapeError if the number of elements would change or only a copy can do it.
 *
 * @example
 * ```ts
 * view(tensor([1, 2, 3, 4]), 2, 2); // → Tensor([[1, 2], [3, 4]])
 * ```
 */
export function view(x: Tensor, ...shape: Numbers): Tensor {
  assertTensor("view", "the input", x);
  return callView(reshapeView, x, { shape: completeShape("view", x.shape, listOf(shape)) });
}

/** {@link reshape} to the shape of another tensor. (torch.Tensor.reshape_as) */
export function reshapeAs(x: Tensor, other: Tensor): Tensor {
  assertTensor("reshapeAs", "the input", x);
  assertTensor("reshapeAs", "the other", other);
  return reshaped("reshapeAs", x, completeShape("reshapeAs", x.shape, other.shape));
}

/**
 * The axes `start` to `end`, both included, joined into one: `(a, b, c, d)` with 1, 2 → `(a, b · c, d)`. A tensor without
 * axes becomes one element. (torch.flatten)
 *
 * @example
 * ```ts
 * flatten(tensor([[[1], [2]], [[3], [4]]]), 1); // → Tensor([[1, 2], [3, 4]])
 * ```
 */
export function flatten(x: Tensor, start = 0, end = -1): Tensor {
  assertTensor("flatten", "the input", x);
  const { shape } = x;
  const first = axisOf("flatten", start, shape.length);
  const last = axisOf("flatten", end, shape.length);
  if (first > last) {
    throw new ArgumentError("flatten", `start ${start} lies behind end ${end} in ${formatShape(shape)}`, {
      rule: "start ≤ end",
    });
  }
  return reshaped("flatten", x, [
    ...shape.slice(0, first),
    sizeOf(shape.slice(first, last + 1)),
    ...shape.slice(last + 1),
  ]);
}

/**
 * One axis taken apart into several; one size may be −1. (torch.unflatten)
 *
 * @example
 * ```ts
 * unflatten(tensor([[1, 2, 3, 4]]), 1, [2, 2]); // → Tensor([[[1, 2], [3, 4]]])
 * ```
 */
export function unflatten(x: Tensor, axis: number, sizes: readonly number[]): Tensor {
  assertTensor("unflatten", "the input", x);
  assertList("unflatten", "the sizes", sizes);
  const { shape } = x;
  if (shape.length === 0) assertRank("unflatten", "the tensor", x, 1);
  const at = axisOf("unflatten", axis, shape.length);
  const parts = completeShape("unflatten", [shape[at]!], sizes);
  return reshaped("unflatten", x, [...shape.slice(0, at), ...parts, ...shape.slice(at + 1)]);
}

/**
 * Without axes of size 1: all of them, or those named (of another size they stay). (torch.squeeze)
 *
 * @example
 * ```ts
 * squeeze(tensor([[[1, 2]]])).shape; // → [2]
 * squeeze(tensor([[[1, 2]]]), 0).shape; // → [1, 2]
 * ```
 */
export function squeeze(x: Tensor, axes?: Axes): Tensor {
  assertTensor("squeeze", "the input", x);
  const { shape } = x;
  const named = axes === undefined ? undefined : typeof axes === "number" ? [axes] : axes;
  const gone = named === undefined ? everyAxis(shape.length) : distinctAxes("squeeze", named, shape.length);
  return viewed(
    x,
    shape.filter((size, axis) => size !== 1 || !gone.includes(axis)),
  );
}

/**
 * A new axis of size 1 at position `axis`. (torch.unsqueeze)
 *
 * @example
 * ```ts
 * unsqueeze(tensor([1, 2]), 0).shape; // → [1, 2]
 * unsqueeze(tensor([1, 2]), -1).shape; // → [2, 1]
 * ```
 */
export function unsqueeze(x: Tensor, axis: number): Tensor {
  assertTensor("unsqueeze", "the input", x);
  const { shape } = x;
  const at = axisOf("unsqueeze", axis, shape.length + 1);
  return viewed(x, [...shape.slice(0, at), 1, ...shape.slice(at)]);
}

/**
 * The axes in another order: axis i of the result is axis `axes[i]`. (torch.permute)
 *
 * @example
 * ```ts
 * permute(zeros([2, 3, 5]), 2, 0, 1).shape; // → [5, 2, 3]
 * ```
 */
export function permute(x: Tensor, ...axes: Numbers): Tensor {
  assertTensor("permute", "the input", x);
  const order = listOf(axes);
  if (order.length !== x.ndim) {
    throw new ArgumentError(
      "permute",
      `${order.length} axes for shape ${formatShape(x.shape)}: ${formatShape(order)}`,
      {
        rule: "every axis must be named once",
      },
    );
  }
  return callView(permuteView, x, { axes: distinctAxes("permute", order, x.ndim) });
}

/**
 * Two axes exchanged. (torch.transpose)
 *
 * @example
 * ```ts
 * transpose(tensor([[1, 2], [3, 4]]), 0, 1); // → Tensor([[1, 3], [2, 4]])
 * ```
 */
export function transpose(x: Tensor, axis0: number, axis1: number): Tensor {
  assertTensor("transpose", "the input", x);
  return exchanged("transpose", x, axis0, axis1);
}

/** {@link transpose} by its NumPy name. (torch.swapaxes) */
export function swapaxes(x: Tensor, axis0: number, axis1: number): Tensor {
  assertTensor("swapaxes", "the input", x);
  return exchanged("swapaxes", x, axis0, axis1);
}

function exchanged(operation: string, x: Tensor, axis0: number, axis1: number): Tensor {
  const first = axisOf(operation, axis0, x.ndim);
  const second = axisOf(operation, axis1, x.ndim);
  const axes = everyAxis(x.ndim).map((axis) => (axis === first ? second : axis === second ? first : axis));
  return callView(permuteView, x, { axes });
}

/**
 * A matrix with rows and columns exchanged; tensors of fewer axes as they are. (torch.t)
 *
 * @throws ShapeError for more than two axes.
 *
 * @example
 * ```ts
 * t(tensor([[1, 2, 3]])).shape; // → [3, 1]
 * ```
 */
export function t(x: Tensor): Tensor {
  assertTensor("t", "the input", x);
  if (x.ndim > 2) {
    throw new ShapeError("t", `the tensor has ${x.ndim} axes: ${formatShape(x.shape)}`, [x.shape], {
      rule: "t needs at most 2",
      remedy: "name the two axes: transpose(-2, -1)",
    });
  }
  return callView(permuteView, x, { axes: x.ndim === 2 ? [1, 0] : everyAxis(x.ndim) });
}

/**
 * Axes moved to other positions; the others keep their order. (torch.movedim)
 *
 * @example
 * ```ts
 * movedim(zeros([2, 3, 5]), 0, -1).shape; // → [3, 5, 2]
 * ```
 */
export function movedim(x: Tensor, source: Axes, destination: Axes): Tensor {
  assertTensor("movedim", "the input", x);
  const rank = x.ndim;
  const from = distinctAxes("movedim", typeof source === "number" ? [source] : source, rank);
  const to = distinctAxes("movedim", typeof destination === "number" ? [destination] : destination, rank);
  if (from.length !== to.length) {
    throw new ArgumentError("movedim", `${from.length} sources, ${to.length} destinations`, {
      rule: "every axis that moves needs one destination",
    });
  }
  const rest = everyAxis(rank).filter((axis) => !from.includes(axis));
  let next = 0;
  const axes = everyAxis(rank).map((axis) => {
    const moved = to.indexOf(axis);
    return moved >= 0 ? from[moved]! : rest[next++]!;
  });
  return callView(permuteView, x, { axes });
}

/**
 * Repeated, without copying, along axes of size 1 and new leading axes; −1 keeps a size. (torch.Tensor.expand)
 *
 * @throws ShapeError where a size other than 1 would change.
 *
 * @example
 * ```ts
 * expand(tensor([[1], [2]]), -1, 3); // → Tensor([[1, 1, 1], [2, 2, 2]])
 * ```
 */
export function expand(x: Tensor, ...shape: Numbers): Tensor {
  assertTensor("expand", "the input", x);
  return expanded("expand", x, listOf(shape));
}

/** {@link expand} to the shape of another tensor. (torch.Tensor.expand_as) */
export function expandAs(x: Tensor, other: Tensor): Tensor {
  assertTensor("expandAs", "the input", x);
  assertTensor("expandAs", "the other", other);
  return expanded("expandAs", x, other.shape);
}

/**
 * {@link expand} by its NumPy name. (torch.broadcast_to)
 *
 * @example
 * ```ts
 * broadcastTo(tensor([1, 2]), [2, 2]); // → Tensor([[1, 2], [1, 2]])
 * ```
 */
export function broadcastTo(x: Tensor, shape: readonly number[]): Tensor {
  assertTensor("broadcastTo", "the input", x);
  assertList("broadcastTo", "the shape", shape);
  return expanded("broadcastTo", x, shape);
}

/**
 * The whole tensor repeated, `repeats[a]` times along axis a; more numbers than axes add leading axes. (torch.Tensor.repeat)
 *
 * @throws ArgumentError for fewer numbers than axes, or a negative one.
 *
 * @example
 * ```ts
 * repeat(tensor([1, 2]), 2, 2); // → Tensor([[1, 2, 1, 2], [1, 2, 1, 2]])
 * ```
 */
export function repeat(x: Tensor, ...repeats: Numbers): Tensor {
  assertTensor("repeat", "the input", x);
  const counts = listOf(repeats);
  if (counts.length < x.ndim) {
    throw new ArgumentError("repeat", `${counts.length} numbers for shape ${formatShape(x.shape)}`, {
      rule: "every axis needs one",
      remedy: "use tile, which repeats the last axes",
    });
  }
  return repeated("repeat", x, counts);
}

/**
 * {@link repeat} in which missing numbers, those of the leading axes, are 1. (torch.tile)
 *
 * @example
 * ```ts
 * tile(tensor([[1], [2]]), 2); // → Tensor([[1, 1], [2, 2]])
 * ```
 */
export function tile(x: Tensor, ...repeats: Numbers): Tensor {
  assertTensor("tile", "the input", x);
  const counts = listOf(repeats);
  return repeated("tile", x, [...new Array<number>(Math.max(0, x.ndim - counts.length)).fill(1), ...counts]);
}

function repeated(operation: string, x: Tensor, counts: readonly number[]): Tensor {
  for (const count of counts) {
    assertInteger(operation, "number of repeats", count);
    if (count < 0) {
      throw new ArgumentError(operation, `${count} repeats in ${formatShape(counts)}`, { rule: "0 or more" });
    }
  }
  const missing = counts.length - x.ndim;
  const sizes = counts.map((_, axis) => (axis < missing ? 1 : x.shape[axis - missing]!));
  const apart = viewed(
    x,
    sizes.flatMap((size) => [1, size]),
  );
  const all = callView(expandView, apart, { shape: sizes.flatMap((size, axis) => [counts[axis]!, size]) });
  // A copy even where repeating nothing would allow a view, as in PyTorch.
  return viewed(
    copied(operation, all),
    sizes.map((size, axis) => size * counts[axis]!),
  );
}

/**
 * Every element (or slice along `axis`) `repeats` times in a row; without an axis the tensor is flattened first.
 * (torch.repeat_interleave)
 *
 * @example
 * ```ts
 * repeatInterleave(tensor([1, 2]), 2); // → Tensor([1, 1, 2, 2])
 * ```
 */
export function repeatInterleave(x: Tensor, repeats: number, axis?: number): Tensor {
  const operation = "repeatInterleave";
  assertInteger(operation, "number of repeats", repeats);
  if (repeats < 0) throw new ArgumentError(operation, `${repeats} repeats`, { rule: "0 or more" });
  return owned(() => {
    const source = axis === undefined || x.ndim === 0 ? reshaped(operation, x, [x.size]) : x;
    const at = axis === undefined ? 0 : axisOf(operation, axis, x.ndim);
    const { shape } = source;
    const before = shape.slice(0, at + 1);
    const after = shape.slice(at + 1);
    const all = callView(expandView, viewed(source, [...before, 1, ...after]), {
      shape: [...before, repeats, ...after],
    });
    before[at]! *= repeats;
    return viewed(copied(operation, all), [...before, ...after]);
  });
}
