/**
 * Learning rates that follow a cosine.
 *
 * @module
 */
import { positive, real, type SomeOptions } from "./options.js";
import { LRScheduler, type ResumeOptions, type Schedule, type Scheduled } from "./schedule.js";

/** Options of {@link CosineAnnealingLR}. */
export interface CosineAnnealingLROptions {
  /** Epochs from the highest rate to the lowest. */
  tMax: number;
  /** The lowest rate; default 0. */
  etaMin: number;
}

const cosineAnnealingLR: Schedule<CosineAnnealingLROptions> = {
  name: "CosineAnnealingLR",
  options: { tMax: positive(1), etaMin: real(0) },
  required: ["tMax"],
  rate({ options: { tMax, etaMin }, lr, baseLr, epoch, first }) {
    if (epoch === 0) return lr;
    if (first) return etaMin + ((baseLr - etaMin) * (1 + Math.cos((epoch * Math.PI) / tMax))) / 2;
    // At the bottom the ratio below is 0 / 0 and the way up starts from the other side.
    if ((epoch - 1 - tMax) % (2 * tMax) === 0) return lr + ((baseLr - etaMin) * (1 - Math.cos(Math.PI / tMax))) / 2;
    const ratio = (1 + Math.cos((Math.PI * epoch) / tMax)) / (1 + Math.cos((Math.PI * (epoch - 1)) / tMax));
    return ratio * (lr - etaMin) + etaMin;
  },
};

/**
 * Lets the learning rate of every group swing between its start and `etaMin` in half a cosine of `tMax` epochs:
 * `η = ηₘᵢₙ + ½(η₀ − ηₘᵢₙ)(1 + cos(π·t / tMax))`. It is computed from the rate of the epoch before, so other changes of
 * `lr` add up. (torch.optim.lr_scheduler.CosineAnnealingLR)
 *
 * @example
 * ```ts
 * const optimizer = new SGD([tensor([1], { requiresGrad: true })], { lr: 1 });
 * const schedule = new CosineAnnealingLR(optimizer, { tMax: 3 });
 * const rates = [];
 * for (let epoch = 0; epoch < 4; epoch++) {
 *   rates.push(optimizer.paramGroups[0].lr.toFixed(4));
 *   optimizer.step();
 *   schedule.step();
 * }
 * rates; // → ["1.0000", "0.7500", "0.2500", "0.0000"]
 * ```
 */
export class CosineAnnealingLR extends LRScheduler<CosineAnnealingLROptions> {
  /** @throws ArgumentError for an invalid option, or for a `lastEpoch` without `initialLr` in every group. */
  constructor(
    optimizer: Scheduled,
    options: SomeOptions<CosineAnnealingLROptions & ResumeOptions> & Pick<CosineAnnealingLROptions, "tMax">,
  ) {
    super(cosineAnnealingLR, optimizer, options);
  }
}
