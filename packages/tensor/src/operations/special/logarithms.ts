/**
 * Products with logarithms, element by element.
 *
 * @module
 */
import { type Binary, elementwise } from "../../elementwise/elementwise.js";
import { areFloat, type Formula, op } from "../../elementwise/formula.js";

/**
 * Multiplies by the logarithm of 1 + y, accurately where y is small.
 *
 * `x · ln(1 + y)`; 0 where `x = 0`, unless y is NaN.
 *
 * Integers and bools give float32.
 *
 * @throws ShapeError if the shapes do not broadcast.
 *
 * @example
 * ```ts
 * xlog1py(tensor([0, 2]), tensor([-1, 1e-10])); // → Tensor([0, 2e-10])
 * ```
 *
 * @see torch.special.xlog1py
 */
export const xlog1py: Binary = /* @__PURE__ */ elementwise(
  (x: Formula, y: Formula) => {
    const [a, b] = areFloat(x, y) ? [x, y] : [x.to("float32"), y.to("float32")];
    return op("where", op("and", op("eq", a, 0), op("eq", b, b)), 0, op("mul", a, op("log1p", b)));
  },
  {
    name: "xlog1py",
    derivative: (x: Formula, y: Formula) => [
      op("where", op("and", op("eq", x, 0), op("le", y, -1)), 0, op("log1p", y)),
      op("div", x, op("add", y, 1)),
    ],
  },
);
