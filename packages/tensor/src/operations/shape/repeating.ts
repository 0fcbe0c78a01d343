/**
 * Repeating elements: as views that read the same memory again, or as copies.
 *
 * @module
 */
import { ArgumentError, formatShape } from "@lucid/backend";
import { callView, expandView } from "../../primitives/views.js";
import type { Tensor } from "../../tensor/tensor.js";
import { assertTensor } from "../internal/checks.js";
import { type Integers, assertElementCount, assertIntegers, integersOf } from "../internal/shapes.js";
import { copied, expanded, viewed } from "../internal/views.js";

/**
 * Repeats the tensor along new leading dimensions and dimensions of size 1, without a copy.
 *
 * @param shape - a list of sizes, or the sizes one by one; −1 keeps a size.
 * @throws ShapeError if a size other than 1 would change.
 *
 * @example
 * ```ts
 * expand(tensor([[1], [2]]), -1, 3); // → Tensor([[1, 1, 1], [2, 2, 2]])
 * ```
 *
 * @see torch.Tensor.expand
 */
export function expand(x: Tensor, ...shape: Integers): Tensor {
  assertTensor("expand", "the input", x);
  return expanded("expand", x, integersOf("expand", "size", shape));
}

/**
 * Expands the tensor to the shape of another one, without a copy.
 *
 * @throws ShapeError if a size other than 1 would change.
 *
 * @example
 * ```ts
 * expandAs(tensor([1, 2]), zeros([2, 2])); // → Tensor([[1, 2], [1, 2]])
 * ```
 *
 * @see torch.Tensor.expand_as
 */
export function expandAs(x: Tensor, other: Tensor): Tensor {
  assertTensor("expandAs", "the input", x);
  assertTensor("expandAs", "the other", other);
  return expanded("expandAs", x, other.shape);
}

/**
 * Broadcasts the tensor to a shape, without a copy. It is {@link expand} under its NumPy name.
 *
 * @throws ShapeError if a size other than 1 would change.
 *
 * @example
 * ```ts
 * broadcastTo(tensor([1, 2]), [2, 2]); // → Tensor([[1, 2], [1, 2]])
 * ```
 *
 * @see torch.broadcast_to
 */
export function broadcastTo(x: Tensor, shape: readonly number[]): Tensor {
  assertTensor("broadcastTo", "the input", x);
  assertIntegers("broadcastTo", "size", shape);
  return expanded("broadcastTo", x, shape);
}

/**
 * Copies the whole tensor several times: `repeats[i]` copies follow each other along dimension i.
 *
 * @param repeats - a list of numbers, or the numbers one by one. More numbers than dimensions add leading dimensions.
 * @throws ArgumentError for fewer numbers than dimensions, or a negative one.
 *
 * @example
 * ```ts
 * repeat(tensor([1, 2]), 2, 2); // → Tensor([[1, 2, 1, 2], [1, 2, 1, 2]])
 * ```
 *
 * @see torch.Tensor.repeat
 */
export function repeat(x: Tensor, ...repeats: Integers): Tensor {
  assertTensor("repeat", "the input", x);
  const counts = integersOf("repeat", "number of repeats", repeats);
  if (counts.length < x.ndim) {
    throw new ArgumentError("repeat", `${counts.length} numbers for the shape ${formatShape(x.shape)}`, {
      rule: "every dimension needs one",
      remedy: "use tile, which repeats the last dimensions",
    });
  }
  return repeated("repeat", x, counts);
}

/**
 * Copies the whole tensor several times, as {@link repeat} does. Numbers that are missing, those of the leading
 * dimensions, are 1.
 *
 * @param repeats - a list of numbers, or the numbers one by one.
 * @throws ArgumentError for a negative number.
 *
 * @example
 * ```ts
 * tile(tensor([[1], [2]]), 2); // → Tensor([[1, 1], [2, 2]])
 * ```
 *
 * @see torch.tile
 */
export function tile(x: Tensor, ...repeats: Integers): Tensor {
  assertTensor("tile", "the input", x);
  const counts = integersOf("tile", "number of repeats", repeats);
  return repeated("tile", x, [...new Array<number>(Math.max(0, x.ndim - counts.length)).fill(1), ...counts]);
}

function repeated(operation: string, x: Tensor, counts: readonly number[]): Tensor {
  for (const count of counts) {
    if (count < 0) {
      throw new ArgumentError(operation, `${count} repeats in ${formatShape(counts)}`, { rule: "0 or more" });
    }
  }
  const missing = counts.length - x.ndim;
  const sizes = counts.map((_, axis) => (axis < missing ? 1 : x.shape[axis - missing]!));
  const shape = sizes.map((size, axis) => size * counts[axis]!);
  assertElementCount(operation, shape);
  const apart = viewed(
    x,
    sizes.flatMap((size) => [1, size]),
  );
  const all = callView(expandView, apart, { shape: sizes.flatMap((size, axis) => [counts[axis]!, size]) });
  // If every number is 1, a view would suffice, but PyTorch makes a copy here, too.
  return viewed(copied(operation, all), shape);
}
