/**
 * Several schedules at once.
 *
 * @module
 */
import { hostAction } from "@lucid/tensor/extend";
import { LRScheduler, type Scheduled } from "./lr-scheduler.js";
import { SequentialLR } from "./sequential-lr.js";
import { assertSchedulers, type Steppable, statesOf } from "./several.js";
import { checkScheduleState, type FieldRule, ratesOf } from "./state.js";

/** The state of a {@link ChainedScheduler}. */
export interface ChainedSchedulerStateDict {
  readonly lastLr: readonly number[];
  /** The states of the schedules. */
  readonly schedulers: readonly object[];
}

const isSchedule = (value: unknown): boolean =>
  value instanceof LRScheduler || value instanceof SequentialLR || value instanceof ChainedScheduler;

/**
 * Steps several schedules of an optimizer together, so that their changes add up.
 * (torch.optim.lr_scheduler.ChainedScheduler)
 */
export class ChainedScheduler {
  readonly optimizer: Scheduled;
  readonly #schedulers: readonly Steppable[];
  #lastLr: readonly number[];

  /**
   * Steps several schedules of an optimizer together, so that their changes add up.
   * (torch.optim.lr_scheduler.ChainedScheduler)
   *
   * @param schedulers - schedules of one optimizer, but no `ReduceLROnPlateau`.
   * @throws ArgumentError for an empty list, or schedules of different optimizers.
   *
   * @example
   * ```ts
   * const optimizer = new SGD([tensor([1], { requiresGrad: true })], { lr: 1 });
   * const schedule = new ChainedScheduler([
   *   new ConstantLR(optimizer, { factor: 0.5, totalIters: 2 }),
   *   new ExponentialLR(optimizer, 0.5),
   * ]);
   * const rates = [];
   * for (let epoch = 0; epoch < 4; epoch++) {
   *   rates.push(...schedule.getLastLr());
   *   optimizer.step();
   *   schedule.step();
   * }
   * rates; // → [0.5, 0.25, 0.25, 0.125]
   * ```
   */
  constructor(schedulers: readonly Steppable[]) {
    assertSchedulers("ChainedScheduler", schedulers, isSchedule);
    this.#schedulers = [...schedulers];
    this.optimizer = schedulers[0]!.optimizer;
    this.#lastLr = this.optimizer.paramGroups.map(({ lr }) => lr);
  }

  /** Sets the learning rates of the next epoch. */
  step(): void {
    hostAction(() => {
      for (const scheduler of this.#schedulers) scheduler.step();
      this.#lastLr = this.optimizer.paramGroups.map(({ lr }) => lr);
    });
  }

  /** Returns the learning rates that were set last, one for each group. */
  getLastLr(): readonly number[] {
    return [...this.#lastLr];
  }

  /** Returns the states of all schedules. */
  stateDict(): ChainedSchedulerStateDict {
    return { lastLr: [...this.#lastLr], schedulers: this.#schedulers.map((one) => one.stateDict()) };
  }

  /**
   * Loads a state that {@link stateDict} saved. The learning rates themselves belong to the optimizer's state.
   *
   * @throws ArgumentError unless it is an object; StateError that names every mismatch, before anything is changed.
   */
  loadStateDict(stateDict: ChainedSchedulerStateDict): void {
    checkScheduleState("ChainedScheduler.loadStateDict", this.fields(), stateDict);
    for (const [i, one] of this.#schedulers.entries()) one.loadStateDict(stateDict.schedulers[i] as never);
    this.#lastLr = [...stateDict.lastLr];
  }

  /** The rules of the fields of a state dict. @internal */
  fields(): Readonly<Record<string, FieldRule>> {
    return { lastLr: ratesOf(this.optimizer.paramGroups.length), schedulers: statesOf(this.#schedulers) };
  }
}
