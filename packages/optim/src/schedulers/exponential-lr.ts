/**
 * Learning rates that fall exponentially.
 *
 * @module
 */
import { real, type SomeOptions } from "../options.js";
import { LRScheduler, type ResumeOptions, type Schedule, type Scheduled } from "./lr-scheduler.js";

/** The numbers of an {@link ExponentialLR}. */
interface ExponentialLRSettings {
  /** Factor of every epoch. */
  gamma: number;
}

const exponentialLR: Schedule<ExponentialLRSettings> = {
  name: "ExponentialLR",
  options: { gamma: real(1) },
  required: ["gamma"],
  rate: ({ options: { gamma }, lr, epoch }) => (epoch === 0 ? lr : lr * gamma),
  closed: ({ options: { gamma }, baseLr, epoch }) => baseLr * gamma ** epoch,
};

/**
 * Multiplies the learning rate of every group by `gamma` after every epoch. (torch.optim.lr_scheduler.ExponentialLR)
 */
export class ExponentialLR extends LRScheduler<ExponentialLRSettings> {
  /**
   * Multiplies the learning rate of every group by `gamma` after every epoch.
   * (torch.optim.lr_scheduler.ExponentialLR)
   *
   * @param optimizer - the optimizer whose groups get the learning rates.
   * @param gamma - factor of every epoch.
   * @throws ArgumentError for an invalid option, or for a `lastEpoch` without `initialLr` in every group.
   *
   * @example
   * ```ts
   * const optimizer = new SGD([tensor([1], { requiresGrad: true })], { lr: 1 });
   * const schedule = new ExponentialLR(optimizer, 0.5);
   * const rates = [];
   * for (let epoch = 0; epoch < 4; epoch++) {
   *   rates.push(optimizer.paramGroups[0].lr);
   *   optimizer.step();
   *   schedule.step();
   * }
   * rates; // → [1, 0.5, 0.25, 0.125]
   * ```
   */
  constructor(optimizer: Scheduled, gamma: number, options?: SomeOptions<ResumeOptions>) {
    super(exponentialLR, optimizer, { gamma }, options);
  }
}
