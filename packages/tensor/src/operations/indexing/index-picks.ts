/**
 * Combines several index tensors and masks into one index along one axis, so that `at` and `indexPut_` need only gather
 * and scatter.
 *
 * @module
 */
import { constant, type Expr, IndexOutOfRangeError, input, op, scalar, sizeOf, type TypedArray } from "@lucid/backend";
import { callGather } from "../../primitives/indexing.js";
import { broadcastShapes } from "../../primitives/layout.js";
import { callMap } from "../../primitives/map.js";
import { callView, permuteView } from "../../primitives/views.js";
import { knownElements, read, readSync } from "../../tensor/reading.js";
import { Tensor } from "../../tensor/tensor.js";
import { expanded, reshaped, viewed } from "../internal/views.js";
import type { Pick, Picked } from "./index-parts.js";

/** For every mask, the positions of its true elements. */
export type MaskPositions = ReadonlyMap<Tensor, Int32Array>;

/** Several index tensors, combined into one index. */
export interface JointPick {
  /** The order of the view's axes in which the selected ones are neighbours, beginning at `axis`. */
  readonly order: readonly number[];
  /** The sizes in that order, with the selected axes joined into one. */
  readonly joined: readonly number[];
  readonly axis: number;
  /** The positions along the joined axis, as a vector. */
  readonly index: Tensor;
  /** The shape of the result. */
  readonly shape: readonly number[];
}

/** Lists the row-major positions of all elements that are not 0. @internal */
export function truePositions(values: TypedArray): Int32Array {
  let count = 0;
  for (let i = 0; i < values.length; i++) if (values[i] !== 0) count++;
  const positions = new Int32Array(count);
  for (let i = 0, next = 0; next < count; i++) if (values[i] !== 0) positions[next++] = i;
  return positions;
}

/** Reads the positions of all masks. Masks whose values the host knows are not read from the device. @internal */
export function readMasks(operation: string, picks: readonly Pick[], asynchronous: string): MaskPositions {
  const positions = new Map<Tensor, Int32Array>();
  for (const { index } of picks) {
    if (index.dtype !== "bool") continue;
    const values = knownElements(operation, index) ?? readSync(operation, index, asynchronous);
    positions.set(index, truePositions(values));
  }
  return positions;
}

/** {@link readMasks}, which waits for the device. @internal */
export async function readMasksAsync(operation: string, picks: readonly Pick[]): Promise<MaskPositions> {
  const positions = new Map<Tensor, Int32Array>();
  for (const { index } of picks) {
    if (index.dtype !== "bool") continue;
    const values = knownElements(operation, index) ?? (await read(operation, index));
    positions.set(index, truePositions(values));
  }
  return positions;
}

/**
 * Combines index tensors. Their broadcast axes take the place of the selected axes if those are neighbours, and come
 * first otherwise. Index tensors without axes do not count for that, as in PyTorch.
 *
 * @throws ShapeError if the index tensors do not broadcast.
 * @internal
 */
export function joinPicks(operation: string, view: Tensor, picks: readonly Pick[], masks: MaskPositions): JointPick {
  const tensors = picks.map(({ index }) => {
    const positions = masks.get(index);
    return positions === undefined ? index : new Tensor(positions, { backend: view.backend });
  });
  const broadcast = broadcastShapes(
    operation,
    tensors.map((tensor) => tensor.shape),
  );
  const picked = picks.flatMap(({ axis, sizes }) => sizes.map((_, i) => axis + i));
  const rest = view.shape.map((_, axis) => axis).filter((axis) => !picked.includes(axis));
  const before = restBefore(picks, rest);
  const count = sizeOf(broadcast);
  const sizes = rest.map((axis) => view.shape[axis]!);
  const surrounded = (...middle: readonly number[]): readonly number[] => [
    ...sizes.slice(0, before),
    ...middle,
    ...sizes.slice(before),
  ];
  const spans = picks.map((pick) => sizeOf(pick.sizes));
  return {
    order: [...rest.slice(0, before), ...picked, ...rest.slice(before)],
    joined: surrounded(sizeOf(spans)),
    axis: before,
    index: reshaped(operation, jointIndex(operation, picks, tensors, spans), [count]),
    shape: surrounded(...broadcast),
  };
}

/** Counts the remaining axes that come before those of the index tensors. */
function restBefore(picks: readonly Pick[], rest: readonly number[]): number {
  const placed = picks.filter(({ index }) => index.ndim > 0);
  if (placed.length === 0) return 0;
  const first = placed[0]!.axis;
  const last = placed[placed.length - 1]!.axis;
  return rest.some((axis) => axis > first && axis < last) ? 0 : rest.filter((axis) => axis < first).length;
}

/**
 * For each number of index tensors, the expression Σ position · step. Its scalars are the sizes and then the steps; it
 * is −1 where any position is out of range.
 */
const joints: Expr[] = [];

function jointExpr(count: number): Expr {
  const known = joints[count];
  if (known !== undefined) return known;
  const zero = constant(0, "int32");
  let sum: Expr | undefined;
  let fits: Expr | undefined;
  for (let i = 0; i < count; i++) {
    const size = scalar(i, "int32");
    const given = input(i, "int32");
    const negative = op("and", op("lt", given, zero), op("le", op("neg", size), given));
    const position = op("where", negative, op("add", given, size), given);
    const term = op("mul", position, scalar(count + i, "int32"));
    const inside = op("and", op("le", zero, position), op("lt", position, size));
    sum = sum === undefined ? term : op("add", sum, term);
    fits = fits === undefined ? inside : op("and", fits, inside);
  }
  const made = count === 1 ? sum! : op("where", fits!, sum!, constant(-1, "int32"));
  joints[count] = made;
  return made;
}

/** Computes the positions along the joined axis. */
function jointIndex(
  operation: string,
  picks: readonly Pick[],
  tensors: readonly Tensor[],
  spans: readonly number[],
): Tensor {
  const count = picks.length;
  if (count === 1 && picks[0]!.index.dtype === "bool") return tensors[0]!;
  const scalars = [...spans];
  let step = 1;
  for (let i = count - 1; i >= 0; i--) {
    scalars[count + i] = step;
    step *= spans[i]!;
  }
  return callMap(operation, tensors, [jointExpr(count)], scalars)[0]!;
}

/** Reorders the axes of a view and joins the selected ones. It copies if no view can do that. @internal */
export function joinAxes(operation: string, view: Tensor, { order, joined }: JointPick): Tensor {
  return reshaped(operation, ordered(view, order), joined);
}

/** Permutes the axes of a view, unless they are in order already. @internal */
export function ordered(view: Tensor, order: readonly number[]): Tensor {
  return order.every((axis, i) => axis === i) ? view : callView(permuteView, view, { axes: order });
}

/** Expands the vector of positions over all other axes. @internal */
export function indexAlong(operation: string, { index, joined, axis }: JointPick): Tensor {
  const count = index.numel();
  const line = viewed(
    index,
    joined.map((_, i) => (i === axis ? count : 1)),
  );
  return expanded(
    operation,
    line,
    joined.map((size, i) => (i === axis ? count : size)),
  );
}

/**
 * Runs `code`. If an index is out of range, the error shows the value that the caller gave. Indices whose values the
 * host knows are checked before.
 *
 * @internal
 */
export function explainingIndexErrors<R>(operation: string, picks: readonly Pick[], code: () => R): R {
  for (const pick of picks) {
    if (pick.index.dtype !== "bool") assertInside(operation, pick, knownElements(operation, pick.index));
  }
  try {
    return code();
  } catch (error) {
    if (!(error instanceof IndexOutOfRangeError)) throw error;
    for (const pick of picks) {
      const { index } = pick;
      // Without a synchronous read the index cannot be found, so the error keeps the position along the joined axis.
      if (index.dtype === "bool" || index.backend.readSync === undefined) continue;
      assertInside(operation, pick, readSync(operation, index, `${operation}Async`), error);
    }
    throw error;
  }
}

/** @throws IndexOutOfRangeError for the first index that is out of range. */
function assertInside(operation: string, { sizes }: Pick, values: TypedArray | undefined, cause?: unknown): void {
  const size = sizes[0]!;
  const wrong = values?.find((i) => i < -size || i >= size);
  if (wrong !== undefined) throw new IndexOutOfRangeError(operation, wrong, size, cause === undefined ? {} : { cause });
}

/** Copies the selected elements into new memory. @internal */
export function gatherPicks(operation: string, { view, picks }: Picked, masks: MaskPositions): Tensor {
  const joint = joinPicks(operation, view, picks, masks);
  const source = joinAxes(operation, view, joint);
  const result = explainingIndexErrors(operation, picks, () =>
    callGather(source, indexAlong(operation, joint), joint.axis, operation),
  );
  return viewed(result, joint.shape);
}
