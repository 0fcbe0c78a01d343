/**
 * Products of vectors, and matrices that are made of them.
 *
 * @module
 */
import { ArgumentError, DTypeError, dtypes, formatShape, type OptionNames, ShapeError } from "@lucid/backend";
import { owned, readArguments } from "@lucid/tensor/extend";
import {
  cat,
  cross as crossAlong,
  cumprod,
  type DiagonalOptions,
  type DimOptions,
  expand,
  mul,
  onesLike,
  sum,
  type Tensor,
  diagonal as tensorDiagonal,
  unsqueeze,
} from "@lucid/tensor/functions";
import { assertInteger, assertTensor } from "../internal/checks.js";

const dimNames: OptionNames<DimOptions> = { dim: true };

/**
 * Computes dot products of vectors along a dimension: `Σ xᵢ · yᵢ`.
 *
 * @param dim - the dimension of the vectors; default −1.
 * @throws ShapeError if the shapes do not broadcast; IndexOutOfRangeError if there is no such dimension.
 *
 * @example
 * ```ts
 * vecdot(tensor([[1, 2], [3, 4]]), tensor([1, 1])); // → Tensor([3, 7])
 * ```
 *
 * @see torch.linalg.vecdot
 */
export function vecdot(x: Tensor, y: Tensor, dim?: number | DimOptions): Tensor {
  assertTensor("vecdot", "the first tensor", x);
  assertTensor("vecdot", "the second tensor", y);
  for (const { dtype } of [x, y]) {
    if (dtypes[dtype].kind !== "float") throw new DTypeError("vecdot", `needs a floating type: got ${dtype}`, [dtype]);
  }
  const { dim: axis = -1 } = readArguments<DimOptions>("vecdot", [dim], ["dim"], dimNames);
  return owned(() => sum(mul(x, y), axis));
}

/**
 * Computes the cross product of vectors with three components.
 *
 * Shapes: equal numbers of dimensions, which broadcast.
 *
 * @param dim - the dimension of the components; default −1.
 * @throws ShapeError if the dimension does not have size 3, the numbers of dimensions differ, or the shapes do not
 * broadcast.
 *
 * @example
 * ```ts
 * cross(tensor([1, 0, 0]), tensor([0, 1, 0])); // → Tensor([0, 0, 1])
 * ```
 *
 * @see torch.linalg.cross
 */
export function cross(x: Tensor, y: Tensor, dim?: number | DimOptions): Tensor {
  assertTensor("cross", "the first tensor", x);
  assertTensor("cross", "the second tensor", y);
  const { dim: axis = -1 } = readArguments<DimOptions>("cross", [dim], ["dim"], dimNames);
  if (x.ndim !== y.ndim) {
    throw new ShapeError("cross", `${formatShape(x.shape)} · ${formatShape(y.shape)}`, [x.shape, y.shape], {
      rule: "both have equally many dimensions",
    });
  }
  return crossAlong(x, y, axis);
}

const diagonalNames: OptionNames<DiagonalOptions> = { offset: true, dim1: true, dim2: true };

/**
 * Returns the diagonals of matrices as a view.
 *
 * Shapes: `(…, m, n) → (…, min(m, n))` for the main diagonal.
 *
 * @param options - `offset` (default 0): which diagonal, positive ones lying above the main one; `dim1` (default −2) and `dim2`
 * (default −1): the dimensions of rows and columns.
 * @throws IndexOutOfRangeError if there is no such dimension; ArgumentError if both are the same.
 *
 * @example
 * ```ts
 * diagonal(tensor([[1, 2], [3, 4]])); // → Tensor([1, 4])
 * ```
 *
 * @see torch.linalg.diagonal
 */
export function diagonal(a: Tensor, options?: DiagonalOptions): Tensor {
  assertTensor("diagonal", "the matrix", a);
  const given = readArguments<DiagonalOptions>("diagonal", [options], [], diagonalNames);
  const { offset = 0, dim1 = -2, dim2 = -1 } = given;
  return tensorDiagonal(a, { offset, dim1, dim2 });
}

/** Options of {@link vander}. */
export interface VanderOptions {
  /** The number of columns; default (and null): as many as there are elements. */
  readonly N?: number | null;
}

const vanderNames: OptionNames<VanderOptions> = { N: true };

/**
 * Makes Vandermonde matrices: column j holds the elements to the power of j.
 *
 * Shapes: `(…, n) → (…, n, N)`.
 *
 * @param options - `N` (default n): the number of columns.
 * @throws ArgumentError unless `N` is an integer greater than 1, which a tensor without dimensions requires.
 *
 * @example
 * ```ts
 * vander(tensor([1, 2, 3])); // → Tensor([[1, 1, 1], [1, 2, 4], [1, 3, 9]])
 * ```
 *
 * @see torch.linalg.vander
 */
export function vander(x: Tensor, options?: VanderOptions): Tensor {
  assertTensor("vander", "the input", x);
  const given = readArguments<VanderOptions>("vander", [options], [], vanderNames);
  const count = given.N ?? x.shape[x.ndim - 1];
  assertInteger("vander", "N", count);
  if (count <= 1) throw new ArgumentError("vander", `N is ${count}`, { rule: "there are at least two columns" });
  return owned(() => {
    const column = unsqueeze(x.ndim === 0 ? unsqueeze(x, 0) : x, -1);
    const others = expand(column, [...column.shape.slice(0, -1), count - 1]);
    return cat([onesLike(column), cumprod(others, -1)], -1);
  });
}
