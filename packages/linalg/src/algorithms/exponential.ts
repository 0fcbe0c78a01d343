/**
 * The exponential of matrices: a Taylor polynomial of the matrix divided by a power of two, squared as often.
 *
 * Every matrix of a batch has a power of its own. The number of squarings is fixed, so that no value is read; a matrix
 * that needs fewer of them keeps its result.
 *
 * @module
 */
import { op } from "@lucid/backend";
import { callMap, callReduce, owned } from "@lucid/tensor/extend";
import type { Tensor } from "@lucid/tensor/functions";
import { add, column, equal, kernel, less, mul, row, where } from "../internal/expressions.js";
import { iterate } from "../internal/iterate.js";
import { identity, product } from "../internal/matrices.js";

/** The most squarings. */
const MOST_SQUARINGS = 16;

const size = /* @__PURE__ */ kernel(({ x }) => [op("abs", x(0))]);
/** The exponent of the power of two that divides a matrix with this norm. The number is that of the norm that stays. */
const exponent = /* @__PURE__ */ kernel(({ x, number, scalar }) => [
  op("min", op("max", op("ceil", op("sub", op("log2", x(0)), scalar(0))), number(0)), number(MOST_SQUARINGS)),
]);
const reduced = /* @__PURE__ */ kernel(({ x }) => [mul(x(0), op("exp2", op("neg", x(1))))]);
/** Takes the square where the number of squarings so far, which is given, is less than the exponent. */
const chosen = /* @__PURE__ */ kernel(({ x, scalar }) => [where(less(scalar(0), x(2)), x(1), x(0))]);

/** The norm that is the largest sum of a column. */
function exponentOf(a: Tensor): Tensor {
  const shared = { finish: undefined, keepdim: true, name: "matrixExp" };
  const sums = callReduce([a], { ...shared, op: "sum", value: size(a.dtype)[0]!, axes: [1] });
  const norm = callReduce([sums], { ...shared, op: "max", value: size(a.dtype)[0]!, axes: [2] });
  return callMap("matrixExp", [norm], exponent(a.dtype), [a.dtype === "float64" ? 0 : 2])[0]!;
}

const factorial = (k: number): number => (k < 2 ? 1 : k * factorial(k - 1));

/**
 * The polynomial has `POWERS · BLOCKS + 1` terms. They are summed in blocks, so that it takes `POWERS + BLOCKS − 2`
 * products. What is left out is less than the rounding, for a norm of 1 in float64 and of 4 in float32.
 */
const POWERS = 5;
const BLOCKS = 4;

/** Computes c₀·I + c₁·A + … + c·S. Inputs: S, A, A², … The numbers are the coefficients, that of S last. */
const block = /* @__PURE__ */ kernel(({ x, number, scalar }) => {
  let sum = where(equal(row, column), scalar(0), number(0));
  for (let k = 1; k < POWERS; k++) sum = add(sum, mul(x(k), scalar(k)));
  return [add(sum, mul(x(0), scalar(POWERS)))];
});

/** The Taylor polynomial of the exponential. */
function polynomial(a: Tensor): Tensor {
  const list = [a];
  while (list.length < POWERS) list.push(product(list[list.length - 1]!, a));
  const highest = list[POWERS - 1]!;
  const [result] = iterate([highest], BLOCKS, ([sum], step) => {
    const start = (BLOCKS - 1 - step) * POWERS;
    const coefficients = Array.from({ length: POWERS }, (_, k) => 1 / factorial(start + k));
    const [rest, factor] = step === 0 ? [sum!, 1 / factorial(POWERS * BLOCKS)] : [product(sum!, highest), 1];
    return callMap("matrixExp", [rest, ...list.slice(0, -1)], block(a.dtype), [...coefficients, factor]);
  });
  return result!;
}

/** Computes the exponentials of matrices `[batch, n, n]`. */
export function exponentialOf(a: Tensor): Tensor {
  if (a.shape[1] === 0) return identity(a, [a.shape[0]!], 0);
  return owned(() => {
    const exponents = exponentOf(a);
    const start = owned(() => polynomial(callMap("matrixExp", [a, exponents], reduced(a.dtype))[0]!));
    const [result] = iterate([start], MOST_SQUARINGS, ([x], k) =>
      callMap("matrixExp", [x!, product(x!, x!), exponents], chosen(a.dtype), [k]),
    );
    return result!;
  });
}
