/**
 * Picks by index tensors, brought down to one index along one axis: how `at` and `indexPut_` meet gather and scatter.
 *
 * @module
 */
import { constant, type Expr, IndexOutOfRangeError, input, op, scalar, sizeOf, type TypedArray } from "@lucid/backend";
import { broadcastShapes } from "../primitives/layout.js";
import { callMap } from "../primitives/map.js";
import { readElementsSync } from "../primitives/transfer.js";
import { callView, permuteView } from "../primitives/views.js";
import { read, readSync } from "../tensor/reading.js";
import { Tensor } from "../tensor/tensor.js";
import type { Pick } from "./index-parts.js";
import { expanded, reshaped, viewed } from "./steps.js";

/** Positions that are true, by mask. */
export type MaskPositions = ReadonlyMap<Tensor, Int32Array>;

/** Picks as one index. */
export interface JointPick {
  /** Order of the view's axes that brings the picked ones together, at `axis`. */
  readonly order: readonly number[];
  /** The sizes in that order with the picked axes joined. */
  readonly joined: readonly number[];
  readonly axis: number;
  /** Positions along the joined axis, flat. */
  readonly index: Tensor;
  /** The shape of the result. */
  readonly shape: readonly number[];
}

/** The row-major positions of elements that are not 0. @internal */
export function truePositions(values: TypedArray): Int32Array {
  let count = 0;
  for (let i = 0; i < values.length; i++) if (values[i] !== 0) count++;
  const positions = new Int32Array(count);
  for (let i = 0, next = 0; next < count; i++) if (values[i] !== 0) positions[next++] = i;
  return positions;
}

/** Reads the masks among the picks. @internal */
export function readMasks(operation: string, picks: readonly Pick[], asynchronous: string): MaskPositions {
  const positions = new Map<Tensor, Int32Array>();
  for (const { index } of picks) {
    if (index.dtype === "bool") positions.set(index, truePositions(readSync(operation, index, asynchronous)));
  }
  return positions;
}

/** {@link readMasks} without waiting. @internal */
export async function readMasksAsync(picks: readonly Pick[]): Promise<MaskPositions> {
  const positions = new Map<Tensor, Int32Array>();
  for (const { index } of picks) {
    if (index.dtype === "bool") positions.set(index, truePositions(await read("atAsync", index)));
  }
  return positions;
}

/**
 * Joins picks. The result has the axes of the broadcast index tensors in place of the picked axes, or in front where other
 * axes lie between those; index tensors without axes do not count for that, as in PyTorch.
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

/** How many of the other axes come before those of the index tensors. */
function restBefore(picks: readonly Pick[], rest: readonly number[]): number {
  const placed = picks.filter(({ index }) => index.ndim > 0);
  if (placed.length === 0) return 0;
  const first = placed[0]!.axis;
  const last = placed[placed.length - 1]!.axis;
  return rest.some((axis) => axis > first && axis < last) ? 0 : rest.filter((axis) => axis < first).length;
}

/** By number of picks: Σ position · step, where sizes and then steps are scalars; out of range where a position is. */
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

/** Positions along the joined axis. */
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

/** The view with its axes in order and the picked ones joined; copies where no view can do it. @internal */
export function joinAxes(operation: string, view: Tensor, { order, joined }: JointPick): Tensor {
  return reshaped(operation, ordered(view, order), joined);
}

/** @internal */
export function ordered(view: Tensor, order: readonly number[]): Tensor {
  return order.every((axis, i) => axis === i) ? view : callView(permuteView, view, { axes: order });
}

/** The flat index along its axis, for every position of the other axes. @internal */
export function indexAlong(operation: string, { index, joined, axis }: JointPick): Tensor {
  const count = index.size;
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
 * Runs `code`, and where an index is out of range, says which one the caller gave.
 *
 * @internal
 */
export function naming<R>(operation: string, picks: readonly Pick[], code: () => R): R {
  try {
    return code();
  } catch (error) {
    if (!(error instanceof IndexOutOfRangeError)) throw error;
    for (const { index, sizes } of picks) {
      const size = sizes[0]!;
      const wrong =
        index.dtype === "bool" ? undefined : readElementsSync(operation, index).find((i) => i < -size || i >= size);
      if (wrong !== undefined) throw new IndexOutOfRangeError(operation, wrong, size, { cause: error });
    }
    throw error;
  }
}
