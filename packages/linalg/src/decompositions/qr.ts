/**
 * The QR decomposition, and Householder reflections.
 *
 * @module
 */
import { ArgumentError, describeValue, equalShapes, formatShape, type OptionNames, ShapeError } from "@lucid/backend";
import { owned, readArguments } from "@lucid/tensor/extend";
import { add, empty, matmul, mul, sub, type Tensor, tril, triu, unsqueeze } from "@lucid/tensor/functions";
import { BLOCK } from "../algorithms/triangular.js";
import { packedFactors, qrFactors } from "../fused/qr.js";
import { triangularSolve } from "../fused/triangular.js";
import { assertFlag, assertMatrix, assertSameType, assertTensor } from "../internal/checks.js";
import { below, columns, identity, part, rows, transposed } from "../internal/matrices.js";
import { sizesOf } from "../internal/types.js";

/** How many columns of Q {@link qr} computes: as many as are determined, all of them, or none. */
export type QrMode = "reduced" | "complete" | "r";

/** Options of {@link qr}. */
export interface QrOptions {
  /** Which columns of Q to compute; default "reduced". */
  readonly mode?: QrMode;
}

const optionNames: OptionNames<QrOptions> = { mode: true };

/** What {@link qr} returns. */
export interface QrFactors {
  /** The matrix with orthonormal columns. */
  readonly Q: Tensor;
  /** The upper triangular matrix. */
  readonly R: Tensor;
}

const modes: readonly unknown[] = ["reduced", "complete", "r"];

/**
 * Decomposes matrices: `a = Q · R` with orthonormal columns in Q and an upper triangular R.
 *
 * The signs are those of LAPACK: elements on the diagonal of R may be negative. The derivative exists where the first
 * min(m, n) columns are linearly independent; mode "complete" has one only for matrices that are not higher than wide.
 *
 * Shapes: `(…, m, n) → Q (…, m, k), R (…, k, n)` with k = min(m, n), or k = m in mode "complete". In mode "r", Q is an
 * empty vector.
 *
 * @param mode - "reduced" (the default), "complete" or "r".
 * @throws ShapeError for fewer than two dimensions; DTypeError unless the elements are float32 or float64; ArgumentError
 * for another mode.
 *
 * @example
 * ```ts
 * const { Q, R } = qr(tensor([[3, 1], [4, 2]]));
 * Q; // → Tensor([[-0.6, -0.8], [-0.8, 0.6]])
 * R; // → Tensor([[-5, -2.2], [0, 0.4]])
 * ```
 *
 * @see torch.linalg.qr
 */
export function qr(a: Tensor, mode?: QrMode | QrOptions): QrFactors {
  assertMatrix("qr", "the matrix", a);
  const given = readArguments<QrOptions>("qr", [mode], ["mode"], optionNames);
  const which: unknown = given.mode ?? "reduced";
  if (!modes.includes(which)) {
    throw new ArgumentError("qr", `mode is ${describeValue(which)}`, { rule: 'mode is "reduced", "complete" or "r"' });
  }
  return owned(() => {
    const [q, r] = qrFactors(a, which === "complete");
    return { Q: which === "r" ? empty([0], { dtype: a.dtype, backend: a.backend }) : q, R: r };
  });
}

/** What {@link geqrf} returns. */
export interface PackedQr {
  /** R in the upper triangle, and the vectors of the reflections below it. */
  readonly a: Tensor;
  /** The factors of the reflections. */
  readonly tau: Tensor;
}

/**
 * Decomposes matrices as {@link qr} does, and returns Q as Householder reflections `I − τ · v · vᵀ`.
 *
 * {@link householderProduct} makes Q of the result, and {@link ormqr} multiplies by it.
 *
 * Shapes: `(…, m, n) → a (…, m, n), tau (…, min(m, n))`.
 *
 * @throws ShapeError for fewer than two dimensions; DTypeError unless the elements are float32 or float64.
 *
 * @example
 * ```ts
 * geqrf(tensor([[3, 1], [4, 2]])).a; // → Tensor([[-5, -2.2], [0.5, 0.4]])
 * geqrf(tensor([[3, 1], [4, 2]])).tau; // → Tensor([1.6, 0])
 * ```
 *
 * @see torch.geqrf
 */
export function geqrf(a: Tensor): PackedQr {
  assertMatrix("geqrf", "the matrix", a);
  return owned(() => {
    const [packed, tau] = packedFactors(a);
    return { a: packed, tau };
  });
}

/** @throws an error unless reflections have as many factors as vectors, at most. */
function assertReflections(operation: string, a: Tensor, tau: unknown): asserts tau is Tensor {
  assertMatrix(operation, "the matrix of reflections", a);
  assertTensor(operation, "tau", tau);
  assertSameType(operation, a, tau);
  const [batch, m, n] = sizesOf(a);
  const k = tau.shape[tau.ndim - 1] ?? -1;
  if (k >= 0 && k <= Math.min(m, n) && equalShapes(tau.shape.slice(0, -1), batch)) return;
  const shapes = [a.shape, tau.shape];
  throw new ShapeError(operation, `the shapes do not fit: ${shapes.map(formatShape).join(" · ")}`, shapes, {
    rule: "tau has at most as many numbers as the matrix has rows and columns",
  });
}

/** Multiplies `x` by the reflections, or by their transpose, from the left. */
function reflected(a: Tensor, tau: Tensor, x: Tensor, transpose: boolean): Tensor {
  const [batch, m] = sizesOf(a);
  const k = tau.shape[tau.ndim - 1]!;
  const starts = Array.from({ length: Math.ceil(k / BLOCK) }, (_, i) => i * BLOCK);
  let result = x;
  for (const start of transpose ? starts : starts.reverse()) {
    const end = Math.min(start + BLOCK, k);
    const vectors = columns(rows(a, start, m), start, end);
    const v = add(tril(vectors, -1), identity(a, batch, m - start, end - start));
    const factors = part(tau, tau.ndim - 1, start, end - start);
    // I − V · T · Vᵀ with T = D · (I + S · D)⁻¹, where D holds the factors and S is VᵀV above the diagonal.
    const inner = mul(triu(matmul(transposed(v), v), 1), unsqueeze(factors, -2));
    const eye = identity(a, batch, end - start);
    const t = mul(triangularSolve(inner, eye, { upper: true, unit: true }), unsqueeze(factors, -1));
    const open = rows(result, start, m);
    const amount = matmul(v, matmul(transpose ? transposed(t) : t, matmul(transposed(v), open)));
    const changed = sub(open, amount);
    result = start === 0 ? changed : below(rows(result, 0, start), changed);
  }
  return result;
}

/**
 * Multiplies Householder reflections `I − τᵢ · vᵢ · vᵢᵀ`, and returns the first columns of the product.
 *
 * Vector i has zeros before position i, a 1 there, and the elements of column i of `a` below it.
 *
 * Shapes: `(…, m, n), (…, k) → (…, m, n)` with k ≤ n ≤ m.
 *
 * @param a - the vectors, as {@link geqrf} returns them.
 * @param tau - the factors.
 * @throws ShapeError if the shapes do not fit; DTypeError unless both are float32 or both are float64.
 *
 * @example
 * ```ts
 * const { a, tau } = geqrf(tensor([[3, 1], [4, 2]]));
 * householderProduct(a, tau); // → Tensor([[-0.6, -0.8], [-0.8, 0.6]])
 * ```
 *
 * @see torch.linalg.householder_product
 */
export function householderProduct(a: Tensor, tau: Tensor): Tensor {
  assertReflections("householderProduct", a, tau);
  const [batch, m, n] = sizesOf(a);
  if (m < n) {
    throw new ShapeError("householderProduct", `the matrix is wider than high: ${formatShape(a.shape)}`, [a.shape], {
      rule: "a product of reflections has as many columns as rows, of which the first are returned",
    });
  }
  return owned(() => reflected(a, tau, identity(a, batch, m, n), false));
}

/** Options of {@link ormqr}. */
export interface OrmqrOptions {
  /** Whether Q stands on the left (the default) or on the right. */
  readonly left?: boolean;
  /** Whether to multiply by the transpose of Q; default false. */
  readonly transpose?: boolean;
}

const ormqrNames: OptionNames<OrmqrOptions> = { left: true, transpose: true };

/**
 * Multiplies a matrix by the product Q of Householder reflections, all of whose columns count.
 *
 * Shapes: `(…, m, n), (…, k), (…, m, p) → (…, m, p)`; with Q on the right `(…, p, m) → (…, p, m)`.
 *
 * @param a - the vectors, as {@link geqrf} returns them.
 * @param tau - the factors.
 * @param other - the matrix that is multiplied.
 * @param options - `left` (default true): whether Q stands on the left; `transpose` (default false).
 * @throws ShapeError if the shapes do not fit; DTypeError unless all are float32 or all are float64.
 *
 * @example
 * ```ts
 * const { a, tau } = geqrf(tensor([[3, 1], [4, 2]]));
 * ormqr(a, tau, tensor([[3], [4]]), { transpose: true }); // → Tensor([[-5], [0]])
 * ```
 *
 * @see torch.ormqr
 */
export function ormqr(
  a: Tensor,
  tau: Tensor,
  other: Tensor,
  ...args:
    | readonly [left?: boolean | undefined, transpose?: boolean | undefined]
    | readonly [options?: OrmqrOptions | undefined]
): Tensor {
  assertReflections("ormqr", a, tau);
  assertMatrix("ormqr", "the other matrix", other);
  assertSameType("ormqr", a, other);
  const given = readArguments<OrmqrOptions>("ormqr", args, ["left", "transpose"], ormqrNames);
  const { left = true, transpose = false } = given;
  assertFlag("ormqr", "left", left);
  assertFlag("ormqr", "transpose", transpose);
  const [batch, m] = sizesOf(a);
  const [otherBatch, height, width] = sizesOf(other);
  if (!equalShapes(batch, otherBatch) || (left ? height : width) !== m) {
    const shapes = [a.shape, other.shape];
    throw new ShapeError("ormqr", `the shapes do not fit: ${shapes.map(formatShape).join(" · ")}`, shapes, {
      rule: "the batches are equal, and the sizes that are multiplied too",
    });
  }
  return owned(() => {
    if (left) return reflected(a, tau, other, transpose);
    // b · Q is the transpose of Qᵀ · bᵀ.
    return transposed(reflected(a, tau, transposed(other), !transpose));
  });
}
