/**
 * Least squares.
 *
 * @module
 */
import { ArgumentError, describeValue, equalShapes, formatShape, type OptionNames, ShapeError } from "@lucid/backend";
import { owned, readArguments } from "@lucid/tensor/extend";
import { empty, full, matmul, square, squeeze, sub, sum, type Tensor, unsqueeze } from "@lucid/tensor/functions";
import { leastSquares } from "../fused/least-squares.js";
import { qrFactors } from "../fused/qr.js";
import { triangularSolve } from "../fused/triangular.js";
import { broadcastBatches } from "../internal/batches.js";
import { assertMatrix, assertSameType, assertTensor } from "../internal/checks.js";
import { transposed } from "../internal/matrices.js";
import { epsilonOf } from "../internal/tolerances.js";
import { sizesOf } from "../internal/types.js";

/** How {@link lstsq} computes; the names are those of LAPACK's routines. */
export type LstsqDriver = "gelsy" | "gels" | "gelsd" | "gelss";

/** Options of {@link lstsq}. */
export interface LstsqOptions {
  /** Singular values up to this part of the largest one count as 0; default max(m, n) · eps. */
  readonly rcond?: number | null;
  /** "gels" for matrices of full rank; the others, which differ in what they return, for all; default "gelsy". */
  readonly driver?: LstsqDriver | null;
}

const optionNames: OptionNames<LstsqOptions> = { rcond: true, driver: true };
const drivers: readonly unknown[] = ["gelsy", "gels", "gelsd", "gelss"];

/** What {@link lstsq} returns. What a driver does not compute is an empty vector. */
export interface LstsqResult {
  /** The solution: of all solutions with the least residual, the one with the least norm. */
  readonly solution: Tensor;
  /** The squared lengths of `b − a · x` by column, where m > n and the driver is not "gelsy". */
  readonly residuals: Tensor;
  /** The ranks of the matrices, int32, where the driver is not "gels". */
  readonly rank: Tensor;
  /** The singular values of the matrices, where the driver is "gelsd" or "gelss". */
  readonly singularValues: Tensor;
}

/** Solves with matrices of full rank. */
function fullRank(a: Tensor, b: Tensor): Tensor {
  const [, m, n] = sizesOf(a);
  if (m >= n) {
    const [q, r] = qrFactors(a, false);
    return triangularSolve(r, matmul(transposed(q), b), { upper: true, unit: false });
  }
  const [q, r] = qrFactors(transposed(a), false);
  return matmul(q, triangularSolve(transposed(r), b, { upper: false, unit: false }));
}

/**
 * Solves systems of linear equations with as small an error as possible: x minimises `‖a · x − b‖`.
 *
 * The derivative is that for matrices of the same rank. Unlike PyTorch, which looks at the ranks to decide whether there are
 * residuals, lucid returns them for all matrices with more rows than columns.
 *
 * Shapes: `(…, m, n), (…, m, k) → (…, n, k)`; batches broadcast. `b` counts as vectors if it has the shape of `a` without its
 * last dimension.
 *
 * @param b - the right-hand sides.
 * @param options - `rcond` (default max(m, n) · eps): singular values up to this part of the largest one count as 0;
 * `driver` (default "gelsy"): "gels" is fast, for matrices of full rank.
 * @throws ShapeError if the shapes do not fit; DTypeError unless both are float32 or both are float64; ArgumentError for
 * wrong options.
 *
 * @example
 * ```ts
 * // The line through (0, 1), (1, 3) and (2, 5).
 * lstsq(tensor([[0, 1], [1, 1], [2, 1]]), tensor([1, 3, 5])).solution; // → Tensor([2, 1])
 * ```
 *
 * @see torch.linalg.lstsq
 */
export function lstsq(a: Tensor, b: Tensor, options?: LstsqOptions): LstsqResult {
  assertMatrix("lstsq", "the matrix", a);
  assertTensor("lstsq", "the right-hand side", b);
  assertSameType("lstsq", a, b);
  const given = readArguments<LstsqOptions>("lstsq", [options], [], optionNames);
  const driver: unknown = given.driver ?? "gelsy";
  const rcond: unknown = given.rcond ?? epsilonOf(a.dtype) * Math.max(...a.shape.slice(-2));
  if (!drivers.includes(driver)) {
    throw new ArgumentError("lstsq", `driver is ${describeValue(driver)}`, {
      rule: 'driver is "gelsy", "gels", "gelsd" or "gelss"',
    });
  }
  if (typeof rcond !== "number") {
    throw new ArgumentError("lstsq", `rcond is ${describeValue(rcond)}`, { rule: "rcond is a number" });
  }
  const vectors = a.ndim - 1 === b.ndim && equalShapes(b.shape, a.shape.slice(0, -1));
  if (!vectors) assertMatrix("lstsq", "the right-hand side", b);
  const [, m, n] = sizesOf(a);
  if (!vectors && b.shape[b.ndim - 2] !== m) {
    const shapes = [a.shape, b.shape];
    throw new ShapeError("lstsq", `the sizes differ: ${shapes.map(formatShape).join(" · ")}`, shapes, {
      rule: "b has as many rows as the matrix",
    });
  }
  const { dtype, backend } = a;
  return owned(() => {
    const [left, right] = broadcastBatches("lstsq", a, vectors ? unsqueeze(b, -1) : b);
    let solution: Tensor;
    let [rank, singularValues] = [empty([0], { dtype: "int32", backend }), empty([0], { dtype, backend })];
    if (driver === "gels") solution = fullRank(left, right);
    else {
      const found = leastSquares(left, right, full([], rcond, { dtype, backend }));
      [solution, rank] = found;
      if (driver !== "gelsy") singularValues = found[2];
    }
    const residuals =
      m > n && driver !== "gelsy"
        ? sum(square(sub(matmul(left, solution), right)), -2)
        : empty([0], { dtype, backend });
    return { solution: vectors ? squeeze(solution, -1) : solution, residuals, rank, singularValues };
  });
}
