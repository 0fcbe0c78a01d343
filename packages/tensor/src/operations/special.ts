/**
 * Special functions, element by element.
 *
 * @module
 */
import { elementwise, type Unary } from "../elementwise/elementwise.js";
import { apply, areFloat, type Formula, literal, refuseBool } from "../elementwise/formula.js";
import { reciprocal } from "./arithmetic.js";

/**
 * The larger of x and 0; its derivative at 0 is 0, and NaN stays NaN. (torch.relu)
 *
 * @throws DTypeError for bool.
 *
 * @example
 * ```ts
 * relu(tensor([-1, 0, 2])); // → Tensor([0, 0, 2])
 * ```
 */
export const relu: Unary = /* @__PURE__ */ elementwise(
  (x) => {
    refuseBool("relu", 'convert first: .to("int32")', x);
    return areFloat(x) ? apply("where", apply("le", x, 0), 0, x) : apply("max", x, 0);
  },
  { name: "relu" },
);

/**
 * Logistic function, `1 / (1 + e⁻ˣ)`; integers and bools give float32. (torch.sigmoid)
 *
 * @example
 * ```ts
 * sigmoid(tensor([0, 2, -1000])); // → Tensor([0.5, 0.8808, 0])
 * ```
 */
export const sigmoid: Unary = /* @__PURE__ */ elementwise(
  (x) => reciprocal(apply("add", apply("exp", apply("neg", areFloat(x) ? x : x.to("float32"))), 1)),
  { name: "sigmoid" },
);

/**
 * Error function, `2/√π · ∫₀ˣ e^(−t²) dt`; integers and bools give float32. (torch.erf)
 *
 * @example
 * ```ts
 * erf(tensor([0, 0.5, -Infinity])); // → Tensor([0, 0.5205, -1])
 * ```
 */
export const erf: Unary = /* @__PURE__ */ elementwise((x) => apply("erf", x), { name: "erf" });

/**
 * (1 + 2x) · e^(x²) · erfc x as a polynomial of s = first − second / (x + pole), which runs through [−1, 1] as x does
 * from 0.5 to where erfc underflows. Interpolated at Chebyshev points in 60 digits; lowest power first.
 */
const float32Tail = {
  first: 1.4761904761904763,
  second: 6.190476190476191,
  pole: 2,
  coefficients: [
    1.272359187, -0.06917905668, -0.06012907661, 0.04151553569, -0.009722980528, -0.000626701273, 0.0006510755615,
    3.10268864e-5, -4.102773781e-5, -4.310535311e-6,
  ],
  /** Steps of a grid fine enough to make x² − (nearest point)² small, coarse enough to square its points exactly. */
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

/** erfc for x ≥ 0.5, without the cancellation of 1 − erf x. */
function complementOfLarge(x: Formula): Formula {
  const { first, second, pole, coefficients, grid } = x.dtype === "float64" ? float64Tail : float32Tail;
  // Beyond 30 both types underflow; infinity would make NaN below.
  const bounded = apply("min", x, 30);
  const s = apply("sub", first, apply("div", second, apply("add", bounded, pole)));
  const polynomial = coefficients.reduceRight<Formula>((sum, c) => apply("add", apply("mul", sum, s), c), literal(0));
  // e^(−x²) from a grid point g with an exact square: x² = g² + (x − g)(x + g).
  const point = apply("div", apply("round", apply("mul", bounded, grid)), grid);
  const rest = apply("mul", apply("sub", bounded, point), apply("add", bounded, point));
  const power = apply("mul", apply("exp", apply("neg", apply("mul", point, point))), apply("exp", apply("neg", rest)));
  return apply("mul", power, apply("div", polynomial, apply("add", apply("mul", bounded, 2), 1)));
}

/**
 * Complementary error function, `1 − erf x`, accurate where that is small; integers and bools give float32. (torch.erfc)
 *
 * @example
 * ```ts
 * erfc(tensor([0, 1, 5])); // → Tensor([1, 0.1573, 1.5375e-12])
 * ```
 */
export const erfc: Unary = /* @__PURE__ */ elementwise(
  (x) => {
    const value = areFloat(x) ? x : x.to("float32");
    return apply("where", apply("lt", value, 0.5), apply("sub", 1, apply("erf", value)), complementOfLarge(value));
  },
  { name: "erfc" },
);
