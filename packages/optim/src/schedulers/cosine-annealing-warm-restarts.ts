/**
 * Learning rates that follow a cosine again and again.
 *
 * @module
 */
import { integerFrom, real, type SomeOptions } from "../options.js";
import { LRScheduler, type ResumeOptions, type Schedule, type Scheduled } from "./lr-scheduler.js";

/** Options of {@link CosineAnnealingWarmRestarts}. */
export interface CosineAnnealingWarmRestartsOptions extends ResumeOptions {
  /** Factor of the number of epochs after every restart; default 1. */
  tMult: number;
  /** The lowest rate; default 0. */
  etaMin: number;
}

/** The numbers of a {@link CosineAnnealingWarmRestarts}. */
interface Settings {
  /** Epochs until the first restart. */
  t0: number;
  tMult: number;
  etaMin: number;
}

/** Returns the epochs since the last restart, and those from it to the next one. */
function place(epoch: number, { t0, tMult }: Settings): readonly [since: number, length: number] {
  let [since, length] = [epoch, t0];
  if (tMult === 1) return [since % length, length];
  while (since >= length) {
    since -= length;
    length *= tMult;
  }
  return [since, length];
}

const warmRestarts: Schedule<Settings> = {
  name: "CosineAnnealingWarmRestarts",
  options: { t0: integerFrom(1, 1), tMult: integerFrom(1, 1), etaMin: real(0) },
  required: ["t0"],
  rate({ options, baseLr, epoch }) {
    const { etaMin } = options;
    const [since, length] = place(epoch, options);
    return etaMin + ((baseLr - etaMin) * (1 + Math.cos((Math.PI * since) / length))) / 2;
  },
};

/**
 * Lets the learning rate of every group fall from its start to `etaMin` by half a cosine, again and again.
 * (torch.optim.lr_scheduler.CosineAnnealingWarmRestarts)
 */
export class CosineAnnealingWarmRestarts extends LRScheduler<Settings> {
  /**
   * Lets the learning rate of every group fall from its start to `etaMin` by half a cosine, again and again.
   * (torch.optim.lr_scheduler.CosineAnnealingWarmRestarts)
   *
   *     η = ηₘᵢₙ + ½(η₀ − ηₘᵢₙ)(1 + cos(π·T / Tᵢ))
   *
   * T counts the epochs since the last restart, of which there are Tᵢ: `t0` at first, and then `tMult` times as many as
   * before. `step(epoch)` takes fractions of an epoch, for a change after every batch.
   *
   * @param optimizer - the optimizer whose groups get the learning rates.
   * @param t0 - epochs until the first restart.
   * @throws ArgumentError for an invalid option, or for a `lastEpoch` without `initialLr` in every group.
   *
   * @example
   * ```ts
   * const optimizer = new SGD([tensor([1], { requiresGrad: true })], { lr: 1 });
   * const schedule = new CosineAnnealingWarmRestarts(optimizer, 2, { tMult: 2 });
   * const rates = [];
   * for (let epoch = 0; epoch < 7; epoch++) {
   *   rates.push(optimizer.paramGroups[0].lr.toFixed(2));
   *   optimizer.step();
   *   schedule.step();
   * }
   * rates; // → ["1.00", "0.50", "1.00", "0.85", "0.50", "0.15", "1.00"]
   * ```
   */
  constructor(optimizer: Scheduled, t0: number, options?: SomeOptions<CosineAnnealingWarmRestartsOptions>) {
    super(warmRestarts, optimizer, { t0 }, options);
  }
}
