/**
 * What singular values tell about matrices.
 *
 * @module
 */
import type { OptionNames } from "@lucid/backend";
import { owned, readArguments } from "@lucid/tensor/extend";
import {
  abs,
  amax,
  amin,
  div,
  elementwise,
  type Formula,
  gt,
  mul,
  ne,
  sum,
  type Tensor,
  to,
  where,
  zeros,
} from "@lucid/tensor/functions";
import { eigenValues } from "../fused/eigh.js";
import { boundOf } from "../fused/pseudo-inverse.js";
import { singularValues } from "../fused/svd.js";
import { assertFlag, assertMatrix, assertSquare } from "../internal/checks.js";
import { type Tolerance, tolerancesOf } from "../internal/tolerances.js";
import { sizesOf } from "../internal/types.js";
import { inverted } from "../solving/inverse.js";
import { type MatrixNormOrder, matrixNorm } from "./norms.js";

/** Options of {@link cond}. */
export interface CondOptions {
  /** Which norm; default (and null): 2. */
  readonly p?: MatrixNormOrder | null;
}

const condNames: OptionNames<CondOptions> = { p: true };

/** Infinity where a matrix is singular. */
const orInfinite = /* @__PURE__ */ elementwise(
  (info: Formula, value: Formula) => where(ne(info, 0), Number.POSITIVE_INFINITY, value),
  { name: "cond" },
);

/**
 * Computes the condition numbers of matrices: the norm of the matrix times that of its inverse. It is Infinity for singular
 * matrices.
 *
 * Shapes: `(…, n, n) → (…)`; for the norms 2 and −2 also `(…, m, n) → (…)`.
 *
 * @param p - which norm, as in {@link matrixNorm}; default 2.
 * @throws ShapeError unless the matrices are square, for other norms than 2 and −2; DTypeError unless they are float32 or
 * float64; ArgumentError for another norm.
 *
 * @example
 * ```ts
 * cond(tensor([[2, 0], [0, 4]])); // → Tensor(2)
 * cond(tensor([[1, 1], [1, 1]]), 1); // → Tensor(Infinity)
 * ```
 *
 * @see torch.linalg.cond
 */
export function cond(a: Tensor, p?: MatrixNormOrder | null | CondOptions): Tensor {
  assertMatrix("cond", "the matrix", a);
  const { p: order } = readArguments<CondOptions>("cond", [p ?? undefined], ["p"], condNames);
  const norm = order ?? 2;
  const [batch, m, n] = sizesOf(a);
  if (norm === 2 || norm === -2) {
    if (m === 0 || n === 0) return zeros(batch, { dtype: a.dtype, backend: a.backend });
    return owned(() => {
      const values = singularValues(a);
      const [largest, smallest] = [amax(values, -1), amin(values, -1)];
      return norm === 2 ? div(largest, smallest) : div(smallest, largest);
    });
  }
  assertSquare("cond", "the matrix", a);
  if (n === 0) return zeros(batch, { dtype: a.dtype, backend: a.backend });
  return owned(() => {
    const { inverse, info } = inverted("cond", a);
    return orInfinite(info, mul(matrixNorm(a, norm), matrixNorm(inverse, norm)));
  });
}

/** Options of {@link matrixRank}. */
export interface MatrixRankOptions {
  /** Singular values up to this number count as 0; default 0. */
  readonly atol?: Tolerance | null;
  /** Singular values up to this part of the largest one count as 0; default max(m, n) · eps, or 0 if `atol` is given. */
  readonly rtol?: Tolerance | null;
  /** Whether the matrices are symmetric, of which the lower triangle is read; default false. */
  readonly hermitian?: boolean;
}

const rankNames: OptionNames<MatrixRankOptions> = { atol: true, rtol: true, hermitian: true };

/**
 * Computes the ranks of matrices: how many singular values are greater than `max(atol, rtol · σ₁)`, where σ₁ is the largest
 * one.
 *
 * Shapes: `(…, m, n) → (…)`. The result is int32.
 *
 * @param options - `atol` (default 0), `rtol` (default max(m, n) · eps, or 0 if `atol` is given): numbers, or tensors with one
 * number for each matrix; `hermitian` (default false): whether the matrices are symmetric.
 * @throws ShapeError for fewer than two dimensions; DTypeError unless the elements are float32 or float64.
 *
 * @example
 * ```ts
 * matrixRank(tensor([[1, 2], [2, 4]])); // → Tensor(1, dtype=int32)
 * ```
 *
 * @see torch.linalg.matrix_rank
 */
export function matrixRank(a: Tensor, options?: MatrixRankOptions): Tensor {
  const given = readArguments<MatrixRankOptions>("matrixRank", [options], [], rankNames);
  const { hermitian = false } = given;
  assertFlag("matrixRank", "hermitian", hermitian);
  if (hermitian) assertSquare("matrixRank", "the matrix", a);
  else assertMatrix("matrixRank", "the matrix", a);
  const [batch, m, n] = sizesOf(a);
  if (m === 0 || n === 0) return zeros(batch, { dtype: "int32", backend: a.backend });
  return owned(() => {
    const { atol, rtol } = tolerancesOf("matrixRank", a, given);
    const values = hermitian ? abs(eigenValues(a.detach(), false)) : singularValues(a.detach());
    return sum(to(gt(values, boundOf(values, atol, rtol)), "int32"), -1);
  });
}
