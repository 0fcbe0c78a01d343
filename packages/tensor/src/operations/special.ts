/**
 * Special functions, element by element.
 *
 * @module
 */
import { elementwise, type Unary } from "../elementwise/elementwise.js";
import { apply, areFloat, refuseBool } from "../elementwise/formula.js";
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
export const relu: Unary = elementwise(
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
export const sigmoid: Unary = elementwise(
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
export const erf: Unary = elementwise((x) => apply("erf", x), { name: "erf" });
