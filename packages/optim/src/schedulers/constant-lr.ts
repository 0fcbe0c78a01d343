/**
 * Learning rates that are smaller for some epochs.
 *
 * @module
 */
import { integerFrom, type Option, type SomeOptions } from "../options.js";
import { LRScheduler, type ResumeOptions, type Schedule, type Scheduled } from "./lr-scheduler.js";

/** The numbers of a {@link ConstantLR}. */
interface ConstantLRSettings {
  factor: number;
  totalIters: number;
}

/** Options of {@link ConstantLR}. */
export interface ConstantLROptions extends ResumeOptions {
  /** Factor of the learning rate until epoch `totalIters`; default 1/3. */
  factor: number;
  /** The epoch from which on the rate is the whole one; default 5. */
  totalIters: number;
}

/** A factor, by which a rate is also divided. */
export function share(initial: number): Option<number> {
  return {
    initial,
    rule: "a number above 0, and at most 1",
    accepts: (value) => typeof value === "number" && value > 0 && value <= 1,
  };
}

const constantLR: Schedule<ConstantLRSettings> = {
  name: "ConstantLR",
  options: { factor: share(1 / 3), totalIters: integerFrom(0, 5) },
  required: [],
  rate({ options: { factor, totalIters }, lr, epoch }) {
    if (epoch === 0) return lr * factor;
    return epoch === totalIters ? lr * (1 / factor) : lr;
  },
  closed: ({ options: { factor, totalIters }, baseLr, epoch }) =>
    baseLr * (factor + (epoch >= totalIters ? 1 : 0) * (1 - factor)),
};

/**
 * Multiplies the learning rate of every group by `factor` until epoch `totalIters`.
 * (torch.optim.lr_scheduler.ConstantLR)
 */
export class ConstantLR extends LRScheduler<ConstantLRSettings> {
  /**
   * Multiplies the learning rate of every group by `factor` until epoch `totalIters`.
   * (torch.optim.lr_scheduler.ConstantLR)
   *
   * @param optimizer - the optimizer whose groups get the learning rates.
   * @throws ArgumentError for an invalid option, or for a `lastEpoch` without `initialLr` in every group.
   *
   * @example
   * ```ts
   * const optimizer = new SGD([tensor([1], { requiresGrad: true })], { lr: 1 });
   * const schedule = new ConstantLR(optimizer, { factor: 0.5, totalIters: 2 });
   * const rates = [];
   * for (let epoch = 0; epoch < 4; epoch++) {
   *   rates.push(optimizer.paramGroups[0].lr);
   *   optimizer.step();
   *   schedule.step();
   * }
   * rates; // → [0.5, 0.5, 1, 1]
   * ```
   */
  constructor(optimizer: Scheduled, options?: SomeOptions<ConstantLROptions>) {
    super(constantLR, optimizer, {}, options);
  }
}
