/**
 * Learning rates that go up and down.
 *
 * @module
 */
import { flag, nonNegative, type Option, oneOf, positive, real, type SomeOptions } from "../options.js";
import { LRScheduler, type ResumeOptions, type Schedule, type Scheduled, type ScheduleInputs } from "./lr-scheduler.js";
import { hasMomentum, NEEDS_MOMENTUM } from "./momentum.js";
import { type PerGroup, perGroup, valueFor, wrongLength } from "./per-group.js";

/** Options of {@link CyclicLR}. */
export interface CyclicLROptions extends ResumeOptions {
  /** Steps from the lowest rate to the highest; default 2000. */
  stepSizeUp: number;
  /** Steps from the highest rate to the lowest; default null, as many as upwards. */
  stepSizeDown: number | null;
  /**
   * "triangular" keeps the height of the cycles, "triangular2" halves it after every cycle, "exp_range" multiplies it by
   * `gamma` after every step; default "triangular".
   */
  mode: "triangular" | "triangular2" | "exp_range";
  /** Factor of the height in every step of "exp_range"; default 1. */
  gamma: number;
  /** A function that gives the height, as a share of the full one, instead of `mode`; default null. */
  scaleFn: ((x: number) => number) | null;
  /** Whether `scaleFn` gets the number of the cycle, counted from 1, or of the step; default "cycle". */
  scaleMode: "cycle" | "iterations";
  /** Whether the momentum, or the first of `betas`, moves against the learning rate; default true. */
  cycleMomentum: boolean;
  /** The momentum at the highest rate; default 0.8. */
  baseMomentum: PerGroup<number>;
  /** The momentum at the lowest rate; default 0.9. */
  maxMomentum: PerGroup<number>;
}

/** The settings of a {@link CyclicLR}. */
interface Settings extends Omit<CyclicLROptions, keyof ResumeOptions> {
  baseLr: PerGroup<number>;
  maxLr: PerGroup<number>;
}

const stepSizeDown: Option<number | null> = {
  initial: null,
  rule: "a number > 0, or null",
  accepts: (value) => value === null || (typeof value === "number" && value > 0),
};

const scaleFn: Option<Settings["scaleFn"]> = {
  initial: null,
  rule: "a function or null",
  accepts: (value) => value === null || typeof value === "function",
  isFunction: true,
};

/** Returns the height of the present cycle, as a share of the full one. */
function scaleOf(options: Settings, cycle: number, step: number): number {
  const { mode, gamma, scaleFn: custom, scaleMode } = options;
  if (custom !== null) return custom(scaleMode === "cycle" ? cycle : step);
  if (mode === "triangular2") return 1 / 2 ** (cycle - 1);
  return mode === "exp_range" ? gamma ** step : 1;
}

/** Returns the place in the present cycle, from 0 (the lowest rate) to 1, times the height of the cycle. */
function heightOf({ options, epoch }: ScheduleInputs<Settings>): number {
  const { stepSizeUp: up, stepSizeDown: down } = options;
  const length = up + (down ?? up);
  const ratio = up / length;
  const cycle = Math.floor(1 + epoch / length);
  const x = 1 + epoch / length - cycle;
  return (x <= ratio ? x / ratio : (x - 1) / (ratio - 1)) * scaleOf(options, cycle, epoch);
}

const cyclicLR: Schedule<Settings> = {
  name: "CyclicLR",
  options: {
    baseLr: perGroup(nonNegative(0)),
    maxLr: perGroup(nonNegative(0)),
    stepSizeUp: positive(2000),
    stepSizeDown,
    mode: oneOf("triangular", ["triangular2", "exp_range"]),
    gamma: real(1),
    scaleFn,
    scaleMode: oneOf("cycle", ["iterations"]),
    cycleMomentum: flag(true),
    baseMomentum: perGroup(nonNegative(0.8)),
    maxMomentum: perGroup(nonNegative(0.9)),
  },
  required: ["baseLr", "maxLr"],
  conflict: ({ baseLr, maxLr, cycleMomentum, baseMomentum, maxMomentum }, optimizer) =>
    cycleMomentum && !hasMomentum(optimizer)
      ? NEEDS_MOMENTUM
      : wrongLength({ baseLr, maxLr, baseMomentum, maxMomentum }, optimizer.paramGroups.length),
  begin({ baseLr }, group) {
    const lr = valueFor(baseLr, group);
    return lr === undefined ? {} : { lr };
  },
  rate(inputs) {
    const { options, lr, group } = inputs;
    const [low, high] = [valueFor(options.baseLr, group), valueFor(options.maxLr, group)];
    return low === undefined || high === undefined ? lr : low + (high - low) * heightOf(inputs);
  },
  momentum(inputs) {
    const { options, group } = inputs;
    const [low, high] = [valueFor(options.baseMomentum, group), valueFor(options.maxMomentum, group)];
    if (!options.cycleMomentum || low === undefined || high === undefined) return undefined;
    return high - (high - low) * heightOf(inputs);
  },
};

/**
 * Lets the learning rate of every group go up and down between two bounds, and its momentum down and up.
 * (torch.optim.lr_scheduler.CyclicLR)
 */
export class CyclicLR extends LRScheduler<Settings> {
  /**
   * Lets the learning rate of every group go up and down between two bounds, and its momentum down and up. Call `step()`
   * after every batch. (torch.optim.lr_scheduler.CyclicLR)
   *
   * State dicts do not contain `scaleFn`.
   *
   * @param optimizer - the optimizer whose groups get the learning rates.
   * @param baseLr - the lowest rate, or a list with one for each group.
   * @param maxLr - the highest rate, or a list with one for each group.
   * @throws ArgumentError for an invalid option, for `cycleMomentum` with an optimizer that has no momentum, or for a
   * `lastEpoch` without `initialLr` in every group.
   *
   * @example
   * ```ts
   * const optimizer = new SGD([tensor([1], { requiresGrad: true })], { lr: 1, momentum: 0.9 });
   * const schedule = new CyclicLR(optimizer, 0.25, 1.25, { stepSizeUp: 2 });
   * const rates = [];
   * for (let batch = 0; batch < 6; batch++) {
   *   rates.push(optimizer.paramGroups[0].lr);
   *   optimizer.step();
   *   schedule.step();
   * }
   * rates; // → [0.25, 0.75, 1.25, 0.75, 0.25, 0.75]
   * ```
   */
  constructor(
    optimizer: Scheduled,
    baseLr: PerGroup<number>,
    maxLr: PerGroup<number>,
    options?: SomeOptions<CyclicLROptions>,
  ) {
    super(cyclicLR, optimizer, { baseLr, maxLr }, options);
  }
}
