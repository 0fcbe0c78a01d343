/**
 * Products of Householder reflections: the QR decomposition, and what is made of it.
 *
 * A panel of {@link BLOCK} columns is decomposed column by column. Its reflections are gathered in one matrix
 * `I − V · T · Vᵀ`, which is applied to everything else by products.
 *
 * @module
 */
import { constant, op } from "@lucid/backend";
import { callConcatenate, callGenerate, callMap, callReduce, owned, viewed } from "@lucid/tensor/extend";
import type { Tensor } from "@lucid/tensor/functions";
import { add, column, div, equal, kernel, less, mul, position, row, sub, where } from "../internal/expressions.js";
import { iterate } from "../internal/iterate.js";
import { below, beside, columns, identity, minusProduct, product, rows, transposed } from "../internal/matrices.js";
import { BLOCK, solveTriangle, unitLowerOf } from "./triangular.js";

/** The sizes of the elements of a column from row j on. The number is j. */
const sizes = /* @__PURE__ */ kernel(({ x, number }) => [where(less(row, position(0)), number(0), op("abs", x(0)))]);
/** The largest size, or 1 if all elements are 0. */
const scaleOf = /* @__PURE__ */ kernel(({ x, number }) => [where(equal(x(0), number(0)), number(1), x(0))]);

/**
 * `Σ aᵢⱼ / s · aᵢₖ` over the rows i below j, for every column k. Inputs: the matrix, column j, its scale s, without which
 * squares could overflow or vanish. The number is j.
 */
const belowProducts = /* @__PURE__ */ kernel(({ x, number }) => [
  where(less(position(0), row), mul(x(0), div(x(1), x(2))), number(0)),
]);

/**
 * The reflection that maps a column to a multiple of a unit vector. Inputs: its first element, the sum of the products of
 * the others with themselves, its scale. Outputs: τ, the factor of the scaled vector below its leading 1, and the first
 * element of the result.
 */
const reflection = /* @__PURE__ */ kernel(({ x, number }) => {
  const [first, squares] = [div(x(0), x(2)), div(x(1), x(2))];
  const length = op("sqrt", add(mul(first, first), squares));
  const result = where(less(first, number(0)), length, op("neg", length));
  const done = equal(squares, number(0));
  return [
    where(done, number(0), div(sub(result, first), result)),
    where(done, number(0), div(number(1), sub(first, result))),
    where(done, x(0), mul(result, x(2))),
  ];
});

/**
 * Applies a reflection to a panel. Inputs: the panel, its column j, its row j, the products, the scale, τ, the factor, the
 * first element of the result. The number is j.
 */
const reflect = /* @__PURE__ */ kernel(({ x }) => {
  const j = position(0);
  const [element, first, top, products, scale, tau, factor, result] = [x(0), x(1), x(2), x(3), x(4), x(5), x(6), x(7)];
  const amount = mul(tau, add(top, mul(products, factor)));
  const vector = mul(div(first, scale), factor);
  const onRow = where(equal(column, j), result, sub(element, amount));
  const underRow = where(equal(column, j), vector, sub(element, mul(vector, amount)));
  const changed = where(equal(row, j), onRow, underRow);
  return [where(less(row, j), element, where(less(column, j), element, changed))];
});

/** A matrix with its reflections below the diagonal and R above, and their factors τ, `[batch, min(m, n)]`. */
export interface Packed {
  readonly packed: Tensor;
  readonly tau: Tensor;
}

function panel(a: Tensor): Packed {
  const [batch, height, width] = a.shape as readonly [number, number, number];
  const count = Math.min(height, width);
  const [size, scaling] = [sizes(a.dtype)[0]!, scaleOf(a.dtype)[0]!];
  const [products, factors, exprs] = [belowProducts(a.dtype)[0]!, reflection(a.dtype), reflect(a.dtype)];
  const [packed, ...taus] = iterate([a], count, ([x, ...before], j) => {
    const first = columns(x!, j, j + 1);
    const shared = { axes: [1], keepdim: true, name: "qr" };
    const scale = callReduce([first], { ...shared, op: "max", value: size, finish: scaling }, [j]);
    const sums = callReduce([x!, first, scale], { ...shared, op: "sum", value: products, finish: undefined }, [j]);
    const made = callMap("qr", [rows(first, j, j + 1), columns(sums, j, j + 1), scale], factors);
    const inputs = [x!, first, rows(x!, j, j + 1), sums, scale, ...made];
    return [callMap("qr", inputs, exprs, [j])[0]!, ...before, made[0]!];
  });
  return { packed: packed!, tau: viewed(callConcatenate(taus, 1), [batch, count]) };
}

const scaledStrictly = /* @__PURE__ */ kernel(({ x, number }) => [
  where(less(row, column), mul(x(0), x(1)), number(0)),
]);
const scaledRows = /* @__PURE__ */ kernel(({ x }) => [mul(x(0), x(1))]);

/** The reflections of a panel as one matrix `I − V · T · Vᵀ`. */
export interface Reflections {
  /** The row of the matrix at which V begins. */
  readonly start: number;
  readonly v: Tensor;
  readonly t: Tensor;
}

/** Gathers reflections: those in the columns of `packed` `[batch, m, k]`, with factors `[batch, k]`. */
function gathered(packed: Tensor, tau: Tensor, start: number): Reflections {
  const v = unitLowerOf(packed);
  const [batch, count] = tau.shape as readonly [number, number];
  // T = D · (I + S · D)⁻¹, where D holds the factors and S is VᵀV above the diagonal.
  const inner = callMap("qr", [product(transposed(v), v), viewed(tau, [batch, 1, count])], scaledStrictly(v.dtype))[0]!;
  const inverse = solveTriangle(inner, identity(v, [batch], count), { upper: true, unit: true });
  return { start, v, t: callMap("qr", [inverse, viewed(tau, [batch, count, 1])], scaledRows(v.dtype))[0]! };
}

/** Multiplies rows of `x` from `start` on by `I − V · T · Vᵀ` or its transpose, from the left. */
function applyOne({ start, v, t }: Reflections, x: Tensor, transpose: boolean): Tensor {
  const height = x.shape[1]!;
  const part = rows(x, start, height);
  const inner = product(transpose ? transposed(t) : t, product(transposed(v), part));
  const changed = minusProduct(part, v, inner);
  return start === 0 ? changed : below(rows(x, 0, start), changed);
}

/** Gathers all reflections of a packed decomposition, panel by panel. */
export function reflectionsOf(packed: Tensor, tau: Tensor): readonly Reflections[] {
  const height = packed.shape[1]!;
  const count = tau.shape[1]!;
  const starts = Array.from({ length: Math.ceil(count / BLOCK) }, (_, k) => k * BLOCK);
  return starts.map((start) => {
    const end = Math.min(start + BLOCK, count);
    return gathered(columns(rows(packed, start, height), start, end), columns(tau, start, end), start);
  });
}

/** Multiplies `x` by Q or Qᵀ from the left. */
export function applyReflections(all: readonly Reflections[], x: Tensor, transpose: boolean): Tensor {
  const order = transpose ? all : [...all].reverse();
  const [result] = iterate([x], order.length, ([x], k) => [applyOne(order[k]!, x!, transpose)]);
  return result!;
}

/** Decomposes matrices `[batch, m, n]`. Returns the packed form and the reflections, which multiply. */
export function qrOf(a: Tensor): Packed & { readonly reflections: readonly Reflections[] } {
  const [batch, height, width] = a.shape as readonly [number, number, number];
  const count = Math.min(height, width);
  if (count === 0) {
    return { packed: a, tau: callGenerate("qr", a.backend, [batch, 0], constant(0, a.dtype)), reflections: [] };
  }
  const done: Tensor[] = [];
  const taus: Tensor[] = [];
  const reflections: Reflections[] = [];
  let rest = a;
  for (let start = 0; start < count; start += BLOCK) {
    const end = Math.min(start + BLOCK, count);
    const left = columns(rest, 0, end - start);
    const open = rows(left, start, height);
    const { packed, tau } = owned(() => panel(open));
    const made = owned(() => gathered(packed, tau, start));
    taus.push(tau);
    reflections.push(made);
    done.push(start === 0 ? packed : below(rows(left, 0, start), packed));
    const right = columns(rest, end - start, rest.shape[2]!);
    const before = rest;
    rest = right.shape[2] === 0 ? right : owned(() => applyOne(made, right, true));
    if (before !== a && rest !== right) before.dispose();
  }
  if (rest.shape[2]! > 0) done.push(rest);
  return { packed: beside(...done), tau: callConcatenate(taus, 1), reflections };
}

/** The first `count` columns of Q, `[batch, m, count]`. */
export function orthogonal(reflections: readonly Reflections[], like: Tensor, height: number, count: number): Tensor {
  return applyReflections(reflections, identity(like, [like.shape[0]!], height, count), false);
}
