/**
 * The steps of a recurrent layer over sequences of any lengths.
 *
 * @module
 */
import { cat, linear, narrow, type Tensor } from "@lucid/tensor/functions";
import { type CellKind, type CellState, type HiddenWeights, step } from "./formulas.js";

/** The parameters of one layer in one direction. */
export interface DirectionWeights extends HiddenWeights {
  readonly inputWeight: Tensor;
  readonly inputBias: Tensor | null;
}

/** The first examples of a state. */
const first = (state: CellState, count: number): CellState => mapState(state, (x) => narrow(x, 0, 0, count));

/** The examples of a state from a position to an end. */
const part = (state: CellState, start: number, end: number): CellState =>
  mapState(state, (x) => narrow(x, 0, start, end - start));

function mapState(state: CellState, f: (x: Tensor) => Tensor): CellState {
  const [hidden, cell] = state;
  return cell === undefined ? [f(hidden)] : [f(hidden), f(cell)];
}

/** Joins states of different examples. */
function joined(states: readonly CellState[]): CellState {
  if (states.length === 1) return states[0]!;
  const hidden = cat(states.map(([h]) => h));
  return states[0]!.length === 1 ? [hidden] : [hidden, cat(states.map(([, c]) => c!))];
}

/**
 * Runs one layer in one direction. One product computes the input's part of all steps; each step is one product with the
 * hidden state and one map.
 *
 * @param data - the rows of all steps one after another: those of step t are the first `batchSizes[t]` examples.
 * @param batchSizes - how many examples each step has; they do not increase.
 * @param initial - the state before the first step, of all examples.
 * @returns the hidden states in the order of the data, and the state of each example after its last step.
 */
export function runDirection(
  kind: CellKind,
  data: Tensor,
  batchSizes: readonly number[],
  initial: CellState,
  weights: DirectionWeights,
  isReverse: boolean,
): readonly [output: Tensor, last: CellState] {
  const gates = linear(data, weights.inputWeight, weights.inputBias);
  const starts: number[] = [];
  let rows = 0;
  for (const size of batchSizes) {
    starts.push(rows);
    rows += size;
  }
  const outputs = new Array<Tensor>(batchSizes.length);
  const order = batchSizes.map((_, t) => (isReverse ? batchSizes.length - 1 - t : t));
  // The states of examples whose sequence is over; the longest sequences come last.
  const finished: CellState[] = [];
  let size = batchSizes[order[0]!]!;
  let state = size === initial[0].shape[0] ? initial : first(initial, size);
  for (const t of order) {
    const next = batchSizes[t]!;
    if (next < size) {
      finished.push(part(state, next, size));
      state = first(state, next);
    } else if (next > size) state = joined([state, part(initial, size, next)]);
    size = next;
    state = step(kind, narrow(gates, 0, starts[t]!, next), state, weights);
    outputs[t] = state[0];
  }
  return [cat(outputs), joined([state, ...finished.reverse()])];
}
