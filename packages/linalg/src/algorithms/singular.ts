/**
 * Singular values and vectors by one-sided Jacobi rotations: every round makes n / 2 pairs of vectors orthogonal at once.
 * A QR decomposition before makes tall matrices square, and one behind makes the vectors orthonormal even where singular
 * values are 0. The number of sweeps is fixed, so that no value is read.
 *
 * @module
 */
import { constant, op } from "@lucid/backend";
import { callGenerate, callMap, callReduce, viewed } from "@lucid/tensor/extend";
import type { Tensor } from "@lucid/tensor/functions";
import { kernel, less, mul, where } from "../internal/expressions.js";
import { iterate } from "../internal/iterate.js";
import {
  below,
  beside,
  columns,
  diagonalOf,
  expanded,
  gatherRows,
  identity,
  positionsOf,
  rows,
  transposed,
} from "../internal/matrices.js";
import { applyReflections, orthogonal, qrOf } from "./householder.js";
import { rotation, sources, sweepsFor, toleranceOf } from "./rounds.js";
import { scaledDown, scaledUp } from "./scaling.js";
import { byPosition } from "./sorting.js";
import { turnedRows } from "./symmetric.js";
import { upper } from "./triangular.js";

const rotations = /* @__PURE__ */ kernel(rotation);
const products = /* @__PURE__ */ kernel(({ x }) => [mul(x(0), x(1))]);
const root = /* @__PURE__ */ kernel(({ x }) => [op("sqrt", x(0))]);
/** Gives column j the sign of the number under it. */
const signed = /* @__PURE__ */ kernel(({ x, number }) => [where(less(x(1), number(0)), op("neg", x(0)), x(0))]);

/** The products of the rows of two matrices `[batch, h, n]` with each other, row by row: `[batch, h]`. */
function rowProducts(a: Tensor, b: Tensor, finish = false): Tensor {
  const { dtype } = a;
  return callReduce([a, b], {
    op: "sum",
    value: products(dtype)[0]!,
    finish: finish ? root(dtype)[0]! : undefined,
    axes: [2],
    keepdim: false,
    name: "svd",
  });
}

/** A batch of zeros. */
const zeros = (like: Tensor, height: number, width: number): Tensor =>
  expanded(callGenerate("svd", like.backend, [1, 1, 1], constant(0, like.dtype)), [like.shape[0]!, height, width]);

/** What {@link singularOf} computes: `a = u · diag(values) · vh`. Only `values` unless vectors are wanted. */
export interface Singular {
  readonly values: Tensor;
  readonly u?: Tensor;
  readonly vh?: Tensor;
}

/**
 * Decomposes matrices `[batch, m, n]` with m ≥ n. The values `[batch, n]` descend.
 *
 * @param wants - which vectors: none, as many as there are values, or m left ones.
 */
function tallSingularOf(a: Tensor, wants: "values" | "reduced" | "full"): Singular {
  const [batch, m, n] = a.shape as readonly [number, number, number];
  const { scaled, scale } = scaledDown("svd", a);
  const { packed, reflections } = qrOf(scaled);
  const half = Math.ceil(n / 2);
  const size = 2 * half;
  // The vectors are the rows of R. What rotates them also rotates the rows of an identity matrix beside them.
  const r = upper(rows(packed, 0, n));
  const even = size === n ? r : below(r, zeros(a, 1, n));
  const start = wants === "values" ? even : beside(even, identity(a, [batch], size));
  const places = positionsOf(a, sources(half), [1, size, 1]);
  const count = n < 2 ? 0 : sweepsFor(n, a.dtype) * (size - 1);
  const [turned] = iterate([start], count, ([x]) => {
    const own = columns(x!, 0, n);
    const [first, second] = [rows(own, 0, half), rows(own, half, size)];
    const [sine, tangent] = callMap(
      "svd",
      [rowProducts(first, first), rowProducts(second, second), rowProducts(first, second)],
      rotations(a.dtype),
      [toleranceOf(size, a.dtype)],
    );
    return [turnedRows(x!, sine!, tangent!, places)];
  });
  const kept = rows(turned!, 0, n);
  const vectors = columns(kept, 0, n);
  const { sorted, order } = byPosition(rowProducts(vectors, vectors, true), true);
  const values = scaledUp("svd", sorted, scale);
  if (wants === "values") return { values };
  const right = qrOf(transposed(gatherRows(vectors, order)));
  const signs = viewed(diagonalOf(right.packed), [batch, 1, n]);
  const v = callMap("svd", [orthogonal(right.reflections, a, n, n), signs], signed(a.dtype))[0]!;
  const inner = transposed(gatherRows(columns(kept, n, 2 * n), order));
  const width = wants === "full" ? m : n;
  const filled = m === n ? inner : below(inner, zeros(a, m - n, n));
  const whole = width === n ? filled : beside(filled, below(zeros(a, n, m - n), identity(a, [batch], m - n)));
  return { values, u: applyReflections(reflections, whole, false), vh: transposed(v) };
}

/** Decomposes matrices `[batch, m, n]`. */
export function singularOf(a: Tensor, wants: "values" | "reduced" | "full"): Singular {
  if (a.shape[1]! >= a.shape[2]!) return tallSingularOf(a, wants);
  const { values, u, vh } = tallSingularOf(transposed(a), wants);
  if (u === undefined || vh === undefined) return { values };
  return { values, u: transposed(vh), vh: transposed(u) };
}
