/**
 * Angles and lengths, element by element.
 *
 * @module
 */
import { type Binary, elementwise, type Unary } from "../../elementwise/elementwise.js";
import { areFloat, type Formula, op } from "../../elementwise/formula.js";

const floating = (x: Formula): Formula => (areFloat(x) ? x : x.to("float32"));

/**
 * Converts degrees to radians.
 *
 * `x · π / 180`
 *
 * Integers and bools give float32.
 *
 * @example
 * ```ts
 * deg2rad(tensor([180, 90])); // → Tensor([3.1416, 1.5708])
 * ```
 *
 * @see torch.deg2rad
 */
export const deg2rad: Unary = /* @__PURE__ */ elementwise((x) => op("mul", floating(x), Math.PI / 180), {
  name: "deg2rad",
});

/**
 * Converts radians to degrees.
 *
 * `x · 180 / π`
 *
 * Integers and bools give float32.
 *
 * @example
 * ```ts
 * rad2deg(tensor([Math.PI])); // → Tensor([180])
 * ```
 *
 * @see torch.rad2deg
 */
export const rad2deg: Unary = /* @__PURE__ */ elementwise((x) => op("mul", floating(x), 180 / Math.PI), {
  name: "rad2deg",
});

/**
 * Computes the length of the hypotenuse of a right triangle.
 *
 * `√(x² + y²)`, without overflow of the squares.
 *
 * Integers and bools give float32.
 *
 * @throws ShapeError if the shapes do not broadcast.
 *
 * @example
 * ```ts
 * hypot(tensor([3, 5]), tensor([4, 12])); // → Tensor([5, 13])
 * ```
 *
 * @see torch.hypot
 */
export const hypot: Binary = /* @__PURE__ */ elementwise(
  (x: Formula, y: Formula) => {
    const [a, b] = [op("abs", floating(x)), op("abs", floating(y))];
    const larger = op("max", a, b);
    const smaller = op("min", a, b);
    const isPlain = op("and", op("lt", 0, larger), op("lt", larger, Number.POSITIVE_INFINITY));
    const ratio = op("div", smaller, op("where", isPlain, larger, 1));
    const length = op("mul", larger, op("sqrt", op("add", op("mul", ratio, ratio), 1)));
    const isInfinite = op("or", op("eq", a, Number.POSITIVE_INFINITY), op("eq", b, Number.POSITIVE_INFINITY));
    return op("where", isInfinite, Number.POSITIVE_INFINITY, op("where", isPlain, length, op("add", a, b)));
  },
  { name: "hypot", derivative: (x: Formula, y: Formula) => [op("div", x, hypot(x, y)), op("div", y, hypot(x, y))] },
);

/**
 * Computes the normalised sinc function.
 *
 * `sin(π·x) / (π·x)`, and 1 at 0.
 *
 * Integers and bools give float32.
 *
 * @example
 * ```ts
 * sinc(tensor([0, 0.5, 1])); // → Tensor([1, 0.6366, -2.7828e-8])
 * ```
 *
 * @see torch.sinc
 */
export const sinc: Unary = /* @__PURE__ */ elementwise(
  (x) => {
    const angle = op("mul", floating(x), Math.PI);
    const isZero = op("eq", angle, 0);
    const divisor = op("where", isZero, 1, angle);
    return op("where", isZero, 1, op("div", op("sin", divisor), divisor));
  },
  { name: "sinc" },
);
