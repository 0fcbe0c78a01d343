/**
 * Learning rates that fall to zero by a power.
 *
 * @module
 */
import { integerFrom, real, type SomeOptions } from "../options.js";
import { LRScheduler, type ResumeOptions, type Schedule, type Scheduled } from "./lr-scheduler.js";

/** The numbers of a {@link PolynomialLR}. */
interface PolynomialLRSettings {
  totalIters: number;
  power: number;
}

/** Options of {@link PolynomialLR}. */
export interface PolynomialLROptions extends ResumeOptions {
  /** The epoch at which the rate is 0; default 5. */
  totalIters: number;
  /** The power; default 1. */
  power: number;
}

const polynomialLR: Schedule<PolynomialLRSettings> = {
  name: "PolynomialLR",
  options: { totalIters: integerFrom(1, 5), power: real(1) },
  required: [],
  rate({ options: { totalIters, power }, lr, epoch }) {
    if (epoch === 0 || epoch > totalIters) return lr;
    return lr * ((1 - epoch / totalIters) / (1 - (epoch - 1) / totalIters)) ** power;
  },
  closed: ({ options: { totalIters, power }, baseLr, epoch }) =>
    baseLr * (1 - Math.min(totalIters, epoch) / totalIters) ** power,
};

/**
 * Lets the learning rate of every group fall to 0 as a power of the epochs that are left.
 * (torch.optim.lr_scheduler.PolynomialLR)
 */
export class PolynomialLR extends LRScheduler<PolynomialLRSettings> {
  /**
   * Lets the learning rate of every group fall to 0 as a power of the epochs that are left.
   * (torch.optim.lr_scheduler.PolynomialLR)
   *
   *     η = η₀ · (1 − min(t, totalIters) / totalIters)^power
   *
   * @param optimizer - the optimizer whose groups get the learning rates.
   * @throws ArgumentError for an invalid option, or for a `lastEpoch` without `initialLr` in every group.
   *
   * @example
   * ```ts
   * const optimizer = new SGD([tensor([1], { requiresGrad: true })], { lr: 1 });
   * const schedule = new PolynomialLR(optimizer, { totalIters: 2 });
   * const rates = [];
   * for (let epoch = 0; epoch < 4; epoch++) {
   *   rates.push(optimizer.paramGroups[0].lr);
   *   optimizer.step();
   *   schedule.step();
   * }
   * rates; // → [1, 0.5, 0, 0]
   * ```
   */
  constructor(optimizer: Scheduled, options?: SomeOptions<PolynomialLROptions>) {
    super(polynomialLR, optimizer, {}, options);
  }
}
