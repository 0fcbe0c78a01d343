/**
 * The gamma function and its relatives, element by element.
 *
 * @module
 */
import { type Elementwise, elementwise, type Unary } from "../../elementwise/elementwise.js";
import { areFloat, type Formula, op } from "../../elementwise/formula.js";
import { owned } from "../../memory/ownership.js";
import type { Tensor } from "../../tensor/tensor.js";
import { add, mul, sub } from "../elementwise/arithmetic.js";
import { assertCount, assertTensor } from "../internal/checks.js";

const floating = (x: Formula): Formula => (areFloat(x) ? x : x.to("float32"));

/** Bernoulli's numbers B₂, B₄, … */
const BERNOULLI = [1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510];
/** From here on, the asymptotic series have the digits of float64. */
const LARGE = 9;

/** Σ cₖ zᵏ for k = 0, 1, … */
function polynomial(z: Formula, coefficients: readonly number[]): Formula {
  return coefficients.reduceRight<Formula>((sum, c) => op("add", op("mul", sum, z), c), op("mul", z, 0));
}

/**
 * Raises an argument ≥ ½ by steps of 1 until the series are exact. `step` sees the argument before each step, and whether
 * the step is taken.
 */
function raised(x: Formula, step: (argument: Formula, isTaken: Formula) => void): Formula {
  let argument = x;
  for (let i = 0; i < LARGE; i++) {
    const isTaken = op("lt", argument, LARGE);
    step(argument, isTaken);
    argument = op("where", isTaken, op("add", argument, 1), argument);
  }
  return argument;
}

/** The fraction of x with its sign, times π. */
const angleOf = (x: Formula): Formula => op("mul", op("sub", x, op("trunc", x)), Math.PI);

/**
 * Computes the logarithm of the absolute value of the gamma function.
 *
 * `ln |Γ(x)|`; Infinity at 0 and the negative integers.
 *
 * Integers and bools give float32. Near 1 and 2, where the result is near 0, its error is that of a number near 1.
 *
 * @example
 * ```ts
 * lgamma(tensor([1, 4, 0.5])); // → Tensor([0, 1.7918, 0.5724])
 * ```
 *
 * @see torch.lgamma
 */
export const lgamma: Unary = /* @__PURE__ */ elementwise(
  (given: Formula) => {
    const x = floating(given);
    const isReflected = op("lt", x, 0.5);
    let product: Formula = op("add", op("mul", op("where", isReflected, op("sub", 1, x), x), 0), 1);
    const y = raised(op("where", isReflected, op("sub", 1, x), x), (argument, isTaken) => {
      product = op("mul", product, op("where", isTaken, argument, 1));
    });
    const inverse = op("div", 1, y);
    const series = polynomial(
      op("mul", inverse, inverse),
      BERNOULLI.map((b, k) => b / ((2 * k + 1) * (2 * k + 2))),
    );
    const main = op("add", op("mul", op("sub", y, 0.5), op("sub", op("log", y), 1)), Math.log(2 * Math.PI) / 2 - 0.5);
    const finite = op("where", op("lt", y, Number.POSITIVE_INFINITY), op("mul", series, inverse), 0);
    const right = op("sub", op("add", main, finite), op("log", op("where", op("lt", y, 1e30), product, 1)));
    const sine = op("abs", op("sin", angleOf(x)));
    const left = op("sub", op("log", op("div", Math.PI, sine)), right);
    const isPole = op("and", op("le", x, 0), op("eq", x, op("floor", x)));
    return op("where", isPole, Number.POSITIVE_INFINITY, op("where", isReflected, left, right));
  },
  { name: "lgamma", derivative: (x: Formula) => digamma(x) },
);

/**
 * Computes the logarithmic derivative of the gamma function.
 *
 * `Γ′(x) / Γ(x)`; ∓Infinity at ±0, and NaN at the negative integers.
 *
 * Integers and bools give float32.
 *
 * @example
 * ```ts
 * digamma(tensor([1, 0.5])); // → Tensor([-0.5772, -1.9635])
 * ```
 *
 * @see torch.digamma
 */
export const digamma: Unary = /* @__PURE__ */ elementwise(
  (given: Formula) => {
    const x = floating(given);
    const isReflected = op("lt", x, 0.5);
    const start = op("where", isReflected, op("sub", 1, x), x);
    let sum: Formula = op("mul", op("where", op("lt", start, Number.POSITIVE_INFINITY), start, 1), 0);
    const y = raised(start, (argument, isTaken) => {
      sum = op("add", sum, op("where", isTaken, op("div", 1, argument), 0));
    });
    const inverse = op("div", 1, y);
    const square = op("mul", inverse, inverse);
    const series = polynomial(
      square,
      BERNOULLI.map((b, k) => b / (2 * k + 2)),
    );
    const corrections = op("add", op("add", op("mul", series, square), op("mul", inverse, 0.5)), sum);
    const right = op("sub", op("log", y), corrections);
    const left = op("sub", right, op("div", Math.PI, op("tan", angleOf(x))));
    const isPole = op("and", op("lt", x, 0), op("eq", x, op("floor", x)));
    const atPole = op("where", isPole, Number.NaN, op("where", isReflected, left, right));
    return op("where", op("eq", x, 0), op("div", -1, x), atPole);
  },
  { name: "digamma", derivative: (x: Formula) => zeta(2, x) },
);

/** How many terms of the zeta function are summed before the rest is estimated. */
const TERMS = 20;

/**
 * Computes Hurwitz's zeta function.
 *
 * `Σₖ (k + q)⁻ˣ` for k = 0, 1, …; Infinity for `x = 1` and where a term is infinite; NaN for `x < 1` and for
 * `q < −10`.
 *
 * Integers and bools give float32.
 *
 * @example
 * ```ts
 * zeta(tensor([2, 4]), 1); // → Tensor([1.6449, 1.0823])
 * ```
 *
 * @see torch.special.zeta
 */
export const zeta: Elementwise<[x: Formula, q: Formula]> = /* @__PURE__ */ elementwise(
  (s: Formula, given: Formula) => {
    const [x, q] = areFloat(s, given) ? [s, given] : [s.to("float32"), given.to("float32")];
    let sum: Formula = op("pow", q, op("neg", x));
    for (let k = 1; k < TERMS; k++) sum = op("add", sum, op("pow", op("add", q, k), op("neg", x)));
    const end = op("add", q, TERMS);
    const last = op("pow", end, op("neg", x));
    let rest = op("add", op("div", op("mul", last, end), op("sub", x, 1)), op("mul", last, 0.5));
    let factor: Formula = op("div", op("mul", x, last), end);
    let factorial = 2;
    for (const [k, b] of BERNOULLI.entries()) {
      rest = op("add", rest, op("mul", factor, b / factorial));
      const next = op("mul", op("add", x, 2 * k + 1), op("add", x, 2 * k + 2));
      factor = op("div", op("mul", factor, next), op("mul", end, end));
      factorial *= (2 * k + 3) * (2 * k + 4);
    }
    const isPole = op("and", op("le", q, 0), op("eq", q, op("floor", q)));
    const isDefined = op("and", op("lt", 1, x), op("lt", LARGE - TERMS + 1, q));
    const isRoot = op("and", op("lt", q, 0), op("not", op("eq", x, op("floor", x))));
    const value = op("where", op("and", isDefined, op("not", isRoot)), op("add", sum, rest), Number.NaN);
    const atPole = op("where", op("and", isPole, op("lt", 1, x)), Number.POSITIVE_INFINITY, value);
    return op("where", op("eq", x, 1), Number.POSITIVE_INFINITY, atPole);
  },
  {
    name: "zeta",
    derivative: (x: Formula, q: Formula) => [null, op("mul", op("neg", x), zeta(op("add", x, 1), q))],
  },
);

/** n! */
function factorial(n: number): number {
  let product = 1;
  for (let i = 2; i <= n; i++) product *= i;
  return product;
}

/**
 * Computes the n-th derivative of the digamma function.
 *
 * `(−1)ⁿ⁺¹ n! ζ(n + 1, x)` for n ≥ 1; NaN for `x < −10`.
 *
 * Integers and bools give float32.
 *
 * @param n - which derivative: an integer ≥ 0.
 * @throws ArgumentError unless n is an integer ≥ 0.
 *
 * @example
 * ```ts
 * polygamma(1, tensor([1])); // → Tensor([1.6449])
 * ```
 *
 * @see torch.polygamma
 */
export function polygamma(n: number, x: Tensor): Tensor {
  assertCount("polygamma", "n", n);
  assertTensor("polygamma", "the input", x);
  if (n === 0) return digamma(x);
  return owned(() => mul(zeta(n + 1, x), (n % 2 === 0 ? -1 : 1) * factorial(n)));
}

/**
 * Computes the logarithm of the multivariate gamma function of dimension p.
 *
 * `p (p − 1) / 4 · ln π + Σⱼ ln |Γ(x − j / 2)|` for j = 0, …, p − 1
 *
 * Integers give float32.
 *
 * @param p - the dimension: an integer ≥ 1.
 * @throws ArgumentError unless p is an integer ≥ 1.
 *
 * @example
 * ```ts
 * mvlgamma(tensor([2]), 2); // → Tensor([0.4516])
 * ```
 *
 * @see torch.mvlgamma
 */
export function mvlgamma(x: Tensor, p: number): Tensor {
  assertTensor("mvlgamma", "the input", x);
  assertCount("mvlgamma", "p", p, 1);
  return owned(() => {
    let result = add(lgamma(x), (p * (p - 1) * Math.log(Math.PI)) / 4);
    for (let j = 1; j < p; j++) result = add(result, lgamma(sub(x, j / 2)));
    return result;
  });
}
