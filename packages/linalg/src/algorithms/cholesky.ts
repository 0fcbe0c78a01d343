/**
 * The Cholesky decomposition. Up to {@link BLOCK} columns, one kernel eliminates one column; larger matrices are halved,
 * so that nearly all work is products.
 *
 * @module
 */
import { constant, op } from "@lucid/backend";
import { callGenerate, callMap, owned, viewed } from "@lucid/tensor/extend";
import type { Tensor } from "@lucid/tensor/functions";
import {
  and,
  column,
  div,
  equal,
  kernel,
  less,
  lessOrEqual,
  mul,
  position,
  row,
  sub,
  where,
} from "../internal/expressions.js";
import { iterate } from "../internal/iterate.js";
import { below, beside, columns, diagonalOf, expanded, minusProduct, rows, transposed } from "../internal/matrices.js";
import { BLOCK, solveTriangle } from "./triangular.js";

/** Inputs: the matrix, column j, the same as a row, the pivot. The number is j. */
const eliminate = /* @__PURE__ */ kernel(({ x }) => [
  where(and(less(position(0), column), lessOrEqual(column, row)), sub(x(0), mul(x(1), div(x(2), x(3)))), x(0)),
]);
/** Divides the columns by the roots of their pivots. Inputs: the eliminated matrix, its diagonal as a row. */
const scaled = /* @__PURE__ */ kernel(({ x, number }) => [
  where(less(row, column), number(0), where(equal(row, column), op("sqrt", x(0)), div(x(0), op("sqrt", x(1))))),
]);

function small(a: Tensor): Tensor {
  const size = a.shape[1]!;
  const exprs = eliminate(a.dtype);
  const [x] = iterate([a], size - 1, ([x], j) => {
    const first = columns(x!, j, j + 1);
    return callMap("cholesky", [x!, first, transposed(first), rows(first, j, j + 1)], exprs, [j]);
  });
  const pivots = diagonalOf(x!);
  return callMap("cholesky", [x!, viewed(pivots, [pivots.shape[0]!, 1, size])], scaled(a.dtype))[0]!;
}

/**
 * Computes the lower triangular L with `L · Lᵀ = a` from the lower triangle of `a`, `[batch, n, n]`. From the first pivot
 * that is not positive, the elements are NaN or infinite.
 */
export function choleskyOf(a: Tensor): Tensor {
  const size = a.shape[1]!;
  return owned(() => (size <= BLOCK ? small(a) : halves(a, size)));
}

function halves(a: Tensor, size: number): Tensor {
  const middle = BLOCK * Math.ceil(size / (2 * BLOCK));
  const first = choleskyOf(columns(rows(a, 0, middle), 0, middle));
  const lowerRows = rows(a, middle, size);
  const off = transposed(
    solveTriangle(first, transposed(columns(lowerRows, 0, middle)), { upper: false, unit: false }),
  );
  const second = choleskyOf(minusProduct(columns(lowerRows, middle, size), off, transposed(off)));
  const zero = callGenerate("cholesky", a.backend, [1, 1, 1], constant(0, a.dtype));
  const above = expanded(zero, [a.shape[0]!, middle, size - middle]);
  return below(beside(first, above), beside(off, second));
}
