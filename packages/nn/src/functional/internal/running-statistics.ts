/**
 * Running means and variances, which training updates in place.
 *
 * @module
 */
import { noGrad } from "@lucid/autograd";
import { ArgumentError, cast, constant, type DType, dtypes, type Expr, input, op, scalar } from "@lucid/backend";
import { callMapInto, type Scalar } from "@lucid/tensor/extend";
import type { Tensor } from "@lucid/tensor/functions";

/** The running statistics, one number for each channel. */
export interface RunningStatistics {
  readonly mean: Tensor;
  readonly variance: Tensor;
  /** How many batches the statistics have seen, a scalar; it is counted up. */
  readonly batches?: Tensor | undefined;
}

const known = new Map<string, readonly Expr[]>();

/**
 * The new mean and variance: old · (1 − m) + now · m. The inputs are the old mean and variance, those of the batch and,
 * unless m is given at call time, the number of batches n, of which m is 1 / n.
 */
function updates(dtype: DType, counted: DType | undefined): readonly Expr[] {
  const key = `${dtype} ${counted}`;
  let exprs = known.get(key);
  if (exprs === undefined) {
    const { compute } = dtypes[dtype];
    const one = constant(1, compute);
    const momentum = counted === undefined ? scalar(0, compute) : op("div", one, cast(input(4, counted), compute));
    const updated = (i: number): Expr => {
      const before = op("mul", cast(input(i, dtype), compute), op("sub", one, momentum));
      return cast(op("add", before, op("mul", input(i + 2, compute), momentum)), dtype);
    };
    exprs = [updated(0), updated(1)];
    known.set(key, exprs);
  }
  return exprs;
}

const sums = new Map<DType, readonly Expr[]>();

/** Adds a number to a counter. */
function count(batches: Tensor, by: number): void {
  const { dtype } = batches;
  let exprs = sums.get(dtype);
  if (exprs === undefined) {
    exprs = [op("add", input(0, dtype), scalar(0, dtype))];
    sums.set(dtype, exprs);
  }
  callMapInto("batchNorm", [batches], [batches], exprs, [by]);
}

/**
 * Updates running statistics by those of a batch: all of them or, on an error, none.
 *
 * @param mean - the mean of each channel.
 * @param variance - the variance of each channel, with n − 1 as divisor.
 * @param momentum - the share of the batch; null means that the statistics are the mean over all batches.
 */
export function updateStatistics(
  { mean: oldMean, variance: oldVariance, batches }: RunningStatistics,
  mean: Tensor,
  variance: Tensor,
  momentum: number | null,
): void {
  noGrad(() => {
    if (batches !== undefined) count(batches, 1);
    try {
      const targets = [oldMean, oldVariance];
      const inputs = [...targets, mean.detach(), variance.detach()];
      const { dtype } = oldMean;
      if (momentum !== null) callMapInto("batchNorm", targets, inputs, updates(dtype, undefined), [momentum as Scalar]);
      else callMapInto("batchNorm", targets, [...inputs, batches!], updates(dtype, batches!.dtype));
    } catch (error) {
      if (batches !== undefined) count(batches, -1);
      throw error;
    }
  });
}

/**
 * Returns the running statistics, or undefined for none.
 *
 * @throws ArgumentError if only one of them is given, or none where they are needed.
 */
export function statisticsOf(
  operation: string,
  mean: Tensor | null,
  variance: Tensor | null,
  areNeeded: boolean,
): RunningStatistics | undefined {
  if (mean !== null && variance !== null) return { mean, variance };
  if (mean === null && variance === null && !areNeeded) return undefined;
  const given = mean === null && variance === null ? "neither" : `only ${mean === null ? "runningVar" : "runningMean"}`;
  throw new ArgumentError(operation, `${given} of runningMean and runningVar is given`, {
    rule: areNeeded ? "without the statistics of the batch, both are needed" : "there are both of them, or none",
  });
}
