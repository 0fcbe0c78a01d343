/**
 * Learning rates that are multiplied by a function of the epoch.
 *
 * @module
 */
import type { SomeOptions } from "../options.js";
import { type LambdaSettings, type LRLambda, lambdas } from "./lambda-lr.js";
import { LRScheduler, type ResumeOptions, type Schedule, type Scheduled } from "./lr-scheduler.js";
import { type PerGroup, valueFor, wrongLength } from "./per-group.js";

const multiplicativeLR: Schedule<LambdaSettings> = {
  name: "MultiplicativeLR",
  options: { lrLambda: lambdas },
  required: ["lrLambda"],
  conflict: ({ lrLambda }, { paramGroups }) => wrongLength({ lrLambda }, paramGroups.length),
  rate({ options: { lrLambda }, lr, epoch, group }) {
    const factor = valueFor(lrLambda, group);
    return epoch > 0 && factor !== undefined ? lr * factor(epoch) : lr;
  },
};

/**
 * Multiplies the learning rate of every group by a function of the epoch, after every epoch.
 * (torch.optim.lr_scheduler.MultiplicativeLR)
 */
export class MultiplicativeLR extends LRScheduler<LambdaSettings> {
  /**
   * Multiplies the learning rate of every group by a function of the epoch, after every epoch.
   * (torch.optim.lr_scheduler.MultiplicativeLR)
   *
   * State dicts do not contain the function.
   *
   * @param optimizer - the optimizer whose groups get the learning rates.
   * @param lrLambda - the function, or a list with one for each group.
   * @throws ArgumentError for an invalid option, or for a `lastEpoch` without `initialLr` in every group.
   *
   * @example
   * ```ts
   * const optimizer = new SGD([tensor([1], { requiresGrad: true })], { lr: 1 });
   * const schedule = new MultiplicativeLR(optimizer, (epoch) => (epoch % 2 === 0 ? 0.5 : 1));
   * const rates = [];
   * for (let epoch = 0; epoch < 5; epoch++) {
   *   rates.push(optimizer.paramGroups[0].lr);
   *   optimizer.step();
   *   schedule.step();
   * }
   * rates; // → [1, 1, 0.5, 0.5, 0.25]
   * ```
   */
  constructor(optimizer: Scheduled, lrLambda: PerGroup<LRLambda>, options?: SomeOptions<ResumeOptions>) {
    super(multiplicativeLR, optimizer, { lrLambda }, options);
  }
}
