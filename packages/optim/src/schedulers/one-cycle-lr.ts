/**
 * Learning rates that go up once, and then far down.
 *
 * @module
 */
import { ArgumentError } from "@lucid/backend";
import { flag, nonNegative, type Option, oneOf, positive, type SomeOptions } from "../options.js";
import { LRScheduler, type ResumeOptions, type Schedule, type Scheduled, type ScheduleInputs } from "./lr-scheduler.js";
import { hasMomentum, NEEDS_MOMENTUM } from "./momentum.js";
import { type PerGroup, perGroup, valueFor, wrongLength } from "./per-group.js";

/** Options of {@link OneCycleLR}. */
export interface OneCycleLROptions extends ResumeOptions {
  /** The number of steps; default null, which is `epochs` times `stepsPerEpoch`. */
  totalSteps: number | null;
  /** The number of epochs; default null. */
  epochs: number | null;
  /** The number of steps in an epoch; default null. */
  stepsPerEpoch: number | null;
  /** The share of the steps in which the rate goes up; default 0.3. */
  pctStart: number;
  /** Whether the rate follows half a cosine or a line; default "cos". */
  annealStrategy: "cos" | "linear";
  /** Whether the momentum, or the first of `betas`, moves against the learning rate; default true. */
  cycleMomentum: boolean;
  /** The momentum at the highest rate; default 0.85. */
  baseMomentum: PerGroup<number>;
  /** The momentum at the start and the end; default 0.95. */
  maxMomentum: PerGroup<number>;
  /** The highest rate divided by the first one; default 25. */
  divFactor: number;
  /** The first rate divided by the last one; default 10000. */
  finalDivFactor: number;
  /** Whether the rate first goes down as fast as it went up, and then on from there; default false. */
  threePhase: boolean;
}

/** The settings of a {@link OneCycleLR}. */
interface Settings extends Omit<OneCycleLROptions, keyof ResumeOptions> {
  maxLr: PerGroup<number>;
}

const countOrNull: Option<number | null> = {
  initial: null,
  rule: "an integer ≥ 1, or null",
  accepts: (value) => value === null || (Number.isInteger(value) && (value as number) >= 1),
};

const pctStart: Option<number> = {
  initial: 0.3,
  rule: "a number from 0 to 1",
  accepts: (value) => typeof value === "number" && value >= 0 && value <= 1,
};

/** The rates and the momenta that a phase goes between. */
type Level = "first" | "highest" | "last";

/** Part of the cycle. */
interface Phase {
  /** The step at which it ends. */
  readonly end: number;
  readonly from: Level;
  readonly to: Level;
}

const lengthOf = ({ totalSteps, epochs, stepsPerEpoch }: Settings): number => totalSteps ?? epochs! * stepsPerEpoch!;

function phasesOf(options: Settings): readonly Phase[] {
  const total = lengthOf(options);
  const up: Phase = { end: options.pctStart * total - 1, from: "first", to: "highest" };
  if (!options.threePhase) return [up, { end: total - 1, from: "highest", to: "last" }];
  return [
    up,
    { end: 2 * options.pctStart * total - 2, from: "highest", to: "first" },
    { end: total - 1, from: "first", to: "last" },
  ];
}

/** Returns the value in the present step, from those of the levels. */
function annealed({ options, epoch }: ScheduleInputs<Settings>, levels: Readonly<Record<Level, number>>): number {
  const total = lengthOf(options);
  if (epoch > total) {
    throw new ArgumentError("OneCycleLR", `step ${epoch + 1} is too much`, {
      rule: `there are ${total} steps`,
      remedy: "pass the number of steps of the whole training as totalSteps",
    });
  }
  const phases = phasesOf(options);
  const found = phases.findIndex(({ end }) => epoch <= end);
  const index = found === -1 ? phases.length - 1 : found;
  const { end, from, to } = phases[index]!;
  const begin = index === 0 ? 0 : phases[index - 1]!.end;
  const share = end === begin ? 1 : (epoch - begin) / (end - begin);
  const [start, stop] = [levels[from], levels[to]];
  if (options.annealStrategy === "linear") return (stop - start) * share + start;
  return stop + ((start - stop) / 2) * (Math.cos(Math.PI * share) + 1);
}

const oneCycleLR: Schedule<Settings> = {
  name: "OneCycleLR",
  options: {
    maxLr: perGroup(nonNegative(0)),
    totalSteps: countOrNull,
    epochs: countOrNull,
    stepsPerEpoch: countOrNull,
    pctStart,
    annealStrategy: oneOf("cos", ["linear"]),
    cycleMomentum: flag(true),
    baseMomentum: perGroup(nonNegative(0.85)),
    maxMomentum: perGroup(nonNegative(0.95)),
    divFactor: positive(25),
    finalDivFactor: positive(1e4),
    threePhase: flag(false),
  },
  required: ["maxLr"],
  conflict({ maxLr, totalSteps, epochs, stepsPerEpoch, cycleMomentum, baseMomentum, maxMomentum }, optimizer) {
    if (totalSteps === null && (epochs === null || stepsPerEpoch === null)) {
      return "the number of steps is not known: pass totalSteps, or epochs and stepsPerEpoch";
    }
    if (cycleMomentum && !hasMomentum(optimizer)) return NEEDS_MOMENTUM;
    return wrongLength({ maxLr, baseMomentum, maxMomentum }, optimizer.paramGroups.length);
  },
  begin({ maxLr, divFactor }, group) {
    const highest = valueFor(maxLr, group);
    return highest === undefined ? {} : { initialLr: highest / divFactor };
  },
  rate(inputs) {
    const { options, lr, group } = inputs;
    const highest = valueFor(options.maxLr, group);
    if (highest === undefined) return lr;
    const first = highest / options.divFactor;
    return annealed(inputs, { first, highest, last: first / options.finalDivFactor });
  },
  momentum(inputs) {
    const { options, group } = inputs;
    const [low, high] = [valueFor(options.baseMomentum, group), valueFor(options.maxMomentum, group)];
    if (!options.cycleMomentum || low === undefined || high === undefined) return undefined;
    return annealed(inputs, { first: high, highest: low, last: high });
  },
};

/**
 * Lets the learning rate of every group go up to `maxLr` and then far down, and its momentum down and up.
 * (torch.optim.lr_scheduler.OneCycleLR)
 */
export class OneCycleLR extends LRScheduler<Settings> {
  /**
   * Lets the learning rate of every group go up to `maxLr` and then far down, and its momentum down and up. Call
   * `step()` after every batch. (torch.optim.lr_scheduler.OneCycleLR)
   *
   *     maxLr / divFactor → maxLr → maxLr / divFactor / finalDivFactor
   *
   * @param optimizer - the optimizer whose groups get the learning rates.
   * @param maxLr - the highest rate, or a list with one for each group.
   * @throws ArgumentError for an invalid option, if the number of steps is not known, for `cycleMomentum` with an
   * optimizer that has no momentum, or for a `lastEpoch` without `initialLr` in every group; from `step`, after the last
   * step.
   *
   * @example
   * ```ts
   * const optimizer = new SGD([tensor([1], { requiresGrad: true })], { lr: 1, momentum: 0.9 });
   * const options = { totalSteps: 6, pctStart: 0.5, divFactor: 4, annealStrategy: "linear" } as const;
   * const schedule = new OneCycleLR(optimizer, 1, options);
   * const rates = [];
   * for (let batch = 0; batch < 6; batch++) {
   *   rates.push(optimizer.paramGroups[0].lr.toFixed(3));
   *   optimizer.step();
   *   schedule.step();
   * }
   * rates; // → ["0.250", "0.625", "1.000", "0.667", "0.333", "0.000"]
   * ```
   */
  constructor(optimizer: Scheduled, maxLr: PerGroup<number>, options?: SomeOptions<OneCycleLROptions>) {
    super(oneCycleLR, optimizer, { maxLr }, options);
  }
}
