/**
 * Triangles of matrices.
 *
 * @module
 */
import { constant, type DType, type Expr, formatShape, ge, index, input, op, ShapeError, scalar } from "@lucid/backend";
import { callMap } from "../primitives/map.js";
import type { Tensor } from "../tensor/tensor.js";
import { assertInteger, assertTensor } from "./checks.js";

/** The elements where `condition` holds of column − row − diagonal, 0 elsewhere. */
function triangle(name: string, x: Tensor, diagonal: number, condition: (distance: Expr, zero: Expr) => Expr): Tensor {
  const rank = x.ndim;
  if (rank < 2) {
    throw new ShapeError(name, `${formatShape(x.shape)} is no matrix`, [x.shape], { rule: "needs at least two axes" });
  }
  assertInteger(name, "the diagonal", diagonal);
  const column = op("sub", index(rank - 1), scalar(0, "int32"));
  return callMap(name, [x], [kept(x.dtype, condition(column, index(rank - 2)))], [diagonal])[0]!;
}

const kept = (dtype: DType, condition: Expr): Expr => op("where", condition, input(0, dtype), constant(0, dtype));

/**
 * The lower triangle of matrices `(…, rows, columns)`, zeros above it. `diagonal` moves the border: positive takes more.
 * (torch.tril)
 *
 * @throws ShapeError for fewer than two axes.
 *
 * @example
 * ```ts
 * tril(ones([2, 3])); // → Tensor([[1, 0, 0], [1, 1, 0]])
 * ```
 */
export function tril(x: Tensor, diagonal = 0): Tensor {
  assertTensor("tril", "the input", x);
  return triangle("tril", x, diagonal, (column, row) => op("le", column, row));
}

/**
 * The upper triangle of matrices `(…, rows, columns)`, zeros below it. `diagonal` moves the border: positive takes less.
 * (torch.triu)
 *
 * @throws ShapeError for fewer than two axes.
 *
 * @example
 * ```ts
 * triu(ones([2, 3])); // → Tensor([[1, 1, 1], [0, 1, 1]])
 * ```
 */
export function triu(x: Tensor, diagonal = 0): Tensor {
  assertTensor("triu", "the input", x);
  return triangle("triu", x, diagonal, (column, row) => ge(column, row));
}
