/**
 * The LU decomposition with partial pivoting. Up to {@link BLOCK} columns, a few kernels eliminate one column; wider
 * matrices are halved, so that nearly all work is products.
 *
 * @module
 */
import { cast, constant, type Expr, index, input, op } from "@lucid/backend";
import { callConcatenate, callGather, callGenerate, callMap, callReduce, owned, viewed } from "@lucid/tensor/extend";
import type { Tensor } from "@lucid/tensor/functions";
import {
  add,
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
import {
  below,
  beside,
  columns,
  expanded,
  gatherRows,
  minusProduct,
  part,
  positionsOf,
  rows,
} from "../internal/matrices.js";
import { BLOCK, solveTriangle } from "./triangular.js";

/** A decomposition. */
export interface Factors {
  /** L below the diagonal and U above, `[batch, m, n]`. */
  readonly lu: Tensor;
  /** Row i of L · U is row `order[i]` of the matrix: `[batch, m]`, int32. */
  readonly order: Tensor;
  /** Step i exchanged row i and row `pivots[i]`: `[batch, min(m, n)]`, int32. */
  readonly pivots: Tensor;
}

/** The size of an element, or −1 in a row that is done. The number is the first row that is not. */
const candidate = /* @__PURE__ */ kernel(({ x, number }) => [
  where(less(row, position(0)), number(-1), op("abs", x(0))),
]);

/**
 * Exchanges two rows and eliminates a column. Inputs: the matrix, its column j, its row j, the row p that is exchanged
 * with it, p, the elements (j, j) and (p, j). The number is j.
 */
const eliminate = /* @__PURE__ */ kernel(({ x, number }) => {
  const j = position(0);
  const p = input(4, "int32");
  const [atJ, pivot] = [x(5), x(6)];
  const exchanged = (own: Expr, ofJ: Expr, ofP: Expr): Expr =>
    where(equal(row, j), ofP, where(equal(row, p), ofJ, own));
  const element = exchanged(x(0), x(2), x(3));
  const first = exchanged(x(1), atJ, pivot);
  // A pivot of 0 has only zeros below it.
  const factor = where(equal(pivot, number(0)), first, div(first, pivot));
  const rest = where(equal(column, j), factor, sub(element, mul(factor, x(3))));
  return [where(and(less(j, row), lessOrEqual(j, column)), rest, element)];
});

/** Exchanges two entries of the order. Inputs: the order, p, its entries at j and at p. The number is j. */
const exchange: readonly Expr[] = /* @__PURE__ */ (() => {
  const [own, p, ofJ, ofP] = [0, 1, 2, 3].map((i) => input(i, "int32")) as [Expr, Expr, Expr, Expr];
  return [where(equal(row, position(0)), ofP, where(equal(row, p), ofJ, own))];
})();

/** Adds the number to a position. */
const shifted: readonly Expr[] = /* @__PURE__ */ (() => [add(input(0, "int32"), position(0))])();

/** The positions 0, 1, … of each matrix as a column, `[batch, size, 1]`. */
const inOrder = (like: Tensor, batch: number, size: number): Tensor =>
  expanded(
    positionsOf(
      like,
      Array.from({ length: size }, (_, i) => i),
      [1, size, 1],
    ),
    [batch, size, 1],
  );

/** Exchanges entry j of the order `[batch, m, 1]` with entry p, `[batch, 1, 1]`. */
function exchangedOrder(order: Tensor, p: Tensor, j: number): Tensor {
  return callMap("lu", [order, p, rows(order, j, j + 1), callGather(order, p, 1)], exchange, [j])[0]!;
}

function small(a: Tensor): Factors {
  const [batch, height, width] = a.shape as readonly [number, number, number];
  const [candidates, exprs] = [candidate(a.dtype)[0]!, eliminate(a.dtype)];
  const count = Math.min(height, width);
  const [lu, order, ...pivots] = iterate([a, inOrder(a, batch, height)], count, ([x, order, ...before], j) => {
    const first = columns(x!, j, j + 1);
    const p = callReduce(
      [first],
      { op: "argmax", value: candidates, finish: undefined, axes: [1], keepdim: true, name: "lu" },
      [j],
    );
    const chosen = callGather(x!, expanded(p, [batch, 1, width]), 1);
    const inputs = [x!, first, rows(x!, j, j + 1), chosen, p, rows(first, j, j + 1), columns(chosen, j, j + 1)];
    return [callMap("lu", inputs, exprs, [j])[0]!, exchangedOrder(order!, p, j), ...before, p];
  });
  return {
    lu: lu!,
    order: viewed(order!, [batch, height]),
    pivots:
      count === 0
        ? callGenerate("lu", a.backend, [batch, 0], constant(0, "int32"))
        : viewed(callConcatenate(pivots, 1), [batch, count]),
  };
}

function halves(a: Tensor, height: number, width: number): Factors {
  const middle = BLOCK * Math.ceil(width / (2 * BLOCK));
  const first = luOf(columns(a, 0, middle));
  const rest = gatherRows(columns(a, middle, width), first.order);
  const top = rows(first.lu, 0, middle);
  const bottom = rows(first.lu, middle, height);
  const beyond = solveTriangle(top, rows(rest, 0, middle), { upper: false, unit: true });
  const second = luOf(minusProduct(rows(rest, middle, height), bottom, beyond));
  const [done, open] = [part(first.order, 1, 0, middle), part(first.order, 1, middle, height - middle)];
  return {
    lu: below(beside(top, beyond), beside(gatherRows(bottom, second.order), second.lu)),
    order: callConcatenate([done, callGather(open, second.order, 1)], 1),
    pivots: callConcatenate([first.pivots, callMap("lu", [second.pivots], shifted, [middle])[0]!], 1),
  };
}

/** Decomposes matrices `[batch, m, n]`. A singular matrix has a 0 on the diagonal of U. */
export function luOf(a: Tensor): Factors {
  const [, height, width] = a.shape as readonly [number, number, number];
  if (width > height) {
    return owned(() => {
      const { lu, order, pivots } = luOf(columns(a, 0, height));
      const rest = gatherRows(columns(a, height, width), order);
      return { lu: beside(lu, solveTriangle(lu, rest, { upper: false, unit: true })), order, pivots };
    });
  }
  return owned(() => (width <= BLOCK ? small(a) : halves(a, height, width)));
}

/** The order of the rows after the exchanges that `pivots` `[batch, k]` (counted from 0) list, of `height` rows. */
export function orderOf(pivots: Tensor, height: number): Tensor {
  const [batch, count] = pivots.shape as readonly [number, number];
  const columnsOfPivots = viewed(pivots, [batch, count, 1]);
  const [order] = iterate([inOrder(pivots, batch, height)], count, ([order], j) => [
    exchangedOrder(order!, rows(columnsOfPivots, j, j + 1), j),
  ]);
  return viewed(order!, [batch, height]);
}

/** Inputs: an order as a row. */
const isAt = /* @__PURE__ */ kernel(({ number }) => [where(equal(input(0, "int32"), row), number(1), number(0))]);

/** The permutation matrices P with `a = P · L · U`, `[batch, m, m]`. */
export function permutationOf(order: Tensor, like: Tensor): Tensor {
  const [batch, size] = order.shape as readonly [number, number];
  return callMap("lu", [expanded(viewed(order, [batch, 1, size]), [batch, size, size])], isAt(like.dtype))[0]!;
}

/** The order that undoes an order, `[batch, m]`. */
export function inverseOrder(order: Tensor): Tensor {
  const [batch, size] = order.shape as readonly [number, number];
  if (size === 0) return order;
  // Position i of the inverse is where i stands in the order.
  const places = expanded(viewed(order, [batch, 1, size]), [batch, size, size]);
  const value = cast(equal(input(0, "int32"), index(1)), "int32");
  return callReduce([places], { op: "argmax", value, finish: undefined, axes: [2], keepdim: false, name: "lu" });
}
