/**
 * Learning rates that fall when the loss does not.
 *
 * @module
 */
import { ArgumentError, describeValue } from "@lucid/backend";
import { hostAction } from "@lucid/tensor/extend";
import { Tensor } from "@lucid/tensor/functions";
import {
  completeOptions,
  copyValue,
  initialOptions,
  integerFrom,
  nonNegative,
  type Option,
  type OptionTable,
  oneOf,
  real,
  type SomeOptions,
} from "../options.js";
import { assertScheduled, type Scheduled } from "./lr-scheduler.js";
import { type PerGroup, perGroup, valueFor, wrongLength } from "./per-group.js";
import { anyNumber, checkScheduleState, ratesOf } from "./state.js";

/** Options of {@link ReduceLROnPlateau}. */
export interface ReduceLROnPlateauOptions {
  /** Whether the metric is to become small or large; default "min". */
  mode: "min" | "max";
  /** Factor of the learning rate when the metric gets no better, below 1; default 0.1. */
  factor: number;
  /** The number of epochs without improvement that are accepted; default 10. */
  patience: number;
  /** How much better a metric must be to count as an improvement; default 1e-4. */
  threshold: number;
  /** Whether `threshold` is a share of the best metric, or a difference from it; default "rel". */
  thresholdMode: "rel" | "abs";
  /** The number of epochs after a reduction in which nothing is counted; default 0. */
  cooldown: number;
  /** The lowest learning rate, or a list with one for each group; default 0. */
  minLr: PerGroup<number>;
  /** A reduction by no more than this is left out; default 1e-8. */
  eps: number;
}

/** The state of a {@link ReduceLROnPlateau}. */
export interface ReduceLROnPlateauStateDict extends Readonly<ReduceLROnPlateauOptions> {
  readonly lastEpoch: number;
  /** The best metric so far; ±∞ before the first one. */
  readonly best: number;
  readonly numBadEpochs: number;
  readonly cooldownCounter: number;
  readonly lastLr: readonly number[];
}

const factor: Option<number> = {
  initial: 0.1,
  rule: "a number from 0 to below 1",
  accepts: (value) => typeof value === "number" && value >= 0 && value < 1,
};

const table: OptionTable<ReduceLROnPlateauOptions> = {
  mode: oneOf("min", ["max"]),
  factor,
  patience: integerFrom(0, 10),
  threshold: real(1e-4),
  thresholdMode: oneOf("rel", ["abs"]),
  cooldown: integerFrom(0, 0),
  minLr: perGroup(nonNegative(0)),
  eps: nonNegative(1e-8),
};

const NAME = "ReduceLROnPlateau";

function isBetter(metric: number, best: number, options: ReduceLROnPlateauOptions): boolean {
  const { mode, threshold, thresholdMode } = options;
  if (mode === "min") return metric < (thresholdMode === "rel" ? best * (1 - threshold) : best - threshold);
  return metric > (thresholdMode === "rel" ? best * (1 + threshold) : best + threshold);
}

/** A loss, or another measure of success. */
type Metric = Tensor | number;

function assertMetric(metric: unknown): asserts metric is Metric {
  if (typeof metric === "number" || (metric instanceof Tensor && metric.numel() === 1)) return;
  throw new ArgumentError(NAME, `the metric is ${describeValue(metric)}`, {
    rule: "it is a number or a tensor with one element",
  });
}

/**
 * Reduces the learning rate of every group when a metric has stopped improving.
 * (torch.optim.lr_scheduler.ReduceLROnPlateau)
 */
export class ReduceLROnPlateau {
  readonly optimizer: Scheduled;
  #options: ReduceLROnPlateauOptions;
  #lastEpoch = 0;
  #best: number;
  #numBadEpochs = 0;
  #cooldownCounter = 0;

  /**
   * Reduces the learning rate of every group when a metric has stopped improving. Call `step(metric)` after every epoch,
   * with the loss of the validation data, for example. (torch.optim.lr_scheduler.ReduceLROnPlateau)
   *
   * @param optimizer - the optimizer whose groups get the learning rates.
   * @throws ArgumentError for an invalid option.
   *
   * @example
   * ```ts
   * const optimizer = new SGD([tensor([1], { requiresGrad: true })], { lr: 1 });
   * const schedule = new ReduceLROnPlateau(optimizer, { patience: 1, factor: 0.5 });
   * const rates = [];
   * for (const loss of [3, 2, 2, 2, 1]) {
   *   optimizer.step();
   *   schedule.step(loss);
   *   rates.push(...schedule.getLastLr());
   * }
   * rates; // → [1, 1, 1, 0.5, 0.5]
   * ```
   */
  constructor(optimizer: Scheduled, options?: SomeOptions<ReduceLROnPlateauOptions>) {
    assertScheduled(NAME, optimizer);
    const own = completeOptions(NAME, table, options, initialOptions(table));
    const conflict = wrongLength({ minLr: own.minLr }, optimizer.paramGroups.length);
    if (conflict !== undefined) throw new ArgumentError(NAME, conflict);
    this.optimizer = optimizer;
    this.#options = own;
    this.#best = own.mode === "min" ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  }

  /** The number of steps so far. */
  get lastEpoch(): number {
    return this.#lastEpoch;
  }

  /**
   * Looks at the metric of an epoch, and reduces the learning rates if it has not improved for more than `patience`
   * epochs.
   *
   * @param metric - a number, or a tensor with one element, which is read.
   * @throws ArgumentError for another value; BackendError for a tensor that cannot be read synchronously.
   */
  step(metric: Tensor | number): void {
    assertMetric(metric);
    if (metric instanceof Tensor) this.#advance(metric.item());
    else hostAction(() => this.#advance(metric));
  }

  /**
   * Does what {@link step} does, for tensors on backends that cannot be read synchronously.
   *
   * @throws ArgumentError, as a rejection, for a metric that is no number and no tensor with one element.
   */
  async stepAsync(metric: Tensor | number): Promise<void> {
    assertMetric(metric);
    this.#advance(metric instanceof Tensor ? await metric.itemAsync() : metric);
  }

  #advance(metric: number): void {
    const options = this.#options;
    this.#lastEpoch++;
    if (isBetter(metric, this.#best, options)) {
      this.#best = metric;
      this.#numBadEpochs = 0;
    } else this.#numBadEpochs++;
    if (this.#cooldownCounter > 0) {
      this.#cooldownCounter--;
      this.#numBadEpochs = 0;
    }
    if (this.#numBadEpochs <= options.patience) return;
    this.optimizer.paramGroups.forEach((group, i) => {
      const reduced = Math.max(group.lr * options.factor, valueFor(options.minLr, i) ?? 0);
      if (group.lr - reduced > options.eps) group.lr = reduced;
    });
    this.#cooldownCounter = options.cooldown;
    this.#numBadEpochs = 0;
  }

  /** Returns the present learning rates, one for each group. */
  getLastLr(): readonly number[] {
    return this.optimizer.paramGroups.map(({ lr }) => lr);
  }

  /** Returns the options and the position of the schedule, as plain numbers. */
  stateDict(): ReduceLROnPlateauStateDict {
    return {
      ...this.#options,
      minLr: copyValue(this.#options.minLr),
      lastEpoch: this.#lastEpoch,
      best: this.#best,
      numBadEpochs: this.#numBadEpochs,
      cooldownCounter: this.#cooldownCounter,
      lastLr: this.getLastLr(),
    };
  }

  /**
   * Loads a state that {@link stateDict} saved. The learning rates themselves belong to the optimizer's state.
   *
   * @throws ArgumentError unless it is an object; StateError that names every mismatch, before anything is changed.
   */
  loadStateDict(stateDict: ReduceLROnPlateauStateDict): void {
    const fields = {
      ...table,
      lastEpoch: integerFrom(0, 0),
      best: anyNumber,
      numBadEpochs: integerFrom(0, 0),
      cooldownCounter: integerFrom(0, 0),
      lastLr: ratesOf(this.optimizer.paramGroups.length),
    };
    checkScheduleState(`${NAME}.loadStateDict`, fields, stateDict);
    const { lastEpoch, best, numBadEpochs, cooldownCounter, lastLr: _, ...options } = stateDict;
    this.#options = { ...options, minLr: copyValue(options.minLr) };
    this.#lastEpoch = lastEpoch;
    this.#best = best;
    this.#numBadEpochs = numBadEpochs;
    this.#cooldownCounter = cooldownCounter;
  }
}
