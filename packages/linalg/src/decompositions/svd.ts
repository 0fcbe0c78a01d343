/**
 * The singular value decomposition.
 *
 * @module
 */
import type { OptionNames } from "@lucid/backend";
import { owned, readArguments } from "@lucid/tensor/extend";
import type { Tensor } from "@lucid/tensor/functions";
import { singularFactors, singularValues } from "../fused/svd.js";
import { assertFlag, assertMatrix } from "../internal/checks.js";

/** Options of {@link svd}. */
export interface SvdOptions {
  /** Whether U and Vh are square, beyond the vectors that belong to singular values; default true. */
  readonly fullMatrices?: boolean;
}

const optionNames: OptionNames<SvdOptions> = { fullMatrices: true };

/** What {@link svd} returns. */
export interface SvdFactors {
  /** The left singular vectors, as columns. */
  readonly U: Tensor;
  /** The singular values in descending order. */
  readonly S: Tensor;
  /** The right singular vectors, as rows. */
  readonly Vh: Tensor;
}

/**
 * Decomposes matrices: `a = U · diag(S) · Vh` with orthonormal columns in U and orthonormal rows in Vh.
 *
 * The signs of singular vectors are not determined. The derivative of the vectors exists where all singular values differ
 * and none is 0, that of the values everywhere.
 *
 * Shapes: `(…, m, n) → U (…, m, m), S (…, k), Vh (…, n, n)` with k = min(m, n); without `fullMatrices` U `(…, m, k)` and Vh
 * `(…, k, n)`.
 *
 * @param fullMatrices - whether U and Vh are square; default true.
 * @throws ShapeError for fewer than two dimensions; DTypeError unless the elements are float32 or float64.
 *
 * @example
 * ```ts
 * svd(tensor([[3, 0], [0, -4]])).S; // → Tensor([4, 3])
 * ```
 *
 * @see torch.linalg.svd
 */
export function svd(a: Tensor, fullMatrices?: boolean | SvdOptions): SvdFactors {
  assertMatrix("svd", "the matrix", a);
  const given = readArguments<SvdOptions>("svd", [fullMatrices], ["fullMatrices"], optionNames);
  const full = given.fullMatrices ?? true;
  assertFlag("svd", "fullMatrices", full);
  return owned(() => {
    const [U, S, Vh] = singularFactors(a, full);
    return { U, S, Vh };
  });
}

/**
 * Computes the singular values of matrices, in descending order.
 *
 * Shapes: `(…, m, n) → (…, min(m, n))`.
 *
 * @throws ShapeError for fewer than two dimensions; DTypeError unless the elements are float32 or float64.
 *
 * @example
 * ```ts
 * svdvals(tensor([[3, 0], [0, -4]])); // → Tensor([4, 3])
 * ```
 *
 * @see torch.linalg.svdvals
 */
export function svdvals(a: Tensor): Tensor {
  assertMatrix("svdvals", "the matrix", a);
  return singularValues(a);
}
