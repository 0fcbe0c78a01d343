/**
 * Learning rates that a function of the epoch gives.
 *
 * @module
 */
import type { Option, SomeOptions } from "../options.js";
import { LRScheduler, type ResumeOptions, type Schedule, type Scheduled } from "./lr-scheduler.js";
import { type PerGroup, perGroup, valueFor, wrongLength } from "./per-group.js";

/** Returns the factor of the learning rate in an epoch. */
export type LRLambda = (epoch: number) => number;

/** The settings of a schedule with functions. */
export interface LambdaSettings {
  /** A function for all groups, or one for each. */
  lrLambda: PerGroup<LRLambda>;
}

/** A function for all groups, or one for each. */
export const lambdas: Option<PerGroup<LRLambda>> = {
  ...perGroup<LRLambda>({
    initial: () => 1,
    rule: "a function of the epoch",
    accepts: (value) => typeof value === "function",
  }),
  isFunction: true,
};

const lambdaLR: Schedule<LambdaSettings> = {
  name: "LambdaLR",
  options: { lrLambda: lambdas },
  required: ["lrLambda"],
  conflict: ({ lrLambda }, { paramGroups }) => wrongLength({ lrLambda }, paramGroups.length),
  rate({ options: { lrLambda }, lr, baseLr, epoch, group }) {
    const factor = valueFor(lrLambda, group);
    return factor === undefined ? lr : baseLr * factor(epoch);
  },
};

/**
 * Sets the learning rate of every group to that of the start times a function of the epoch.
 * (torch.optim.lr_scheduler.LambdaLR)
 */
export class LambdaLR extends LRScheduler<LambdaSettings> {
  /**
   * Sets the learning rate of every group to that of the start times a function of the epoch.
   * (torch.optim.lr_scheduler.LambdaLR)
   *
   * State dicts do not contain the function.
   *
   * @param optimizer - the optimizer whose groups get the learning rates.
   * @param lrLambda - the function, or a list with one for each group.
   * @throws ArgumentError for an invalid option, or for a `lastEpoch` without `initialLr` in every group.
   *
   * @example
   * ```ts
   * const optimizer = new SGD([tensor([1], { requiresGrad: true })], { lr: 0.5 });
   * const schedule = new LambdaLR(optimizer, (epoch) => 1 / (epoch + 1));
   * const rates = [];
   * for (let epoch = 0; epoch < 4; epoch++) {
   *   rates.push(optimizer.paramGroups[0].lr.toFixed(3));
   *   optimizer.step();
   *   schedule.step();
   * }
   * rates; // → ["0.500", "0.250", "0.167", "0.125"]
   * ```
   */
  constructor(optimizer: Scheduled, lrLambda: PerGroup<LRLambda>, options?: SomeOptions<ResumeOptions>) {
    super(lambdaLR, optimizer, { lrLambda }, options);
  }
}
