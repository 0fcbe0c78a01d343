/**
 * The class of most learning-rate schedules.
 *
 * @module
 */
import { ArgumentError, describeValue } from "@lucid/backend";
import { hostAction } from "@lucid/tensor/extend";
import {
  assertDeclared,
  completeOptions,
  copyValue,
  initialOptions,
  integerFrom,
  type OptionTable,
  type SomeOptions,
} from "../options.js";
import { checkScheduleState, type FieldRule, ratesOf } from "./state.js";

/** A parameter group whose learning rate is scheduled. */
export interface ScheduledGroup {
  lr: number;
  initialLr?: number;
  /** The momentum of optimizers such as `SGD`. */
  momentum?: number;
  /** The factors of optimizers such as `Adam`; the first one takes the place of the momentum. */
  betas?: readonly [number, number];
}

/** What a schedule changes: any optimizer whose groups have a learning rate. */
export interface Scheduled {
  readonly paramGroups: readonly ScheduledGroup[];
}

/** The position of a schedule, for one parameter group. */
export interface ScheduleInputs<O> {
  /** The schedule's options. */
  readonly options: O;
  /** The group's present learning rate. */
  readonly lr: number;
  /** The learning rate with which the schedule started. */
  readonly baseLr: number;
  /** The epoch that begins, counted from 0. */
  readonly epoch: number;
  /** The number of steps before this one; 0 where the schedule begins. */
  readonly steps: number;
  /** The position of the group. */
  readonly group: number;
}

/** A learning-rate schedule. */
export interface Schedule<O> {
  /** The name of the schedule in errors. */
  readonly name: string;
  readonly options: OptionTable<O>;
  /** The options that must be given, as positional arguments. */
  readonly required: readonly (keyof O & string)[];
  /** Describes what is wrong with options that are right one by one; undefined if nothing is. */
  conflict?(options: O, optimizer: Scheduled): string | undefined;
  /** Returns what a group begins with instead of its present values, unless the schedule is resumed. */
  begin?(options: O, group: number): Pick<ScheduledGroup, "initialLr"> & { readonly lr?: number };
  /**
   * Returns the learning rate of an epoch. Most schedules compute it from the rate of the epoch before, so that other
   * changes of `lr` add up.
   */
  rate(inputs: ScheduleInputs<O>): number;
  /** Returns the learning rate of any epoch, from that of the start alone; default: `rate`. */
  closed?(inputs: ScheduleInputs<O>): number;
  /** Returns the momentum of an epoch; undefined if it does not change. */
  momentum?(inputs: ScheduleInputs<O>): number | undefined;
}

/** Options of every schedule, besides its own. */
export interface ResumeOptions {
  /** The last epoch that was finished; default −1: start anew. Anything else needs `initialLr` in every group. */
  lastEpoch: number;
}

type SomeFunction = (...args: never) => unknown;

/** The state of a schedule: its options, without those that are functions, and where it stands. */
export type ScheduleStateDict<O> = {
  readonly [K in keyof O as Extract<O[K], SomeFunction> extends never ? K : never]: O[K];
} & {
  readonly lastEpoch: number;
  /** Calls of `step`, the one at construction included. */
  readonly stepCount: number;
  readonly baseLrs: readonly number[];
  readonly lastLr: readonly number[];
};

const RESUME: OptionTable<ResumeOptions> = { lastEpoch: integerFrom(-1, -1) };

/** @throws ArgumentError unless `optimizer` has parameter groups. */
export function assertScheduled(name: string, optimizer: unknown): asserts optimizer is Scheduled {
  if (Array.isArray((optimizer as Partial<Scheduled> | null | undefined)?.paramGroups)) return;
  throw new ArgumentError(name, `cannot schedule ${describeValue(optimizer)}`, { rule: "pass an optimizer" });
}

/** A learning-rate schedule of an optimizer. Call `step()` after each epoch, after the optimizer's own step. */
export class LRScheduler<O extends object> {
  readonly optimizer: Scheduled;
  readonly #schedule: Schedule<O>;
  #options: O;
  #baseLrs: number[];
  #lastEpoch: number;
  #stepCount = 0;
  #lastLr: readonly number[] = [];

  /**
   * Remembers each group's `lr` as its `initialLr`, unless it has one, and sets the rate of the first epoch.
   *
   * @param required - the options that must be given.
   * @param options - the others.
   * @throws ArgumentError for an invalid option, or for a `lastEpoch` without `initialLr` in every group.
   */
  constructor(
    schedule: Schedule<O>,
    optimizer: Scheduled,
    required: SomeOptions<O>,
    options?: SomeOptions<O & ResumeOptions>,
  ) {
    assertDeclared(
      "LRScheduler",
      "schedule",
      "StepLR or CosineAnnealingLR",
      schedule,
      ["options", "required"],
      ["rate"],
    );
    const { name } = schedule;
    assertScheduled(name, optimizer);
    const own: Record<string, unknown> = {};
    for (const option of schedule.required) {
      const { rule, accepts } = schedule.options[option];
      const value = required[option];
      own[option] = copyValue(value);
      if (accepts(value)) continue;
      const text = value === undefined ? `${option} is missing` : `invalid ${option}: ${describeValue(value)}`;
      throw new ArgumentError(name, text, { rule: `${option} must be ${rule}` });
    }
    const optional: Record<string, unknown> = { ...schedule.options, ...RESUME };
    for (const option of schedule.required) delete optional[option];
    const table = optional as OptionTable<O & ResumeOptions>;
    const { lastEpoch, ...others } = completeOptions(name, table, options, initialOptions(table));
    Object.assign(own, others);
    const conflict = schedule.conflict?.(own as O, optimizer);
    if (conflict !== undefined) throw new ArgumentError(name, conflict);
    optimizer.paramGroups.forEach((group, index) => {
      if (lastEpoch >= 0 && group.initialLr === undefined) {
        throw new ArgumentError(name, `paramGroups[${index}] has no initialLr, and lastEpoch is ${lastEpoch}`, {
          rule: "a schedule that is resumed needs to know where it started",
          remedy: "give the groups an initialLr, or load both state dicts",
        });
      }
    });
    this.optimizer = optimizer;
    this.#schedule = schedule;
    this.#options = own as O;
    this.#baseLrs = [];
    this.#lastEpoch = lastEpoch;
    this.step();
  }

  /** The epoch of the present learning rates, counted from 0. */
  get lastEpoch(): number {
    return this.#lastEpoch;
  }

  /**
   * Sets the learning rates of the next epoch.
   *
   * @param epoch - another epoch to go on with. Its rates are computed from those of the start, where the schedule can
   * do so; a fraction of an epoch is allowed.
   * @throws ArgumentError if `epoch` is negative or no finite number.
   */
  step(epoch?: number): void {
    if (epoch !== undefined && !(Number.isFinite(epoch) && epoch >= 0)) {
      throw new ArgumentError(this.#schedule.name, `invalid epoch: ${describeValue(epoch)}`, {
        rule: "an epoch is a finite number ≥ 0",
      });
    }
    hostAction(() => this.#advance(epoch));
  }

  #advance(chosen: number | undefined): void {
    const { paramGroups } = this.optimizer;
    const options = this.#options;
    const schedule = this.#schedule;
    const steps = this.#stepCount;
    const epoch = chosen ?? this.#lastEpoch + 1;
    const begins = steps === 0 && this.#lastEpoch === -1 && this.#baseLrs.length === 0;
    const inputs = paramGroups.map((group, i): ScheduleInputs<O> => {
      const { lr, initialLr } = begins ? { ...group, ...schedule.begin?.(options, i) } : group;
      // Groups that were added in the meantime start with their own rate.
      const baseLr = this.#baseLrs[i] ?? initialLr ?? lr;
      return { options, lr, baseLr, epoch, steps, group: i };
    });
    // Nothing is changed before all rates have been computed.
    const rates = inputs.map((one) =>
      chosen === undefined || schedule.closed === undefined ? schedule.rate(one) : schedule.closed(one),
    );
    const momenta = inputs.map((one) => schedule.momentum?.(one));
    paramGroups.forEach((group, i) => {
      if (begins && schedule.begin !== undefined) group.initialLr = inputs[i]!.baseLr;
      else if (i >= this.#baseLrs.length) group.initialLr ??= inputs[i]!.baseLr;
      group.lr = rates[i]!;
      const momentum = momenta[i];
      if (momentum === undefined) return;
      if (group.betas !== undefined) group.betas = [momentum, group.betas[1]];
      else group.momentum = momentum;
    });
    this.#baseLrs = inputs.map(({ baseLr }) => baseLr);
    this.#lastEpoch = Math.floor(epoch);
    this.#stepCount++;
    this.#lastLr = rates;
  }

  /** Undoes the count of a step, for schedules that take turns. @internal */
  rewind(): void {
    this.#lastEpoch--;
  }

  /** Makes the first step again. @internal */
  restart(): void {
    this.#stepCount = 0;
    this.step();
  }

  /** Returns the learning rates that the schedule set last, one for each group. */
  getLastLr(): readonly number[] {
    return [...this.#lastLr];
  }

  /** Returns the options and the position of the schedule, as plain numbers. Options that are functions are left out. */
  stateDict(): ScheduleStateDict<O> {
    const { options } = this.#schedule;
    const own: Record<string, unknown> = {};
    for (const option in options) if (!options[option].isFunction) own[option] = copyValue(this.#options[option]);
    return {
      ...own,
      lastEpoch: this.#lastEpoch,
      stepCount: this.#stepCount,
      baseLrs: [...this.#baseLrs],
      lastLr: [...this.#lastLr],
    } as unknown as ScheduleStateDict<O>;
  }

  /**
   * Loads a state that {@link stateDict} saved. The learning rates themselves belong to the optimizer's state.
   *
   * @throws ArgumentError unless it is an object; StateError that names every mismatch, before anything is changed.
   */
  loadStateDict(stateDict: ScheduleStateDict<O>): void {
    const { options, name } = this.#schedule;
    checkScheduleState(`${name}.loadStateDict`, this.fields(), stateDict);
    const saved = stateDict as ScheduleStateDict<object> & O;
    const own = { ...this.#options };
    for (const option in options) if (!options[option].isFunction) own[option] = copyValue(saved[option]);
    this.#options = own;
    this.#baseLrs = [...saved.baseLrs];
    this.#lastEpoch = saved.lastEpoch;
    this.#stepCount = saved.stepCount;
    this.#lastLr = [...saved.lastLr];
  }

  /** The rules of the fields of a state dict. @internal */
  fields(): Readonly<Record<string, FieldRule>> {
    const rates = ratesOf(this.optimizer.paramGroups.length);
    const options = Object.entries<OptionTable<O>[keyof O]>(this.#schedule.options);
    return {
      ...Object.fromEntries(options.filter(([, { isFunction }]) => !isFunction)),
      // A schedule that waits for its turn stands before the first epoch.
      lastEpoch: integerFrom(-1, 0),
      stepCount: integerFrom(1, 1),
      baseLrs: rates,
      lastLr: rates,
    };
  }
}
