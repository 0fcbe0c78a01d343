/**
 * Normal random numbers between bounds.
 *
 * @module
 */
import { noGrad } from "@lucid/autograd";
import { ArgumentError, checkOptions, dtypes, scalarOperations } from "@lucid/backend";
import { op, owned } from "@lucid/tensor/extend";
import { copy_, elementwise, type Formula, rand, type Tensor } from "@lucid/tensor/functions";
import { assertFloatingTensor, assertNumber } from "../internal/checks.js";

/** Options of `truncNormal_`. */
export interface TruncNormalOptions {
  /** The mean of the whole distribution; default 0. */
  readonly mean?: number;
  /** The standard deviation of the whole distribution, above 0; default 1. */
  readonly std?: number;
  /** The lower bound; default −2. */
  readonly a?: number;
  /** The upper bound; default 2. */
  readonly b?: number;
}

/** The probability that a normal number is below x. */
const below = (x: number): number => (1 + scalarOperations.erf.float!(x / Math.SQRT2, 0, 0)) / 2;

/** Coefficients of Giles' approximation of the inverse error function, for the middle and for the tails. */
const MIDDLE = [
  1.50140941, 0.246640727, -0.00417768164, -0.00125372503, 0.00021858087, -4.39150654e-6, -3.5233877e-6, 3.43273939e-7,
  2.81022636e-8,
];
const TAILS = [
  2.83297682, 1.00167406, 0.00943887047, -0.0076224613, 0.00573950773, -0.00367342844, 0.00134934322, 0.000100950558,
  -0.000200214257,
];

const polynomial = (coefficients: readonly number[], x: Formula): Formula =>
  coefficients.reduceRight<Formula>((sum, c) => op("add", op("mul", sum, x), c), op("mul", x, 0));

/** √2 · erf⁻¹(x), with the accuracy of float32 (Giles 2010). */
function quantile(given: Formula): Formula {
  const most = 1 - 2 ** -24;
  const x = op("min", op("max", given, -most), most);
  const w = op("neg", op("log", op("mul", op("sub", 1, x), op("add", x, 1))));
  const middle = polynomial(MIDDLE, op("sub", w, 2.5));
  const tails = polynomial(TAILS, op("sub", op("sqrt", w), 3));
  return op("mul", op("mul", op("where", op("lt", w, 5), middle, tails), x), Math.SQRT2);
}

const truncated = /* @__PURE__ */ elementwise(
  (unit: Formula, low: Formula, high: Formula, mean: Formula, std: Formula, a: Formula, b: Formula) => {
    const x = op("add", op("mul", unit, op("sub", high, low)), low);
    const value = op("add", op("mul", quantile(x), std), mean);
    return op("min", op("max", value, a), b);
  },
  { name: "truncNormal_" },
);

/**
 * Fills a tensor with normal random numbers that lie between two bounds.
 *
 * They are made of uniform numbers by the inverse of the distribution function, with the accuracy of float32.
 *
 * @param tensor - the tensor that is filled.
 * @param options - `mean` (default 0) and `std` (default 1) of the distribution without bounds; the bounds `a` (default
 * −2) and `b` (default 2).
 * @throws ArgumentError unless all are numbers, `std` is above 0 and a ≤ b, or for an unknown option; DTypeError unless
 * the tensor is floating.
 *
 * @example
 * ```ts
 * const x = init.truncNormal_(zeros([100]), { a: 0, b: 1 });
 * [x.min().item() >= 0, x.max().item() <= 1]; // → [true, true]
 * ```
 *
 * Source: torch.nn.init.trunc_normal_.
 */
export function truncNormal_<T extends Tensor>(tensor: T, options?: TruncNormalOptions): T {
  const name = "truncNormal_";
  checkOptions(name, options, { mean: true, std: true, a: true, b: true });
  const { mean = 0, std = 1, a = -2, b = 2 } = options ?? {};
  assertFloatingTensor(name, "tensor", tensor);
  for (const [key, value] of Object.entries({ mean, std, a, b })) assertNumber(name, key, value);
  if (!(std > 0 && a <= b)) {
    throw new ArgumentError(name, `std is ${std}, the bounds are ${a} and ${b}`, {
      rule: "std is above 0, and a is not above b",
    });
  }
  const [low, high] = [2 * below((a - mean) / std) - 1, 2 * below((b - mean) / std) - 1];
  const { shape, backend, dtype } = tensor;
  return noGrad(() =>
    owned(() => {
      const unit = rand(shape, { backend, dtype: dtypes[dtype].compute });
      return copy_(tensor, truncated(unit, low, high, mean, std, a, b));
    }),
  );
}
