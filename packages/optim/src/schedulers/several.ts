/**
 * What schedules that consist of others have in common.
 *
 * @module
 */
import { ArgumentError, describeValue, StateError } from "@lucid/backend";
import type { Scheduled } from "./lr-scheduler.js";
import { checkScheduleState, type FieldRule } from "./state.js";

/** A schedule that goes on by itself. */
export interface Steppable {
  readonly optimizer: Scheduled;
  step(): void;
  getLastLr(): readonly number[];
  stateDict(): object;
  loadStateDict(stateDict: never): void;
  /** The rules of the fields of a state dict. @internal */
  fields(): Readonly<Record<string, FieldRule>>;
}

/** A schedule that can wait for its turn. */
export interface Waiting extends Steppable {
  step(epoch?: number): void;
  /** @internal */
  rewind(): void;
  /** @internal */
  restart(): void;
}

/** A list of state dicts for these schedules. */
export function statesOf(schedulers: readonly Steppable[]): FieldRule {
  return {
    rule: `a list of ${schedulers.length} state dicts that fit`,
    accepts: (value) =>
      Array.isArray(value) && value.length === schedulers.length && schedulers.every((one, i) => fits(one, value[i])),
  };
}

function fits(scheduler: Steppable, state: unknown): boolean {
  try {
    checkScheduleState("loadStateDict", scheduler.fields(), state);
    return true;
  } catch (error) {
    if (error instanceof ArgumentError || error instanceof StateError) return false;
    throw error;
  }
}

/** @throws ArgumentError unless the schedulers are a list of schedules of one optimizer. */
export function assertSchedulers(
  name: string,
  schedulers: unknown,
  isSchedule: (value: unknown) => boolean,
  optimizer?: unknown,
): void {
  if (!Array.isArray(schedulers) || schedulers.length === 0) {
    throw new ArgumentError(name, `the schedulers are ${describeValue(schedulers)}`, {
      rule: "pass a list of schedules of one optimizer",
    });
  }
  schedulers.forEach((scheduler: unknown, i) => {
    if (!isSchedule(scheduler)) {
      throw new ArgumentError(name, `schedulers[${i}] is ${describeValue(scheduler)}`, {
        rule: "a schedule that is stepped without a metric",
      });
    }
    if ((scheduler as Steppable).optimizer !== (optimizer ?? (schedulers[0] as Steppable).optimizer)) {
      throw new ArgumentError(name, `schedulers[${i}] belongs to another optimizer`, {
        rule: "all schedules change the same optimizer",
      });
    }
  });
}
