/**
 * A line search for the strong Wolfe conditions: a step after which the loss is small enough, and its slope flat enough.
 *
 * Source: Nocedal and Wright, Numerical Optimization, algorithms 3.5 and 3.6; the constants, and the rule that keeps
 * trial steps away from the ends of an interval, are those of PyTorch.
 *
 * @module
 */
import type { Tensor } from "@lucid/tensor/functions";
import type { Search } from "./search.js";

/** A step along a direction, with what was found there. */
export interface Trial {
  readonly step: number;
  readonly loss: number;
  readonly gradient: Tensor;
  /** The derivative of the loss along the direction. */
  readonly slope: number;
}

/** How much of the decrease that the first slope promises is enough. */
const DECREASE = 1e-4;
/** How much of the first slope may be left. */
const FLATNESS = 0.9;
/** The most trials after the first one. */
const MOST_TRIALS = 25;
/** An interval in which no parameter changes by more is not divided further. */
const SMALLEST_CHANGE = 1e-9;

/**
 * Returns the minimum of the cubic polynomial that has the losses and slopes of two trials, limited to an interval. If there
 * is none, the middle of the interval.
 */
function cubicMinimum(a: Trial, b: Trial, lowest: number, highest: number): number {
  const [left, right] = a.step <= b.step ? [a, b] : [b, a];
  const bend = left.slope + right.slope - (3 * (left.loss - right.loss)) / (left.step - right.step);
  const square = bend ** 2 - left.slope * right.slope;
  if (!(square >= 0)) return (lowest + highest) / 2;
  const root = Math.sqrt(square);
  const share = (right.slope + root - bend) / (right.slope - left.slope + 2 * root);
  return Math.min(Math.max(right.step - (right.step - left.step) * share, lowest), highest);
}

/** The result of a search, and how many trials it took. */
export interface Found {
  readonly trial: Trial;
  readonly trials: number;
}

/**
 * Searches along a direction.
 *
 * @param at - evaluates a step.
 * @param start - the step 0.
 * @param first - the step to try first.
 * @param length - the largest absolute value in the direction.
 */
export function* searchAlong(
  at: (step: number) => Search<Trial>,
  start: Trial,
  first: number,
  length: number,
): Search<Found> {
  // A loss that is NaN is too high.
  const isTooHigh = ({ step, loss }: Trial): boolean => !(loss <= start.loss + DECREASE * step * start.slope);
  const isFlat = ({ slope }: Trial): boolean => Math.abs(slope) <= -FLATNESS * start.slope;

  // Larger steps, until one is right or there is an interval with a right one in it.
  let previous = start;
  let trial = yield* at(first);
  let more = 0;
  for (; more < MOST_TRIALS; more++) {
    const tooHigh = isTooHigh(trial) || (more > 1 && trial.loss >= previous.loss);
    if (!tooHigh && isFlat(trial)) return { trial, trials: more + 1 };
    if (tooHigh || trial.slope >= 0) break;
    const nearest = trial.step + 0.01 * (trial.step - previous.step);
    const next = cubicMinimum(previous, trial, nearest, trial.step * 10);
    previous = trial;
    trial = yield* at(next);
  }
  if (more === MOST_TRIALS) previous = start;

  // Smaller intervals, whose better end always satisfies the first condition.
  const ends: [Trial, Trial] = [previous, trial];
  const better = (): 0 | 1 => (Number.isNaN(ends[1].loss) || ends[0].loss <= ends[1].loss ? 0 : 1);
  let low = better();
  let wasNearAnEnd = false;
  for (; more < MOST_TRIALS; more++) {
    const [lowest, highest] = [Math.min(ends[0].step, ends[1].step), Math.max(ends[0].step, ends[1].step)];
    if ((highest - lowest) * length < SMALLEST_CHANGE) break;
    let step = cubicMinimum(ends[0], ends[1], lowest, highest);
    const margin = 0.1 * (highest - lowest);
    const isNearAnEnd = Math.min(highest - step, step - lowest) < margin;
    const moves: boolean = isNearAnEnd && (wasNearAnEnd || step >= highest || step <= lowest);
    if (moves) step = Math.abs(step - highest) < Math.abs(step - lowest) ? highest - margin : lowest + margin;
    wasNearAnEnd = isNearAnEnd && !moves;
    trial = yield* at(step);
    const high = low === 0 ? 1 : 0;
    if (isTooHigh(trial) || trial.loss >= ends[low].loss) {
      ends[high] = trial;
      low = better();
    } else {
      if (isFlat(trial)) return { trial, trials: more + 2 };
      if (trial.slope * (ends[high].step - ends[low].step) >= 0) ends[high] = ends[low];
      ends[low] = trial;
    }
  }
  return { trial: ends[low], trials: more + 1 };
}
