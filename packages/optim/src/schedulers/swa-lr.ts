/**
 * Learning rates that go to a constant, for the averaging of weights.
 *
 * @module
 */
import { integerFrom, nonNegative, oneOf, type SomeOptions } from "../options.js";
import { LRScheduler, type ResumeOptions, type Schedule, type Scheduled } from "./lr-scheduler.js";
import { type PerGroup, perGroup, valueFor, wrongLength } from "./per-group.js";

/** Options of {@link SWALR}. */
export interface SWALROptions extends ResumeOptions {
  /** The number of epochs until the rate is reached; default 10. */
  annealEpochs: number;
  /** Whether the rate goes by half a cosine or by a line; default "cos". */
  annealStrategy: "cos" | "linear";
}

/** The settings of a {@link SWALR}. */
interface Settings {
  /** The final rate. */
  swaLr: PerGroup<number>;
  annealEpochs: number;
  annealStrategy: "cos" | "linear";
}

/** Returns the share of the final rate after some steps. */
function shareAt(step: number, { annealEpochs, annealStrategy }: Settings): number {
  const t = Math.max(0, Math.min(1, step / Math.max(1, annealEpochs)));
  return annealStrategy === "cos" ? (1 - Math.cos(Math.PI * t)) / 2 : t;
}

const swaLR: Schedule<Settings> = {
  name: "SWALR",
  options: {
    swaLr: perGroup(nonNegative(0)),
    annealEpochs: integerFrom(0, 10),
    annealStrategy: oneOf("cos", ["linear"]),
  },
  required: ["swaLr"],
  conflict: ({ swaLr }, { paramGroups }) => wrongLength({ swaLr }, paramGroups.length),
  rate({ options, lr, steps, group }) {
    const final = valueFor(options.swaLr, group);
    if (final === undefined) return lr;
    const step = options.annealEpochs === 0 ? Math.max(1, steps) : steps;
    const before = shareAt(step - 1, options);
    const start = before === 1 ? final : (lr - before * final) / (1 - before);
    const share = shareAt(step, options);
    return final * share + start * (1 - share);
  },
};

/**
 * Brings the learning rate of every group to a constant. (torch.optim.swa_utils.SWALR)
 */
export class SWALR extends LRScheduler<Settings> {
  /**
   * Brings the learning rate of every group to a constant, while the weights are averaged.
   * (torch.optim.swa_utils.SWALR)
   *
   * @param optimizer - the optimizer whose groups get the learning rates.
   * @param swaLr - the final rate, or a list with one for each group.
   * @throws ArgumentError for an invalid option, or for a `lastEpoch` without `initialLr` in every group.
   *
   * @example
   * ```ts
   * const optimizer = new SGD([tensor([1], { requiresGrad: true })], { lr: 1 });
   * const schedule = new SWALR(optimizer, 0.2, { annealEpochs: 2, annealStrategy: "linear" });
   * const rates = [];
   * for (let epoch = 0; epoch < 4; epoch++) {
   *   rates.push(optimizer.paramGroups[0].lr.toFixed(2));
   *   optimizer.step();
   *   schedule.step();
   * }
   * rates; // → ["1.00", "0.60", "0.20", "0.20"]
   * ```
   */
  constructor(optimizer: Scheduled, swaLr: PerGroup<number>, options?: SomeOptions<SWALROptions>) {
    super(swaLR, optimizer, { swaLr }, options);
  }
}
