/**
 * What the indices of `at` mean for a tensor of some shape: a view, and picks by index tensors in that view.
 *
 * @module
 */
import { ArgumentError, DTypeError, formatShape, ShapeError } from "@lucid/backend";
import { callView, reshapeView, sliceView } from "../primitives/views.js";
import { assertOwnCopy } from "../tensor/copies.js";
import { Tensor } from "../tensor/tensor.js";
import { assertInteger } from "./checks.js";
import type { Index, IndexList, Slice } from "./slice.js";
import { positionOf } from "./steps.js";

/** Some axes of a view whose positions a tensor names. */
export interface Pick {
  /** The first of its axes in the view. */
  readonly axis: number;
  /** Sizes of its axes: one, or as many as a mask has. */
  readonly sizes: readonly number[];
  /** int32 positions along one axis, or a bool mask of all of them. */
  readonly index: Tensor;
}

/** Indices applied as far as views go. */
export interface Picked {
  readonly view: Tensor;
  /** In ascending order of their axes. */
  readonly picks: readonly Pick[];
}

/** Positions along an axis of the tensor, as the slice primitive takes them. */
interface Range {
  readonly start: number;
  readonly step: number;
  readonly size: number;
}

const isList = (index: Index): index is IndexList => Array.isArray(index);

/**
 * Takes the views that indices ask for; the picks are left to do. Reads no elements.
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
  // Positions leave their axis out, and null brings one in.
  const same = sizes.length === part.ndim && sizes.every((size, axis) => size === part.shape[axis]);
  return same ? part : callView(reshapeView, part, { shape: sizes });
}

/** An index as a number, a slice, an int32 or bool tensor, null or "...". */
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
      throw new ShapeError(operation, "the mask has no axes: []", [[]], { rule: "a mask stands for one axis or more" });
    }
    throw new DTypeError(operation, `a ${index.dtype} tensor is no index`, [index.dtype], {
      rule: "index tensors are int32 (positions) or bool (a mask)",
      remedy: 'convert it: .to("int32")',
    });
  }
  if (typeof index === "object" && "step" in index) return index;
  assertOwnCopy(operation, index);
  throw new ArgumentError(operation, `${String(index)} is no index`, {
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

/** How many axes of the tensor an index stands for. */
function spanOf(item: Exclude<Prepared, "...">): number {
  if (item === null) return 0;
  return item instanceof Tensor && item.dtype === "bool" ? item.ndim : 1;
}

/** The indices with full slices for the axes that they leave out. */
function withoutEllipsis(
  operation: string,
  x: Tensor,
  items: readonly Prepared[],
): readonly Exclude<Prepared, "...">[] {
  let named = 0;
  for (const item of items) if (item !== "...") named += spanOf(item);
  const missing = x.ndim - named;
  if (missing < 0) {
    throw new ArgumentError(operation, `indices for ${named} axes of shape ${formatShape(x.shape)}`, {
      rule: `there are ${x.ndim}`,
    });
  }
  const all = new Array<Slice>(missing).fill({ start: undefined, stop: undefined, step: 1 });
  const place = items.indexOf("...");
  if (place !== items.lastIndexOf("...")) {
    throw new ArgumentError(operation, '"..." appears twice', { rule: "it stands for all axes that are not named" });
  }
  const rest = items.filter((item): item is Exclude<Prepared, "..."> => item !== "...");
  const at = place < 0 ? rest.length : place;
  return [...rest.slice(0, at), ...all, ...rest.slice(at)];
}

function assertMask(operation: string, x: Tensor, mask: Tensor, axis: number): void {
  if (mask.shape.every((size, i) => size === x.shape[axis + i])) return;
  throw new ShapeError(
    operation,
    `the mask ${formatShape(mask.shape)} does not fit ${formatShape(x.shape)} at axis ${axis}`,
    [mask.shape, x.shape],
    { rule: "a mask must have the sizes of the axes that it stands for" },
  );
}

/** The positions that a slice names, as Python counts them. */
function rangeOf(operation: string, { start, stop, step }: Slice, size: number): Range {
  if (start !== undefined) assertInteger(operation, "start", start);
  if (stop !== undefined) assertInteger(operation, "stop", stop);
  assertInteger(operation, "step", step);
  if (step === 0) throw new ArgumentError(operation, "the step of a slice is 0", { rule: "it must not be" });
  const low = step > 0 ? 0 : -1;
  const high = step > 0 ? size : size - 1;
  const place = (given: number | undefined, otherwise: number): number =>
    given === undefined ? otherwise : Math.min(Math.max(given < 0 ? given + size : given, low), high);
  const first = place(start, step > 0 ? low : high);
  const end = place(stop, step > 0 ? high : low);
  return { start: first, step, size: Math.max(0, Math.ceil((end - first) / step)) };
}
