/**
 * Sums and products with logarithms, element by element.
 *
 * @module
 */
import { type Binary, elementwise } from "../../elementwise/elementwise.js";
import { areFloat, assertFloats, type Formula, op } from "../../elementwise/formula.js";

/** The difference, with 0 for two equal infinities. */
const gap = (x: Formula, y: Formula): Formula => op("where", op("eq", x, y), 0, op("sub", x, y));

/**
 * Adds two numbers that are given by their logarithms.
 *
 * `ln(eˣ + eʸ)`, without overflow.
 *
 * @throws DTypeError for integers and bools; ShapeError if the shapes do not broadcast.
 *
 * @example
 * ```ts
 * logaddexp(tensor([0, 1]), tensor([0, 1])); // → Tensor([0.6931, 1.6931])
 * ```
 *
 * @see torch.logaddexp
 */
export const logaddexp: Binary = /* @__PURE__ */ elementwise(
  (x: Formula, y: Formula) => {
    assertFloats("logaddexp", x, y);
    return op("add", op("max", x, y), op("log1p", op("exp", op("neg", op("abs", gap(x, y))))));
  },
  {
    name: "logaddexp",
    derivative: (x: Formula, y: Formula) => [
      op("div", 1, op("add", op("exp", gap(y, x)), 1)),
      op("div", 1, op("add", op("exp", gap(x, y)), 1)),
    ],
  },
);

/**
 * Adds two numbers that are given by their logarithms to the base 2.
 *
 * `log₂(2ˣ + 2ʸ)`, without overflow.
 *
 * @throws DTypeError for integers and bools; ShapeError if the shapes do not broadcast.
 *
 * @example
 * ```ts
 * logaddexp2(tensor([0, 1000]), tensor([0, 1000])); // → Tensor([1, 1001])
 * ```
 *
 * @see torch.logaddexp2
 */
export const logaddexp2: Binary = /* @__PURE__ */ elementwise(
  (x: Formula, y: Formula) => {
    assertFloats("logaddexp2", x, y);
    const rest = op("log1p", op("exp2", op("neg", op("abs", gap(x, y)))));
    return op("add", op("max", x, y), op("mul", rest, Math.LOG2E));
  },
  {
    name: "logaddexp2",
    derivative: (x: Formula, y: Formula) => [
      op("div", 1, op("add", op("exp2", gap(y, x)), 1)),
      op("div", 1, op("add", op("exp2", gap(x, y)), 1)),
    ],
  },
);

/**
 * Multiplies by a logarithm.
 *
 * `x · ln y`; 0 where `x = 0`, unless y is NaN.
 *
 * Integers and bools give float32.
 *
 * @throws ShapeError if the shapes do not broadcast.
 *
 * @example
 * ```ts
 * xlogy(tensor([0, 2]), tensor([0, Math.E])); // → Tensor([0, 2])
 * ```
 *
 * @see torch.xlogy
 */
export const xlogy: Binary = /* @__PURE__ */ elementwise(
  (x: Formula, y: Formula) => {
    const [a, b] = areFloat(x, y) ? [x, y] : [x.to("float32"), y.to("float32")];
    return op("where", op("and", op("eq", a, 0), op("eq", b, b)), 0, op("mul", a, op("log", b)));
  },
  {
    name: "xlogy",
    derivative: (x: Formula, y: Formula) => [
      op("where", op("and", op("eq", x, 0), op("le", y, 0)), 0, op("log", y)),
      op("div", x, y),
    ],
  },
);
