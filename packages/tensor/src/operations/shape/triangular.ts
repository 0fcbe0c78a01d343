/**
 * The triangles of matrices.
 *
 * @module
 */
import {
  constant,
  type DType,
  type Expr,
  formatShape,
  ge,
  index,
  input,
  type OptionNames,
  op,
  ShapeError,
  scalar,
} from "@lucid/backend";
import { callMap } from "../../primitives/map.js";
import type { Tensor } from "../../tensor/tensor.js";
import { readArguments } from "../internal/arguments.js";
import { assertInteger, assertTensor } from "../internal/checks.js";

/** Options of {@link tril} and {@link triu}. */
export interface TriangleOptions {
  /** The diagonal that bounds the triangle: 0 is the main one, positive numbers lie above it; default 0. */
  readonly diagonal?: number;
}

const triangleOptionNames: OptionNames<TriangleOptions> = { diagonal: true };

/** Keeps the elements for which `keeps(column − diagonal, row)` is true, and replaces the others by 0. */
function triangle(
  operation: string,
  x: Tensor,
  given: number | TriangleOptions | undefined,
  keeps: (column: Expr, row: Expr) => Expr,
): Tensor {
  assertTensor(operation, "the input", x);
  const { diagonal = 0 } = readArguments<TriangleOptions>(operation, [given], ["diagonal"], triangleOptionNames);
  assertInteger(operation, "diagonal", diagonal);
  const rank = x.ndim;
  if (rank < 2) {
    throw new ShapeError(operation, `the tensor is no matrix: its shape is ${formatShape(x.shape)}`, [x.shape], {
      rule: "at least two dimensions are needed",
    });
  }
  const column = op("sub", index(rank - 1), scalar(0, "int32"));
  return callMap(operation, [x], [kept(x.dtype, keeps(column, index(rank - 2)))], [diagonal])[0]!;
}

const kept = (dtype: DType, condition: Expr): Expr => op("where", condition, input(0, dtype), constant(0, dtype));

/**
 * Keeps the lower triangle of every matrix, and replaces the elements above it by 0.
 *
 * Shapes: `(…, rows, columns) → (…, rows, columns)`.
 *
 * @param diagonal - the last diagonal that is kept: 0 is the main one, positive numbers lie above it.
 * @throws ShapeError for fewer than two dimensions.
 *
 * @example
 * ```ts
 * tril(ones([2, 3])); // → Tensor([[1, 0, 0], [1, 1, 0]])
 * ```
 *
 * @see torch.tril
 */
export function tril(x: Tensor, diagonal?: number | TriangleOptions): Tensor {
  return triangle("tril", x, diagonal, (column, row) => op("le", column, row));
}

/**
 * Keeps the upper triangle of every matrix, and replaces the elements below it by 0.
 *
 * Shapes: `(…, rows, columns) → (…, rows, columns)`.
 *
 * @param diagonal - the first diagonal that is kept: 0 is the main one, positive numbers lie above it.
 * @throws ShapeError for fewer than two dimensions.
 *
 * @example
 * ```ts
 * triu(ones([2, 3])); // → Tensor([[1, 1, 1], [0, 1, 1]])
 * ```
 *
 * @see torch.triu
 */
export function triu(x: Tensor, diagonal?: number | TriangleOptions): Tensor {
  return triangle("triu", x, diagonal, (column, row) => ge(column, row));
}
