/**
 * The Cholesky decomposition, and what is computed with it.
 *
 * @module
 */
import { formatShape, type OptionNames, ShapeError } from "@lucid/backend";
import { owned, readArguments } from "@lucid/tensor/extend";
import type { Tensor } from "@lucid/tensor/functions";
import { choleskyFactor } from "../fused/cholesky.js";
import { triangularSolve } from "../fused/triangular.js";
import { broadcastBatches } from "../internal/batches.js";
import { assertFlag, assertMatrix, assertSameType, assertSquare } from "../internal/checks.js";
import { assertInfo, infoOf } from "../internal/info.js";
import { diagonalOf, flatVectors, identity, transposed, unflat } from "../internal/matrices.js";
import { sizesOf } from "../internal/types.js";

/** Options of {@link cholesky}, {@link choleskySolve} and {@link choleskyInverse}. */
export interface CholeskyOptions {
  /** Whether the factor is the upper triangular one, `a = Uᵀ · U`; default false. */
  readonly upper?: boolean;
}

const optionNames: OptionNames<CholeskyOptions> = { upper: true };

/** Options of {@link choleskyEx}. */
export interface CholeskyExOptions extends CholeskyOptions {
  /** Whether a matrix that is not positive definite is an error; default false. */
  readonly checkErrors?: boolean;
}

const exOptionNames: OptionNames<CholeskyExOptions> = { upper: true, checkErrors: true };

/** What {@link choleskyEx} returns. */
export interface CholeskyResult {
  /** The factor. */
  readonly L: Tensor;
  /** For each matrix 0, or the order of the first leading minor that is not positive; int32. */
  readonly info: Tensor;
}

const PROBLEM = "is not positive definite";

function factorOf(a: Tensor, upper: boolean): Tensor {
  return upper ? transposed(choleskyFactor(transposed(a))) : choleskyFactor(a);
}

function factorInfo(operation: string, factor: Tensor): Tensor {
  const diagonal = flatVectors(operation, diagonalOf(factor.detach()));
  return unflat(operation, infoOf(diagonal, "not positive"), sizesOf(factor)[0]);
}

/**
 * Decomposes symmetric positive definite matrices: `a = L · Lᵀ` with a lower triangular L.
 *
 * Only the lower triangle of `a` is read, or the upper one if `upper` is true. The gradient is symmetric.
 *
 * Shapes: `(…, n, n) → (…, n, n)`.
 *
 * @param options - `upper` (default false): whether to compute the upper triangular factor, `a = Uᵀ · U`.
 * @throws LinAlgError if a matrix is not positive definite; on backends that cannot be read synchronously, such as WebGPU,
 * the factor has NaN instead. ShapeError unless the matrices are square; DTypeError unless they are float32 or float64.
 *
 * @example
 * ```ts
 * cholesky(tensor([[4, 2], [2, 5]])); // → Tensor([[2, 0], [1, 2]])
 * ```
 *
 * @see torch.linalg.cholesky
 */
export function cholesky(a: Tensor, options?: CholeskyOptions): Tensor {
  assertSquare("cholesky", "the matrix", a);
  const { upper = false } = readArguments<CholeskyOptions>("cholesky", [options], [], optionNames);
  assertFlag("cholesky", "upper", upper);
  return owned(() => {
    const factor = factorOf(a, upper);
    assertInfo("cholesky", factorInfo("cholesky", factor), PROBLEM);
    return factor;
  });
}

/**
 * Decomposes matrices as {@link cholesky} does, and tells which are not positive definite instead of throwing.
 *
 * Shapes: `(…, n, n) → L (…, n, n), info (…)`.
 *
 * @param options - `upper` (default false); `checkErrors` (default false): whether to throw as {@link cholesky} does.
 * @throws ShapeError unless the matrices are square; DTypeError unless they are float32 or float64.
 *
 * @example
 * ```ts
 * choleskyEx(tensor([[4, 2], [2, 5]])).info; // → Tensor(0, dtype=int32)
 * choleskyEx(tensor([[1, 2], [2, 1]])).info; // → Tensor(2, dtype=int32)
 * ```
 *
 * @see torch.linalg.cholesky_ex
 */
export function choleskyEx(a: Tensor, options?: CholeskyExOptions): CholeskyResult {
  assertSquare("choleskyEx", "the matrix", a);
  const given = readArguments<CholeskyExOptions>("choleskyEx", [options], [], exOptionNames);
  const { upper = false, checkErrors = false } = given;
  assertFlag("choleskyEx", "upper", upper);
  assertFlag("choleskyEx", "checkErrors", checkErrors);
  return owned(() => {
    const factor = factorOf(a, upper);
    const info = factorInfo("choleskyEx", factor);
    if (checkErrors) assertInfo("choleskyEx", info, PROBLEM);
    return { L: factor, info };
  });
}

/** Solves with a factor: L · Lᵀ · x = b. */
function solveWith(factor: Tensor, b: Tensor, upper: boolean): Tensor {
  const lower = upper ? transposed(factor) : factor;
  const inner = triangularSolve(lower, b, { upper: false, unit: false });
  return triangularSolve(transposed(lower), inner, { upper: true, unit: false });
}

/**
 * Solves `a · x = b` with the Cholesky factor of `a`.
 *
 * Shapes: `(…, n, k), (…, n, n) → (…, n, k)`; batches broadcast.
 *
 * @param b - the right-hand sides.
 * @param factor - what {@link cholesky} returned.
 * @param options - `upper` (default false): whether the factor is the upper triangular one.
 * @throws ShapeError unless the factor is square and fits; DTypeError unless both are float32 or both are float64.
 *
 * @example
 * ```ts
 * choleskySolve(tensor([[8], [12]]), cholesky(tensor([[4, 2], [2, 5]]))); // → Tensor([[1], [2]])
 * ```
 *
 * @see torch.cholesky_solve
 */
export function choleskySolve(b: Tensor, factor: Tensor, options?: boolean | CholeskyOptions): Tensor {
  assertMatrix("choleskySolve", "the right-hand side", b);
  assertSquare("choleskySolve", "the factor", factor);
  assertSameType("choleskySolve", b, factor);
  const { upper = false } = readArguments<CholeskyOptions>("choleskySolve", [options], ["upper"], optionNames);
  assertFlag("choleskySolve", "upper", upper);
  if (b.shape[b.ndim - 2] !== factor.shape[factor.ndim - 1]) {
    const shapes = [b.shape, factor.shape];
    throw new ShapeError("choleskySolve", `the sizes differ: ${shapes.map(formatShape).join(" · ")}`, shapes, {
      rule: "b has as many rows as the factor",
    });
  }
  return owned(() => {
    const [right, left] = broadcastBatches("choleskySolve", b, factor);
    return solveWith(left, right, upper);
  });
}

/**
 * Inverts matrices of which the Cholesky factor is given.
 *
 * Shapes: `(…, n, n) → (…, n, n)`.
 *
 * @param factor - what {@link cholesky} returned.
 * @param options - `upper` (default false): whether the factor is the upper triangular one.
 * @throws ShapeError unless the factor is square; DTypeError unless it is float32 or float64.
 *
 * @example
 * ```ts
 * choleskyInverse(cholesky(tensor([[4, 0], [0, 16]]))); // → Tensor([[0.25, 0], [0, 0.0625]])
 * ```
 *
 * @see torch.cholesky_inverse
 */
export function choleskyInverse(factor: Tensor, options?: boolean | CholeskyOptions): Tensor {
  assertSquare("choleskyInverse", "the factor", factor);
  const { upper = false } = readArguments<CholeskyOptions>("choleskyInverse", [options], ["upper"], optionNames);
  assertFlag("choleskyInverse", "upper", upper);
  const [batch, n] = sizesOf(factor);
  return owned(() => solveWith(factor, identity(factor, batch, n), upper));
}
