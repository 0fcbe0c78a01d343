/**
 * What the recurrent layers have in common: their parameters, and how layers and directions follow one another.
 *
 * @module
 */
import {
  ArgumentError,
  type Backend,
  checkOptions,
  type DType,
  DTypeError,
  describeValue,
  equalShapes,
  formatShape,
  type OptionNames,
  ShapeError,
} from "@lucid/backend";
import { owned } from "@lucid/tensor/extend";
import {
  cat,
  empty,
  indexSelect,
  reshape,
  select,
  squeeze,
  stack,
  Tensor,
  transpose,
  unsqueeze,
  zeros,
} from "@lucid/tensor/functions";
import { dropout } from "../../functional/dropout.js";
import { uniform_ } from "../../init/index.js";
import { assertCount, assertFactor, assertFlag, assertFloatingTensor, assertFraction } from "../../internal/checks.js";
import { LibraryModule } from "../../module/library-module.js";
import { Parameter } from "../../module/parameter.js";
import { indices, isPackedSequence, type PackedSequence } from "../../utils/rnn/packed-sequence.js";
import { type CellKind, type CellState, gatesOf } from "./formulas.js";
import { type DirectionWeights, runDirection } from "./steps.js";

/** Options of every recurrent layer. */
export interface RecurrentOptions {
  /** How many layers follow one another; default 1. */
  readonly numLayers?: number;
  /** Whether there are biases; default true. */
  readonly bias?: boolean;
  /** Whether input and output are `(batch, time, features)` instead of `(time, batch, features)`; default false. */
  readonly batchFirst?: boolean;
  /** The probability with which elements between layers become 0 in training; default 0. */
  readonly dropout?: number;
  /** Whether each layer also runs backwards in time; default false. */
  readonly bidirectional?: boolean;
  /** The type of the parameters; default float32. */
  readonly dtype?: DType;
  /** Where the parameters are stored; by default on the default backend. */
  readonly backend?: Backend;
}

/** The names of the options that every recurrent layer has. */
export const RECURRENT_OPTIONS: OptionNames<RecurrentOptions> = {
  numLayers: true,
  bias: true,
  batchFirst: true,
  dropout: true,
  bidirectional: true,
  dtype: true,
  backend: true,
};

/** Sequences that a recurrent layer takes and returns. */
export type Sequences = Tensor | PackedSequence;

/** What a subclass says about itself. */
interface Description {
  readonly name: string;
  readonly kind: CellKind;
  readonly projSize: number;
}

/** A layer that repeats a cell over sequences. */
export abstract class Recurrent<State, Out> extends LibraryModule<[input: Sequences, hx?: State | null], Out> {
  /** The number of features of the input. */
  readonly inputSize: number;
  /** The number of features of the hidden state. */
  readonly hiddenSize: number;
  /** How many layers follow one another. */
  readonly numLayers: number;
  /** Whether there are biases. */
  readonly bias: boolean;
  /** Whether input and output are `(batch, time, features)`. */
  readonly batchFirst: boolean;
  /** The probability with which elements between layers become 0 in training. */
  readonly dropout: number;
  /** Whether each layer also runs backwards in time. */
  readonly bidirectional: boolean;
  /** What the layer repeats. */
  readonly description: Description;

  constructor(
    description: Description,
    inputSize: number,
    hiddenSize: number,
    options: RecurrentOptions | undefined,
    names: OptionNames<RecurrentOptions>,
  ) {
    super();
    const { name, kind, projSize } = description;
    checkOptions(name, options, names);
    const { numLayers = 1, bias = true, batchFirst = false, dropout = 0, bidirectional = false } = options ?? {};
    assertCount(name, "inputSize", inputSize);
    assertFactor(name, "hiddenSize", hiddenSize);
    assertFactor(name, "numLayers", numLayers);
    assertFlag(name, "bias", bias);
    assertFlag(name, "batchFirst", batchFirst);
    assertFraction(name, "dropout", dropout);
    assertFlag(name, "bidirectional", bidirectional);
    if (!(Number.isInteger(projSize) && projSize >= 0 && projSize < hiddenSize)) {
      throw new ArgumentError(name, `projSize is ${describeValue(projSize)}`, {
        rule: `it is an integer from 0 to ${hiddenSize - 1}, below hiddenSize; 0 means no projection`,
      });
    }
    this.description = description;
    this.inputSize = inputSize;
    this.hiddenSize = hiddenSize;
    this.numLayers = numLayers;
    this.bias = bias;
    this.batchFirst = batchFirst;
    this.dropout = dropout;
    this.bidirectional = bidirectional;
    const place = {
      ...(options?.dtype !== undefined && { dtype: options.dtype }),
      ...(options?.backend !== undefined && { backend: options.backend }),
    };
    const width = gatesOf[kind] * hiddenSize;
    const outSize = projSize || hiddenSize;
    const fields = ownFields(this);
    for (let layer = 0; layer < numLayers; layer++) {
      for (const suffix of suffixes(this, layer)) {
        const size = layer === 0 ? inputSize : outSize * (bidirectional ? 2 : 1);
        fields[`weight_ih_${suffix}`] = new Parameter(empty([width, size], place));
        fields[`weight_hh_${suffix}`] = new Parameter(empty([width, outSize], place));
        if (bias) {
          fields[`bias_ih_${suffix}`] = new Parameter(empty([width], place));
          fields[`bias_hh_${suffix}`] = new Parameter(empty([width], place));
        }
        if (projSize > 0) fields[`weight_hr_${suffix}`] = new Parameter(empty([projSize, hiddenSize], place));
      }
    }
    this.resetParameters();
  }

  /** Draws all parameters anew, between −1 / √hiddenSize and 1 / √hiddenSize. */
  resetParameters(): void {
    const bound = 1 / Math.sqrt(this.hiddenSize);
    for (const parameter of this.parameters()) uniform_(parameter, -bound, bound);
  }
}

/** What the functions below need of a layer. */
type Fields = Pick<
  Recurrent<never, unknown>,
  "inputSize" | "hiddenSize" | "numLayers" | "batchFirst" | "dropout" | "bidirectional" | "training" | "description"
>;

/** The fields by name. Those of parameters have PyTorch's names: `weight_ih_l0`, `bias_hh_l1_reverse`. */
function ownFields(layer: Fields): Record<string, unknown> {
  return layer as unknown as Record<string, unknown>;
}

function suffixes(layer: Fields, depth: number): readonly string[] {
  return layer.bidirectional ? [`l${depth}`, `l${depth}_reverse`] : [`l${depth}`];
}

function weights(layer: Fields, suffix: string): DirectionWeights {
  const fields = ownFields(layer) as Readonly<Record<string, Tensor | undefined>>;
  return {
    inputWeight: fields[`weight_ih_${suffix}`]!,
    inputBias: fields[`bias_ih_${suffix}`] ?? null,
    weight: fields[`weight_hh_${suffix}`]!,
    bias: fields[`bias_hh_${suffix}`] ?? null,
    projection: fields[`weight_hr_${suffix}`] ?? null,
  };
}

/**
 * Runs all layers.
 *
 * @param states - the initial hidden state and, for an LSTM, cell state; undefined for zeros.
 * @returns the output, and the last states.
 */
export function run(
  layer: Fields,
  input: Sequences,
  states: readonly Tensor[] | undefined,
): readonly [output: Sequences, last: readonly Tensor[]] {
  const packed = isPackedSequence(input) ? input : undefined;
  const data = packed?.data ?? (input as Tensor);
  const { name } = layer.description;
  assertFloatingTensor(name, "input", data);
  assertInput(layer, data, packed !== undefined);
  return owned(() => {
    if (packed !== undefined) return runPacked(layer, packed, states);
    const isBatched = data.ndim === 3;
    const batched = isBatched ? data : unsqueeze(data, 1);
    const inTime = isBatched && layer.batchFirst ? transpose(batched, 0, 1) : batched;
    const [time, batch] = inTime.shape as readonly [number, number];
    const initial = initialStates(layer, states, data, batch, isBatched);
    const rows = reshape(inTime, [time * batch, layer.inputSize]);
    const [output, last] = runLayers(layer, rows, new Array<number>(time).fill(batch), initial);
    const shaped = reshape(output, [time, batch, output.shape[1]!]);
    if (!isBatched) return [squeeze(shaped, 1), last.map((state) => squeeze(state, 1))];
    return [layer.batchFirst ? transpose(shaped, 0, 1) : shaped, last];
  });
}

function runPacked(
  layer: Fields,
  packed: PackedSequence,
  states: readonly Tensor[] | undefined,
): readonly [output: PackedSequence, last: readonly Tensor[]] {
  const { data, batchSizes, sortedIndices, unsortedIndices } = packed;
  const ordered = (all: readonly Tensor[], order: readonly number[] | null): readonly Tensor[] =>
    order === null ? all : all.map((state) => indexSelect(state, 1, indices(order, state)));
  const initial = initialStates(layer, states, data, batchSizes[0] ?? 0, true);
  const [output, last] = runLayers(
    layer,
    data,
    batchSizes,
    states === undefined ? initial : ordered(initial, sortedIndices),
  );
  return [{ ...packed, data: output }, ordered(last, unsortedIndices)];
}

/** Runs all layers over rows; the states are `(layers · directions, batch, features)`. */
function runLayers(
  layer: Fields,
  data: Tensor,
  batchSizes: readonly number[],
  initial: readonly Tensor[],
): readonly [output: Tensor, last: readonly Tensor[]] {
  const { kind } = layer.description;
  const lasts: CellState[] = [];
  let rows = data;
  for (let depth = 0; depth < layer.numLayers; depth++) {
    const outputs = suffixes(layer, depth).map((suffix, direction) => {
      const [hidden, cell] = initial.map((state) => select(state, 0, lasts.length));
      const state: CellState = cell === undefined ? [hidden!] : [hidden!, cell];
      const own = weights(layer, suffix);
      const [output, last] = runDirection(kind, rows, batchSizes, state, own, direction === 1);
      lasts.push(last);
      return output;
    });
    rows = outputs.length === 1 ? outputs[0]! : cat(outputs, 1);
    const isLast = depth === layer.numLayers - 1;
    if (layer.dropout > 0 && layer.training && !isLast) rows = dropout(rows, layer.dropout, true);
  }
  return [rows, initial.map((_, i) => stack(lasts.map((last) => last[i]!)))];
}

/** @throws ShapeError or DTypeError unless the input has the right features and type, and a step at least. */
function assertInput(layer: Fields, { shape, dtype }: Tensor, isPacked: boolean): void {
  const { name } = layer.description;
  const isRight = isPacked ? shape.length === 2 : shape.length === 2 || shape.length === 3;
  const time = shape.length === 3 && layer.batchFirst ? shape[1] : shape[0];
  if (!isRight || shape.at(-1) !== layer.inputSize || time === 0) {
    const order = layer.batchFirst ? "batch, time" : "time, batch";
    throw new ShapeError(name, `the input is ${formatShape(shape)}`, [shape], {
      rule: isPacked
        ? `the data of packed sequences are (elements, ${layer.inputSize})`
        : `it is (${order}, ${layer.inputSize}) or (time, ${layer.inputSize}), with one step at least`,
    });
  }
  const expected = weights(layer, "l0").weight.dtype;
  if (dtype === expected) return;
  throw new DTypeError(name, `the input is ${dtype}, the parameters are ${expected}`, [dtype, expected], {
    rule: "both have one type",
    remedy: `convert the input: .to("${expected}")`,
  });
}

/** The initial states with a batch: those that were given, or zeros. @throws unless they fit. */
function initialStates(
  layer: Fields,
  states: readonly Tensor[] | undefined,
  { dtype, backend }: Tensor,
  batch: number,
  isBatched: boolean,
): readonly Tensor[] {
  const { name, kind, projSize } = layer.description;
  const count = layer.numLayers * (layer.bidirectional ? 2 : 1);
  const sizes = kind === "lstm" ? [projSize || layer.hiddenSize, layer.hiddenSize] : [layer.hiddenSize];
  return sizes.map((size, i) => {
    if (states === undefined) return zeros([count, batch, size], { dtype, backend });
    const state = states[i]!;
    const expected = isBatched ? [count, batch, size] : [count, size];
    if (!equalShapes(state.shape, expected)) {
      throw new ShapeError(
        name,
        `${i === 0 ? "the hidden state" : "the cell state"} is ${formatShape(state.shape)}`,
        [state.shape, expected],
        {
          rule: `it is ${formatShape(expected)}`,
        },
      );
    }
    return isBatched ? state : unsqueeze(state, 1);
  });
}

/** @throws ArgumentError unless the state is a tensor, or null or undefined for zeros. */
export function givenState(name: string, hx: unknown): readonly Tensor[] | undefined {
  if (hx === undefined || hx === null) return undefined;
  if (hx instanceof Tensor) return [hx];
  throw new ArgumentError(name, `the state is ${describeValue(hx)}`, { rule: "it is a tensor" });
}

/** @throws ArgumentError unless the state is a pair of tensors, or null or undefined for zeros. */
export function givenStates(name: string, hx: unknown): readonly Tensor[] | undefined {
  if (hx === undefined || hx === null) return undefined;
  if (Array.isArray(hx) && hx.length === 2 && hx[0] instanceof Tensor && hx[1] instanceof Tensor) return hx as Tensor[];
  throw new ArgumentError(name, `the state is ${describeValue(hx)}`, {
    rule: "it is a list of two tensors: the hidden state and the cell state",
  });
}
