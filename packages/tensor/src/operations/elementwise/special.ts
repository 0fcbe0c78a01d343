/**
 * Special functions, element by element.
 *
 * @module
 */
import { elementwise, type Unary } from "../../elementwise/elementwise.js";
import { areFloat, type Formula, literal, op, refuseBool } from "../../elementwise/formula.js";

/**
 * Replaces negative numbers by 0.
 *
 * `max(x, 0)`; the derivative at 0 is 0. NaN stays NaN.
 *
 * @throws DTypeError for bool.
 *
 * @example
 * ```ts
 * relu(tensor([-1, 0, 2])); // → Tensor([0, 0, 2])
 * ```
 *
 * @see torch.relu
 */
export const relu: Unary = /* @__PURE__ */ elementwise(
  (x) => {
    refuseBool("relu", 'convert first: .to("int32")', x);
    return areFloat(x) ? op("where", op("le", x, 0), 0, x) : op("max", x, 0);
  },
  { name: "relu" },
);

/**
 * Computes the logistic function, which maps all numbers between 0 and 1.
 *
 * `1 / (1 + e⁻ˣ)`; the derivative is `y · (1 − y)`.
 *
 * Integers and bools give float32.
 *
 * @example
 * ```ts
 * sigmoid(tensor([0, 2, -1000])); // → Tensor([0.5, 0.8808, 0])
 * ```
 *
 * @see torch.sigmoid
 */
export const sigmoid: Unary = /* @__PURE__ */ elementwise(
  (x: Formula) => {
    const value = areFloat(x) ? x : x.to("float32");
    // Only exponentials of negative numbers are computed, so that nothing overflows: below 0 the result is eˣ / (1 +
    // eˣ).
    const power = op("exp", op("neg", op("abs", value)));
    const above = op("where", op("lt", value, 0), power, 1);
    return op("div", above, op("add", power, 1));
  },
  { name: "sigmoid", derivative: (x: Formula) => op("mul", sigmoid(x), op("sub", 1, sigmoid(x))) },
);

/**
 * Computes the error function.
 *
 * `2/√π · ∫₀ˣ e^(−t²) dt`
 *
 * Integers and bools give float32.
 *
 * @example
 * ```ts
 * erf(tensor([0, 0.5, -Infinity])); // → Tensor([0, 0.5205, -1])
 * ```
 *
 * @see torch.erf
 */
export const erf: Unary = /* @__PURE__ */ elementwise((x) => op("erf", x), { name: "erf" });

/**
 * Coefficients of (1 + 2x) · e^(x²) · erfc x as a polynomial of s = first − second / (x + pole), lowest power first.
 * While x runs from 0.5 to where erfc underflows, s runs through [−1, 1]. The polynomial was interpolated at Chebyshev
 * points in 60 digits.
 */
const float32Tail = {
  first: 1.4761904761904763,
  second: 6.190476190476191,
  pole: 2,
  coefficients: [
    1.272359187, -0.06917905668, -0.06012907661, 0.04151553569, -0.009722980528, -0.000626701273, 0.0006510755615,
    3.10268864e-5, -4.102773781e-5, -4.310535311e-6,
  ],
  /**
   * The number of grid points per unit. The grid is fine enough to make x² − (nearest point)² small, and coarse enough
   * for the squares of its points to be exact.
   */
  grid: 64,
};
const float64Tail: typeof float32Tail = {
  first: 1.2545454545454546,
  second: 7.890909090909091,
  pole: 3,
  coefficients: [
    1.2466693962002773, -0.10586152790091406, -0.017977041184294364, 0.04794607053085365, -0.03485844857215421,
    0.015722391450244354, -0.00441578771698511, 0.00046509895389895434, 0.0001739993045973171, -6.912729202273757e-5,
    -2.688394302808678e-6, 6.115396012007051e-6, -2.6438318150060826e-7, -5.613310323947078e-7, 3.719976191167761e-8,
    5.749888655144274e-8, -2.183961839158015e-9, -5.95344929856011e-9, -1.3276350544947779e-10, 4.347043361399653e-10,
    3.6039671136270235e-11,
  ],
  grid: 65536,
};

/** Computes e^(x²) · erfc x for 0.5 ≤ x ≤ 30. @internal */
export function scaledTail(x: Formula): Formula {
  const { first, second, pole, coefficients } = x.dtype === "float64" ? float64Tail : float32Tail;
  const s = op("sub", first, op("div", second, op("add", x, pole)));
  const polynomial = coefficients.reduceRight<Formula>((sum, c) => op("add", op("mul", sum, s), c), literal(0));
  return op("div", polynomial, op("add", op("mul", x, 2), 1));
}

/** Computes erfc for x ≥ 0.5, without the cancellation that 1 − erf x would have. */
function complementOfLarge(x: Formula): Formula {
  const { grid } = x.dtype === "float64" ? float64Tail : float32Tail;
  // Beyond 30, erfc underflows in both types. Infinity would become NaN below.
  const bounded = op("min", x, 30);
  // e^(−x²) is computed from a grid point g whose square is exact: x² = g² + (x − g)(x + g).
  const point = op("div", op("round", op("mul", bounded, grid)), grid);
  const rest = op("mul", op("sub", bounded, point), op("add", bounded, point));
  const power = op("mul", op("exp", op("neg", op("mul", point, point))), op("exp", op("neg", rest)));
  return op("mul", power, scaledTail(bounded));
}

/**
 * Computes the complementary error function, accurately where it is small.
 *
 * `1 − erf x`
 *
 * Integers and bools give float32.
 *
 * @example
 * ```ts
 * erfc(tensor([0, 1, 5])); // → Tensor([1, 0.1573, 1.5375e-12])
 * ```
 *
 * @see torch.erfc
 */
export const erfc: Unary = /* @__PURE__ */ elementwise(
  (x) => {
    const value = areFloat(x) ? x : x.to("float32");
    return op("where", op("lt", value, 0.5), op("sub", 1, op("erf", value)), complementOfLarge(value));
  },
  { name: "erfc" },
);
