/**
 * Single steps of recurrent layers.
 *
 * @module
 */
import { type Backend, checkOptions, type DType, formatShape, type OptionNames, ShapeError } from "@lucid/backend";
import { owned } from "@lucid/tensor/extend";
import { empty, linear, squeeze, type Tensor, unsqueeze, zeros } from "@lucid/tensor/functions";
import { uniform_ } from "../../init/index.js";
import { assertChoice, assertCount, assertFactor, assertFlag, assertFloatingTensor } from "../../internal/checks.js";
import { LibraryModule } from "../../module/library-module.js";
import { Parameter } from "../../module/parameter.js";
import { type CellKind, type CellState, gatesOf, step } from "./formulas.js";
import { givenState, givenStates } from "./recurrent.js";
import type { LSTMState } from "./rnn.js";

/** Options of {@link LSTMCell} and {@link GRUCell}. */
export interface CellOptions {
  /** Whether there are biases; default true. */
  readonly bias?: boolean;
  /** The type of the parameters; default float32. */
  readonly dtype?: DType;
  /** Where the parameters are stored; by default on the default backend. */
  readonly backend?: Backend;
}

const CELL_OPTIONS: OptionNames<CellOptions> = { bias: true, dtype: true, backend: true };

/** A single step of a recurrent layer. */
abstract class Cell<State, Out> extends LibraryModule<[input: Tensor, hx?: State | null], Out> {
  static readonly stateNames = {
    weightIh: "weight_ih",
    weightHh: "weight_hh",
    biasIh: "bias_ih",
    biasHh: "bias_hh",
  };

  /** The number of features of the input. */
  readonly inputSize: number;
  /** The number of features of the hidden state. */
  readonly hiddenSize: number;
  /** Whether there are biases. */
  readonly bias: boolean;
  /** The factors of the input, `(gates · hiddenSize, inputSize)`. */
  weightIh: Parameter;
  /** The factors of the hidden state, `(gates · hiddenSize, hiddenSize)`. */
  weightHh: Parameter;
  /** The summands beside the input, `(gates · hiddenSize)`, or null for none. */
  biasIh: Parameter | null;
  /** The summands beside the hidden state, `(gates · hiddenSize)`, or null for none. */
  biasHh: Parameter | null;

  constructor(
    name: string,
    gates: number,
    inputSize: number,
    hiddenSize: number,
    options: CellOptions | undefined,
    names: OptionNames<CellOptions>,
  ) {
    super();
    checkOptions(name, options, names);
    const { bias = true, dtype, backend } = options ?? {};
    assertCount(name, "inputSize", inputSize);
    assertFactor(name, "hiddenSize", hiddenSize);
    assertFlag(name, "bias", bias);
    this.inputSize = inputSize;
    this.hiddenSize = hiddenSize;
    this.bias = bias;
    const place = { ...(dtype !== undefined && { dtype }), ...(backend !== undefined && { backend }) };
    const width = gates * hiddenSize;
    this.weightIh = new Parameter(empty([width, inputSize], place));
    this.weightHh = new Parameter(empty([width, hiddenSize], place));
    this.biasIh = bias ? new Parameter(empty([width], place)) : null;
    this.biasHh = bias ? new Parameter(empty([width], place)) : null;
    this.resetParameters();
  }

  /** Draws all parameters anew, between −1 / √hiddenSize and 1 / √hiddenSize. */
  resetParameters(): void {
    const bound = 1 / Math.sqrt(this.hiddenSize);
    for (const parameter of this.parameters()) uniform_(parameter, -bound, bound);
  }
}

/** What a step needs of a cell. */
type CellFields = Pick<
  Cell<never, unknown>,
  "inputSize" | "hiddenSize" | "weightIh" | "weightHh" | "biasIh" | "biasHh"
>;

/** One step. @throws unless input and states fit. */
function takeStep(
  layer: CellFields,
  name: string,
  kind: CellKind,
  input: Tensor,
  states: readonly Tensor[] | undefined,
): readonly Tensor[] {
  assertFloatingTensor(name, "input", input);
  const { inputSize, hiddenSize, weightIh, weightHh, biasIh, biasHh } = layer;
  assertRows(name, "input", input, inputSize, input.ndim);
  for (const state of states ?? []) {
    assertRows(name, "state", state, hiddenSize, input.ndim);
    if (input.ndim === 2 && state.shape[0] !== input.shape[0]) {
      throw new ShapeError(name, `the state is ${formatShape(state.shape)}`, [state.shape, input.shape], {
        rule: `it is ${formatShape([input.shape[0]!, hiddenSize])}`,
      });
    }
  }
  return owned(() => {
    const isBatched = input.ndim === 2;
    const rows = isBatched ? input : unsqueeze(input, 0);
    const { dtype, backend } = input;
    const zero = (): Tensor => zeros([rows.shape[0]!, hiddenSize], { dtype, backend });
    const given = states?.map((state) => (isBatched ? state : unsqueeze(state, 0)));
    const before: CellState = kind === "lstm" ? [given?.[0] ?? zero(), given?.[1] ?? zero()] : [given?.[0] ?? zero()];
    const weights = { weight: weightHh, bias: biasHh, projection: null };
    const after = step(kind, linear(rows, weightIh, biasIh), before, weights);
    return after.map((state) => (isBatched ? state! : squeeze(state!, 0)));
  });
}

/** @throws ShapeError unless a tensor is (batch, size) or (size). */
function assertRows(name: string, what: string, { shape }: Tensor, size: number, ndim: number): void {
  if ((ndim === 1 || ndim === 2) && shape.length === ndim && shape.at(-1) === size) return;
  throw new ShapeError(name, `the ${what} is ${formatShape(shape)}`, [shape], {
    rule: `it is (batch, ${size}) or (${size}), as the input`,
  });
}

/** Options of {@link RNNCell}. */
export interface RNNCellOptions extends CellOptions {
  /** The function of the step; default "tanh". */
  readonly nonlinearity?: "tanh" | "relu";
}

/** A single step of a recurrent layer with tanh or ReLU. */
export class RNNCell extends Cell<Tensor, Tensor> {
  /** The function of the step. */
  readonly nonlinearity: "tanh" | "relu";

  /**
   * A single step of a recurrent layer with tanh or ReLU.
   *
   *     h′ = tanh(W_ih x + b_ih + W_hh h + b_hh)
   *
   * The parameters begin with uniform random numbers between −1 / √hiddenSize and 1 / √hiddenSize.
   *
   * Shapes: `(batch, inputSize), (batch, hiddenSize) → (batch, hiddenSize)`; also without the batch. States are zeros where they are not given.
   *
   * @param inputSize - the number of features of the input.
   * @param hiddenSize - the number of features of the hidden state.
   * @param options - `nonlinearity` (default "tanh") or "relu"; `bias` (default true); `dtype` (default float32) of the parameters; `backend` on which they
   * are stored.
   * @throws ArgumentError for sizes that are not integers above 0, a wrong option or an unknown one.
   *
   * @example
   * ```ts
   * new RNNCell(3, 4)(zeros([2, 3])).shape; // → [2, 4]
   * ```
   *
   * Source: torch.nn.RNNCell.
   */
  constructor(inputSize: number, hiddenSize: number, options?: RNNCellOptions) {
    const { nonlinearity = "tanh" } = options ?? {};
    assertChoice("RNNCell", "nonlinearity", nonlinearity, ["tanh", "relu"]);
    super("RNNCell", gatesOf.tanh, inputSize, hiddenSize, options, {
      ...CELL_OPTIONS,
      nonlinearity: true,
    } as OptionNames<RNNCellOptions>);
    this.nonlinearity = nonlinearity;
  }

  forward(input: Tensor, hx?: Tensor | null): Tensor {
    return takeStep(this, "RNNCell", this.nonlinearity, input, givenState("RNNCell", hx))[0]!;
  }
}

/** A single step of a layer with long short-term memory. */
export class LSTMCell extends Cell<LSTMState, LSTMState> {
  /**
   * A single step of a layer with long short-term memory.
   *
   *     i, f, g, o = σ, σ, tanh, σ of the four parts of W_ih x + b_ih + W_hh h + b_hh
   *     c′ = f · c + i · g
   *     h′ = o · tanh(c′)
   *
   * The parameters begin with uniform random numbers between −1 / √hiddenSize and 1 / √hiddenSize.
   *
   * Shapes: `(batch, inputSize), [(batch, hiddenSize), (batch, hiddenSize)] → [(batch, hiddenSize), (batch, hiddenSize)]`; also without the batch. States are zeros where they are not given.
   *
   * @param inputSize - the number of features of the input.
   * @param hiddenSize - the number of features of the hidden state.
   * @param options - `bias` (default true); `dtype` (default float32) of the parameters; `backend` on which they
   * are stored.
   * @throws ArgumentError for sizes that are not integers above 0, a wrong option or an unknown one.
   *
   * @example
   * ```ts
   * const [hidden, cell] = new LSTMCell(3, 4)(zeros([2, 3]));
   * [hidden.shape, cell.shape]; // → [[2, 4], [2, 4]]
   * ```
   *
   * Source: torch.nn.LSTMCell.
   */
  constructor(inputSize: number, hiddenSize: number, options?: CellOptions) {
    super("LSTMCell", gatesOf.lstm, inputSize, hiddenSize, options, CELL_OPTIONS);
  }

  forward(input: Tensor, hx?: LSTMState | null): LSTMState {
    const [hidden, cell] = takeStep(this, "LSTMCell", "lstm", input, givenStates("LSTMCell", hx));
    return [hidden!, cell!];
  }
}

/** A single step of a layer with gated recurrent units. */
export class GRUCell extends Cell<Tensor, Tensor> {
  /**
   * A single step of a layer with gated recurrent units.
   *
   *     r, z = σ of the first two parts of W_ih x + b_ih + W_hh h + b_hh
   *     n = tanh(W_in x + b_in + r · (W_hn h + b_hn))
   *     h′ = (1 − z) · n + z · h
   *
   * The parameters begin with uniform random numbers between −1 / √hiddenSize and 1 / √hiddenSize.
   *
   * Shapes: `(batch, inputSize), (batch, hiddenSize) → (batch, hiddenSize)`; also without the batch. States are zeros where they are not given.
   *
   * @param inputSize - the number of features of the input.
   * @param hiddenSize - the number of features of the hidden state.
   * @param options - `bias` (default true); `dtype` (default float32) of the parameters; `backend` on which they
   * are stored.
   * @throws ArgumentError for sizes that are not integers above 0, a wrong option or an unknown one.
   *
   * @example
   * ```ts
   * new GRUCell(3, 4)(zeros([2, 3])).shape; // → [2, 4]
   * ```
   *
   * Source: torch.nn.GRUCell.
   */
  constructor(inputSize: number, hiddenSize: number, options?: CellOptions) {
    super("GRUCell", gatesOf.gru, inputSize, hiddenSize, options, CELL_OPTIONS);
  }

  forward(input: Tensor, hx?: Tensor | null): Tensor {
    return takeStep(this, "GRUCell", "gru", input, givenState("GRUCell", hx))[0]!;
  }
}
