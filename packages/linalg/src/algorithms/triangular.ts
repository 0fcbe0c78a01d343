/**
 * Solving triangular systems.
 *
 * Up to {@link BLOCK} rows, one kernel eliminates one unknown from all equations of the batch. Larger systems are halved
 * until they are that small. Their diagonal blocks are inverted first, all at once, so that the number of kernels does
 * not grow with the number of blocks; all other work is products.
 *
 * @module
 */
import { callConcatenate, callMap, owned, viewed } from "@lucid/tensor/extend";
import type { Tensor } from "@lucid/tensor/functions";
import { column, div, equal, kernel, less, mul, position, row, sub, where } from "../internal/expressions.js";
import { iterate } from "../internal/iterate.js";
import { below, columns, diagonalOf, identity, minusProduct, part, product, rows } from "../internal/matrices.js";

/** The size up to which matrices are treated column by column. */
export const BLOCK = 32;

/** Which triangle holds the matrix, and whether its diagonal counts as ones. */
export interface Triangle {
  readonly upper: boolean;
  readonly unit: boolean;
}

/** Inputs: the solution, column j of the matrix, row j of the solution, the pivot. The number is j. */
const eliminateBelow = /* @__PURE__ */ kernel(({ x }) => [
  where(less(position(0), row), sub(x(0), mul(x(1), div(x(2), x(3)))), x(0)),
]);
const eliminateAbove = /* @__PURE__ */ kernel(({ x }) => [
  where(less(row, position(0)), sub(x(0), mul(x(1), div(x(2), x(3)))), x(0)),
]);
const eliminateBelowUnit = /* @__PURE__ */ kernel(({ x }) => [
  where(less(position(0), row), sub(x(0), mul(x(1), x(2))), x(0)),
]);
const eliminateAboveUnit = /* @__PURE__ */ kernel(({ x }) => [
  where(less(row, position(0)), sub(x(0), mul(x(1), x(2))), x(0)),
]);
const divided = /* @__PURE__ */ kernel(({ x }) => [div(x(0), x(1))]);

/** Solves `a · x = b` for small triangular matrices, unknown by unknown. */
function substitute(a: Tensor, b: Tensor, { upper, unit }: Triangle): Tensor {
  const size = a.shape[1]!;
  const exprs = (upper ? (unit ? eliminateAboveUnit : eliminateAbove) : unit ? eliminateBelowUnit : eliminateBelow)(
    a.dtype,
  );
  const [x] = iterate([b], size - 1, ([x], step) => {
    const j = upper ? size - 1 - step : step;
    const inputs = [x!, columns(a, j, j + 1), rows(x!, j, j + 1)];
    if (!unit) inputs.push(columns(rows(a, j, j + 1), j, j + 1));
    return callMap("solveTriangular", inputs, exprs, [j]);
  });
  if (unit) return x!;
  const pivots = diagonalOf(a);
  return callMap("solveTriangular", [x!, viewed(pivots, [...pivots.shape, 1])], divided(a.dtype))[0]!;
}

/** Inverts the diagonal blocks. The last one may be smaller than the others. */
function invertedBlocks(a: Tensor, triangle: Triangle): readonly Tensor[] {
  const [batch, size] = a.shape as readonly [number, number, number];
  const block = (start: number, end: number): Tensor => columns(rows(a, start, end), start, end);
  const whole = Math.floor(size / BLOCK);
  const blocks = Array.from({ length: whole }, (_, k) => block(k * BLOCK, (k + 1) * BLOCK));
  const inverse = (x: Tensor): Tensor => substitute(x, identity(x, [x.shape[0]!], x.shape[1]!), triangle);
  const all = inverse(callConcatenate(blocks, 0));
  const inverses = blocks.map((_, k) => part(all, 0, k * batch, batch));
  return whole * BLOCK === size ? inverses : [...inverses, inverse(block(whole * BLOCK, size))];
}

/**
 * Solves `a · x = b`. Elements of `a` outside its triangle are not read.
 *
 * @param a - `[batch, n, n]`.
 * @param b - `[batch, n, k]`.
 */
export function solveTriangle(a: Tensor, b: Tensor, triangle: Triangle): Tensor {
  const size = a.shape[1]!;
  if (size <= BLOCK) return substitute(a, b, triangle);
  const inverses = invertedBlocks(a, triangle);
  const solve = (from: number, to: number, b: Tensor): Tensor =>
    to - from <= BLOCK ? product(inverses[from / BLOCK]!, b) : owned(() => halves(from, to, b));
  const halves = (from: number, to: number, b: Tensor): Tensor => {
    const middle = from + BLOCK * Math.ceil((to - from) / (2 * BLOCK));
    const [upper, lower] = [rows(b, 0, middle - from), rows(b, middle - from, to - from)];
    if (triangle.upper) {
      const second = solve(middle, to, lower);
      const first = solve(from, middle, minusProduct(upper, columns(rows(a, from, middle), middle, to), second));
      return below(first, second);
    }
    const first = solve(from, middle, upper);
    const second = solve(middle, to, minusProduct(lower, columns(rows(a, middle, to), from, middle), first));
    return below(first, second);
  };
  return solve(0, size, b);
}

const lowerTriangle = /* @__PURE__ */ kernel(({ x, number }) => [where(less(row, column), number(0), x(0))]);
const upperTriangle = /* @__PURE__ */ kernel(({ x, number }) => [where(less(column, row), number(0), x(0))]);
const unitLower = /* @__PURE__ */ kernel(({ x, number }) => [
  where(less(column, row), x(0), where(equal(row, column), number(1), number(0))),
]);

/** The lower triangle of a batch of matrices, with zeros above it. */
export const lower = (x: Tensor): Tensor => callMap("tril", [x], lowerTriangle(x.dtype))[0]!;
/** The upper triangle, with zeros below it. */
export const upper = (x: Tensor): Tensor => callMap("triu", [x], upperTriangle(x.dtype))[0]!;
/** The elements below the diagonal, with ones on it and zeros above. */
export const unitLowerOf = (x: Tensor): Tensor => callMap("tril", [x], unitLower(x.dtype))[0]!;
