/**
 * Norms of vectors and matrices.
 *
 * @module
 */
import { ArgumentError, type DType, describeValue, formatShape, type OptionNames, ShapeError } from "@lucid/backend";
import { owned, readArguments } from "@lucid/tensor/extend";
import {
  abs,
  amax,
  amin,
  type Dims,
  movedim,
  sum,
  type Tensor,
  norm as tensorNorm,
  to,
  unsqueeze,
} from "@lucid/tensor/functions";
import { singularValues } from "../fused/svd.js";
import { assertFlag, assertFloating, assertInteger, assertTensor } from "../internal/checks.js";

/** Which norm of a matrix. */
export type MatrixNormOrder = "fro" | "nuc" | 1 | -1 | 2 | -2 | number;

/** Options of {@link vectorNorm}. */
export interface VectorNormOptions {
  /** The exponent, Infinity and −Infinity included; default 2. */
  readonly ord?: number;
  /** The dimensions that form the vectors; default (and null): all of them. */
  readonly dim?: Dims | null;
  /** Whether the reduced dimensions stay, with size 1; default false. */
  readonly keepdim?: boolean;
  /** The elements are converted to this type first. */
  readonly dtype?: DType | null;
}

const vectorNames: OptionNames<VectorNormOptions> = { ord: true, dim: true, keepdim: true, dtype: true };

function typedAs(operation: string, x: Tensor, dtype: DType | null | undefined): Tensor {
  const typed = dtype === undefined || dtype === null ? x : to(x, dtype);
  assertFloating(operation, typed.dtype);
  return typed;
}

/**
 * Computes norms of vectors.
 *
 * `(Σ |x|ᵖ)^(1/p)`; for Infinity the largest `|x|`, for −Infinity the smallest, for 0 the number of elements that are not 0.
 *
 * @param ord - the exponent p; default 2.
 * @param options - `ord`, `dim` (default: all dimensions), `keepdim` (default false), `dtype`.
 * @throws DTypeError unless the elements are float32 or float64; ArgumentError for wrong options; IndexOutOfRangeError if
 * x has no such dimension.
 *
 * @example
 * ```ts
 * vectorNorm(tensor([3, -4])); // → Tensor(5)
 * vectorNorm(tensor([[3, -4], [1, 0]]), { ord: Infinity, dim: 1 }); // → Tensor([4, 1])
 * ```
 *
 * @see torch.linalg.vector_norm
 */
export function vectorNorm(
  x: Tensor,
  ...args:
    | readonly [ord: number, options?: Omit<VectorNormOptions, "ord"> | undefined]
    | readonly [options?: VectorNormOptions | undefined]
): Tensor {
  assertTensor("vectorNorm", "the input", x);
  const given = readArguments<VectorNormOptions>("vectorNorm", args, ["ord"], vectorNames);
  const { ord = 2, dim = null, keepdim = false } = given;
  assertFlag("vectorNorm", "keepdim", keepdim);
  if (typeof ord !== "number" || Number.isNaN(ord)) {
    throw new ArgumentError("vectorNorm", `ord is ${describeValue(ord)}`, { rule: "ord is a number" });
  }
  return owned(() => tensorNorm(typedAs("vectorNorm", x, given.dtype), { p: ord, dim, keepdim }));
}

/** Options of {@link matrixNorm}. */
export interface MatrixNormOptions {
  /** Which norm; default "fro". */
  readonly ord?: MatrixNormOrder;
  /** The dimensions of the rows and of the columns; default [−2, −1]. */
  readonly dim?: readonly number[];
  /** Whether the two dimensions stay, with size 1; default false. */
  readonly keepdim?: boolean;
  /** The elements are converted to this type first. */
  readonly dtype?: DType | null;
}

const matrixNames: OptionNames<MatrixNormOptions> = { ord: true, dim: true, keepdim: true, dtype: true };

/** The norm of the matrices in the last two dimensions. */
function normOf(operation: string, x: Tensor, ord: MatrixNormOrder): Tensor {
  switch (ord) {
    case "fro":
      return tensorNorm(x, { p: 2, dim: [-2, -1] });
    case "nuc":
      return sum(singularValues(x), -1);
    case 1:
      return amax(sum(abs(x), -2), -1);
    case -1:
      return amin(sum(abs(x), -2), -1);
    case Number.POSITIVE_INFINITY:
      return amax(sum(abs(x), -1), -1);
    case Number.NEGATIVE_INFINITY:
      return amin(sum(abs(x), -1), -1);
    case 2:
      return amax(singularValues(x), -1);
    case -2:
      return amin(singularValues(x), -1);
    default:
      throw new ArgumentError(operation, `ord is ${describeValue(ord)}`, {
        rule: 'ord is "fro", "nuc", 1, −1, 2, −2, Infinity or −Infinity',
      });
  }
}

/** @throws an error unless `dim` names two different dimensions; returns them as 0 … rank − 1. */
function pairOf(operation: string, x: Tensor, dim: unknown): readonly [number, number] {
  if (!Array.isArray(dim) || dim.length !== 2) {
    throw new ArgumentError(operation, `dim is ${describeValue(dim)}`, { rule: "dim is a list of two dimensions" });
  }
  const [first, second] = dim.map((axis: unknown) => {
    assertInteger(operation, "dim", axis);
    if (axis < -x.ndim || axis >= x.ndim) {
      throw new ShapeError(operation, `dim ${axis} of a tensor ${formatShape(x.shape)}`, [x.shape], {
        rule: `there are ${x.ndim} dimensions`,
      });
    }
    return axis < 0 ? axis + x.ndim : axis;
  }) as [number, number];
  if (first !== second) return [first, second];
  throw new ArgumentError(operation, `dim ${first} appears twice`, { rule: "a dimension may appear once" });
}

function matrixNormAlong(
  operation: string,
  x: Tensor,
  ord: MatrixNormOrder,
  dim: readonly number[],
  keepdim: boolean,
): Tensor {
  const [first, second] = pairOf(operation, x, dim);
  const result = normOf(operation, movedim(x, [first, second], [-2, -1]), ord);
  if (!keepdim) return result;
  const [low, high] = [Math.min(first, second), Math.max(first, second)];
  return unsqueeze(unsqueeze(result, low), high);
}

/**
 * Computes norms of matrices.
 *
 * "fro" is the root of the sum of all squares, "nuc" the sum of the singular values, 1 the largest sum of a column of
 * absolute values, Infinity that of a row, 2 the largest singular value; −1, −Infinity and −2 take the smallest.
 *
 * @param ord - which norm; default "fro".
 * @param options - `ord`, `dim` (default [−2, −1]): the dimensions of rows and columns, `keepdim` (default false), `dtype`.
 * @throws DTypeError unless the elements are float32 or float64; ArgumentError for wrong options; ShapeError if x has no
 * such dimensions.
 *
 * @example
 * ```ts
 * matrixNorm(tensor([[3, 0], [0, -4]])); // → Tensor(5)
 * matrixNorm(tensor([[3, 0], [0, -4]]), "nuc"); // → Tensor(7)
 * ```
 *
 * @see torch.linalg.matrix_norm
 */
export function matrixNorm(
  x: Tensor,
  ...args:
    | readonly [ord: MatrixNormOrder, options?: Omit<MatrixNormOptions, "ord"> | undefined]
    | readonly [options?: MatrixNormOptions | undefined]
): Tensor {
  assertTensor("matrixNorm", "the input", x);
  const given = readArguments<MatrixNormOptions>("matrixNorm", args, ["ord"], matrixNames);
  const { ord = "fro", dim = [-2, -1], keepdim = false } = given;
  assertFlag("matrixNorm", "keepdim", keepdim);
  return owned(() => matrixNormAlong("matrixNorm", typedAs("matrixNorm", x, given.dtype), ord, dim, keepdim));
}

/** Options of {@link norm}. */
export interface LinalgNormOptions {
  /** Which norm; default (and null): 2 of all elements, also of those of a matrix. */
  readonly ord?: MatrixNormOrder | null;
  /** One dimension for norms of vectors, two for norms of matrices; default (and null): all. */
  readonly dim?: Dims | null;
  /** Whether the reduced dimensions stay, with size 1; default false. */
  readonly keepdim?: boolean;
  /** The elements are converted to this type first. */
  readonly dtype?: DType | null;
}

const normNames: OptionNames<LinalgNormOptions> = { ord: true, dim: true, keepdim: true, dtype: true };

/**
 * Computes norms of vectors or of matrices.
 *
 * With `ord`, one dimension asks for {@link vectorNorm} and two ask for {@link matrixNorm}; without `dim`, the number of
 * dimensions of x counts, which is 1 or 2. Without `ord`, the result is the root of the sum of the squares.
 *
 * @param ord - which norm; default: the root of the sum of the squares.
 * @param options - `ord`, `dim` (default: all dimensions), `keepdim` (default false), `dtype`.
 * @throws DTypeError unless the elements are float32 or float64; ArgumentError for wrong options; ShapeError if x has
 * too many dimensions.
 *
 * @example
 * ```ts
 * norm(tensor([3, -4])); // → Tensor(5)
 * norm(tensor([[1, -2], [3, 4]]), 1); // → Tensor(6)
 * ```
 *
 * @see torch.linalg.norm
 */
export function norm(
  x: Tensor,
  ...args:
    | readonly [ord: MatrixNormOrder | null, options?: Omit<LinalgNormOptions, "ord"> | undefined]
    | readonly [options?: LinalgNormOptions | undefined]
): Tensor {
  assertTensor("norm", "the input", x);
  const given = readArguments<LinalgNormOptions>("norm", args, ["ord"], normNames);
  const { ord = null, dim = null, keepdim = false } = given;
  assertFlag("norm", "keepdim", keepdim);
  return owned(() => {
    const values = typedAs("norm", x, given.dtype);
    if (ord === null) return tensorNorm(values, { p: 2, dim, keepdim });
    const dims = dim === null ? values.shape.map((_, i) => i) : typeof dim === "number" ? [dim] : dim;
    if (dims.length === 2) return matrixNormAlong("norm", values, ord, dims, keepdim);
    if (dims.length !== 1) {
      throw new ShapeError("norm", `${dims.length} dimensions of ${formatShape(x.shape)}`, [x.shape], {
        rule: "with ord, one dimension forms vectors and two form matrices",
        remedy: "pass dim, or use vectorNorm, which reduces all dimensions",
      });
    }
    return vectorNorm(values, { ord: numberFrom(ord), dim: dims, keepdim });
  });
}

/** @throws ArgumentError unless the order is one of vectors. */
function numberFrom(ord: MatrixNormOrder): number {
  if (typeof ord === "number") return ord;
  throw new ArgumentError("norm", `ord is ${describeValue(ord)}`, {
    rule: "the order of a norm of vectors is a number",
  });
}
