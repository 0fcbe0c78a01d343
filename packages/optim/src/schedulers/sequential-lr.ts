/**
 * Several schedules, one after another.
 *
 * @module
 */
import { ArgumentError, describeValue } from "@lucid/backend";
import { hostAction } from "@lucid/tensor/extend";
import { completeOptions, initialOptions, integerFrom, type OptionTable, type SomeOptions } from "../options.js";
import { assertScheduled, LRScheduler, type ResumeOptions, type Scheduled } from "./lr-scheduler.js";
import { assertSchedulers, statesOf, type Waiting } from "./several.js";
import { checkScheduleState, type FieldRule, ratesOf } from "./state.js";

/** The state of a {@link SequentialLR}. */
export interface SequentialLRStateDict {
  readonly milestones: readonly number[];
  readonly lastEpoch: number;
  readonly lastLr: readonly number[];
  /** The states of the schedules. */
  readonly schedulers: readonly object[];
}

const NAME = "SequentialLR";

const table: OptionTable<ResumeOptions> = { lastEpoch: integerFrom(-1, -1) };

/** A list of epochs, each after the one before. */
function rising(length: number): FieldRule {
  return {
    rule: `a list of ${length} integers ≥ 0, each larger than the one before`,
    accepts: (value) =>
      Array.isArray(value) &&
      value.length === length &&
      value.every((epoch, i) => Number.isInteger(epoch) && epoch >= 0 && (i === 0 || epoch > (value[i - 1] as number))),
  };
}

/**
 * Lets several schedules of an optimizer follow one another. (torch.optim.lr_scheduler.SequentialLR)
 */
export class SequentialLR {
  readonly optimizer: Scheduled;
  readonly #schedulers: readonly Waiting[];
  #milestones: readonly number[];
  #lastEpoch: number;
  #lastLr: readonly number[];

  /**
   * Lets several schedules of an optimizer follow one another. The learning rates begin anew: those that making the
   * schedules has set do not count. (torch.optim.lr_scheduler.SequentialLR)
   *
   * @param optimizer - the optimizer whose groups get the learning rates.
   * @param schedulers - the schedules in their order, but no `ReduceLROnPlateau` and no schedules that consist of others.
   * @param milestones - the epochs at which the next schedule begins: one less than there are schedules.
   * @throws ArgumentError for schedules of another optimizer, or a wrong list of milestones.
   *
   * @example
   * ```ts
   * const optimizer = new SGD([tensor([1], { requiresGrad: true })], { lr: 1 });
   * const warmUp = new ConstantLR(optimizer, { factor: 0.25, totalIters: 2 });
   * const fall = new ExponentialLR(optimizer, 0.5);
   * const schedule = new SequentialLR(optimizer, [warmUp, fall], [2]);
   * const rates = [];
   * for (let epoch = 0; epoch < 5; epoch++) {
   *   rates.push(...schedule.getLastLr());
   *   optimizer.step();
   *   schedule.step();
   * }
   * rates; // → [0.25, 0.25, 1, 0.5, 0.25]
   * ```
   */
  constructor(
    optimizer: Scheduled,
    schedulers: readonly Waiting[],
    milestones: readonly number[],
    options?: SomeOptions<ResumeOptions>,
  ) {
    assertScheduled(NAME, optimizer);
    assertSchedulers(NAME, schedulers, (value) => value instanceof LRScheduler, optimizer);
    const { rule, accepts } = rising(schedulers.length - 1);
    if (!accepts(milestones)) {
      throw new ArgumentError(NAME, `the milestones are ${describeValue(milestones)}`, {
        rule: `${schedulers.length} schedules need ${rule}`,
      });
    }
    const { lastEpoch } = completeOptions(NAME, table, options, initialOptions(table));
    this.optimizer = optimizer;
    this.#schedulers = [...schedulers];
    this.#milestones = [...milestones];
    this.#lastEpoch = lastEpoch + 1;
    for (const group of optimizer.paramGroups) group.lr = group.initialLr ?? group.lr;
    for (const scheduler of schedulers) scheduler.rewind();
    schedulers[0]!.restart();
    this.#lastLr = schedulers[0]!.getLastLr();
  }

  /** The epoch of the present learning rates, counted from 0. */
  get lastEpoch(): number {
    return this.#lastEpoch;
  }

  /** Sets the learning rates of the next epoch. */
  step(): void {
    hostAction(() => {
      const epoch = this.#lastEpoch + 1;
      const index = this.#milestones.filter((milestone) => milestone <= epoch).length;
      const scheduler = this.#schedulers[index]!;
      if (index > 0 && this.#milestones[index - 1] === epoch) scheduler.step(0);
      else scheduler.step();
      this.#lastEpoch = epoch;
      this.#lastLr = scheduler.getLastLr();
    });
  }

  /** Returns the learning rates that were set last, one for each group. */
  getLastLr(): readonly number[] {
    return [...this.#lastLr];
  }

  /** Returns the position, and the states of all schedules. */
  stateDict(): SequentialLRStateDict {
    return {
      milestones: [...this.#milestones],
      lastEpoch: this.#lastEpoch,
      lastLr: [...this.#lastLr],
      schedulers: this.#schedulers.map((one) => one.stateDict()),
    };
  }

  /**
   * Loads a state that {@link stateDict} saved. The learning rates themselves belong to the optimizer's state.
   *
   * @throws ArgumentError unless it is an object; StateError that names every mismatch, before anything is changed.
   */
  loadStateDict(stateDict: SequentialLRStateDict): void {
    checkScheduleState(`${NAME}.loadStateDict`, this.fields(), stateDict);
    for (const [i, one] of this.#schedulers.entries()) one.loadStateDict(stateDict.schedulers[i] as never);
    this.#milestones = [...stateDict.milestones];
    this.#lastEpoch = stateDict.lastEpoch;
    this.#lastLr = [...stateDict.lastLr];
  }

  /** The rules of the fields of a state dict. @internal */
  fields(): Readonly<Record<string, FieldRule>> {
    return {
      milestones: rising(this.#schedulers.length - 1),
      lastEpoch: integerFrom(0, 0),
      lastLr: ratesOf(this.optimizer.paramGroups.length),
      schedulers: statesOf(this.#schedulers),
    };
  }
}
