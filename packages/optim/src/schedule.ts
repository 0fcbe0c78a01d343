/**
 * What all learning-rate schedules have in common.
 *
 * @module
 */
import { ArgumentError, StateError } from "@lucid/backend";
import { completeOptions, initialOptions, integerFrom, type OptionTable, type SomeOptions, show } from "./options.js";

/** What a schedule steers: any optimizer whose groups have a learning rate. */
export interface Scheduled {
  readonly paramGroups: readonly { lr: number; initialLr?: number }[];
}

/** Where a schedule stands, for one parameter group. */
export interface ScheduleInputs<O> {
  /** The schedule's options. */
  readonly options: O;
  /** The group's learning rate now. */
  readonly lr: number;
  /** The learning rate that the schedule started from. */
  readonly baseLr: number;
  /** The epoch that begins, from 0. */
  readonly epoch: number;
  /** Whether this is the rate with which the schedule begins. */
  readonly first: boolean;
}

/** A learning-rate schedule. */
export interface Schedule<O> {
  /** What errors call it. */
  readonly name: string;
  readonly options: OptionTable<O>;
  /** Options that must be given. */
  readonly required: readonly (keyof O & string)[];
  /** The learning rate of an epoch, mostly from that of the epoch before, so that other changes of `lr` add up. */
  rate(inputs: ScheduleInputs<O>): number;
}

/** Options of every schedule, besides its own. */
export interface ResumeOptions {
  /** The last epoch that was finished; default −1: start anew. Anything else needs `initialLr` in every group. */
  lastEpoch: number;
}

/** The state of a schedule: its options and where it stands. */
export type ScheduleStateDict<O> = O & {
  readonly lastEpoch: number;
  /** Calls of `step`, the one at construction included. */
  readonly stepCount: number;
  readonly baseLrs: readonly number[];
  readonly lastLr: readonly number[];
};

const RESUME: OptionTable<ResumeOptions> = { lastEpoch: integerFrom(-1, -1) };

/** A schedule at work on an optimizer. Call `step()` after each epoch, after the optimizer's own step. */
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
   * @throws ArgumentError for an invalid option, or for a `lastEpoch` without `initialLr` in every group.
   */
  constructor(schedule: Schedule<O>, optimizer: Scheduled, options: SomeOptions<O & ResumeOptions>) {
    const { name, required } = schedule;
    if (!Array.isArray((optimizer as Partial<Scheduled> | null | undefined)?.paramGroups)) {
      throw new ArgumentError(name, `cannot schedule ${show(optimizer)}`, { rule: "pass an optimizer" });
    }
    for (const option of required) {
      if ((options as SomeOptions<O> | undefined)?.[option] !== undefined) continue;
      throw new ArgumentError(name, `${option} is missing`, {
        rule: `${option} must be ${schedule.options[option].rule}`,
      });
    }
    const table = { ...schedule.options, ...RESUME } as OptionTable<O & ResumeOptions>;
    const { lastEpoch, ...own } = completeOptions(name, table, options, initialOptions(table));
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
    this.#options = own as unknown as O;
    this.#baseLrs = [];
    this.#lastEpoch = lastEpoch;
    this.step();
  }

  /** The epoch that the present learning rates are for, from 0. */
  get lastEpoch(): number {
    return this.#lastEpoch;
  }

  /** Sets the learning rates of the next epoch. */
  step(): void {
    const { paramGroups } = this.optimizer;
    const options = this.#options;
    const first = this.#stepCount === 0;
    const epoch = this.#lastEpoch + 1;
    // Groups that were added since start from their own rate.
    for (let i = this.#baseLrs.length; i < paramGroups.length; i++) {
      const group = paramGroups[i]!;
      this.#baseLrs.push((group.initialLr ??= group.lr));
    }
    const baseLrs = this.#baseLrs;
    const rates = paramGroups.map(({ lr }, i) =>
      this.#schedule.rate({ options, lr, baseLr: baseLrs[i]!, epoch, first }),
    );
    paramGroups.forEach((group, i) => {
      group.lr = rates[i]!;
    });
    this.#lastEpoch = epoch;
    this.#stepCount++;
    this.#lastLr = rates;
  }

  /** The learning rates that the schedule set last, by group. */
  getLastLr(): readonly number[] {
    return [...this.#lastLr];
  }

  /** The options and where the schedule stands; plain numbers. */
  stateDict(): ScheduleStateDict<O> {
    return {
      ...this.#options,
      lastEpoch: this.#lastEpoch,
      stepCount: this.#stepCount,
      baseLrs: [...this.#baseLrs],
      lastLr: [...this.#lastLr],
    };
  }

  /**
   * Takes over a state that {@link stateDict} saved. The learning rates themselves belong to the optimizer's state.
   *
   * @throws StateError naming every mismatch, before anything is changed.
   */
  loadStateDict(stateDict: ScheduleStateDict<O>): void {
    const { options, name } = this.#schedule;
    checkScheduleState(`${name}.loadStateDict`, options, this.optimizer.paramGroups.length, stateDict);
    const own = {} as O;
    for (const option in options) own[option] = stateDict[option];
    this.#options = own;
    this.#baseLrs = [...stateDict.baseLrs];
    this.#lastEpoch = stateDict.lastEpoch;
    this.#stepCount = stateDict.stepCount;
    this.#lastLr = [...stateDict.lastLr];
  }
}

function checkScheduleState<O>(operation: string, table: OptionTable<O>, groups: number, given: object): void {
  const rates = {
    rule: `a list of ${groups} numbers ≥ 0`,
    accepts: (value: unknown) =>
      Array.isArray(value) && value.length === groups && value.every((rate) => typeof rate === "number" && rate >= 0),
  };
  const expected: Readonly<Record<string, { readonly rule: string; accepts(value: unknown): boolean }>> = {
    ...table,
    lastEpoch: integerFrom(0, 0),
    stepCount: integerFrom(1, 1),
    baseLrs: rates,
    lastLr: rates,
  };
  const fields: Readonly<Record<string, unknown>> = { ...given };
  const missing = Object.keys(expected).filter((name) => !Object.hasOwn(fields, name));
  const unexpected = Object.keys(fields).filter((name) => !Object.hasOwn(expected, name));
  const facts = [
    ...missing.map((name) => `${name} is missing`),
    ...unexpected.map((name) => `${name} is unexpected`),
    ...Object.keys(expected)
      .filter((name) => Object.hasOwn(fields, name) && !expected[name]!.accepts(fields[name]))
      .map((name) => `${name} is ${show(fields[name])}, not ${expected[name]!.rule}`),
  ];
  if (facts.length === 0) return;
  throw new StateError(
    operation,
    `the state dict does not fit: ${facts.join("; ")}`,
    { missing, unexpected },
    { rule: "nothing was loaded" },
  );
}
