/**
 * Inverses and pseudo-inverses.
 *
 * @module
 */
import type { OptionNames } from "@lucid/backend";
import { commonShape, owned, readArguments } from "@lucid/tensor/extend";
import type { Tensor } from "@lucid/tensor/functions";
import { singularity } from "../decompositions/lu.js";
import { luFactors } from "../fused/lu.js";
import { pseudoInverse } from "../fused/pseudo-inverse.js";
import { inverseOf } from "../fused/solve.js";
import { assertFlag, assertMatrix, assertSquare } from "../internal/checks.js";
import { assertInfo } from "../internal/info.js";
import { expanded } from "../internal/matrices.js";
import { type Tolerance, tolerancesOf } from "../internal/tolerances.js";

/** Options of {@link invEx}. */
export interface InvExOptions {
  /** Whether a singular matrix is an error; default false. */
  readonly checkErrors?: boolean;
}

const exOptionNames: OptionNames<InvExOptions> = { checkErrors: true };

/** What {@link invEx} returns. */
export interface Inverse {
  /** The inverse. */
  readonly inverse: Tensor;
  /** For each matrix 0, or the position of the first pivot that is 0, counted from 1; int32. */
  readonly info: Tensor;
}

/** Inverts matrices, and tells which are singular. */
export function inverted(operation: string, a: Tensor): Inverse {
  return owned(() => {
    const { lu, order } = luFactors(a.detach());
    return { inverse: inverseOf({ a, lu, order }), info: singularity(operation, lu) };
  });
}

/**
 * Inverts matrices.
 *
 * To solve a system of equations, {@link solve} is faster and more accurate than a product with the inverse.
 *
 * Shapes: `(…, n, n) → (…, n, n)`.
 *
 * @throws LinAlgError if a matrix is singular; on backends that cannot be read synchronously, such as WebGPU, the inverse is
 * infinite or NaN instead. ShapeError unless the matrices are square; DTypeError unless they are float32 or float64.
 *
 * @example
 * ```ts
 * inv(tensor([[2, 0], [0, 4]])); // → Tensor([[0.5, 0], [0, 0.25]])
 * ```
 *
 * @see torch.linalg.inv
 */
export function inv(a: Tensor): Tensor {
  assertSquare("inv", "the matrix", a);
  return owned(() => {
    const { inverse, info } = inverted("inv", a);
    assertInfo("inv", info, "is singular");
    return inverse;
  });
}

/**
 * Inverts matrices, and tells which are singular instead of throwing.
 *
 * Shapes: `(…, n, n) → inverse (…, n, n), info (…)`.
 *
 * @param options - `checkErrors` (default false): whether to throw as {@link inv} does.
 * @throws ShapeError unless the matrices are square; DTypeError unless they are float32 or float64.
 *
 * @example
 * ```ts
 * invEx(tensor([[2, 0], [0, 4]])).info; // → Tensor(0, dtype=int32)
 * invEx(tensor([[1, 1], [1, 1]])).info; // → Tensor(2, dtype=int32)
 * ```
 *
 * @see torch.linalg.inv_ex
 */
export function invEx(a: Tensor, options?: InvExOptions): Inverse {
  assertSquare("invEx", "the matrix", a);
  const given = readArguments<InvExOptions>("invEx", [options], [], exOptionNames);
  assertFlag("invEx", "checkErrors", given.checkErrors);
  return owned(() => {
    const found = inverted("invEx", a);
    if (given.checkErrors === true) assertInfo("invEx", found.info, "is singular");
    return found;
  });
}

/** Options of {@link pinv}. */
export interface PinvOptions {
  /** Singular values up to this number count as 0; default 0. */
  readonly atol?: Tolerance | null;
  /** Singular values up to this part of the largest one count as 0; default max(m, n) · eps, or 0 if `atol` is given. */
  readonly rtol?: Tolerance | null;
  /** Whether the matrices are symmetric, of which the lower triangle is read; default false. */
  readonly hermitian?: boolean;
}

const pinvNames: OptionNames<PinvOptions> = { atol: true, rtol: true, hermitian: true };

/**
 * Computes the pseudo-inverse of matrices, which exists for matrices of every shape and rank.
 *
 * Singular values up to `max(atol, rtol · σ₁)` count as 0, where σ₁ is the largest one. The derivative is that for matrices
 * of the same rank.
 *
 * Shapes: `(…, m, n) → (…, n, m)`.
 *
 * @param rtol - the relative tolerance: a number, or a tensor with one for each matrix.
 * @param options - `atol` (default 0), `rtol` (default max(m, n) · eps, or 0 if `atol` is given), `hermitian` (default
 * false): whether the matrices are symmetric, so that their eigenvalues can be used.
 * @throws ShapeError for fewer than two dimensions; DTypeError unless the elements are float32 or float64.
 *
 * @example
 * ```ts
 * pinv(tensor([[2, 0], [0, 0], [0, 4]])); // → Tensor([[0.5, 0, 0], [0, 0, 0.25]])
 * ```
 *
 * @see torch.linalg.pinv
 */
export function pinv(
  a: Tensor,
  ...args:
    | readonly [rtol: Tolerance, options?: Omit<PinvOptions, "rtol"> | undefined]
    | readonly [options?: PinvOptions | undefined]
): Tensor {
  const given = readArguments<PinvOptions>("pinv", args, ["rtol"], pinvNames);
  const { hermitian = false } = given;
  assertFlag("pinv", "hermitian", hermitian);
  if (hermitian) assertSquare("pinv", "the matrix", a);
  else assertMatrix("pinv", "the matrix", a);
  return owned(() => {
    const { atol, rtol } = tolerancesOf("pinv", a, given);
    const batch = commonShape("pinv", [a.shape.slice(0, -2), atol.shape, rtol.shape]);
    return pseudoInverse(expanded(a, [...batch, ...a.shape.slice(-2)]), atol, rtol, hermitian);
  });
}
