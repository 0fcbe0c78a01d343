/**
 * Covariances and correlations.
 *
 * @module
 */
import { checkOptions, dtypes, formatShape, type OptionNames, ShapeError } from "@lucid/backend";
import { owned } from "../../memory/ownership.js";
import { callView, diagonalView } from "../../primitives/views.js";
import type { Tensor } from "../../tensor/tensor.js";
import { mul, sub } from "../elementwise/arithmetic.js";
import { clamp, clampMin } from "../elementwise/bounds.js";
import { div } from "../elementwise/division.js";
import { sqrt } from "../elementwise/powers.js";
import { assertReal } from "../internal/arguments.js";
import { assertRank, assertTensor } from "../internal/checks.js";
import { converted, matricesTransposed, viewed } from "../internal/views.js";
import { matmul } from "../linalg/matmul.js";
import { mean } from "../reduce/mean.js";
import { sum } from "../reduce/reductions.js";

/** Options of {@link cov}. */
export interface CovOptions {
  /** What is subtracted from the number of observations in the divisor; default 1. */
  readonly correction?: number;
  /** How often each observation was made: int32. */
  readonly fweights?: Tensor;
  /** How much each observation counts. */
  readonly aweights?: Tensor;
}

const covNames: OptionNames<CovOptions> = { correction: true, fweights: true, aweights: true };

function covariance(operation: string, x: Tensor, options: CovOptions): Tensor {
  const { correction = 1, fweights, aweights } = options;
  assertReal(operation, "correction", correction);
  if (x.ndim > 2) {
    throw new ShapeError(operation, `the shape is ${formatShape(x.shape)}`, [x.shape], {
      rule: "variables are the rows of a matrix, or one vector",
    });
  }
  const rows = viewed(
    dtypes[x.dtype].kind === "float" ? x : converted(operation, x, "float32"),
    x.ndim === 2 ? x.shape : [1, x.numel()],
  );
  const count = rows.shape[1]!;
  for (const weights of [fweights, aweights]) {
    if (weights !== undefined) assertRank(operation, "the weights", weights, 1);
  }
  const given = fweights !== undefined && aweights !== undefined ? mul(fweights, aweights) : (fweights ?? aweights);
  const weights = given && converted(operation, given, rows.dtype);
  const total = weights === undefined ? undefined : sum(weights);
  const average = weights === undefined ? mean(rows, 1, true) : div(sum(mul(rows, weights), 1, true), total!);
  const centred = sub(rows, average);
  const weighted = weights === undefined ? centred : mul(centred, weights);
  const divisor = divisorOf(count, correction, total, aweights, weights);
  const product = matmul(converted(operation, weighted, centred.dtype), matricesTransposed(operation, centred));
  const result = div(product, divisor);
  return result.numel() === 1 ? viewed(result, []) : result;
}

/** The weight of all observations, less the correction; never below 0. */
function divisorOf(
  count: number,
  correction: number,
  total: Tensor | undefined,
  aweights: Tensor | undefined,
  weights: Tensor | undefined,
): Tensor | number {
  if (total === undefined) return Math.max(0, count - correction);
  if (aweights === undefined || correction === 0) return clampMin(sub(total, correction), 0);
  return clampMin(sub(total, mul(div(sum(mul(weights!, aweights)), total), correction)), 0);
}

/**
 * Computes the covariance matrix of variables, which are the rows; columns are observations.
 *
 * `cᵢⱼ = Σₖ (xᵢₖ − meanᵢ) (xⱼₖ − meanⱼ) / (n − correction)`
 *
 * Shapes: `(variables, observations) → (variables, variables)`; one variable gives `()`.
 *
 * @param options - `correction` (default 1); `fweights`: how often each observation was made; `aweights`: how much each
 * observation counts.
 * @throws ShapeError for three or more dimensions.
 *
 * @example
 * ```ts
 * cov(tensor([[0, 2], [2, 0]])); // → Tensor([[2, -2], [-2, 2]])
 * ```
 *
 * @see torch.cov
 */
export function cov(x: Tensor, options?: CovOptions): Tensor {
  assertTensor("cov", "the input", x);
  checkOptions("cov", options, covNames);
  return owned(() => covariance("cov", x, options ?? {}));
}

/**
 * Computes the matrix of correlation coefficients of variables, which are the rows; columns are observations.
 *
 * `rᵢⱼ = cᵢⱼ / √(cᵢᵢ cⱼⱼ)`, from −1 to 1
 *
 * Shapes: `(variables, observations) → (variables, variables)`; one variable gives `()`.
 *
 * @throws ShapeError for three or more dimensions.
 *
 * @example
 * ```ts
 * corrcoef(tensor([[0, 1, 2], [2, 1, 0]])); // → Tensor([[1, -1], [-1, 1]])
 * ```
 *
 * @see torch.corrcoef
 */
export function corrcoef(x: Tensor): Tensor {
  assertTensor("corrcoef", "the input", x);
  return owned(() => {
    const covariances = covariance("corrcoef", x, {});
    if (covariances.ndim === 0) return div(covariances, covariances);
    const deviations = sqrt(callView(diagonalView, covariances, { offset: 0, axis1: 0, axis2: 1 }));
    const size = deviations.shape[0]!;
    return clamp(div(div(covariances, viewed(deviations, [size, 1])), deviations), -1, 1);
  });
}
