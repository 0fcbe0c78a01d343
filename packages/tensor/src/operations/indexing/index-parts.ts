/**
 * What the indices of `at` mean for a tensor: a view, and the axes of that view that index tensors select from.
 *
 * @module
 */
import { ArgumentError, DTypeError, describeValue, formatShape, ShapeError } from "@lucid/backend";
import { callView, reshapeView, sliceView } from "../../primitives/views.js";
import { assertOwnCopy } from "../../tensor/copies.js";
import { Tensor } from "../../tensor/tensor.js";
import { assertInteger } from "../internal/checks.js";
import { positionOf } from "../internal/views.js";
import type { Index, IndexList, Slice } from "./slice.js";

/** Axes of a view from which an index tensor selects. */
export interface Pick {
  /** The first of these axes in the view. */
  readonly axis: number;
  /** The sizes of these axes: one axis for an index tensor, as many as it has dimensions for a mask. */
  readonly sizes: readonly number[];
  /** int32 positions along one axis, or a bool mask of all of them. */
  readonly index: Tensor;
}

/** What is left of a list of indices after everything that a view can do. */
export interface Picked {
  readonly view: Tensor;
  /** The index tensors and masks, in ascending order of their axes. */
  readonly picks: readonly Pick[];
}

/** Positions along an axis, in the form that the slice primitive takes. */
interface Range {
  readonly start: number;
  readonly step: number;
  readonly size: number;
}

const isList = (index: Index): index is IndexList => Array.isArray(index);

/**
 * Applies the indices that a view can do, and lists the index tensors and masks that remain. It reads no elements.
 *
 * @throws IndexOutOfRangeError, ArgumentError, ShapeError or DTypeError for indices that do not fit.
 * @internal
 */
export function pickedBy(operation: string, x: Tensor, indices: readonly Index[]): Picked {
  const { shape } = x;
  const items = withoutEllipsis(
    operation,
    x,
    indices.map((index) => prepared(operation, x, index)),
  );
  const ranges: Range[] = [];
  const sizes: number[] = [];
  const picks: Pick[] = [];
  for (const item of items) {
    const axis = ranges.length;
    if (item === null) sizes.push(1);
    else if (typeof item === "number") {
      ranges.push({ start: positionOf(operation, item, shape[axis]!), step: 1, size: 1 });
    } else if (item instanceof Tensor) {
      const span = shape.slice(axis, axis + spanOf(item));
      if (item.dtype === "bool") assertMask(operation, x, item, axis);
      picks.push({ axis: sizes.length, sizes: span, index: item });
      for (const size of span) {
        ranges.push({ start: 0, step: 1, size });
        sizes.push(size);
      }
    } else {
      const range = rangeOf(operation, item, shape[axis]!);
      ranges.push(range);
      sizes.push(range.size);
    }
  }
  return { view: viewOf(x, ranges, sizes), picks };
}

function viewOf(x: Tensor, ranges: readonly Range[], sizes: readonly number[]): Tensor {
  const part = callView(sliceView, x, {
    starts: ranges.map(({ start }) => start),
    steps: ranges.map(({ step }) => step),
    sizes: ranges.map(({ size }) => size),
  });
  // Positions remove their axis, and null adds one.
  const same = sizes.length === part.ndim && sizes.every((size, axis) => size === part.shape[axis]);
  return same ? part : callView(reshapeView, part, { shape: sizes });
}

/** An index after its checks: a number, a slice, an int32 or bool tensor, null or "...". */
type Prepared = number | Slice | Tensor | null | "...";

function prepared(operation: string, x: Tensor, index: Index): Prepared {
  if (index === null || index === "..." || typeof index === "number") return index;
  if (isList(index)) {
    const dtype = listKind(operation, index) === "bool" ? "bool" : "int32";
    return new Tensor(index, { dtype, backend: x.backend });
  }
  if (index instanceof Tensor) {
    if (index.dtype === "int32" || (index.dtype === "bool" && index.ndim > 0)) return index;
    if (index.dtype === "bool") {
      throw new ShapeError(operation, "the mask has no dimensions: []", [[]], {
        rule: "a mask stands for one dimension or more",
      });
    }
    throw new DTypeError(operation, `a ${index.dtype} tensor is no index`, [index.dtype], {
      rule: "index tensors are int32 (positions) or bool (a mask)",
      remedy:
        index.dtype === "uint8"
          ? 'convert a mask with .to("bool") and positions with .to("int32")'
          : 'make positions with tensor([0, 1, 2], { dtype: "int32" }), or convert them: .to("int32")',
    });
  }
  if (typeof index === "object" && "step" in index) return index;
  assertOwnCopy(operation, index);
  throw new ArgumentError(operation, `${describeValue(index)} is no index`, {
    rule: 'an index is an integer, slice(…), "...", null, a tensor or a list',
  });
}

function listKind(operation: string, list: IndexList): "bool" | "int" | undefined {
  let kind: "bool" | "int" | undefined;
  for (const item of list) {
    let own: "bool" | "int" | undefined;
    if (Array.isArray(item)) own = listKind(operation, item);
    else if (typeof item === "boolean") own = "bool";
    else {
      assertInteger(operation, "index", item);
      own = "int";
    }
    if (kind !== undefined && own !== undefined && own !== kind) {
      throw new ArgumentError(operation, "a list of indices mixes numbers and booleans");
    }
    kind ??= own;
  }
  return kind;
}

/** Returns how many axes of the tensor an index takes up. */
function spanOf(item: Exclude<Prepared, "...">): number {
  if (item === null) return 0;
  return item instanceof Tensor && item.dtype === "bool" ? item.ndim : 1;
}

/** Completes the indices: full slices stand for the axes that were left out. */
function withoutEllipsis(
  operation: string,
  x: Tensor,
  items: readonly Prepared[],
): readonly Exclude<Prepared, "...">[] {
  let named = 0;
  for (const item of items) if (item !== "...") named += spanOf(item);
  const missing = x.ndim - named;
  if (missing < 0) {
    throw new ArgumentError(operation, `indices for ${named} dimensions of the shape ${formatShape(x.shape)}`, {
      rule: `there are ${x.ndim}`,
    });
  }
  const all = new Array<Slice>(missing).fill({ start: undefined, stop: undefined, step: 1 });
  const place = items.indexOf("...");
  if (place !== items.lastIndexOf("...")) {
    throw new ArgumentError(operation, '"..." appears twice', {
      rule: "it stands for all dimensions that are not named",
    });
  }
  const rest = items.filter((item): item is Exclude<Prepared, "..."> => item !== "...");
  const at = place < 0 ? rest.length : place;
  return [...rest.slice(0, at), ...all, ...rest.slice(at)];
}

function assertMask(operation: string, x: Tensor, mask: Tensor, axis: number): void {
  if (mask.shape.every((size, i) => size === x.shape[axis + i])) return;
  throw new ShapeError(
    operation,
    `the mask ${formatShape(mask.shape)} does not fit ${formatShape(x.shape)} at dim ${axis}`,
    [mask.shape, x.shape],
    { rule: "a mask must have the sizes of the dimensions that it stands for" },
  );
}

/** Returns the positions that a slice selects, by the rules of Python. */
function rangeOf(operation: string, { start, stop, step }: Slice, size: number): Range {
  if (start !== undefined) assertInteger(operation, "start", start);
  if (stop !== undefined) assertInteger(operation, "stop", stop);
  assertInteger(operation, "step", step);
  if (step === 0) throw new ArgumentError(operation, "the step of a slice is 0", { rule: "the step must not be 0" });
  const low = step > 0 ? 0 : -1;
  const high = step > 0 ? size : size - 1;
  const place = (given: number | undefined, otherwise: number): number =>
    given === undefined ? otherwise : Math.min(Math.max(given < 0 ? given + size : given, low), high);
  const first = place(start, step > 0 ? low : high);
  const end = place(stop, step > 0 ? high : low);
  return { start: first, step, size: Math.max(0, Math.ceil((end - first) / step)) };
}
