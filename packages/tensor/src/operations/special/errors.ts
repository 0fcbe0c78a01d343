/**
 * The error function's relatives: its inverse, and the normal distribution.
 *
 * @module
 */
import {
  define,
  type ElementwiseOperation,
  elementwise,
  type Operand,
  type Unary,
} from "../../elementwise/elementwise.js";
import { areFloat, type Formula, type FormulaOperand, op } from "../../elementwise/formula.js";
import type { Tensor } from "../../tensor/tensor.js";
import { erfc, scaledTail } from "../elementwise/special.js";

const floating = (x: Formula): Formula => (areFloat(x) ? x : x.to("float32"));

/**
 * Solves `erf w = y` for y ≥ 0, where z = 1 − y. From a rough formula on, every step triples the number of digits; where
 * y is near 1, it is z that has the digits.
 */
function inverseOf(y: Formula, z: Formula): Formula {
  const shape = 0.147;
  const logarithm = op("log", op("mul", z, op("add", y, 1)));
  const half = op("add", op("mul", logarithm, 0.5), 2 / (Math.PI * shape));
  const ratio = op("div", op("neg", logarithm), shape);
  let w: Formula = op("sqrt", op("div", ratio, op("add", op("sqrt", op("add", op("mul", half, half), ratio)), half)));
  for (let step = 0; step < 3; step++) {
    const residual = op("where", op("lt", y, 0.5), op("sub", op("erf", w), y), op("sub", z, erfc(w)));
    const slope = op("mul", op("exp", op("neg", op("mul", w, w))), 2 / Math.sqrt(Math.PI));
    const change = op("div", residual, slope);
    w = op("sub", w, op("div", change, op("add", op("mul", w, change), 1)));
  }
  return w;
}

/**
 * Computes the inverse of the error function.
 *
 * The w with `erf w = x`; ±Infinity at ±1, and NaN beyond.
 *
 * Integers and bools give float32.
 *
 * @example
 * ```ts
 * erfinv(tensor([0, 0.5, -1])); // → Tensor([0, 0.4769, -Infinity])
 * ```
 *
 * @see torch.erfinv
 */
export const erfinv: Unary = /* @__PURE__ */ elementwise(
  (given: Formula) => {
    const x = floating(given);
    const size = op("abs", x);
    const isInside = op("lt", size, 1);
    const y = op("where", isInside, size, 0);
    const w = op("where", op("eq", y, 0), 0, inverseOf(y, op("sub", 1, y)));
    const found = op("where", op("lt", x, 0), op("neg", w), w);
    const signed = op("where", op("eq", x, 0), x, found);
    return op(
      "where",
      isInside,
      signed,
      op("where", op("eq", size, 1), op("mul", x, Number.POSITIVE_INFINITY), Number.NaN),
    );
  },
  {
    name: "erfinv",
    derivative: (x: Formula) => op("mul", op("exp", op("mul", erfinv(x), erfinv(x))), Math.sqrt(Math.PI) / 2),
  },
);

/**
 * Computes the complementary error function, scaled so that it does not underflow.
 *
 * `e^(x²) · erfc x`
 *
 * Integers and bools give float32.
 *
 * @example
 * ```ts
 * erfcx(tensor([0, 10])); // → Tensor([1, 0.0561])
 * ```
 *
 * @see torch.special.erfcx
 */
export const erfcx: Unary = /* @__PURE__ */ elementwise(
  (given: Formula) => {
    const x = floating(given);
    const small = op("mul", op("exp", op("mul", x, x)), op("sub", 1, op("erf", x)));
    return op("where", op("lt", x, 0.5), small, op("where", op("lt", x, 30), scaledTail(x), farTail(x)));
  },
  {
    name: "erfcx",
    derivative: (x: Formula) => op("sub", op("mul", op("mul", x, erfcx(x)), 2), 2 / Math.sqrt(Math.PI)),
  },
);

/** The asymptotic series of erfcx. */
function farTail(x: Formula): Formula {
  const z = op("div", -0.5, op("mul", x, x));
  let sum: Formula = op("add", op("mul", z, 0), 1);
  for (let k = 6; k > 0; k--) sum = op("add", op("mul", op("mul", sum, z), 2 * k - 1), 1);
  return op("div", sum, op("mul", x, Math.sqrt(Math.PI)));
}

/**
 * Computes the distribution function of the standard normal distribution: the area under the bell curve up to x.
 *
 * `erfc(−x / √2) / 2`
 *
 * Integers and bools give float32.
 *
 * @example
 * ```ts
 * ndtr(tensor([0, 1.96])); // → Tensor([0.5, 0.975])
 * ```
 *
 * @see torch.special.ndtr
 */
export const ndtr: Unary = /* @__PURE__ */ elementwise(
  (x: Formula) => op("mul", erfc(op("mul", floating(x), -Math.SQRT1_2)), 0.5),
  { name: "ndtr", derivative: (x: Formula) => bell(x) },
);

const bell = (x: Formula): Formula =>
  op("mul", op("exp", op("mul", op("mul", x, x), -0.5)), 1 / Math.sqrt(2 * Math.PI));

/**
 * Computes the logarithm of the distribution function of the standard normal distribution, accurately where it is small.
 *
 * `ln ndtr(x)`
 *
 * Integers and bools give float32.
 *
 * @example
 * ```ts
 * logNdtr(tensor([0, -5])); // → Tensor([-0.6931, -15.065])
 * ```
 *
 * @see torch.special.log_ndtr
 */
export const logNdtr: Unary = /* @__PURE__ */ elementwise(
  (given: Formula) => {
    const x = floating(given);
    const scaled = op("mul", x, Math.SQRT1_2);
    const below = op(
      "sub",
      op("log", op("mul", erfcx(op("neg", op("min", scaled, 0))), 0.5)),
      op("mul", scaled, scaled),
    );
    return op("where", op("lt", x, -1), below, op("log1p", op("mul", erfc(scaled), -0.5)));
  },
  {
    name: "logNdtr",
    derivative: (x: Formula) =>
      op(
        "where",
        op("lt", x, -1),
        op("div", Math.sqrt(2 / Math.PI), erfcx(op("mul", op("min", x, 0), -Math.SQRT1_2))),
        op("div", bell(x), ndtr(op("max", x, -2))),
      ),
  },
);

/**
 * Computes the inverse of the distribution function of the standard normal distribution.
 *
 * The x with `ndtr x = p`; −Infinity at 0, Infinity at 1, and NaN beyond.
 *
 * Integers and bools give float32.
 *
 * @example
 * ```ts
 * ndtri(tensor([0.5, 0.975])); // → Tensor([0, 1.96])
 * ```
 *
 * @see torch.special.ndtri
 */
export const ndtri: Unary = /* @__PURE__ */ elementwise(
  (given: Formula) => {
    const p = floating(given);
    const isUpper = op("lt", 0.5, p);
    const tail = op("where", isUpper, op("sub", 1, p), p);
    const isInside = op("lt", 0, tail);
    const z = op("mul", op("where", isInside, tail, 0.25), 2);
    const root = op("where", op("eq", z, 1), 0, inverseOf(op("sub", 1, z), z));
    const size = op("where", isInside, op("mul", root, Math.SQRT2), Number.POSITIVE_INFINITY);
    const isDefined = op("le", 0, tail);
    return op("where", isDefined, op("where", isUpper, size, op("sub", 0, size)), Number.NaN);
  },
  {
    name: "ndtri",
    derivative: (p: Formula) => op("div", 1, bell(ndtri(p))),
  },
);

/** Options of {@link logit}. */
export interface LogitOptions<T = Operand> {
  /** Elements are first brought between eps and 1 − eps; default (and null): not. */
  readonly eps?: T | null;
}

/** The operation {@link logit}. */
export interface Logit extends ElementwiseOperation {
  (x: Tensor, eps?: Operand | null | LogitOptions): Tensor;
  (x: Formula, eps?: FormulaOperand | null | LogitOptions<FormulaOperand>): Formula;
}

/**
 * Computes the logarithm of the odds, the inverse of `sigmoid`.
 *
 * `ln(x / (1 − x))`; NaN outside 0 to 1, unless there is an eps.
 *
 * Integers and bools give float32.
 *
 * @param eps - elements are first brought between eps and 1 − eps; default: not.
 *
 * @example
 * ```ts
 * logit(tensor([0.5, 0.9])); // → Tensor([0, 2.1972])
 * ```
 *
 * @see torch.logit
 */
export const logit: Logit = /* @__PURE__ */ define(
  (given: Formula, eps: Formula | null) => {
    const x = floating(given);
    if (eps === null) return op("log", op("div", x, op("sub", 1, x)));
    const high = op("sub", 1, eps);
    const inside = op("where", op("lt", x, eps), eps, op("where", op("lt", high, x), high, x));
    return op("log", op("div", inside, op("sub", 1, inside)));
  },
  { name: "logit", defaults: { eps: null } },
) as ElementwiseOperation as Logit;

/**
 * Computes the entropy of each element.
 *
 * `−x · ln x`; 0 at 0, and −Infinity for negative elements.
 *
 * Integers and bools give float32.
 *
 * @example
 * ```ts
 * entr(tensor([0, 0.5])); // → Tensor([0, 0.3466])
 * ```
 *
 * @see torch.special.entr
 */
export const entr: Unary = /* @__PURE__ */ elementwise(
  (given: Formula) => {
    const x = floating(given);
    const value = op("neg", op("mul", x, op("log", x)));
    return op("where", op("eq", x, 0), 0, op("where", op("lt", x, 0), Number.NEGATIVE_INFINITY, value));
  },
  {
    name: "entr",
    derivative: (x: Formula) =>
      op(
        "where",
        op("lt", 0, x),
        op("sub", op("neg", op("log", x)), 1),
        op("where", op("eq", x, 0), Number.POSITIVE_INFINITY, Number.NaN),
      ),
  },
);
