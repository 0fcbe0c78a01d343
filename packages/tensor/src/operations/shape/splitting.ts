/**
 * Splitting a tensor along a dimension. All parts are views of it.
 *
 * @module
 */
import { ArgumentError, formatShape, ShapeError } from "@lucid/backend";
import type { Tensor } from "../../tensor/tensor.js";
import { type DimOptions, dimArgument } from "../internal/arguments.js";
import { assertCount, assertHasDims, assertTensor } from "../internal/checks.js";
import { dimOf } from "../internal/dims.js";
import { assertIntegers } from "../internal/shapes.js";
import { selected, sliced } from "../internal/views.js";

/** Returns the dimension to split along: 0 unless another one is given. */
function splitDim(operation: string, x: Tensor, dim: number | DimOptions | undefined): number {
  assertTensor(operation, "the input", x);
  assertHasDims(operation, x);
  return dimOf(operation, dimArgument(operation, dim, 0), x.ndim);
}

/**
 * Splits a tensor along a dimension. The parts are views.
 *
 * @param sizes - the size of every part, of which the last one may be smaller; or a list with the size of each part.
 * @param dim - the dimension; default 0.
 * @throws ArgumentError if a size is not positive or the sizes do not add up to the dimension.
 *
 * @example
 * ```ts
 * split(tensor([1, 2, 3]), 2); // → [Tensor([1, 2]), Tensor([3])]
 * split(tensor([1, 2, 3]), [1, 2]); // → [Tensor([1]), Tensor([2, 3])]
 * ```
 *
 * @see torch.split
 */
export function split(x: Tensor, sizes: number | readonly number[], dim?: number | DimOptions): readonly Tensor[] {
  const at = splitDim("split", x, dim);
  const length = x.shape[at]!;
  if (typeof sizes !== "number") {
    assertIntegers("split", "size", sizes);
    for (const size of sizes) assertCount("split", "size", size);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    if (total !== length) {
      throw new ArgumentError("split", `the sizes ${formatShape(sizes)} add up to ${total}`, {
        rule: `they must add up to dim ${at} of ${formatShape(x.shape)} (${length})`,
      });
    }
    return partsOf(x, at, sizes);
  }
  assertCount("split", "size", sizes, length === 0 ? 0 : 1);
  return partsOf(x, at, equalParts(length, sizes, Math.max(1, Math.ceil(length / Math.max(sizes, 1)))));
}

/**
 * Splits a tensor along a dimension into at most `chunks` parts of equal size, of which the last one may be smaller.
 * The parts are views.
 *
 * @param dim - the dimension; default 0.
 * @throws ArgumentError unless `chunks` is an integer ≥ 1.
 *
 * @example
 * ```ts
 * chunk(tensor([1, 2, 3, 4, 5]), 2); // → [Tensor([1, 2, 3]), Tensor([4, 5])]
 * ```
 *
 * @see torch.chunk
 */
export function chunk(x: Tensor, chunks: number, dim?: number | DimOptions): readonly Tensor[] {
  const at = splitDim("chunk", x, dim);
  assertCount("chunk", "the number of chunks", chunks, 1);
  const length = x.shape[at]!;
  const size = Math.ceil(length / chunks);
  return partsOf(x, at, equalParts(length, size, length === 0 ? chunks : Math.ceil(length / size)));
}

function equalParts(length: number, size: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => Math.min(size, length - i * size));
}

function partsOf(x: Tensor, dim: number, sizes: readonly number[]): readonly Tensor[] {
  let start = 0;
  return sizes.map((size) => {
    const part = sliced(x, dim, start, size);
    start += size;
    return part;
  });
}

/**
 * Splits a tensor into its slices along a dimension, and removes the dimension. The slices are views.
 *
 * @param dim - the dimension; default 0.
 * @throws IndexOutOfRangeError if there is no such dimension.
 *
 * @example
 * ```ts
 * unbind(tensor([[1, 2], [3, 4]])); // → [Tensor([1, 2]), Tensor([3, 4])]
 * ```
 *
 * @see torch.unbind
 */
export function unbind(x: Tensor, dim?: number | DimOptions): readonly Tensor[] {
  const at = splitDim("unbind", x, dim);
  return Array.from({ length: x.shape[at]! }, (_, i) => selected(x, at, i));
}

/**
 * Splits a tensor into parts of the given sizes along a dimension. The parts are views.
 *
 * @param dim - the dimension; default 0.
 * @throws ArgumentError if the sizes do not add up to the dimension.
 *
 * @example
 * ```ts
 * splitWithSizes(tensor([1, 2, 3]), [1, 2]); // → [Tensor([1]), Tensor([2, 3])]
 * ```
 *
 * @see torch.split_with_sizes
 */
export function splitWithSizes(x: Tensor, sizes: readonly number[], dim?: number | DimOptions): readonly Tensor[] {
  assertIntegers("splitWithSizes", "size", sizes);
  return split(x, sizes, dim);
}

/**
 * Splits a tensor along a dimension: into a number of parts, of which the first ones may be larger by one; or before
 * the positions in a list. The parts are views.
 *
 * @param indicesOrSections - the number of parts; or a list of positions, of which negative ones count from the end.
 * @param dim - the dimension; default 0.
 * @throws ArgumentError unless the number of parts is an integer ≥ 1, or the positions are integers.
 *
 * @example
 * ```ts
 * tensorSplit(tensor([1, 2, 3]), 2); // → [Tensor([1, 2]), Tensor([3])]
 * tensorSplit(tensor([1, 2, 3]), [1]); // → [Tensor([1]), Tensor([2, 3])]
 * ```
 *
 * @see torch.tensor_split
 */
export function tensorSplit(
  x: Tensor,
  indicesOrSections: number | readonly number[],
  dim?: number | DimOptions,
): readonly Tensor[] {
  const at = splitDim("tensorSplit", x, dim);
  return splitAt("tensorSplit", x, indicesOrSections, at);
}

function splitAt(operation: string, x: Tensor, places: number | readonly number[], at: number): readonly Tensor[] {
  const length = x.shape[at]!;
  if (typeof places === "number") {
    assertCount(operation, "the number of parts", places, 1);
    const size = Math.floor(length / places);
    return partsOf(
      x,
      at,
      Array.from({ length: places }, (_, i) => size + (i < length % places ? 1 : 0)),
    );
  }
  assertIntegers(operation, "position", places);
  const bounds = [
    0,
    ...places.map((place) => Math.min(Math.max(place < 0 ? place + length : place, 0), length)),
    length,
  ];
  return bounds.slice(1).map((end, i) => sliced(x, at, bounds[i]!, Math.max(0, end - bounds[i]!)));
}

/** Splits along a dimension that the tensor must have. A number of parts must divide it. */
function splitEvenly(
  operation: string,
  x: Tensor,
  places: number | readonly number[],
  at: number,
  rank: number,
): readonly Tensor[] {
  assertTensor(operation, "the input", x);
  if (x.ndim < rank) {
    throw new ShapeError(operation, `the shape is ${formatShape(x.shape)}`, [x.shape], {
      rule: `at least ${rank} ${rank === 1 ? "dimension is" : "dimensions are"} needed`,
    });
  }
  if (typeof places === "number" && places > 0 && x.shape[at]! % places !== 0) {
    throw new ArgumentError(operation, `${places} parts of dim ${at} of ${formatShape(x.shape)}`, {
      rule: "the number of parts divides the dimension",
      remedy: "use tensorSplit, whose parts may differ",
    });
  }
  return splitAt(operation, x, places, at);
}

/**
 * Splits a tensor along its second dimension, or a vector along its only one. The parts are views.
 *
 * @param indicesOrSections - the number of parts, which divides the dimension; or a list of positions.
 * @throws ArgumentError if the number does not divide the dimension; ShapeError for a tensor without dimensions.
 *
 * @example
 * ```ts
 * hsplit(tensor([[1, 2], [3, 4]]), 2); // → [Tensor([[1], [3]]), Tensor([[2], [4]])]
 * ```
 *
 * @see torch.hsplit
 */
export function hsplit(x: Tensor, indicesOrSections: number | readonly number[]): readonly Tensor[] {
  assertTensor("hsplit", "the input", x);
  return splitEvenly("hsplit", x, indicesOrSections, x.ndim === 1 ? 0 : 1, 1);
}

/**
 * Splits a tensor of two or more dimensions along the first one. The parts are views.
 *
 * @param indicesOrSections - the number of parts, which divides the dimension; or a list of positions.
 * @throws ArgumentError if the number does not divide the dimension; ShapeError for fewer than two dimensions.
 *
 * @example
 * ```ts
 * vsplit(tensor([[1, 2], [3, 4]]), 2); // → [Tensor([[1, 2]]), Tensor([[3, 4]])]
 * ```
 *
 * @see torch.vsplit
 */
export function vsplit(x: Tensor, indicesOrSections: number | readonly number[]): readonly Tensor[] {
  return splitEvenly("vsplit", x, indicesOrSections, 0, 2);
}

/**
 * Splits a tensor of three or more dimensions along the third one. The parts are views.
 *
 * @param indicesOrSections - the number of parts, which divides the dimension; or a list of positions.
 * @throws ArgumentError if the number does not divide the dimension; ShapeError for fewer than three dimensions.
 *
 * @example
 * ```ts
 * dsplit(tensor([[[1, 2]]]), 2); // → [Tensor([[[1]]]), Tensor([[[2]]])]
 * ```
 *
 * @see torch.dsplit
 */
export function dsplit(x: Tensor, indicesOrSections: number | readonly number[]): readonly Tensor[] {
  return splitEvenly("dsplit", x, indicesOrSections, 2, 3);
}
