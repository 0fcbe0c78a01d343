/**
 * Determinants of decomposed matrices, with their derivatives.
 *
 * @module
 */
import { type Expr, input, op } from "@lucid/backend";
import { callFused, callMap, callReduce, type FusedDefinition } from "@lucid/tensor/extend";
import { mul, type Tensor, unsqueeze } from "@lucid/tensor/functions";
import { and, column, equal, kernel, row, where } from "../internal/expressions.js";
import { diagonalOf, flat, flatVectors, transposed, unflat } from "../internal/matrices.js";
import { sizesOf, typed } from "../internal/types.js";
import { type Decomposed, inverseOf } from "./solve.js";

/** A decomposed matrix with its pivots. */
export interface Pivoted extends Decomposed {
  readonly pivots: Tensor;
}

/** The sign that an exchange of rows gives: −1, or 1 if a row stays. Input 1 are the pivots, `[batch, n]`. */
const signOf = (number: (value: number) => Expr): Expr => where(equal(input(1, "int32"), row), number(1), number(-1));
const signedPivot = /* @__PURE__ */ kernel(({ x, number }) => [op("mul", x(0), signOf(number))]);
const pivotSign = /* @__PURE__ */ kernel(({ x, number }) => [op("mul", op("sign", x(0)), signOf(number))]);
const pivotLogarithm = /* @__PURE__ */ kernel(({ x }) => [op("log", op("abs", x(0)))]);

/** Reduces the pivots and the diagonal of U to one number for each matrix. */
function reduced(expr: Expr, op: "prod" | "sum", lu: Tensor, pivots: Tensor): Tensor {
  const inputs = [diagonalOf(flat("det", lu)), flatVectors("det", pivots)];
  const attributes = { op, value: expr, finish: undefined, axes: [1], keepdim: false, name: "det" };
  return unflat("det", callReduce(inputs, attributes), sizesOf(lu)[0]);
}

const withoutZeros = /* @__PURE__ */ kernel(({ x, number }) => [
  where(and(equal(row, column), equal(x(0), number(0))), number(Number.EPSILON), x(0)),
]);

/**
 * A decomposition without zeros on the diagonal of U, with which the matrix of cofactors is `det · a⁻ᵀ` for singular
 * matrices too, as far as the type has digits.
 */
function regular(lu: Tensor): Tensor {
  const [batch] = sizesOf(lu);
  return unflat("det", callMap("det", [flat("det", lu)], withoutZeros(lu.dtype))[0]!, batch);
}

/** Gives numbers, one for each matrix, two axes more. */
const perMatrix = (x: Tensor): Tensor => unsqueeze(unsqueeze(x, -1), -1);

const determinants: FusedDefinition = {
  operation: {
    name: "det",
    inputs: ["a", "lu", "order", "pivots"],
    infer: ([a]) => [typed(a!, sizesOf(a!)[0])],
  },
  compose([, lu, , pivots]) {
    return [reduced(signedPivot(lu!.dtype)[0]!, "prod", lu!, pivots!)];
  },
  rule: {
    saves: () => ({ inputs: [0, 1, 2, 3], outputs: [] }),
    gradients({ input, gradient }) {
      const pivoted = { a: input(0), lu: regular(input(1)), order: input(2), pivots: input(3) };
      const factor = mul(gradient(0), determinantOf(pivoted));
      return [mul(perMatrix(factor), transposed(inverseOf(pivoted))), undefined, undefined, undefined];
    },
  },
};

/** The determinants. */
export function determinantOf({ a, lu, order, pivots }: Pivoted): Tensor {
  return callFused(determinants, [a, lu, order, pivots], {})[0]!;
}

const logarithms: FusedDefinition = {
  operation: {
    name: "slogdet",
    inputs: ["a", "lu", "order", "pivots"],
    infer([a]) {
      const type = typed(a!, sizesOf(a!)[0]);
      return [type, type];
    },
  },
  compose([, lu, , pivots]) {
    const sign = reduced(pivotSign(lu!.dtype)[0]!, "prod", lu!, pivots!);
    return [sign, reduced(pivotLogarithm(lu!.dtype)[0]!, "sum", lu!, pivots!)];
  },
  rule: {
    saves: () => ({ inputs: [0, 1, 2], outputs: [] }),
    gradients({ input, gradients: [, g] }) {
      if (g === undefined) return [undefined, undefined, undefined, undefined];
      const inverse = inverseOf({ a: input(0), lu: input(1), order: input(2) });
      return [mul(perMatrix(g), transposed(inverse)), undefined, undefined, undefined];
    },
  },
};

/** The signs of the determinants, and the logarithms of their absolute values. */
export function logarithmOf({ a, lu, order, pivots }: Pivoted): readonly [sign: Tensor, logarithm: Tensor] {
  return callFused(logarithms, [a, lu, order, pivots], {}) as unknown as readonly [Tensor, Tensor];
}
