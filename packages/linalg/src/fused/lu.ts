/**
 * The LU decomposition, with its derivative.
 *
 * @module
 */
import { callFused, type FusedDefinition } from "@lucid/tensor/extend";
import { add, argsort, gather, matmul, sub, type Tensor, tril, triu, unsqueeze } from "@lucid/tensor/functions";
import { type Factors, luOf } from "../algorithms/lu.js";
import { below, beside, columns, expanded, flat, identity, rows, transposed, unflat } from "../internal/matrices.js";
import { integers, sizesOf } from "../internal/types.js";
import { triangularSolve } from "./triangular.js";

/** Rearranges rows: row i of the result is row `order[…, i]`. */
export function ordered(x: Tensor, order: Tensor): Tensor {
  const shape = [...x.shape.slice(0, -2), order.shape[order.ndim - 1]!, x.shape[x.ndim - 1]!];
  return gather(x, -2, expanded(unsqueeze(order, -1), shape));
}

/** The order that undoes an order. */
export const undone = (order: Tensor): Tensor => argsort(order);

/** L with ones on its diagonal, `[…, m, k]`, of a packed decomposition. */
export function lowerOf(lu: Tensor): Tensor {
  const [batch, m, n] = sizesOf(lu);
  const k = Math.min(m, n);
  return add(tril(columns(lu, 0, k), -1), identity(lu, batch, m, k));
}

/** U, `[…, k, n]`, of a packed decomposition. */
export function upperOf(lu: Tensor): Tensor {
  const [, m, n] = sizesOf(lu);
  return triu(rows(lu, 0, Math.min(m, n)));
}

const solveUpper = (a: Tensor, b: Tensor): Tensor => triangularSolve(a, b, { upper: true, unit: false });

/** The gradient of the matrix from that of the packed decomposition. */
function gradientOf(lu: Tensor, order: Tensor, g: Tensor): Tensor {
  const [, m, n] = sizesOf(lu);
  const k = Math.min(m, n);
  const l = rows(lowerOf(lu), 0, k);
  const u = columns(upperOf(lu), 0, k);
  const square = columns(rows(g, 0, k), 0, k);
  let ofL = matmul(transposed(l), tril(square, -1));
  let ofU = matmul(triu(square), transposed(u));
  const wide = n > k ? columns(g, k, n) : undefined;
  const tall = m > k ? rows(g, k, m) : undefined;
  if (wide !== undefined) ofL = sub(ofL, matmul(wide, transposed(columns(lu, k, n))));
  if (tall !== undefined) ofU = sub(ofU, matmul(transposed(rows(lu, k, m)), tall));
  const inner = add(tril(ofL, -1), triu(ofU));
  const unit = { upper: true, unit: true };
  // Multiplies by the inverse of Uᵀ from the right.
  const byUpper = (x: Tensor): Tensor => transposed(solveUpper(u, transposed(x)));
  let whole = triangularSolve(transposed(l), byUpper(inner), unit);
  if (wide !== undefined) whole = beside(whole, triangularSolve(transposed(l), wide, unit));
  if (tall !== undefined) whole = below(whole, byUpper(tall));
  return ordered(whole, undone(order));
}

const definition: FusedDefinition = {
  operation: {
    name: "lu",
    inputs: ["a"],
    infer([a]) {
      const [batch, m, n] = sizesOf(a!);
      return [a!, integers(batch, m), integers(batch, Math.min(m, n))];
    },
  },
  compose([a]) {
    const [batch] = sizesOf(a!);
    const { lu, order, pivots } = luOf(flat("lu", a!));
    return [lu, order, pivots].map((x) => unflat("lu", x, batch));
  },
  rule: {
    saves: () => ({ inputs: [], outputs: [0, 1] }),
    gradients: ({ output, gradient }) => [gradientOf(output(0), output(1), gradient(0))],
  },
};

/** Decomposes matrices. The order and the pivots count from 0. */
export function luFactors(a: Tensor): Factors {
  const [lu, order, pivots] = callFused(definition, [a], {}) as [Tensor, Tensor, Tensor];
  return { lu, order, pivots };
}
