/**
 * The LU decomposition, and what is computed with it.
 *
 * @module
 */
import { equalShapes, formatShape, type OptionNames, ShapeError } from "@lucid/backend";
import { owned, readArguments } from "@lucid/tensor/extend";
import { add, empty, sub, type Tensor } from "@lucid/tensor/functions";
import { orderOf, permutationOf } from "../algorithms/lu.js";
import { lowerOf, luFactors, ordered, undone, upperOf } from "../fused/lu.js";
import { triangularSolve } from "../fused/triangular.js";
import { broadcastBatches } from "../internal/batches.js";
import { assertFlag, assertIntegers, assertMatrix, assertSameType, assertSquare } from "../internal/checks.js";
import { assertInfo, infoOf } from "../internal/info.js";
import { diagonalOf, expanded, flatVectors, transposed, unflat } from "../internal/matrices.js";
import { sizesOf } from "../internal/types.js";

/** What {@link luFactor} returns. */
export interface LuFactors {
  /** L below the diagonal, without the ones on it, and U above. */
  readonly LU: Tensor;
  /** Step i exchanged row i and row `pivots[i]`, both counted from 1; int32. */
  readonly pivots: Tensor;
}

/** What {@link luFactorEx} returns. */
export interface LuFactorsAndInfo extends LuFactors {
  /** For each matrix 0, or the first i for which `U[i, i]` is 0, counted from 1; int32. */
  readonly info: Tensor;
}

/** Options of {@link luFactorEx}. */
export interface LuFactorExOptions {
  /** Whether a singular matrix is an error; default false. */
  readonly checkErrors?: boolean;
}

const exOptionNames: OptionNames<LuFactorExOptions> = { checkErrors: true };

/** Which diagonal element of U is 0. */
export function singularity(operation: string, lu: Tensor): Tensor {
  const diagonal = flatVectors(operation, diagonalOf(lu.detach()));
  return unflat(operation, infoOf(diagonal, "zero"), sizesOf(lu)[0]);
}

/**
 * Decomposes matrices with partial pivoting, and returns both factors in one matrix.
 *
 * Shapes: `(…, m, n) → LU (…, m, n), pivots (…, min(m, n))`.
 *
 * @throws ShapeError for fewer than two dimensions; DTypeError unless the elements are float32 or float64.
 *
 * @example
 * ```ts
 * luFactor(tensor([[1, 2], [4, 4]])).LU; // → Tensor([[4, 4], [0.25, 1]])
 * luFactor(tensor([[1, 2], [4, 4]])).pivots; // → Tensor([2, 2], dtype=int32)
 * ```
 *
 * @see torch.linalg.lu_factor
 */
export function luFactor(a: Tensor): LuFactors {
  assertMatrix("luFactor", "the matrix", a);
  return owned(() => {
    const { lu, pivots } = luFactors(a);
    return { LU: lu, pivots: add(pivots, 1) };
  });
}

/**
 * Decomposes matrices as {@link luFactor} does, and tells which are singular.
 *
 * Shapes: `(…, m, n) → LU (…, m, n), pivots (…, min(m, n)), info (…)`.
 *
 * @param options - `checkErrors` (default false): whether a singular matrix is an error.
 * @throws ShapeError for fewer than two dimensions; DTypeError unless the elements are float32 or float64; LinAlgError as
 * the options say.
 *
 * @example
 * ```ts
 * luFactorEx(tensor([[1, 2], [2, 4]])).info; // → Tensor(2, dtype=int32)
 * ```
 *
 * @see torch.linalg.lu_factor_ex
 */
export function luFactorEx(a: Tensor, options?: LuFactorExOptions): LuFactorsAndInfo {
  assertMatrix("luFactorEx", "the matrix", a);
  const given = readArguments<LuFactorExOptions>("luFactorEx", [options], [], exOptionNames);
  assertFlag("luFactorEx", "checkErrors", given.checkErrors);
  return owned(() => {
    const { lu, pivots } = luFactors(a);
    const info = singularity("luFactorEx", lu);
    if (given.checkErrors === true) assertInfo("luFactorEx", info, "is singular");
    return { LU: lu, pivots: add(pivots, 1), info };
  });
}

/** The factors of `a = P · L · U`. */
export interface PermutedFactors {
  /** The permutation matrix. */
  readonly P: Tensor;
  /** The lower triangular matrix, with ones on its diagonal. */
  readonly L: Tensor;
  /** The upper triangular matrix. */
  readonly U: Tensor;
}

/** The permutation matrices of an order of rows. */
function permutation(order: Tensor, like: Tensor): Tensor {
  const [batch] = sizesOf(like);
  return unflat("lu", permutationOf(flatVectors("lu", order), like), batch);
}

/**
 * Decomposes matrices with partial pivoting: `a = P · L · U`.
 *
 * Shapes: `(…, m, n) → P (…, m, m), L (…, m, k), U (…, k, n)` with k = min(m, n).
 *
 * @throws ShapeError for fewer than two dimensions; DTypeError unless the elements are float32 or float64.
 *
 * @example
 * ```ts
 * const { P, L, U } = lu(tensor([[1, 2], [4, 4]]));
 * P; // → Tensor([[0, 1], [1, 0]])
 * L; // → Tensor([[1, 0], [0.25, 1]])
 * U; // → Tensor([[4, 4], [0, 1]])
 * ```
 *
 * @see torch.linalg.lu
 */
export function lu(a: Tensor): PermutedFactors {
  assertMatrix("lu", "the matrix", a);
  return owned(() => {
    const factors = luFactors(a);
    return { P: permutation(factors.order, a), L: lowerOf(factors.lu), U: upperOf(factors.lu) };
  });
}

/** @throws an error unless pivots fit the matrices that they belong to. */
function assertPivots(operation: string, factors: Tensor, pivots: unknown): asserts pivots is Tensor {
  assertIntegers(operation, "the pivots", pivots);
  const [batch, m, n] = sizesOf(factors);
  if (equalShapes(pivots.shape, [...batch, Math.min(m, n)])) return;
  const shapes = [factors.shape, pivots.shape];
  throw new ShapeError(operation, `the pivots do not fit: ${shapes.map(formatShape).join(" · ")}`, shapes, {
    rule: "both come from luFactor",
  });
}

/** The order of the rows that pivots, counted from 1, describe. */
function orderFrom(operation: string, pivots: Tensor, height: number): Tensor {
  const flat = flatVectors(operation, sub(pivots, 1));
  return unflat(operation, orderOf(flat, height), pivots.shape.slice(0, -1));
}

/** Options of {@link luUnpack}. */
export interface LuUnpackOptions {
  /** Whether to return L and U; default true. Otherwise they are empty. */
  readonly unpackData?: boolean;
  /** Whether to return P; default true. Otherwise it is empty. */
  readonly unpackPivots?: boolean;
}

const unpackNames: OptionNames<LuUnpackOptions> = { unpackData: true, unpackPivots: true };

/**
 * Returns the factors of `a = P · L · U` from what {@link luFactor} returned.
 *
 * Shapes: `(…, m, n), (…, k) → P (…, m, m), L (…, m, k), U (…, k, n)` with k = min(m, n).
 *
 * @param options - `unpackData` (default true): whether to return L and U; `unpackPivots` (default true): whether to
 * return P. What is not wanted is an empty vector.
 * @throws ShapeError if the pivots do not fit; DTypeError for other types than those of {@link luFactor}.
 *
 * @example
 * ```ts
 * const { LU, pivots } = luFactor(tensor([[1, 2], [4, 4]]));
 * luUnpack(LU, pivots).U; // → Tensor([[4, 4], [0, 1]])
 * ```
 *
 * @see torch.lu_unpack
 */
export function luUnpack(LU: Tensor, pivots: Tensor, options?: LuUnpackOptions): PermutedFactors {
  assertMatrix("luUnpack", "LU", LU);
  assertPivots("luUnpack", LU, pivots);
  const given = readArguments<LuUnpackOptions>("luUnpack", [options], [], unpackNames);
  const { unpackData = true, unpackPivots = true } = given;
  assertFlag("luUnpack", "unpackData", unpackData);
  assertFlag("luUnpack", "unpackPivots", unpackPivots);
  return owned(() => {
    const nothing = (): Tensor => emptyLike(LU);
    return {
      P: unpackPivots ? permutation(orderFrom("luUnpack", pivots, LU.shape[LU.ndim - 2]!), LU) : nothing(),
      L: unpackData ? lowerOf(LU) : nothing(),
      U: unpackData ? upperOf(LU) : nothing(),
    };
  });
}

/** An empty vector. */
const emptyLike = (x: Tensor): Tensor => empty([0], { dtype: x.dtype, backend: x.backend });

/** Options of {@link luSolve}. */
export interface LuSolveOptions {
  /** Whether to solve `a · x = b` (true, the default) or `x · a = b`. */
  readonly left?: boolean;
  /** Whether the transpose of the matrix takes its place; default false. */
  readonly adjoint?: boolean;
}

const solveNames: OptionNames<LuSolveOptions> = { left: true, adjoint: true };

/**
 * Solves `a · x = b` with what {@link luFactor} returned for `a`.
 *
 * Shapes: `(…, n, n), (…, n), (…, n, k) → (…, n, k)`; batches broadcast.
 *
 * @param options - `left` (default true): false solves `x · a = b`; `adjoint` (default false): whether to take the
 * transpose of `a`.
 * @throws ShapeError if the shapes do not fit; DTypeError for wrong types.
 *
 * @example
 * ```ts
 * const { LU, pivots } = luFactor(tensor([[1, 2], [4, 4]]));
 * luSolve(LU, pivots, tensor([[5], [12]])); // → Tensor([[1], [2]])
 * ```
 *
 * @see torch.linalg.lu_solve
 */
export function luSolve(LU: Tensor, pivots: Tensor, b: Tensor, options?: LuSolveOptions): Tensor {
  assertSquare("luSolve", "LU", LU);
  assertPivots("luSolve", LU, pivots);
  assertMatrix("luSolve", "the right-hand side", b);
  assertSameType("luSolve", LU, b);
  const { left = true, adjoint = false } = readArguments<LuSolveOptions>("luSolve", [options], [], solveNames);
  assertFlag("luSolve", "left", left);
  assertFlag("luSolve", "adjoint", adjoint);
  const n = LU.shape[LU.ndim - 1]!;
  if (b.shape[b.ndim - (left ? 2 : 1)] !== n) {
    const shapes = [LU.shape, b.shape];
    throw new ShapeError("luSolve", `the sizes differ: ${shapes.map(formatShape).join(" · ")}`, shapes, {
      rule: left ? "b has as many rows as the matrix" : "b has as many columns as the matrix",
    });
  }
  return owned(() => {
    const [factors, right] = broadcastBatches("luSolve", LU, left ? b : transposed(b));
    const own = orderFrom("luSolve", pivots, n);
    const order = expanded(own, [...factors.shape.slice(0, -2), n]);
    // x · a = b is aᵀ · xᵀ = bᵀ.
    const solution = solveFactored(factors, order, right, adjoint === left);
    return left ? solution : transposed(solution);
  });
}

/** Solves with factors, of the matrix or of its transpose. */
function solveFactored(factors: Tensor, order: Tensor, b: Tensor, adjoint: boolean): Tensor {
  if (!adjoint) {
    const inner = triangularSolve(factors, ordered(b, order), { upper: false, unit: true });
    return triangularSolve(factors, inner, { upper: true, unit: false });
  }
  const upright = transposed(factors);
  const inner = triangularSolve(upright, b, { upper: false, unit: false });
  return ordered(triangularSolve(upright, inner, { upper: true, unit: true }), undone(order));
}
