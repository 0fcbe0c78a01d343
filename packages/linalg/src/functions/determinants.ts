/**
 * Determinants.
 *
 * @module
 */
import { owned } from "@lucid/tensor/extend";
import { elementwise, eq, type Formula, lt, type Tensor, where } from "@lucid/tensor/functions";
import { determinantOf, logarithmOf, type Pivoted } from "../fused/determinant.js";
import { luFactors } from "../fused/lu.js";
import { assertSquare } from "../internal/checks.js";

const decomposed = (a: Tensor): Pivoted => ({ a, ...luFactors(a.detach()) });

/**
 * Computes the determinants of matrices.
 *
 * The gradient is the matrix of cofactors, for singular matrices too; their second derivative has few correct digits.
 *
 * Shapes: `(…, n, n) → (…)`.
 *
 * @throws ShapeError unless the matrices are square; DTypeError unless they are float32 or float64.
 *
 * @example
 * ```ts
 * det(tensor([[1, 2], [3, 4]])); // → Tensor(-2)
 * ```
 *
 * @see torch.linalg.det
 */
export function det(a: Tensor): Tensor {
  assertSquare("det", "the matrix", a);
  // As in PyTorch, the determinants of no elements have no gradient.
  return owned(() => determinantOf(decomposed(a.numel() === 0 ? a.detach() : a)));
}

/** What {@link slogdet} returns. */
export interface SignAndLogarithm {
  /** The sign of the determinant, or 0. */
  readonly sign: Tensor;
  /** The natural logarithm of its absolute value. */
  readonly logabsdet: Tensor;
}

/**
 * Computes the signs of determinants and the logarithms of their absolute values, which do not overflow.
 *
 * Of a singular matrix, the sign is 0 and the logarithm −∞.
 *
 * Shapes: `(…, n, n) → sign (…), logabsdet (…)`.
 *
 * @throws ShapeError unless the matrices are square; DTypeError unless they are float32 or float64.
 *
 * @example
 * ```ts
 * slogdet(tensor([[1, 0], [0, -2]])); // → { sign: Tensor(-1), logabsdet: Tensor(0.6931) }
 * ```
 *
 * @see torch.linalg.slogdet
 */
export function slogdet(a: Tensor): SignAndLogarithm {
  assertSquare("slogdet", "the matrix", a);
  return owned(() => {
    const [sign, logabsdet] = logarithmOf(decomposed(a));
    return { sign, logabsdet };
  });
}

/** The logarithm, or NaN where the sign is negative. */
const logarithm = /* @__PURE__ */ elementwise(
  (sign: Formula, value: Formula) =>
    where(lt(sign, 0), Number.NaN, where(eq(sign, 0), Number.NEGATIVE_INFINITY, value)),
  { name: "logdet" },
);

/**
 * Computes the natural logarithms of determinants: −∞ for a singular matrix, and NaN for a negative determinant.
 *
 * Shapes: `(…, n, n) → (…)`.
 *
 * @throws ShapeError unless the matrices are square; DTypeError unless they are float32 or float64.
 *
 * @example
 * ```ts
 * logdet(tensor([[2, 0], [0, 4]])); // → Tensor(2.0794)
 * ```
 *
 * @see torch.logdet
 */
export function logdet(a: Tensor): Tensor {
  assertSquare("logdet", "the matrix", a);
  return owned(() => {
    const [sign, value] = logarithmOf(decomposed(a));
    return logarithm(sign, value);
  });
}
