/**
 * Learning rates that follow a cosine.
 *
 * @module
 */
import { positive, real, type SomeOptions } from "../options.js";
import { LRScheduler, type ResumeOptions, type Schedule, type Scheduled, type ScheduleInputs } from "./lr-scheduler.js";

/** Options of {@link CosineAnnealingLR}. */
export interface CosineAnnealingLROptions extends ResumeOptions {
  /** The lowest rate; default 0. */
  etaMin: number;
}

/** The numbers of a {@link CosineAnnealingLR}. */
interface CosineAnnealingLRSettings {
  /** Epochs from the highest rate to the lowest. */
  tMax: number;
  etaMin: number;
}

const cosine = ({ options: { tMax, etaMin }, baseLr, epoch }: ScheduleInputs<CosineAnnealingLRSettings>): number =>
  etaMin + ((baseLr - etaMin) * (1 + Math.cos((epoch * Math.PI) / tMax))) / 2;

const cosineAnnealingLR: Schedule<CosineAnnealingLRSettings> = {
  name: "CosineAnnealingLR",
  options: { tMax: positive(1), etaMin: real(0) },
  required: ["tMax"],
  rate(inputs) {
    const { options, lr, baseLr, epoch, steps } = inputs;
    const { tMax, etaMin } = options;
    if (epoch === 0) return lr;
    if (steps === 0) return cosine(inputs);
    // At the lowest rate the ratio below is 0 / 0, so the first step upwards is added to the rate instead.
    if ((epoch - 1 - tMax) % (2 * tMax) === 0) return lr + ((baseLr - etaMin) * (1 - Math.cos(Math.PI / tMax))) / 2;
    const ratio = (1 + Math.cos((Math.PI * epoch) / tMax)) / (1 + Math.cos((Math.PI * (epoch - 1)) / tMax));
    return ratio * (lr - etaMin) + etaMin;
  },
  closed: cosine,
};

/**
 * Lets the learning rate of every group follow half a cosine from its start to `etaMin` and back, in `tMax` epochs
 * each. (torch.optim.lr_scheduler.CosineAnnealingLR)
 */
export class CosineAnnealingLR extends LRScheduler<CosineAnnealingLRSettings> {
  /**
   * Lets the learning rate of every group follow half a cosine from its start to `etaMin` and back, in `tMax` epochs
   * each. (torch.optim.lr_scheduler.CosineAnnealingLR)
   *
   *     η = ηₘᵢₙ + ½(η₀ − ηₘᵢₙ)(1 + cos(π·t / tMax))
   *
   * It is computed from the rate of the epoch before, so other changes of `lr` add up.
   *
   * @param optimizer - the optimizer whose groups get the learning rates.
   * @param tMax - epochs from the highest rate to the lowest.
   * @throws ArgumentError for an invalid option, or for a `lastEpoch` without `initialLr` in every group.
   *
   * @example
   * ```ts
   * const optimizer = new SGD([tensor([1], { requiresGrad: true })], { lr: 1 });
   * const schedule = new CosineAnnealingLR(optimizer, 3);
   * const rates = [];
   * for (let epoch = 0; epoch < 4; epoch++) {
   *   rates.push(optimizer.paramGroups[0].lr.toFixed(4));
   *   optimizer.step();
   *   schedule.step();
   * }
   * rates; // → ["1.0000", "0.7500", "0.2500", "0.0000"]
   * ```
   */
  constructor(optimizer: Scheduled, tMax: number, options?: SomeOptions<CosineAnnealingLROptions>) {
    super(cosineAnnealingLR, optimizer, { tMax }, options);
  }
}
