/**
 * The descent of L-BFGS: directions from the last changes of the gradient, and steps along them.
 *
 * Source: Nocedal and Wright, Numerical Optimization, algorithms 7.4 and 7.5; the first step, and the reasons for stopping,
 * are PyTorch's.
 *
 * @module
 */
import { owned } from "@lucid/tensor/extend";
import { mul, neg, sub, type Tensor } from "@lucid/tensor/functions";
import { searchAlong, type Trial } from "./line-search.js";
import { lossNow, numbersIn, type Search } from "./search.js";
import { dot, type FlatParameters, largest, plusTimes, sumOfAbsolutes } from "./vectors.js";

/** Options of `LBFGS`. */
export interface LBFGSOptions {
  /** Length of the steps, or with a line search, of the first trial; default 1. */
  lr: number;
  /** The most iterations in one step; default 20. */
  maxIter: number;
  /** The most evaluations of the loss in one step; default (and null): 5/4 of `maxIter`, rounded down. */
  maxEval: number | null;
  /** A step ends where no element of the gradient is larger; default 1e-7. */
  toleranceGrad: number;
  /** A step ends where neither the loss nor any parameter changes by more; default 1e-9. */
  toleranceChange: number;
  /** How many changes of the gradient are remembered; default 100. */
  historySize: number;
  /** "strong_wolfe" searches for a step that satisfies the strong Wolfe conditions; null (the default) takes `lr`. */
  lineSearchFn: "strong_wolfe" | null;
}

/** A change of the parameters, and how it changed the gradient. */
export interface Correction {
  readonly step: Tensor;
  readonly change: Tensor;
  /** 1 / (step · change). */
  readonly inverse: number;
}

/** What an optimizer remembers from the last iteration. */
export interface LastIteration {
  readonly direction: Tensor;
  readonly stepSize: number;
  readonly gradient: Tensor;
  readonly loss: number;
  /** The scale of the matrix that the corrections correct. */
  readonly scale: number;
  readonly corrections: readonly Correction[];
}

/** What an optimizer remembers. */
export interface Memory {
  readonly iterations: number;
  readonly evaluations: number;
  /** Undefined before the first iteration. */
  readonly last: LastIteration | undefined;
}

/** The curvature that a correction must have, so that directions lead down. */
const LEAST_CURVATURE = 1e-10;

/** Multiplies −gradient by the approximate inverse of the matrix of second derivatives. */
function directionOf(gradient: Tensor, corrections: readonly Correction[], scale: number): Tensor {
  return owned(() => {
    const shares: Tensor[] = [];
    let direction = neg(gradient);
    const replace = (next: Tensor): void => {
      direction.dispose();
      direction = next;
    };
    for (let i = corrections.length - 1; i >= 0; i--) {
      const { step, change, inverse } = corrections[i]!;
      shares[i] = mul(dot(step, direction), inverse);
      replace(plusTimes(direction, change, neg(shares[i]!)));
    }
    replace(mul(direction, scale));
    for (const [i, { step, change, inverse }] of corrections.entries()) {
      replace(plusTimes(direction, step, sub(shares[i]!, mul(dot(change, direction), inverse))));
    }
    return direction;
  });
}

/** Returns the direction of the next iteration, with the corrections and the scale that it was computed from. */
function* nextDirection(
  gradient: Tensor,
  last: LastIteration | undefined,
  historySize: number,
): Search<Pick<LastIteration, "direction" | "corrections" | "scale">> {
  if (last === undefined) return { direction: neg(gradient), corrections: [], scale: 1 };
  const change = sub(gradient, last.gradient);
  const step = mul(last.direction, last.stepSize);
  const [curvature, length] = (yield* numbersIn(dot(change, step), dot(change, change))) as [number, number];
  let { corrections, scale } = last;
  if (curvature > LEAST_CURVATURE) {
    corrections = [...corrections, { step, change, inverse: 1 / curvature }].slice(-historySize);
    scale = curvature / length;
  }
  return { direction: directionOf(gradient, corrections, scale), corrections, scale };
}

/**
 * Makes one step of the optimizer: iterations until one of the limits is reached. If anything throws, the parameters get
 * their values back.
 *
 * @returns what the optimizer remembers afterwards.
 */
export function* descend(parameters: FlatParameters, options: LBFGSOptions, memory: Memory): Search<Memory> {
  parameters.finishRestoring();
  const start = parameters.values();
  try {
    return yield* iterate(parameters, options, memory);
  } catch (error) {
    parameters.restore(start);
    throw error;
  }
}

function* iterate(parameters: FlatParameters, options: LBFGSOptions, memory: Memory): Search<Memory> {
  const { lr, maxIter, toleranceGrad, toleranceChange, historySize, lineSearchFn } = options;
  const maxEval = options.maxEval ?? Math.floor((maxIter * 5) / 4);
  let { last } = memory;
  let loss = yield* lossNow();
  let gradient = parameters.gradients();
  let [iterations, evaluations] = [0, 1];
  const result = (): Memory => ({
    iterations: memory.iterations + iterations,
    evaluations: memory.evaluations + evaluations,
    last,
  });
  const [steepest] = (yield* numbersIn(largest(gradient))) as [number];
  if (steepest <= toleranceGrad) return result();
  while (iterations < maxIter) {
    iterations++;
    const next = yield* nextDirection(gradient, last, historySize);
    const { direction } = next;
    const [slope, total, length] = (yield* numbersIn(
      dot(gradient, direction),
      sumOfAbsolutes(gradient),
      largest(direction),
    )) as [number, number, number];
    let stepSize = last === undefined ? Math.min(1, 1 / total) * lr : lr;
    const begin: Trial = { step: 0, loss, gradient, slope };
    last = { ...next, stepSize, gradient, loss };
    if (slope > -toleranceChange) break;
    const from = parameters.values();
    const moveTo = (step: number): void => owned(() => parameters.write(plusTimes(from, direction, step)));
    let used = 0;
    if (lineSearchFn !== null) {
      const at = function* (step: number): Search<Trial> {
        moveTo(step);
        const found = yield* lossNow();
        const there = parameters.gradients();
        const [slopeThere] = (yield* numbersIn(dot(there, direction))) as [number];
        return { step, loss: found, gradient: there, slope: slopeThere };
      };
      const { trial, trials } = yield* searchAlong(at, begin, stepSize, length);
      ({ step: stepSize, loss, gradient } = trial);
      used = trials;
      moveTo(stepSize);
    } else {
      moveTo(stepSize);
      if (iterations < maxIter) {
        loss = yield* lossNow();
        gradient = parameters.gradients();
        used = 1;
      }
    }
    last = { ...last, stepSize };
    evaluations += used;
    if (iterations === maxIter || evaluations >= maxEval) break;
    const [steepestNow] = (yield* numbersIn(largest(gradient))) as [number];
    if (steepestNow <= toleranceGrad || length * Math.abs(stepSize) <= toleranceChange) break;
    if (Math.abs(loss - begin.loss) < toleranceChange) break;
  }
  return result();
}
