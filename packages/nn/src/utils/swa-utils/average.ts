/**
 * How an average of weights takes in new weights.
 *
 * @module
 */
import { ArgumentError, describeValue } from "@lucid/backend";
import { op } from "@lucid/tensor/extend";
import {
  add,
  copy_,
  div,
  type Elementwise,
  elementwise,
  type Formula,
  mul,
  sub,
  type Tensor,
} from "@lucid/tensor/functions";

/**
 * Returns the new average.
 *
 * @param averaged - the average so far.
 * @param current - the weights that are new.
 * @param numAveraged - how many weights the average holds: a tensor without dimensions, int32.
 */
export type AverageFunction = (averaged: Tensor, current: Tensor, numAveraged: Tensor) => Tensor;

/** Changes all averages in place; see {@link AverageFunction}. */
export type MultiAverageFunction = (
  averaged: readonly Tensor[],
  current: readonly Tensor[],
  numAveraged: Tensor,
) => void;

const equalShares: Elementwise<[averaged: Formula, current: Formula, count: Formula]> = /* @__PURE__ */ elementwise(
  (averaged: Formula, current: Formula, count: Formula) => add(averaged, div(sub(current, averaged), add(count, 1))),
  { name: "AveragedModel" },
);

const exponential: Elementwise<[averaged: Formula, current: Formula, decay: Formula, rest: Formula]> =
  /* @__PURE__ */ elementwise(
    (averaged: Formula, current: Formula, decay: Formula, rest: Formula) =>
      add(mul(averaged, decay), mul(current, rest)),
    { name: "AveragedModel" },
  );

/** The new average, or the current weights where they are the first. */
export const unlessFirst: Elementwise<[value: Formula, current: Formula, count: Formula]> = /* @__PURE__ */ elementwise(
  (value: Formula, current: Formula, count: Formula) =>
    op("where", op("eq", count, 0), current, value.to(current.dtype)),
  { name: "AveragedModel" },
);

/** Makes a function that changes averages in place of one that returns an average. */
const inPlace =
  (average: AverageFunction): MultiAverageFunction =>
  (averaged, current, numAveraged) => {
    for (const [i, target] of averaged.entries()) copy_(target, average(target, current[i]!, numAveraged));
  };

/** @throws ArgumentError unless the decay lies from 0 to 1. */
function assertDecay(operation: string, decay: unknown): void {
  if (typeof decay === "number" && decay >= 0 && decay <= 1) return;
  throw new ArgumentError(operation, `decay is ${describeValue(decay)}`, { rule: "it is a number from 0 to 1" });
}

/**
 * Returns the function that gives all weights the same share: what an {@link AveragedModel} does by default.
 *
 *     averaged + (current − averaged) / (numAveraged + 1)
 *
 * @example
 * ```ts
 * const average = utils.swaUtils.getSwaAvgFn();
 * average(tensor([2]), tensor([5]), tensor(2, { dtype: "int32" })); // → Tensor([3])
 * ```
 *
 * Source: torch.optim.swa_utils.get_swa_avg_fn.
 */
export function getSwaAvgFn(): AverageFunction {
  return (averaged, current, numAveraged) => equalShares(averaged, current, numAveraged);
}

/**
 * Returns the function that changes all averages in place as {@link getSwaAvgFn} says.
 *
 * @example
 * ```ts
 * const averaged = [tensor([2])];
 * utils.swaUtils.getSwaMultiAvgFn()(averaged, [tensor([5])], tensor(2, { dtype: "int32" }));
 * averaged[0]; // → Tensor([3])
 * ```
 *
 * Source: torch.optim.swa_utils.get_swa_multi_avg_fn.
 */
export function getSwaMultiAvgFn(): MultiAverageFunction {
  return inPlace(getSwaAvgFn());
}

/**
 * Returns the function of an exponential moving average.
 *
 *     decay · averaged + (1 − decay) · current
 *
 * @param decay - what share stays; default 0.999.
 * @throws ArgumentError unless the decay is a number from 0 to 1.
 *
 * @example
 * ```ts
 * const average = utils.swaUtils.getEmaAvgFn(0.75);
 * average(tensor([4]), tensor([8]), tensor(1, { dtype: "int32" })); // → Tensor([5])
 * ```
 *
 * Source: torch.optim.swa_utils.get_ema_avg_fn.
 */
export function getEmaAvgFn(decay = 0.999): AverageFunction {
  assertDecay("getEmaAvgFn", decay);
  return (averaged, current) => exponential(averaged, current, decay, 1 - decay);
}

/**
 * Returns the function that changes all averages in place as {@link getEmaAvgFn} says.
 *
 * @param decay - what share stays; default 0.999.
 * @throws ArgumentError unless the decay is a number from 0 to 1.
 *
 * @example
 * ```ts
 * const averaged = [tensor([4])];
 * utils.swaUtils.getEmaMultiAvgFn(0.75)(averaged, [tensor([8])], tensor(1, { dtype: "int32" }));
 * averaged[0]; // → Tensor([5])
 * ```
 *
 * Source: torch.optim.swa_utils.get_ema_multi_avg_fn.
 */
export function getEmaMultiAvgFn(decay = 0.999): MultiAverageFunction {
  assertDecay("getEmaMultiAvgFn", decay);
  return inPlace(getEmaAvgFn(decay));
}
