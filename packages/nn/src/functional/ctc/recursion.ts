/**
 * The recursions of connectionist temporal classification, over whole batches and all states at once.
 *
 * A target of S labels has 2 S + 1 states: a blank before, between and behind the labels. A path begins in one of the
 * first two states, stays, goes on to the next state or skips a blank between two different labels, and ends in one of
 * the last two. All numbers are logarithms.
 *
 * @module
 */
import { index } from "@lucid/backend";
import { callGather, formulaOf, op } from "@lucid/tensor/extend";
import {
  add,
  cat,
  elementwise,
  expand,
  type Formula,
  full,
  narrow,
  reshape,
  select,
  stack,
  type Tensor,
  zerosLike,
} from "@lucid/tensor/functions";

const NEVER = Number.NEGATIVE_INFINITY;
const name = "ctcLoss";

/** The logarithm of the sum of the exponentials, which is −∞ where all are. */
function logOfSum(first: Formula, ...others: readonly Formula[]): Formula {
  const largest = others.reduce((most, x) => op("max", most, x), first);
  const power = (x: Formula): Formula => op("exp", op("sub", x, largest));
  const sum = others.reduce((total, x) => op("add", total, power(x)), power(first));
  return op("where", op("eq", largest, NEVER), NEVER, op("add", largest, op("log", sum)));
}

/** What the recursions know about a batch. */
export interface Batch {
  /** The class of every state, `(batch, states)`. */
  readonly states: Tensor;
  /** Whether a path may come to a state from the one before the previous one, `(batch, states)`. */
  readonly skips: Tensor;
  /** The log-probability of every state's class at every time, `(time, batch, states)`. */
  readonly emissions: Tensor;
  /** How many times count, `(batch, 1)`. */
  readonly inputLengths: Tensor;
  /** How many labels count, `(batch, 1)`. */
  readonly targetLengths: Tensor;
}

/** Labels that do not count are blank. */
const known = /* @__PURE__ */ elementwise(
  (label: Formula, length: Formula, blank: Formula) => op("where", op("lt", formulaOf(index(1)), length), label, blank),
  { name },
);

const differs = /* @__PURE__ */ elementwise(
  (state: Formula, before: Formula, blank: Formula) =>
    op("and", op("not", op("eq", state, blank)), op("not", op("eq", state, before))),
  { name },
);

/** Prepares a batch. Labels are `(batch, labels)`, lengths are `(batch)`. */
export function batchOf(
  logProbabilities: Tensor,
  labels: Tensor,
  inputLengths: Tensor,
  targetLengths: Tensor,
  blank: number,
): Batch {
  const [times, size] = logProbabilities.shape as readonly [number, number, number];
  const count = labels.shape[1]!;
  const column = reshape(targetLengths, [size, 1]);
  const blanks = (width: number): Tensor => full([size, width], blank, { dtype: "int32", backend: labels.backend });
  const counted = known(labels, column, blank);
  const pairs = reshape(stack([blanks(count), counted], 2), [size, 2 * count]);
  const states = cat([pairs, blanks(1)], 1);
  const before = narrow(cat([blanks(2), states], 1), 1, 0, 2 * count + 1);
  return {
    states,
    skips: differs(states, before, blank),
    emissions: callGather(logProbabilities, expand(states, [times, size, 2 * count + 1]), 2, name),
    inputLengths: reshape(inputLengths, [size, 1]),
    targetLengths: column,
  };
}

const first = /* @__PURE__ */ elementwise(
  (emission: Formula) => op("where", op("lt", formulaOf(index(1)), 2), emission, NEVER),
  { name },
);

/** One time on. A sequence that is over keeps its numbers. */
const forwardStep = /* @__PURE__ */ elementwise(
  (
    stay: Formula,
    next: Formula,
    skip: Formula,
    maySkip: Formula,
    emission: Formula,
    length: Formula,
    time: Formula,
  ) => {
    const arrived = logOfSum(stay, next, op("where", maySkip, skip, NEVER));
    return op("where", op("lt", time, length), op("add", arrived, emission), stay);
  },
  { name },
);

/** Two columns in which no path ever is. */
function nowhere({ emissions }: Batch): Tensor {
  return full([emissions.shape[1]!, 2], NEVER, { dtype: emissions.dtype, backend: emissions.backend });
}

/** For every time, the log-probability of all paths that have come to a state: a list of `(batch, states)`. */
export function forwardPass(batch: Batch): readonly Tensor[] {
  const { emissions, skips, inputLengths } = batch;
  const [times, , count] = emissions.shape as readonly [number, number, number];
  const padding = nowhere(batch);
  const passed = [first(select(emissions, 0, 0))];
  for (let time = 1; time < times; time++) {
    const padded = cat([padding, passed[time - 1]!], 1);
    const [stay, next, skip] = [2, 1, 0].map((start) => narrow(padded, 1, start, count));
    passed.push(forwardStep(stay!, next!, skip!, skips, select(emissions, 0, time), inputLengths, time));
  }
  return passed;
}

/** Minus the logarithm of the sum over the last two states. There is only one where the target has no labels. */
const endOf = /* @__PURE__ */ elementwise(
  (blank: Formula, label: Formula, length: Formula) =>
    op("neg", logOfSum(blank, op("where", op("lt", 0, length), label, NEVER))),
  { name },
);

const lastBlank = /* @__PURE__ */ elementwise((length: Formula) => op("mul", length, 2), { name });
const lastLabel = /* @__PURE__ */ elementwise(
  (length: Formula) => op("where", op("lt", 0, length), op("sub", op("mul", length, 2), 1), 0),
  { name },
);

/** The negative log-likelihood of every target, `(batch, 1)`. */
export function lossesOf({ targetLengths }: Batch, passed: readonly Tensor[]): Tensor {
  const last = passed.at(-1)!;
  const blank = callGather(last, lastBlank(targetLengths), 1, name);
  const label = callGather(last, lastLabel(targetLengths), 1, name);
  return endOf(blank, label, targetLengths);
}

const lastStates = /* @__PURE__ */ elementwise(
  (nothing: Formula, length: Formula) => {
    const end = op("mul", length, 2);
    const state = formulaOf(index(1));
    const isLast = op("or", op("eq", state, end), op("eq", state, op("sub", end, 1)));
    return op("where", isLast, nothing, NEVER);
  },
  { name },
);

/** One time back. Before a sequence is over, it keeps its numbers. */
const backwardStep = /* @__PURE__ */ elementwise(
  (stay: Formula, next: Formula, skip: Formula, maySkip: Formula, end: Formula, length: Formula, time: Formula) => {
    const left = logOfSum(stay, next, op("where", maySkip, skip, NEVER));
    return op("where", op("lt", op("add", time, 1), length), left, end);
  },
  { name },
);

/** For every time, the log-probability of all ways from a state to the end: a list of `(batch, states)`. */
export function backwardPass(batch: Batch): readonly Tensor[] {
  const { emissions, skips, inputLengths, targetLengths } = batch;
  const [times, size, count] = emissions.shape as readonly [number, number, number];
  const padding = nowhere(batch);
  const noSkips = full([size, 2], false, { backend: skips.backend });
  const ahead = narrow(cat([skips, noSkips], 1), 1, 2, count);
  const end = lastStates(zerosLike(select(emissions, 0, 0)), targetLengths);
  const left: Tensor[] = new Array<Tensor>(times);
  left[times - 1] = end;
  for (let time = times - 2; time >= 0; time--) {
    const emitted = add(left[time + 1]!, select(emissions, 0, time + 1));
    const padded = cat([emitted, padding], 1);
    const [stay, next, skip] = [0, 1, 2].map((start) => narrow(padded, 1, start, count));
    left[time] = backwardStep(stay!, next!, skip!, ahead, end, inputLengths, time);
  }
  return left;
}
