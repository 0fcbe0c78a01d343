/**
 * Learning rates that fall in steps.
 *
 * @module
 */
import { integerFrom, real, type SomeOptions } from "../options.js";
import { LRScheduler, type ResumeOptions, type Schedule, type Scheduled } from "./lr-scheduler.js";

/** Options of {@link StepLR}. */
export interface StepLROptions extends ResumeOptions {
  /** Factor of every step; default 0.1. */
  gamma: number;
}

/** The numbers of a {@link StepLR}. */
interface StepLRSettings {
  /** Epochs between two steps. */
  stepSize: number;
  gamma: number;
}

const stepLR: Schedule<StepLRSettings> = {
  name: "StepLR",
  options: { stepSize: integerFrom(1, 1), gamma: real(0.1) },
  required: ["stepSize"],
  rate: ({ options: { stepSize, gamma }, lr, epoch }) => (epoch === 0 || epoch % stepSize !== 0 ? lr : lr * gamma),
  closed: ({ options: { stepSize, gamma }, baseLr, epoch }) => baseLr * gamma ** Math.floor(epoch / stepSize),
};

/**
 * Multiplies the learning rate of every group by `gamma` after every `stepSize` epochs.
 * (torch.optim.lr_scheduler.StepLR)
 */
export class StepLR extends LRScheduler<StepLRSettings> {
  /**
   * Multiplies the learning rate of every group by `gamma` after every `stepSize` epochs.
   * (torch.optim.lr_scheduler.StepLR)
   *
   * @param optimizer - the optimizer whose groups get the learning rates.
   * @param stepSize - epochs between two steps.
   * @throws ArgumentError for an invalid option, or for a `lastEpoch` without `initialLr` in every group.
   *
   * @example
   * ```ts
   * const optimizer = new SGD([tensor([1], { requiresGrad: true })], { lr: 1 });
   * const schedule = new StepLR(optimizer, 2, { gamma: 0.5 });
   * const rates = [];
   * for (let epoch = 0; epoch < 5; epoch++) {
   *   rates.push(optimizer.paramGroups[0].lr);
   *   optimizer.step();
   *   schedule.step();
   * }
   * rates; // → [1, 1, 0.5, 0.5, 0.25]
   * ```
   */
  constructor(optimizer: Scheduled, stepSize: number, options?: SomeOptions<StepLROptions>) {
    super(stepLR, optimizer, { stepSize }, options);
  }
}
