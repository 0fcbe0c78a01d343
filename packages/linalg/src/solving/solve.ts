/**
 * Solving systems of linear equations.
 *
 * @module
 */
import { ArgumentError, describeValue, equalShapes, formatShape, type OptionNames, ShapeError } from "@lucid/backend";
import { owned, readArguments } from "@lucid/tensor/extend";
import { squeeze, type Tensor, unsqueeze } from "@lucid/tensor/functions";
import { singularity } from "../decompositions/lu.js";
import { luFactors } from "../fused/lu.js";
import { solveDecomposed } from "../fused/solve.js";
import { triangularSolve } from "../fused/triangular.js";
import { broadcastBatches } from "../internal/batches.js";
import { assertFlag, assertMatrix, assertSameType, assertSquare, assertTensor } from "../internal/checks.js";
import { assertInfo } from "../internal/info.js";
import { expanded, transposed } from "../internal/matrices.js";

/** Options of {@link solve}. */
export interface SolveOptions {
  /** Whether to solve `a · x = b` (true, the default) or `x · a = b`. */
  readonly left?: boolean;
}

const optionNames: OptionNames<SolveOptions> = { left: true };

/** Options of {@link solveEx}. */
export interface SolveExOptions extends SolveOptions {
  /** Whether a singular matrix is an error; default false. */
  readonly checkErrors?: boolean;
}

const exOptionNames: OptionNames<SolveExOptions> = { left: true, checkErrors: true };

/** What {@link solveEx} returns. */
export interface SolveResult {
  /** The solution. */
  readonly result: Tensor;
  /** For each matrix 0, or the position of the first pivot that is 0, counted from 1; int32. */
  readonly info: Tensor;
}

/** Whether the right-hand sides of a call are vectors: one for each matrix, or one for all. */
function areVectors(a: Tensor, b: Tensor): boolean {
  return b.ndim === 1 || (a.ndim - 1 === b.ndim && equalShapes(b.shape, a.shape.slice(0, -1)));
}

/** Solves, and tells which matrices are singular. */
function solved(operation: string, a: Tensor, b: unknown, left: boolean): SolveResult {
  assertSquare(operation, "the matrix", a);
  assertTensor(operation, "the right-hand side", b);
  assertSameType(operation, a, b);
  assertFlag(operation, "left", left);
  const n = a.shape[a.ndim - 1]!;
  const vectors = areVectors(a, b);
  if (!vectors) assertMatrix(operation, "the right-hand side", b);
  if (b.shape[b.ndim - (vectors || !left ? 1 : 2)] !== n) {
    const shapes = [a.shape, b.shape];
    throw new ShapeError(operation, `the sizes differ: ${shapes.map(formatShape).join(" · ")}`, shapes, {
      rule: "b has as many rows as the matrix, or as many columns if it stands on the left",
    });
  }
  return owned(() => {
    const matrix = left ? a : transposed(a);
    const columns = vectors ? unsqueeze(b, -1) : left ? b : transposed(b);
    const own = luFactors(matrix.detach());
    const info = singularity(operation, own.lu);
    const [whole, right] = broadcastBatches(operation, matrix, columns);
    const batch = right.shape.slice(0, -2);
    const decomposed = {
      a: whole,
      lu: expanded(own.lu, [...batch, n, n]),
      order: expanded(own.order, [...batch, n]),
    };
    const solution = solveDecomposed(decomposed, right);
    return { result: vectors ? squeeze(solution, -1) : left ? solution : transposed(solution), info };
  });
}

/**
 * Solves systems of linear equations with square matrices: `a · x = b`.
 *
 * Shapes: `(…, n, n), (…, n, k) → (…, n, k)`; batches broadcast. `b` counts as vectors if it has one dimension, or the
 * shape of `a` without its last dimension: `(…, n, n), (…, n) → (…, n)`.
 *
 * @param b - the right-hand sides.
 * @param options - `left` (default true): false solves `x · a = b`.
 * @throws LinAlgError if a matrix is singular; on backends that cannot be read synchronously, such as WebGPU, the solution is
 * infinite or NaN instead. ShapeError if the shapes do not fit; DTypeError unless both are float32 or both are float64.
 *
 * @example
 * ```ts
 * solve(tensor([[2, 1], [1, 3]]), tensor([5, 10])); // → Tensor([1, 3])
 * ```
 *
 * @see torch.linalg.solve
 */
export function solve(a: Tensor, b: Tensor, options?: SolveOptions): Tensor {
  const { left = true } = readArguments<SolveOptions>("solve", [options], [], optionNames);
  return owned(() => {
    const { result, info } = solved("solve", a, b, left);
    assertInfo("solve", info, "is singular");
    return result;
  });
}

/**
 * Solves systems as {@link solve} does, and tells which matrices are singular instead of throwing.
 *
 * Shapes: those of {@link solve}; info `(…)`.
 *
 * @param b - the right-hand sides.
 * @param options - `left` (default true); `checkErrors` (default false): whether to throw as {@link solve} does.
 * @throws ShapeError if the shapes do not fit; DTypeError unless both are float32 or both are float64.
 *
 * @example
 * ```ts
 * solveEx(tensor([[1, 2], [2, 4]]), tensor([1, 1])).info; // → Tensor(2, dtype=int32)
 * ```
 *
 * @see torch.linalg.solve_ex
 */
export function solveEx(a: Tensor, b: Tensor, options?: SolveExOptions): SolveResult {
  const given = readArguments<SolveExOptions>("solveEx", [options], [], exOptionNames);
  assertFlag("solveEx", "checkErrors", given.checkErrors);
  return owned(() => {
    const found = solved("solveEx", a, b, given.left ?? true);
    if (given.checkErrors === true) assertInfo("solveEx", found.info, "is singular");
    return found;
  });
}

/** Options of {@link solveTriangular}. */
export interface SolveTriangularOptions {
  /** Whether the matrix is the upper triangle, or the lower one. */
  readonly upper: boolean;
  /** Whether to solve `a · x = b` (true, the default) or `x · a = b`. */
  readonly left?: boolean;
  /** Whether the diagonal counts as ones, whatever it holds; default false. */
  readonly unitriangular?: boolean;
}

const triangularNames: OptionNames<SolveTriangularOptions> = { upper: true, left: true, unitriangular: true };

/**
 * Solves systems of linear equations with triangular matrices: `a · x = b`.
 *
 * Elements outside the triangle are not read. A 0 on the diagonal is no error: it gives infinite values or NaN.
 *
 * Shapes: `(…, n, n), (…, n, k) → (…, n, k)`; batches broadcast.
 *
 * @param b - the right-hand sides.
 * @param options - `upper` (required): whether the matrix is the upper triangle; `left` (default true): false solves `x · a
 * = b`; `unitriangular` (default false): whether the diagonal counts as ones.
 * @throws ShapeError if the shapes do not fit; DTypeError unless both are float32 or both are float64; ArgumentError if
 * `upper` is missing.
 *
 * @example
 * ```ts
 * solveTriangular(tensor([[2, 1], [0, 4]]), tensor([[4], [8]]), { upper: true }); // → Tensor([[1], [2]])
 * ```
 *
 * @see torch.linalg.solve_triangular
 */
export function solveTriangular(a: Tensor, b: Tensor, options: SolveTriangularOptions): Tensor {
  assertSquare("solveTriangular", "the matrix", a);
  assertMatrix("solveTriangular", "the right-hand side", b);
  assertSameType("solveTriangular", a, b);
  const given = readArguments<Partial<SolveTriangularOptions>>("solveTriangular", [options], [], triangularNames);
  const { upper, left = true, unitriangular = false } = given;
  assertGiven(upper);
  assertFlag("solveTriangular", "left", left);
  assertFlag("solveTriangular", "unitriangular", unitriangular);
  if (b.shape[b.ndim - (left ? 2 : 1)] !== a.shape[a.ndim - 1]) {
    const shapes = [a.shape, b.shape];
    throw new ShapeError("solveTriangular", `the sizes differ: ${shapes.map(formatShape).join(" · ")}`, shapes, {
      rule: "b has as many rows as the matrix, or as many columns if it stands on the left",
    });
  }
  return owned(() => {
    const [matrix, right] = broadcastBatches("solveTriangular", a, b);
    if (left) return triangularSolve(matrix, right, { upper, unit: unitriangular });
    // x · a = b is aᵀ · xᵀ = bᵀ.
    const triangle = { upper: !upper, unit: unitriangular };
    return transposed(triangularSolve(transposed(matrix), transposed(right), triangle));
  });
}

/** @throws ArgumentError unless the required option is there. */
function assertGiven(upper: unknown): asserts upper is boolean {
  if (typeof upper === "boolean") return;
  throw new ArgumentError("solveTriangular", `upper is ${describeValue(upper)}`, {
    rule: "upper is true or false",
    remedy: "pass { upper: true } or { upper: false }",
  });
}
