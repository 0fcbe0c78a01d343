/**
 * Eigenvalues and eigenvectors of symmetric matrices by Jacobi's method: every round rotates n / 2 pairs of rows and columns
 * at once. The number of sweeps is fixed, so that no value is read.
 *
 * @module
 */
import { constant, index, op } from "@lucid/backend";
import { callGather, callGenerate, callMap, viewed } from "@lucid/tensor/extend";
import type { Tensor } from "@lucid/tensor/functions";
import { and, equal, kernel, where } from "../internal/expressions.js";
import { iterate } from "../internal/iterate.js";
import {
  below,
  beside,
  columns,
  diagonalOf,
  expanded,
  gatherRows,
  identity,
  part,
  positionsOf,
  rows,
  transposed,
} from "../internal/matrices.js";
import { rotation, sources, sweepsFor, toleranceOf, turned } from "./rounds.js";
import { scaledDown, scaledUp } from "./scaling.js";
import { byPosition } from "./sorting.js";

const rotations = /* @__PURE__ */ kernel(rotation);

/**
 * Rotates rows and columns, `[batch, 2, h, 2, h]`. Inputs: the four blocks, the sines and the tangents of half the angles
 * for the rows, and those for the columns.
 */
const rotateBoth = /* @__PURE__ */ kernel(({ x, number }) => {
  const zero = constant(0, "int32");
  const [half, i, side, k] = [index(1), index(2), index(3), index(4)];
  const isFirst = equal(half, zero);
  const left = turned(isFirst, x(0), x(2), x(4), x(5));
  const right = turned(isFirst, x(1), x(3), x(4), x(5));
  // The rotation was chosen so that the element of the pair itself becomes 0.
  const isPair = and(equal(i, k), op("not", equal(half, side)));
  return [where(isPair, number(0), turned(equal(side, zero), left, right, x(6), x(7)))];
});

/** Rotates rows, `[batch, 2, h, n]`. Inputs: the upper and the lower half, the sines, the tangents of half the angles. */
const rotateRows = /* @__PURE__ */ kernel(({ x }) => [
  turned(equal(index(1), constant(0, "int32")), x(0), x(1), x(2), x(3)),
]);

/** Fills a batch of square matrices up to an even size with zeros. */
function evened(a: Tensor, size: number): Tensor {
  const more = size - a.shape[1]!;
  if (more === 0) return a;
  const zero = callGenerate("eigh", a.backend, [1, 1, 1], constant(0, a.dtype));
  const [batch, height, width] = a.shape as readonly [number, number, number];
  return below(beside(a, expanded(zero, [batch, height, more])), expanded(zero, [batch, more, width + more]));
}

/** One round: rotates all pairs, and moves everything to its next place. */
function round(
  [a, vectors]: readonly Tensor[],
  half: number,
  places: { readonly both: Tensor; readonly rows: Tensor },
): readonly Tensor[] {
  const [batch] = a!.shape as readonly [number];
  const { dtype } = a!;
  const size = 2 * half;
  const quarter = (r: number, c: number): Tensor =>
    columns(rows(a!, r * half, (r + 1) * half), c * half, (c + 1) * half);
  const blocks = [quarter(0, 0), quarter(0, 1), quarter(1, 0), quarter(1, 1)];
  const [sine, tangent] = callMap(
    "eigh",
    [diagonalOf(blocks[0]!), diagonalOf(blocks[3]!), diagonalOf(blocks[1]!)],
    rotations(dtype),
    [toleranceOf(size, dtype)],
  ) as [Tensor, Tensor];
  const ofRows = [sine, tangent].map((x) => viewed(x, [batch, 1, half, 1, 1]));
  const ofColumns = [sine, tangent].map((x) => viewed(x, [batch, 1, 1, 1, half]));
  const wide = blocks.map((block) => expanded(split(block, batch, half), [batch, 2, half, 2, half]));
  const rotated = callMap("eigh", [...wide, ...ofRows, ...ofColumns], rotateBoth(dtype))[0]!;
  const moved = viewed(
    callGather(viewed(rotated, [batch, size * size]), expanded(places.both, [batch, size * size]), 1),
    [batch, size, size],
  );
  if (vectors === undefined) return [moved];
  return [moved, turnedRows(vectors, sine, tangent, places.rows)];
}

/** A block `[batch, h, h]` as `[batch, 1, h, 1, h]`. */
const split = (block: Tensor, batch: number, half: number): Tensor => viewed(block, [batch, 1, half, 1, half]);

/** Rotates the rows `[batch, 2h, n]`, and moves them to their next places. */
export function turnedRows(x: Tensor, sine: Tensor, tangent: Tensor, places: Tensor): Tensor {
  const [batch, size, width] = x.shape as readonly [number, number, number];
  const half = size / 2;
  const halves = [part(x, 1, 0, half), part(x, 1, half, half)].map((y) => viewed(y, [batch, 1, half, width]));
  const angles = [sine, tangent].map((y) => viewed(y, [batch, 1, half, 1]));
  const whole = [batch, 2, half, width];
  const rotated = callMap("rotate", [...halves.map((y) => expanded(y, whole)), ...angles], rotateRows(x.dtype))[0]!;
  return callGather(viewed(rotated, [batch, size, width]), expanded(places, [batch, size, width]), 1);
}

/**
 * Computes the eigenvalues `[batch, n]` in ascending order, and the eigenvectors as columns if they are wanted, of
 * symmetric matrices `[batch, n, n]`.
 */
export function eigenOf(a: Tensor, wantsVectors: boolean): readonly Tensor[] {
  const [batch, n] = a.shape as readonly [number, number, number];
  const half = Math.ceil(n / 2);
  const size = 2 * half;
  const { scaled, scale } = scaledDown("eigh", a);
  const from = sources(half);
  const places = {
    both: positionsOf(
      a,
      Int32Array.from({ length: size * size }, (_, i) => from[Math.floor(i / size)]! * size + from[i % size]!),
      [1, size * size],
    ),
    rows: positionsOf(a, from, [1, size, 1]),
  };
  const start = evened(scaled, size);
  const state = wantsVectors ? [start, identity(a, [batch], size)] : [start];
  const count = n < 2 ? 0 : sweepsFor(n, a.dtype) * (size - 1);
  const [diagonal, vectors] = iterate(state, count, (now) => round(now, half, places));
  const values = part(diagonalOf(diagonal!), 1, 0, n);
  const { order, sorted } = byPosition(values, false);
  const results = [scaledUp("eigh", sorted, scale)];
  if (vectors === undefined) return results;
  const kept = columns(rows(vectors, 0, n), 0, n);
  return [...results, transposed(gatherRows(kept, order))];
}
