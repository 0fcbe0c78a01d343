/**
 * Writing into a part of a copy: a diagonal, a slice, or one position of a dimension.
 *
 * @module
 */
import {
  ArgumentError,
  type Attributes,
  checkOptions,
  constant,
  equalShapes,
  formatShape,
  type OptionNames,
  ShapeError,
} from "@lucid/backend";
import { owned } from "../../memory/ownership.js";
import { callGenerate, converted } from "../../primitives/map.js";
import type { ViewName } from "../../primitives/view-steps.js";
import { applyViews, callView, diagonalView, permuteView, reshapeView, sliceView } from "../../primitives/views.js";
import { callAssign } from "../../primitives/writing.js";
import type { Tensor } from "../../tensor/tensor.js";
import { readArguments } from "../internal/arguments.js";
import { assertInteger, assertTensor } from "../internal/checks.js";
import { dimOf, distinctDims, everyDim } from "../internal/dims.js";
import { assertElementCount } from "../internal/shapes.js";
import { positionOf, reshaped } from "../internal/views.js";
import type { DiagonalOptions } from "./diagonals.js";

type Step = { readonly view: ViewName; readonly attributes: Attributes };

const diagonalOptionNames: OptionNames<DiagonalOptions> = { offset: true, dim1: true, dim2: true };

/** Replaces the part of a copy of x to which steps lead. */
function embedded(operation: string, x: Tensor, source: Tensor, steps: readonly Step[]): Tensor {
  const part = applyViews(x.layout, steps as never).shape;
  if (!equalShapes(part, source.shape)) {
    throw new ShapeError(operation, `the source is ${formatShape(source.shape)}`, [x.shape, source.shape], {
      rule: `it has the shape of what it replaces, ${formatShape(part)}`,
    });
  }
  return owned(() => callAssign(x, converted(operation, source, x.dtype), steps as never));
}

function assertBoth(operation: string, x: Tensor, source: Tensor): void {
  assertTensor(operation, "the input", x);
  assertTensor(operation, "the source", source);
}

/**
 * Replaces a diagonal of a copy of the tensor.
 *
 * @param source - what the diagonal becomes; it has the shape that `diagonal` gives.
 * @param offset - which diagonal: 0 is the main one, positive numbers lie above it, negative ones below.
 * @param dim1 - the dimension of the rows; default 0.
 * @param dim2 - the dimension of the columns; default 1.
 * @throws ShapeError unless the source has the shape of the diagonal.
 *
 * @example
 * ```ts
 * diagonalScatter(zeros([2, 2]), tensor([5, 6])); // → Tensor([[5, 0], [0, 6]])
 * ```
 *
 * @see torch.diagonal_scatter
 */
export function diagonalScatter(
  x: Tensor,
  source: Tensor,
  ...args:
    | readonly [offset?: number | undefined, dim1?: number | undefined, dim2?: number | undefined]
    | readonly [options: DiagonalOptions]
): Tensor {
  assertBoth("diagonalScatter", x, source);
  const { offset, axis1, axis2 } = diagonalOf("diagonalScatter", args, [0, 1], x.ndim);
  return embedded("diagonalScatter", x, source, [{ view: diagonalView.name, attributes: { offset, axis1, axis2 } }]);
}

function diagonalOf(
  operation: string,
  args: readonly unknown[],
  otherwise: readonly [number, number],
  rank: number,
): { readonly offset: number; readonly axis1: number; readonly axis2: number } {
  const given = readArguments<DiagonalOptions>(operation, args, ["offset", "dim1", "dim2"], diagonalOptionNames);
  const { offset = 0, dim1 = otherwise[0], dim2 = otherwise[1] } = given;
  assertInteger(operation, "offset", offset);
  const [axis1, axis2] = distinctDims(operation, [dim1, dim2], rank) as readonly [number, number];
  return { offset, axis1, axis2 };
}

/**
 * Makes matrices that have the last dimension on a diagonal and zeros elsewhere.
 *
 * Shapes: `(…, n) → (…, n, n)` for the main diagonal.
 *
 * @param offset - which diagonal: 0 is the main one, positive numbers lie above it, negative ones below.
 * @param dim1 - the dimension of the rows in the result; default −2.
 * @param dim2 - the dimension of the columns in the result; default −1.
 * @throws ArgumentError if both dimensions are the same; IndexOutOfRangeError if there is no such dimension.
 *
 * @example
 * ```ts
 * diagEmbed(tensor([1, 2])); // → Tensor([[1, 0], [0, 2]])
 * ```
 *
 * @see torch.diag_embed
 */
export function diagEmbed(
  x: Tensor,
  ...args:
    | readonly [offset?: number | undefined, dim1?: number | undefined, dim2?: number | undefined]
    | readonly [options: DiagonalOptions]
): Tensor {
  assertTensor("diagEmbed", "the input", x);
  const { offset, axis1, axis2 } = diagonalOf("diagEmbed", args, [-2, -1], x.ndim + 1);
  const size = (x.shape[x.ndim - 1] ?? 1) + Math.abs(offset);
  const batch = x.shape.slice(0, -1);
  assertElementCount("diagEmbed", [...batch, size, size]);
  return owned(() => {
    const matrices = callGenerate("diagEmbed", x.backend, [...batch, size, size], constant(0, x.dtype));
    const attributes = { offset, axis1: batch.length, axis2: batch.length + 1 };
    const filled = callAssign(matrices, x, [{ view: diagonalView.name, attributes }]);
    let next = 0;
    const axes = everyDim(x.ndim + 1).map((dim) =>
      dim === axis1 ? batch.length : dim === axis2 ? batch.length + 1 : next++,
    );
    return callView(permuteView, filled, { axes });
  });
}

/** Options of {@link diagflat}. */
export interface DiagflatOptions {
  /** Which diagonal: 0 is the main one, positive numbers lie above it, negative ones below; default 0. */
  readonly offset?: number;
}

const diagflatOptionNames: OptionNames<DiagflatOptions> = { offset: true };

/**
 * Makes a matrix that has all elements of a tensor on a diagonal and zeros elsewhere.
 *
 * Shapes: n elements → `(n, n)` for the main diagonal.
 *
 * @param offset - which diagonal: 0 is the main one, positive numbers lie above it, negative ones below.
 *
 * @example
 * ```ts
 * diagflat(tensor([[1, 2]])); // → Tensor([[1, 0], [0, 2]])
 * ```
 *
 * @see torch.diagflat
 */
export function diagflat(x: Tensor, offset?: number | DiagflatOptions): Tensor {
  assertTensor("diagflat", "the input", x);
  const given = readArguments<DiagflatOptions>("diagflat", [offset], ["offset"], diagflatOptionNames);
  return owned(() => diagEmbed(reshaped("diagflat", x, [x.numel()]), given.offset ?? 0));
}

/**
 * Replaces the slice at one position of a dimension, in a copy of the tensor.
 *
 * @param source - what the slice becomes; it has the shape that `select` gives.
 * @param index - the position; a negative one counts from the end.
 * @throws ShapeError unless the source has the shape of the slice; IndexOutOfRangeError if there is no such dimension
 * or position.
 *
 * @example
 * ```ts
 * selectScatter(zeros([2, 2]), tensor([5, 6]), 0, 1); // → Tensor([[0, 0], [5, 6]])
 * ```
 *
 * @see torch.select_scatter
 */
export function selectScatter(x: Tensor, source: Tensor, dim: number, index: number): Tensor {
  assertBoth("selectScatter", x, source);
  const at = dimOf("selectScatter", dim, x.ndim);
  const start = positionOf("selectScatter", index, x.shape[at] ?? 0);
  const shape = x.shape.filter((_, axis) => axis !== at);
  return embedded("selectScatter", x, source, [
    sliceStep(x, at, start, 1, 1),
    { view: reshapeView.name, attributes: { shape } },
  ]);
}

function sliceStep(x: Tensor, at: number, start: number, size: number, step: number): Step {
  const attributes = {
    starts: x.shape.map((_, axis) => (axis === at ? start : 0)),
    steps: x.shape.map((_, axis) => (axis === at ? step : 1)),
    sizes: x.shape.map((length, axis) => (axis === at ? size : length)),
  };
  return { view: sliceView.name, attributes };
}

/** Options of {@link sliceScatter}. */
export interface SliceScatterOptions {
  /** The dimension; default 0. */
  readonly dim?: number;
  /** The first position; a negative one counts from the end. Default 0. */
  readonly start?: number | null;
  /** The position after the last one; default the size of the dimension. */
  readonly end?: number | null;
  /** The distance between positions; default 1. */
  readonly step?: number;
}

const sliceScatterOptionNames: OptionNames<SliceScatterOptions> = { dim: true, start: true, end: true, step: true };

/**
 * Replaces slices along a dimension, in a copy of the tensor.
 *
 * @param source - what the slices become; it has the shape of the slice `start … end` in steps of `step`.
 * @param options - `dim` (default 0), `start`, `end` and `step`, as for a slice.
 * @throws ShapeError unless the source has the shape of the slice; IndexOutOfRangeError if there is no such dimension.
 *
 * @example
 * ```ts
 * sliceScatter(zeros([4]), tensor([5, 6]), { start: 0, end: 4, step: 2 }); // → Tensor([5, 0, 6, 0])
 * ```
 *
 * @see torch.slice_scatter
 */
export function sliceScatter(x: Tensor, source: Tensor, options?: SliceScatterOptions): Tensor {
  assertBoth("sliceScatter", x, source);
  checkOptions("sliceScatter", options, sliceScatterOptionNames);
  const { dim = 0, start, end, step = 1 } = options ?? {};
  const at = dimOf("sliceScatter", dim, x.ndim);
  const length = x.shape[at] ?? 0;
  assertInteger("sliceScatter", "step", step);
  if (step < 1) throw new ArgumentError("sliceScatter", `step is ${step}`, { rule: "a step is 1 or more" });
  const bound = (what: string, given: number | null | undefined, otherwise: number): number => {
    if (given === undefined || given === null) return otherwise;
    assertInteger("sliceScatter", what, given);
    return Math.min(Math.max(given < 0 ? given + length : given, 0), length);
  };
  const first = bound("start", start, 0);
  const last = Math.max(first, bound("end", end, length));
  return embedded("sliceScatter", x, source, [sliceStep(x, at, first, Math.ceil((last - first) / step), step)]);
}
