/**
 * Eigenvalues and eigenvectors of symmetric matrices.
 *
 * @module
 */
import { ArgumentError, describeValue, type OptionNames } from "@lucid/backend";
import { owned, readArguments } from "@lucid/tensor/extend";
import type { Tensor } from "@lucid/tensor/functions";
import { eigenFactors, eigenValues } from "../fused/eigh.js";
import { assertSquare } from "../internal/checks.js";

/** Options of {@link eigh} and {@link eigvalsh}. */
export interface EighOptions {
  /** Which triangle of the matrix is read, the lower or the upper one; default "L". */
  readonly UPLO?: "L" | "U";
}

const optionNames: OptionNames<EighOptions> = { UPLO: true };

/** What {@link eigh} returns. */
export interface Eigen {
  /** The eigenvalues in ascending order. */
  readonly eigenvalues: Tensor;
  /** The eigenvectors, as columns in the order of the values. */
  readonly eigenvectors: Tensor;
}

/** Reads the option, and returns whether the upper triangle is read. */
function readsUpper(operation: string, given: "L" | "U" | EighOptions | undefined): boolean {
  const { UPLO = "L" } = readArguments<EighOptions>(operation, [given], ["UPLO"], optionNames);
  const side: unknown = typeof UPLO === "string" ? UPLO.toUpperCase() : UPLO;
  if (side === "L" || side === "U") return side === "U";
  throw new ArgumentError(operation, `UPLO is ${describeValue(UPLO)}`, { rule: 'UPLO is "L" or "U"' });
}

/**
 * Computes the eigenvalues and eigenvectors of symmetric matrices: `a = V · diag(λ) · Vᵀ`.
 *
 * The sign of an eigenvector is not determined, and neither is the basis of the space that belongs to equal eigenvalues.
 * The derivative of the vectors exists where all eigenvalues differ, that of the values everywhere.
 *
 * Shapes: `(…, n, n) → eigenvalues (…, n), eigenvectors (…, n, n)`.
 *
 * @param UPLO - which triangle is read: "L" (the default) or "U".
 * @throws ShapeError unless the matrices are square; DTypeError unless they are float32 or float64; ArgumentError for
 * another `UPLO`.
 *
 * @example
 * ```ts
 * eigh(tensor([[2, 1], [1, 2]])).eigenvalues; // → Tensor([1, 3])
 * ```
 *
 * @see torch.linalg.eigh
 */
export function eigh(a: Tensor, UPLO?: "L" | "U" | EighOptions): Eigen {
  assertSquare("eigh", "the matrix", a);
  const upper = readsUpper("eigh", UPLO);
  return owned(() => {
    const [eigenvalues, eigenvectors] = eigenFactors(a, upper);
    return { eigenvalues, eigenvectors };
  });
}

/**
 * Computes the eigenvalues of symmetric matrices, in ascending order.
 *
 * Shapes: `(…, n, n) → (…, n)`.
 *
 * @param UPLO - which triangle is read: "L" (the default) or "U".
 * @throws ShapeError unless the matrices are square; DTypeError unless they are float32 or float64; ArgumentError for
 * another `UPLO`.
 *
 * @example
 * ```ts
 * eigvalsh(tensor([[2, 1], [1, 2]])); // → Tensor([1, 3])
 * ```
 *
 * @see torch.linalg.eigvalsh
 */
export function eigvalsh(a: Tensor, UPLO?: "L" | "U" | EighOptions): Tensor {
  assertSquare("eigvalsh", "the matrix", a);
  const upper = readsUpper("eigvalsh", UPLO);
  return eigenValues(a, upper);
}
