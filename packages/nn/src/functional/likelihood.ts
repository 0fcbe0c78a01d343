/**
 * Losses that are negative log-likelihoods of distributions, and the divergence between distributions.
 *
 * @module
 */
import { checkOptions, equalShapes, formatShape, ShapeError } from "@lucid/backend";
import { fusedReduce, op, owned, reshaped } from "@lucid/tensor/extend";
import {
  type Elementwise,
  elementwise,
  exp,
  type Formula,
  log,
  mul,
  square,
  sub,
  type Tensor,
} from "@lucid/tensor/functions";
import { assertFlag, assertFloatingTensor, assertPositive } from "../internal/checks.js";
import {
  assertComparable,
  type KLDivReduction,
  type LossOptions,
  reduceLoss,
  resolveDivergenceReduction,
  resolveReduction,
} from "./internal/reduction.js";

type Pair = Elementwise<[input: Formula, target: Formula]>;

/** Options of `klDiv` and `KLDivLoss`. */
export interface KLDivOptions {
  /** How the losses of all elements are reduced; default "mean". Null means "none". */
  readonly reduction?: KLDivReduction;
  /** Whether the target holds logarithms of probabilities, too; default false. */
  readonly logTarget?: boolean;
}

// Where the target is 0, its logarithm does not count. NaN is not ≤ 0, so that it stays NaN.
const divergence: Pair = /* @__PURE__ */ elementwise(
  (input: Formula, target: Formula) => {
    const entropy = op("where", op("eq", target, 0), 0, mul(target, log(target)));
    return sub(entropy, mul(target, input));
  },
  { name: "klDiv" },
);

const divergenceOfLogarithms: Pair = /* @__PURE__ */ elementwise(
  (input: Formula, target: Formula) => mul(exp(target), sub(target, input)),
  { name: "klDiv" },
);

/**
 * Computes the Kullback–Leibler divergence of a distribution from the target distribution.
 *
 *     target · (log target − input), for log-probabilities as input
 *
 * The reduction "batchmean", the sum divided by the size of the first dimension, is the divergence as mathematics
 * defines it; "mean" divides by the number of all elements.
 *
 * Shapes: `(…), (…) → ()`; with the reduction "none" `(…), (…) → (…)`.
 *
 * @param input - log-probabilities.
 * @param target - probabilities, or with `logTarget` their logarithms.
 * @param options - `reduction`, `logTarget`.
 * @throws ArgumentError for an unknown reduction or option; ShapeError if the shapes do not broadcast; DTypeError if
 * neither argument holds floating-point numbers.
 *
 * @example
 * ```ts
 * const input = tensor([[0.25, 0.75]]).log();
 * functional.klDiv(input, tensor([[0.5, 0.5]]), { reduction: "batchmean" }).item().toFixed(4); // → "0.1438"
 * ```
 *
 * Source: torch.nn.functional.kl_div.
 */
export function klDiv(input: Tensor, target: Tensor, options?: KLDivOptions): Tensor {
  checkOptions("klDiv", options, { reduction: true, logTarget: true });
  const { logTarget = false } = options ?? {};
  const reduction = resolveDivergenceReduction("klDiv", options?.reduction);
  assertFlag("klDiv", "logTarget", logTarget);
  assertComparable("klDiv", input, target);
  const loss = logTarget ? divergenceOfLogarithms : divergence;
  if (reduction !== "batchmean") return reduceLoss(loss, [input, target], reduction);
  return fusedReduce(loss, [input, target], { mean: input.shape[0] ?? 1 });
}

/** Options of `poissonNllLoss` and `PoissonNLLLoss`. */
export interface PoissonNLLLossOptions extends LossOptions {
  /** Whether the input is the logarithm of the expected counts; default true. */
  readonly logInput?: boolean;
  /** Whether Stirling's approximation of log(target!) is added; default false. */
  readonly full?: boolean;
  /** What is added to the input before its logarithm where `logInput` is false; default 1e-8. */
  readonly eps?: number;
}

/** Stirling's approximation of log(target!), for a target above 1. */
function stirling(target: Formula): Formula {
  const half = mul(log(mul(target, 2 * Math.PI)), 0.5);
  const value = op("add", sub(mul(target, log(target)), target), half);
  return op("where", op("le", target, 1), 0, value);
}

type Poisson = Elementwise<[input: Formula, target: Formula, eps: Formula]>;

const ofLogarithm = (input: Formula, target: Formula): Formula => sub(exp(input), mul(target, input));
const ofRate = (input: Formula, target: Formula, eps: Formula): Formula =>
  sub(input, mul(target, log(op("add", input, eps))));

const poissonOfLogarithm: Pair = /* @__PURE__ */ elementwise(ofLogarithm, { name: "poissonNllLoss" });
const fullPoissonOfLogarithm: Pair = /* @__PURE__ */ elementwise(
  (input: Formula, target: Formula) => op("add", ofLogarithm(input, target), stirling(target)),
  { name: "poissonNllLoss" },
);
const poissonOfRate: Poisson = /* @__PURE__ */ elementwise(ofRate, { name: "poissonNllLoss" });
const fullPoissonOfRate: Poisson = /* @__PURE__ */ elementwise(
  (input: Formula, target: Formula, eps: Formula) => op("add", ofRate(input, target, eps), stirling(target)),
  { name: "poissonNllLoss" },
);

/**
 * Computes the negative log-likelihood of counts whose distribution is Poisson's.
 *
 *     exp(input) − target · input            with `logInput`
 *     input − target · log(input + eps)      without
 *
 * With `full`, target · log(target) − target + ½ log(2π · target) is added where the target is above 1.
 *
 * Shapes: `(…), (…) → ()`; with the reduction "none" `(…), (…) → (…)`.
 *
 * @param input - expected counts, or their logarithms.
 * @param target - counts.
 * @param options - `logInput`, `full`, `eps`, `reduction`.
 * @throws ArgumentError for an `eps` that is not above 0 or an unknown reduction or option; ShapeError if the shapes do
 * not broadcast; DTypeError if neither argument holds floating-point numbers.
 *
 * @example
 * ```ts
 * functional.poissonNllLoss(tensor([0, 0]), tensor([1, 3])).item(); // → 1
 * ```
 *
 * Source: torch.nn.functional.poisson_nll_loss.
 */
export function poissonNllLoss(input: Tensor, target: Tensor, options?: PoissonNLLLossOptions): Tensor {
  checkOptions("poissonNllLoss", options, { logInput: true, full: true, eps: true, reduction: true });
  const { logInput = true, full = false, eps = 1e-8 } = options ?? {};
  const reduction = resolveReduction("poissonNllLoss", options?.reduction);
  assertFlag("poissonNllLoss", "logInput", logInput);
  assertFlag("poissonNllLoss", "full", full);
  assertPositive("poissonNllLoss", "eps", eps);
  assertComparable("poissonNllLoss", input, target);
  return logInput
    ? reduceLoss(full ? fullPoissonOfLogarithm : poissonOfLogarithm, [input, target], reduction)
    : reduceLoss(full ? fullPoissonOfRate : poissonOfRate, [input, target, eps], reduction);
}

/** Options of `gaussianNllLoss` and `GaussianNLLLoss`. */
export interface GaussianNLLLossOptions extends LossOptions {
  /** Whether the constant ½ log 2π is added; default false. */
  readonly full?: boolean;
  /** The least variance; default 1e-6. */
  readonly eps?: number;
}

/** The variance, but eps at least. The gradient passes all the same, as PyTorch's does. */
const bounded: Elementwise<[variance: Formula, eps: Formula]> = /* @__PURE__ */ elementwise(
  (variance: Formula, eps: Formula) => op("where", op("lt", variance, eps), eps, variance),
  { name: "gaussianNllLoss", derivative: () => [1, null] },
);

const gaussian: Elementwise<[input: Formula, target: Formula, variance: Formula, eps: Formula, constant: Formula]> =
  /* @__PURE__ */ elementwise(
    (input: Formula, target: Formula, variance: Formula, eps: Formula, constant: Formula) => {
      const least = bounded(variance, eps);
      const ratio = op("div", square(sub(input, target)), least);
      return op("add", mul(op("add", log(least), ratio), 0.5), constant);
    },
    { name: "gaussianNllLoss" },
  );

/**
 * Computes the negative log-likelihood of targets whose distribution is normal, for predictions of mean and variance.
 *
 *     ½ (log v + (input − target)² / v) with v = max(variance, eps)
 *
 * With `full`, ½ log 2π is added. PyTorch refuses negative variances; here they count as eps, since no value is read.
 *
 * Shapes: `(…, n), (…, n), (…, n) → ()`; the variance may also be `(…, 1)` or `(…)`, one for each n elements. With the
 * reduction "none" the result has the shape of the input.
 *
 * @param input - the expected values.
 * @param target - the values that were observed.
 * @param variance - the variances, 0 or above.
 * @param options - `full`, `eps`, `reduction`.
 * @throws ArgumentError for an `eps` that is not above 0 or an unknown reduction or option; ShapeError for a variance
 * of another shape, or if input and target do not broadcast; DTypeError unless all hold floating-point numbers.
 *
 * @example
 * ```ts
 * functional.gaussianNllLoss(tensor([0, 1]), tensor([2, 1]), tensor([1, 1])).item(); // → 1
 * ```
 *
 * Source: torch.nn.functional.gaussian_nll_loss.
 */
export function gaussianNllLoss(
  input: Tensor,
  target: Tensor,
  variance: Tensor,
  options?: GaussianNLLLossOptions,
): Tensor {
  checkOptions("gaussianNllLoss", options, { full: true, eps: true, reduction: true });
  const { full = false, eps = 1e-6 } = options ?? {};
  const reduction = resolveReduction("gaussianNllLoss", options?.reduction);
  assertFlag("gaussianNllLoss", "full", full);
  assertPositive("gaussianNllLoss", "eps", eps);
  assertComparable("gaussianNllLoss", input, target);
  assertFloatingTensor("gaussianNllLoss", "variance", variance);
  const constant = full ? Math.log(2 * Math.PI) / 2 : 0;
  return owned(() => {
    const aligned = varianceFor(input, variance);
    return reduceLoss(gaussian, [input, target, aligned, eps, constant], reduction);
  });
}

/** The variance in a shape that broadcasts to the input's. @throws ShapeError if it has another shape. */
function varianceFor({ shape }: Tensor, variance: Tensor): Tensor {
  const leading = shape.slice(0, -1);
  if (equalShapes(variance.shape, shape) || equalShapes(variance.shape, [...leading, 1])) return variance;
  if (shape.length > 0 && equalShapes(variance.shape, leading)) {
    return reshaped("gaussianNllLoss", variance, [...leading, 1]);
  }
  throw new ShapeError(
    "gaussianNllLoss",
    `the variance is ${formatShape(variance.shape)}, the input ${formatShape(shape)}`,
    [variance.shape, shape],
    { rule: "it has the input's shape, or that shape with 1 in the place of the last size, or without it" },
  );
}
