/**
 * Learning rates that fall at given epochs.
 *
 * @module
 */
import { type Option, real, type SomeOptions } from "../options.js";
import { LRScheduler, type ResumeOptions, type Schedule, type Scheduled } from "./lr-scheduler.js";

/** Options of {@link MultiStepLR}. */
export interface MultiStepLROptions extends ResumeOptions {
  /** Factor at every milestone; default 0.1. */
  gamma: number;
}

/** The numbers of a {@link MultiStepLR}. */
interface MultiStepLRSettings {
  /** The epochs at which the rate falls. */
  milestones: readonly number[];
  gamma: number;
}

/** A list of epochs. */
export const epochs: Option<readonly number[]> = {
  initial: [],
  rule: "a list of integers ≥ 0",
  accepts: (value) => Array.isArray(value) && value.every((epoch) => Number.isInteger(epoch) && epoch >= 0),
};

const count = (list: readonly number[], counts: (epoch: number) => boolean): number => list.filter(counts).length;

const multiStepLR: Schedule<MultiStepLRSettings> = {
  name: "MultiStepLR",
  options: { milestones: epochs, gamma: real(0.1) },
  required: ["milestones"],
  rate: ({ options: { milestones, gamma }, lr, epoch }) => lr * gamma ** count(milestones, (one) => one === epoch),
  closed: ({ options: { milestones, gamma }, baseLr, epoch }) =>
    baseLr * gamma ** count(milestones, (one) => one <= epoch),
};

/**
 * Multiplies the learning rate of every group by `gamma` at every milestone. (torch.optim.lr_scheduler.MultiStepLR)
 */
export class MultiStepLR extends LRScheduler<MultiStepLRSettings> {
  /**
   * Multiplies the learning rate of every group by `gamma` at every milestone. (torch.optim.lr_scheduler.MultiStepLR)
   *
   * @param optimizer - the optimizer whose groups get the learning rates.
   * @param milestones - the epochs at which the rate falls. An epoch that stands there twice counts twice.
   * @throws ArgumentError for an invalid option, or for a `lastEpoch` without `initialLr` in every group.
   *
   * @example
   * ```ts
   * const optimizer = new SGD([tensor([1], { requiresGrad: true })], { lr: 1 });
   * const schedule = new MultiStepLR(optimizer, [1, 3], { gamma: 0.5 });
   * const rates = [];
   * for (let epoch = 0; epoch < 5; epoch++) {
   *   rates.push(optimizer.paramGroups[0].lr);
   *   optimizer.step();
   *   schedule.step();
   * }
   * rates; // → [1, 0.5, 0.5, 0.25, 0.25]
   * ```
   */
  constructor(optimizer: Scheduled, milestones: readonly number[], options?: SomeOptions<MultiStepLROptions>) {
    super(multiStepLR, optimizer, { milestones }, options);
  }
}
