/**
 * Learning rates that fall in steps.
 *
 * @module
 */
import { integerFrom, real, type SomeOptions } from "./options.js";
import { LRScheduler, type ResumeOptions, type Schedule, type Scheduled } from "./schedule.js";

/** Options of {@link StepLR}. */
export interface StepLROptions {
  /** Epochs between two steps. */
  stepSize: number;
  /** Factor of every step; default 0.1. */
  gamma: number;
}

const stepLR: Schedule<StepLROptions> = {
  name: "StepLR",
  options: { stepSize: integerFrom(1, 1), gamma: real(0.1) },
  required: ["stepSize"],
  rate: ({ options: { stepSize, gamma }, lr, epoch }) => (epoch === 0 || epoch % stepSize !== 0 ? lr : lr * gamma),
};

/**
 * Multiplies the learning rate of every group by `gamma` after every `stepSize` epochs.
 * (torch.optim.lr_scheduler.StepLR)
 *
 * @example
 * ```ts
 * const optimizer = new SGD([tensor([1], { requiresGrad: true })], { lr: 1 });
 * const schedule = new StepLR(optimizer, { stepSize: 2, gamma: 0.5 });
 * const rates = [];
 * for (let epoch = 0; epoch < 5; epoch++) {
 *   rates.push(optimizer.paramGroups[0].lr);
 *   optimizer.step();
 *   schedule.step();
 * }
 * rates; // → [1, 1, 0.5, 0.5, 0.25]
 * ```
 */
export class StepLR extends LRScheduler<StepLROptions> {
  /** @throws ArgumentError for an invalid option, or for a `lastEpoch` without `initialLr` in every group. */
  constructor(
    optimizer: Scheduled,
    options: SomeOptions<StepLROptions & ResumeOptions> & Pick<StepLROptions, "stepSize">,
  ) {
    super(stepLR, optimizer, options);
  }
}
