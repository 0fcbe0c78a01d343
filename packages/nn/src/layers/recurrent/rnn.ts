/**
 * Recurrent layers over sequences: the plain one, LSTM and GRU.
 *
 * @module
 */
import type { OptionNames } from "@lucid/backend";
import type { Tensor } from "@lucid/tensor/functions";
import { assertChoice } from "../../internal/checks.js";
import type { PackedSequence } from "../../utils/rnn/packed-sequence.js";
import {
  givenState,
  givenStates,
  RECURRENT_OPTIONS,
  Recurrent,
  type RecurrentOptions,
  run,
  type Sequences,
} from "./recurrent.js";

/** Options of {@link RNN}. */
export interface RNNOptions extends RecurrentOptions {
  /** The function of a step; default "tanh". */
  readonly nonlinearity?: "tanh" | "relu";
}

const RNN_OPTIONS: OptionNames<RNNOptions> = { ...RECURRENT_OPTIONS, nonlinearity: true };

/** A recurrent layer with tanh or ReLU over sequences. */
export interface RNN {
  (input: Tensor, hx?: Tensor | null): readonly [output: Tensor, last: Tensor];
  (input: PackedSequence, hx?: Tensor | null): readonly [output: PackedSequence, last: Tensor];
}

/** A recurrent layer with tanh or ReLU over sequences. */
export class RNN extends Recurrent<Tensor, readonly [output: Sequences, last: Tensor]> {
  /** The function of a step. */
  readonly nonlinearity: "tanh" | "relu";

  /**
   * A recurrent layer with tanh or ReLU over sequences (Elman 1990).
   *
   *     h[t] = tanh(W_ih x[t] + b_ih + W_hh h[t − 1] + b_hh)
   *
   * One product computes the input's part of all steps of a layer; each step is one product with the hidden state and
   * one kernel for the rest. The parameters are called `weight_ih_l0`, `weight_hh_l0`, `bias_ih_l0`, `bias_hh_l0`, and so
   * on for each layer, with `_reverse` for the backward direction. They begin with uniform random numbers between
   * −1 / √hiddenSize and 1 / √hiddenSize.
   *
   * Shapes: `(time, batch, inputSize) → [(time, batch, directions · hiddenSize), last]`; with
   * `batchFirst` `(batch, time, …)`; also without the batch, and packed. A state is `(numLayers · directions, batch,
   * hiddenSize)`, and zeros where it is not given.
   *
   * @param inputSize - the number of features of the input.
   * @param hiddenSize - the number of features of the hidden state.
   * @param options - `numLayers` (default 1); `nonlinearity` (default "tanh") or "relu"; `bias` (default true); `batchFirst` (default
   * false); `dropout` (default 0): the probability with which elements between layers become 0 in training;
   * `bidirectional` (default false): whether each layer also runs backwards in time, after which its outputs are joined;
   * `dtype` (default float32) of the parameters; `backend` on which they are stored.
   * @throws ArgumentError for sizes that are not integers above 0, a wrong option or an unknown one.
   *
   * @example
   * ```ts
   * const layer = new RNN(3, 4, { numLayers: 2 });
   * const [output, last] = layer(zeros([5, 2, 3]));
   * output.shape; // → [5, 2, 4]
   * last.shape; // → [2, 2, 4]
   * ```
   *
   * Source: torch.nn.RNN.
   */
  constructor(inputSize: number, hiddenSize: number, options?: RNNOptions) {
    const { nonlinearity = "tanh" } = options ?? {};
    assertChoice("RNN", "nonlinearity", nonlinearity, ["tanh", "relu"]);
    super({ name: "RNN", kind: nonlinearity, projSize: 0 }, inputSize, hiddenSize, options, RNN_OPTIONS);
    this.nonlinearity = nonlinearity;
  }

  forward(input: Sequences, hx?: Tensor | null): readonly [output: Sequences, last: Tensor] {
    const [output, [last]] = run(this, input, givenState("RNN", hx));
    return [output, last!];
  }
}

/** Options of {@link LSTM}. */
export interface LSTMOptions extends RecurrentOptions {
  /** The size to which the hidden state is projected; default 0, which means no projection. */
  readonly projSize?: number;
}

const LSTM_OPTIONS: OptionNames<LSTMOptions> = { ...RECURRENT_OPTIONS, projSize: true };

/** The states of an LSTM. */
export type LSTMState = readonly [hidden: Tensor, cell: Tensor];

/** A layer with long short-term memory over sequences. */
export interface LSTM {
  (input: Tensor, hx?: LSTMState | null): readonly [output: Tensor, last: LSTMState];
  (input: PackedSequence, hx?: LSTMState | null): readonly [output: PackedSequence, last: LSTMState];
}

/** A layer with long short-term memory over sequences. */
export class LSTM extends Recurrent<LSTMState, readonly [output: Sequences, last: LSTMState]> {
  /** The size to which the hidden state is projected; 0 means no projection. */
  readonly projSize: number;

  /**
   * A layer with long short-term memory over sequences (Hochreiter and Schmidhuber 1997).
   *
   *     i, f, g, o = σ, σ, tanh, σ of the four parts of W_ih x[t] + b_ih + W_hh h[t − 1] + b_hh
   *     c[t] = f · c[t − 1] + i · g
   *     h[t] = o · tanh(c[t]), and with a projection W_hr h[t]
   *
   * One product computes the input's part of all steps of a layer; each step is one product with the hidden state and
   * one kernel for the rest. The parameters are called `weight_ih_l0`, `weight_hh_l0`, `bias_ih_l0`, `bias_hh_l0`, and so
   * on for each layer, with `_reverse` for the backward direction. They begin with uniform random numbers between
   * −1 / √hiddenSize and 1 / √hiddenSize.
   *
   * Shapes: `(time, batch, inputSize) → [(time, batch, directions · out), [hidden, cell]]`; with
   * `batchFirst` `(batch, time, …)`; also without the batch, and packed. A state is `(numLayers · directions, batch,
   * out or hiddenSize)`, and zeros where it is not given; `out` is
   * `projSize` if that is not 0, else `hiddenSize`.
   *
   * @param inputSize - the number of features of the input.
   * @param hiddenSize - the number of features of the hidden state.
   * @param options - `numLayers` (default 1); `projSize` (default 0): the size to which the hidden state is projected by
   * `weight_hr_l0`, where 0 means no projection; `bias` (default true); `batchFirst` (default
   * false); `dropout` (default 0): the probability with which elements between layers become 0 in training;
   * `bidirectional` (default false): whether each layer also runs backwards in time, after which its outputs are joined;
   * `dtype` (default float32) of the parameters; `backend` on which they are stored.
   * @throws ArgumentError for sizes that are not integers above 0, a wrong option or an unknown one.
   *
   * @example
   * ```ts
   * const layer = new LSTM(3, 4, { bidirectional: true });
   * const [output, [hidden, cell]] = layer(zeros([5, 2, 3]));
   * output.shape; // → [5, 2, 8]
   * hidden.shape; // → [2, 2, 4]
   * ```
   *
   * Source: torch.nn.LSTM.
   */
  constructor(inputSize: number, hiddenSize: number, options?: LSTMOptions) {
    const { projSize = 0 } = options ?? {};
    super({ name: "LSTM", kind: "lstm", projSize }, inputSize, hiddenSize, options, LSTM_OPTIONS);
    this.projSize = projSize;
  }

  forward(input: Sequences, hx?: LSTMState | null): readonly [output: Sequences, last: LSTMState] {
    const [output, [hidden, cell]] = run(this, input, givenStates("LSTM", hx));
    return [output, [hidden!, cell!]];
  }
}

/** Options of {@link GRU}. */
export interface GRUOptions extends RecurrentOptions {}

/** A layer with gated recurrent units over sequences. */
export interface GRU {
  (input: Tensor, hx?: Tensor | null): readonly [output: Tensor, last: Tensor];
  (input: PackedSequence, hx?: Tensor | null): readonly [output: PackedSequence, last: Tensor];
}

/** A layer with gated recurrent units over sequences. */
export class GRU extends Recurrent<Tensor, readonly [output: Sequences, last: Tensor]> {
  /**
   * A layer with gated recurrent units over sequences (Cho and others 2014).
   *
   *     r, z = σ of the first two parts of W_ih x[t] + b_ih + W_hh h[t − 1] + b_hh
   *     n = tanh(W_in x[t] + b_in + r · (W_hn h[t − 1] + b_hn))
   *     h[t] = (1 − z) · n + z · h[t − 1]
   *
   * One product computes the input's part of all steps of a layer; each step is one product with the hidden state and
   * one kernel for the rest. The parameters are called `weight_ih_l0`, `weight_hh_l0`, `bias_ih_l0`, `bias_hh_l0`, and so
   * on for each layer, with `_reverse` for the backward direction. They begin with uniform random numbers between
   * −1 / √hiddenSize and 1 / √hiddenSize.
   *
   * Shapes: `(time, batch, inputSize) → [(time, batch, directions · hiddenSize), last]`; with
   * `batchFirst` `(batch, time, …)`; also without the batch, and packed. A state is `(numLayers · directions, batch,
   * hiddenSize)`, and zeros where it is not given.
   *
   * @param inputSize - the number of features of the input.
   * @param hiddenSize - the number of features of the hidden state.
   * @param options - `numLayers` (default 1); `bias` (default true); `batchFirst` (default
   * false); `dropout` (default 0): the probability with which elements between layers become 0 in training;
   * `bidirectional` (default false): whether each layer also runs backwards in time, after which its outputs are joined;
   * `dtype` (default float32) of the parameters; `backend` on which they are stored.
   * @throws ArgumentError for sizes that are not integers above 0, a wrong option or an unknown one.
   *
   * @example
   * ```ts
   * const layer = new GRU(3, 4, { batchFirst: true });
   * const [output, last] = layer(zeros([2, 5, 3]));
   * output.shape; // → [2, 5, 4]
   * last.shape; // → [1, 2, 4]
   * ```
   *
   * Source: torch.nn.GRU.
   */
  constructor(inputSize: number, hiddenSize: number, options?: GRUOptions) {
    super({ name: "GRU", kind: "gru", projSize: 0 }, inputSize, hiddenSize, options, RECURRENT_OPTIONS);
  }

  forward(input: Sequences, hx?: Tensor | null): readonly [output: Sequences, last: Tensor] {
    const [output, [last]] = run(this, input, givenState("GRU", hx));
    return [output, last!];
  }
}
