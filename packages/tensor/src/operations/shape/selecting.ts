/**
 * Selecting parts of a tensor, and changing the order of its elements along a dimension. All results are views but
 * those of `roll`.
 *
 * @module
 */
import { ArgumentError, formatShape, IndexOutOfRangeError, type OptionNames } from "@lucid/backend";
import { owned } from "../../memory/ownership.js";
import { callView, sliceView, unfoldView } from "../../primitives/views.js";
import { callConcatenate } from "../../primitives/writing.js";
import { Tensor } from "../../tensor/tensor.js";
import { add } from "../elementwise/arithmetic.js";
import { lt } from "../elementwise/comparison.js";
import { where } from "../elementwise/where.js";
import { indexSelect } from "../indexing/gathering.js";
import { readArguments } from "../internal/arguments.js";
import {
  assertCount,
  assertHasDims,
  assertIndices,
  assertInteger,
  assertRank,
  assertTensor,
} from "../internal/checks.js";
import { type Dims, dimOf, distinctDims } from "../internal/dims.js";
import { type Integers, assertIntegers, integersOf } from "../internal/shapes.js";
import { copied, indexTensor, positionOf, reshaped, selected, sliced, viewed } from "../internal/views.js";

/**
 * Selects `length` slices along `dim`, beginning at `start`. The result is a view.
 *
 * @param start - the first position; a negative one counts from the end. It may be an int32 tensor without dimensions:
 * its value is not read, so it may be the result of other operations, and the result is a copy.
 * @throws IndexOutOfRangeError if the slices do not lie within the dimension.
 *
 * @example
 * ```ts
 * narrow(tensor([1, 2, 3, 4]), 0, 1, 2); // → Tensor([2, 3])
 * ```
 *
 * @see torch.narrow
 */
export function narrow(x: Tensor, dim: number, start: number | Tensor, length: number): Tensor {
  assertTensor("narrow", "the input", x);
  assertHasDims("narrow", x);
  const at = dimOf("narrow", dim, x.ndim);
  const size = x.shape[at]!;
  if (start instanceof Tensor) return narrowFrom(x, at, start, length);
  assertInteger("narrow", "start", start);
  assertCount("narrow", "length", length);
  if (start < -size || start > size) throw new IndexOutOfRangeError("narrow", start, size, { what: "start" });
  const first = start < 0 ? start + size : start;
  if (first + length > size) {
    throw new IndexOutOfRangeError("narrow", first + length, size, {
      what: "end",
      rule: `start ${first} + length ${length} must not exceed the size of the dimension`,
    });
  }
  return sliced(x, at, first, length);
}

/** Selects slices from a position that a tensor holds. */
function narrowFrom(x: Tensor, at: number, start: Tensor, length: number): Tensor {
  assertIndices("narrow", start);
  assertRank("narrow", "start", start, 0);
  assertCount("narrow", "length", length);
  const size = x.shape[at]!;
  if (length > size) {
    throw new IndexOutOfRangeError("narrow", length, size, {
      what: "length",
      rule: "it must not exceed the size of the dimension",
    });
  }
  return owned(() => {
    const first = where(lt(start, 0), add(start, size), start);
    const steps = indexTensor(x.backend, [...new Array<number>(length).keys()]);
    return indexSelect(x, at, add(viewed(first, [1]), steps));
  });
}

/**
 * Selects the slice at one position of a dimension, and removes the dimension. The result is a view.
 *
 * @param index - the position; a negative one counts from the end.
 * @throws IndexOutOfRangeError if there is no such dimension or position.
 *
 * @example
 * ```ts
 * select(tensor([[1, 2], [3, 4]]), 1, -1); // → Tensor([2, 4])
 * ```
 *
 * @see torch.select
 */
export function select(x: Tensor, dim: number, index: number): Tensor {
  assertTensor("select", "the input", x);
  assertHasDims("select", x);
  const at = dimOf("select", dim, x.ndim);
  return selected(x, at, positionOf("select", index, x.shape[at]!));
}

/**
 * Reverses the order of the elements along some dimensions. The result is a view.
 *
 * @param dims - the dimensions, as a list or one by one.
 * @throws ArgumentError if a dimension appears twice; IndexOutOfRangeError if there is no such dimension.
 *
 * @example
 * ```ts
 * flip(tensor([[1, 2], [3, 4]]), 1); // → Tensor([[2, 1], [4, 3]])
 * ```
 *
 * @see torch.flip
 */
export function flip(x: Tensor, ...dims: Integers): Tensor {
  assertTensor("flip", "the input", x);
  if (dims.length === 0) {
    throw new ArgumentError("flip", "no dim is given", { remedy: "name the dimensions to reverse: flip(x, 0)" });
  }
  const reversed = distinctDims("flip", integersOf("flip", "dim", dims), x.ndim);
  const { shape } = x;
  return callView(sliceView, x, {
    starts: shape.map((size, dim) => (reversed.includes(dim) ? size - 1 : 0)),
    steps: shape.map((_, dim) => (reversed.includes(dim) ? -1 : 1)),
    sizes: shape,
  });
}

/** Options of {@link roll}. */
export interface RollOptions {
  /**
   * The dimensions along which elements move, one for every shift; default: the tensor is rolled as if it were flat.
   */
  readonly dims?: Dims;
}

const rollOptionNames: OptionNames<RollOptions> = { dims: true };

/**
 * Moves the elements along dimensions. What leaves at the end comes in at the beginning.
 *
 * @param shifts - by how many positions, for every dimension; a negative shift moves towards the beginning.
 * @param dims - the dimensions; left out, the tensor is rolled as if it were flat.
 * @throws ArgumentError unless there is one shift for every dimension.
 *
 * @example
 * ```ts
 * roll(tensor([1, 2, 3, 4]), 1); // → Tensor([4, 1, 2, 3])
 * roll(tensor([[1, 2], [3, 4]]), 1, 0); // → Tensor([[3, 4], [1, 2]])
 * ```
 *
 * @see torch.roll
 */
export function roll(x: Tensor, shifts: number | readonly number[], dims?: Dims | RollOptions): Tensor {
  assertTensor("roll", "the input", x);
  const counts = typeof shifts === "number" ? [shifts] : shifts;
  assertIntegers("roll", "shift", counts);
  const given = readArguments<RollOptions>("roll", [dims], ["dims"], rollOptionNames).dims;
  if (given === undefined && counts.length === 1) {
    return owned(() => reshaped("roll", rolled(reshaped("roll", x, [x.numel()]), 0, counts[0]!), x.shape));
  }
  const named = given === undefined ? [] : typeof given === "number" ? [given] : given;
  assertIntegers("roll", "dim", named);
  if (named.length !== counts.length) {
    throw new ArgumentError("roll", `${counts.length} shifts for ${named.length} dims`, {
      rule: "every dimension needs one shift",
    });
  }
  const places = named.map((dim) => dimOf("roll", dim, x.ndim));
  if (x.ndim === 0 || places.length === 0) return copied("roll", x);
  return owned(() => places.reduce((result, dim, i) => rolled(result, dim, counts[i]!), x));
}

function rolled(x: Tensor, dim: number, shift: number): Tensor {
  const size = x.shape[dim]!;
  if (size === 0) return copied("roll", x);
  const moved = ((shift % size) + size) % size;
  return callConcatenate([sliced(x, dim, size - moved, moved), sliced(x, dim, 0, size - moved)], dim);
}

/**
 * Takes windows along a dimension. The result is a view, in which overlapping windows share elements.
 *
 * Shapes: `(…, n, …) → (…, ⌊(n − size) / step⌋ + 1, …, size)`. A tensor without dimensions counts as one element and
 * gives `(size)`.
 *
 * @param size - how many elements a window has.
 * @param step - the distance from one window to the next.
 * @throws ArgumentError if a window is larger than the dimension or `step` < 1.
 *
 * @example
 * ```ts
 * unfold(tensor([1, 2, 3, 4]), 0, 2, 1); // → Tensor([[1, 2], [2, 3], [3, 4]])
 * ```
 *
 * @see torch.Tensor.unfold
 */
export function unfold(x: Tensor, dim: number, size: number, step: number): Tensor {
  assertTensor("unfold", "the input", x);
  const at = dimOf("unfold", dim, x.ndim);
  assertCount("unfold", "size", size);
  assertCount("unfold", "step", step, 1);
  const length = x.ndim === 0 ? 1 : x.shape[at]!;
  if (size > length) {
    throw new ArgumentError("unfold", `a window of ${size} in dim ${at} of ${formatShape(x.shape)}`, {
      rule: `a window must not be larger than the dimension (${length})`,
    });
  }
  if (x.ndim === 0) return sliced(viewed(x, [1]), 0, 0, size);
  return callView(unfoldView, x, { axis: at, size, step });
}

/**
 * Copies `length` slices along `dim`, beginning at `start`. {@link narrow} gives a view.
 *
 * @param start - the first position; a negative one counts from the end.
 * @throws IndexOutOfRangeError if the slices do not lie within the dimension.
 *
 * @example
 * ```ts
 * narrowCopy(tensor([1, 2, 3, 4]), 0, 1, 2); // → Tensor([2, 3])
 * ```
 *
 * @see torch.narrow_copy
 */
export function narrowCopy(x: Tensor, dim: number, start: number, length: number): Tensor {
  assertTensor("narrowCopy", "the input", x);
  return owned(() => copied("narrowCopy", narrow(x, dim, start, length)));
}
