/**
 * Learning rates that change linearly.
 *
 * @module
 */
import { integerFrom, type Option, type SomeOptions } from "../options.js";
import { share } from "./constant-lr.js";
import { LRScheduler, type ResumeOptions, type Schedule, type Scheduled } from "./lr-scheduler.js";

/** The numbers of a {@link LinearLR}. */
interface LinearLRSettings {
  startFactor: number;
  endFactor: number;
  totalIters: number;
}

/** Options of {@link LinearLR}. */
export interface LinearLROptions extends ResumeOptions {
  /** Factor of the learning rate in the first epoch; default 1/3. */
  startFactor: number;
  /** Factor from epoch `totalIters` on; default 1. */
  endFactor: number;
  /** The epoch at which the change ends; default 5. */
  totalIters: number;
}

const endFactor: Option<number> = {
  initial: 1,
  rule: "a number from 0 to 1",
  accepts: (value) => typeof value === "number" && value >= 0 && value <= 1,
};

const linearLR: Schedule<LinearLRSettings> = {
  name: "LinearLR",
  options: { startFactor: share(1 / 3), endFactor, totalIters: integerFrom(1, 5) },
  required: [],
  rate({ options: { startFactor: start, endFactor: end, totalIters }, lr, epoch }) {
    if (epoch === 0) return lr * start;
    if (epoch > totalIters) return lr;
    return lr * (1 + (end - start) / (totalIters * start + (epoch - 1) * (end - start)));
  },
  closed: ({ options: { startFactor: start, endFactor: end, totalIters }, baseLr, epoch }) =>
    baseLr * (start + ((end - start) * Math.min(totalIters, epoch)) / totalIters),
};

/**
 * Multiplies the learning rate of every group by a factor that goes linearly from `startFactor` to `endFactor`.
 * (torch.optim.lr_scheduler.LinearLR)
 */
export class LinearLR extends LRScheduler<LinearLRSettings> {
  /**
   * Multiplies the learning rate of every group by a factor that goes linearly from `startFactor` to `endFactor`.
   * (torch.optim.lr_scheduler.LinearLR)
   *
   * @param optimizer - the optimizer whose groups get the learning rates.
   * @throws ArgumentError for an invalid option, or for a `lastEpoch` without `initialLr` in every group.
   *
   * @example
   * ```ts
   * const optimizer = new SGD([tensor([1], { requiresGrad: true })], { lr: 1 });
   * const schedule = new LinearLR(optimizer, { startFactor: 0.5, totalIters: 2 });
   * const rates = [];
   * for (let epoch = 0; epoch < 4; epoch++) {
   *   rates.push(optimizer.paramGroups[0].lr);
   *   optimizer.step();
   *   schedule.step();
   * }
   * rates; // → [0.5, 0.75, 1, 1]
   * ```
   */
  constructor(optimizer: Scheduled, options?: SomeOptions<LinearLROptions>) {
    super(linearLR, optimizer, {}, options);
  }
}
