/**
 * Initializers that choose the spread of the weights by the size of the layer, so that activations or gradients keep
 * their size.
 *
 * @module
 */
import { checkOptions, formatShape, ShapeError } from "@lucid/backend";
import { readArguments } from "@lucid/tensor/extend";
import type { Tensor } from "@lucid/tensor/functions";
import { assertChoice, assertFloatingTensor, assertNumber } from "../internal/checks.js";
import { normal_, uniform_ } from "./fill.js";

/** The function that follows a layer. The initialization of the layer depends on it. */
export type Nonlinearity = "linear" | "conv" | "sigmoid" | "tanh" | "relu" | "leakyRelu" | "selu";

const gains = {
  linear: () => 1,
  conv: () => 1,
  sigmoid: () => 1,
  tanh: () => 5 / 3,
  relu: () => Math.SQRT2,
  leakyRelu: (slope) => Math.sqrt(2 / (1 + slope ** 2)),
  selu: () => 3 / 4,
} satisfies Record<Nonlinearity, (slope: number) => number>;

/** Options of `calculateGain`. */
export interface GainOptions {
  /** The slope of leakyRelu for negative numbers; default 0.01. */
  readonly param?: number;
}

/**
 * Returns the factor by which a layer's weights should be larger because of the function that follows the layer: 1 for
 * linear, conv and sigmoid, 5/3 for tanh, √2 for relu, √(2 / (1 + slope²)) for leakyRelu, 3/4 for selu.
 *
 * @param nonlinearity - the function that follows.
 * @param param - the slope of leakyRelu for negative numbers, by position or in the options; default 0.01.
 * @throws ArgumentError for an unknown function, or a `param` that is not a number.
 *
 * @example
 * ```ts
 * init.calculateGain("tanh").toFixed(4); // → "1.6667"
 * init.calculateGain("leakyRelu", 0.2).toFixed(4); // → "1.3868"
 * ```
 *
 * Source: torch.nn.init.calculate_gain.
 */
export function calculateGain(nonlinearity: Nonlinearity, param?: number | GainOptions): number {
  const given = readArguments<GainOptions>("calculateGain", [param], ["param"], { param: true });
  const { param: slope = 0.01 } = given;
  assertChoice("calculateGain", "nonlinearity", nonlinearity, Object.keys(gains));
  assertNumber("calculateGain", "param", slope);
  return gains[nonlinearity](slope);
}

/**
 * Returns the numbers of connections into and out of a unit: the sizes of the dimensions 1 and 0, times the sizes of
 * all further dimensions.
 */
function fans(operation: string, tensor: Tensor): { readonly fanIn: number; readonly fanOut: number } {
  assertFloatingTensor(operation, "tensor", tensor);
  const { shape } = tensor;
  if (shape.length < 2) {
    throw new ShapeError(operation, `the tensor has shape ${formatShape(shape)}`, [shape], {
      rule: "at least two dimensions are needed, those of the outputs and of the inputs",
    });
  }
  const field = shape.slice(2).reduce((product, size) => product * size, 1);
  return { fanIn: shape[1]! * field, fanOut: shape[0]! * field };
}

/** Fills a tensor with uniform random numbers whose standard deviation is `std`. */
function spreadUniform<T extends Tensor>(tensor: T, std: number): T {
  const bound = Math.sqrt(3) * std;
  return uniform_(tensor, -bound, bound);
}

/** Options of `xavierUniform_` and `xavierNormal_`. */
export interface XavierOptions {
  /** A factor for the standard deviation, see {@link calculateGain}; default 1. */
  readonly gain?: number;
}

function xavierDeviation(operation: string, tensor: Tensor, argument: number | XavierOptions | undefined): number {
  const { gain = 1 } = readArguments<XavierOptions>(operation, [argument], ["gain"], { gain: true });
  assertNumber(operation, "gain", gain);
  const { fanIn, fanOut } = fans(operation, tensor);
  return gain * Math.sqrt(2 / (fanIn + fanOut));
}

/**
 * Fills a weight with uniform random numbers such that activations and gradients keep their size (Glorot and Bengio
 * 2010).
 *
 *     uniform between ±gain · √(6 / (fanIn + fanOut))
 *
 * Shapes: `(outputs, inputs, …)`, at least two dimensions.
 *
 * @param tensor - the weight that is filled.
 * @param gain - a factor, by position or in the options; default 1.
 * @throws ArgumentError unless `gain` is a number; ShapeError for fewer than two dimensions; DTypeError unless the
 * tensor is floating.
 *
 * @example
 * ```ts
 * init.xavierUniform_(zeros([3, 3])).abs().max().item() <= 1; // → true
 * ```
 *
 * Source: torch.nn.init.xavier_uniform_.
 */
export function xavierUniform_<T extends Tensor>(tensor: T, gain?: number | XavierOptions): T {
  const std = xavierDeviation("xavierUniform_", tensor, gain);
  return tensor.numel() === 0 ? tensor : spreadUniform(tensor, std);
}

/**
 * Fills a weight as {@link xavierUniform_} does, with normal random numbers.
 *
 *     normal with mean 0 and standard deviation gain · √(2 / (fanIn + fanOut))
 *
 * Shapes: `(outputs, inputs, …)`, at least two dimensions.
 *
 * @param tensor - the weight that is filled.
 * @param gain - a factor, by position or in the options; default 1.
 * @throws ArgumentError unless `gain` is a number; ShapeError for fewer than two dimensions; DTypeError unless the
 * tensor is floating.
 *
 * @example
 * ```ts
 * init.xavierNormal_(zeros([3, 3]), { gain: 0 }).abs().max().item(); // → 0
 * ```
 *
 * Source: torch.nn.init.xavier_normal_.
 */
export function xavierNormal_<T extends Tensor>(tensor: T, gain?: number | XavierOptions): T {
  const std = xavierDeviation("xavierNormal_", tensor, gain);
  return tensor.numel() === 0 ? tensor : normal_(tensor, 0, std);
}

/** Options of `kaimingUniform_` and `kaimingNormal_`. */
export interface KaimingOptions {
  /** The slope of leakyRelu for negative numbers; default 0. */
  readonly a?: number;
  /** Whether activations ("fanIn", the default) or gradients ("fanOut") keep their size. */
  readonly mode?: "fanIn" | "fanOut";
  /** The function that follows the layer; default "leakyRelu". */
  readonly nonlinearity?: Nonlinearity;
}

function kaimingDeviation(operation: string, tensor: Tensor, options: KaimingOptions | undefined): number {
  checkOptions(operation, options, { a: true, mode: true, nonlinearity: true });
  const { a = 0, mode = "fanIn", nonlinearity = "leakyRelu" } = options ?? {};
  assertNumber(operation, "a", a);
  assertChoice(operation, "mode", mode, ["fanIn", "fanOut"]);
  assertChoice(operation, "nonlinearity", nonlinearity, Object.keys(gains));
  return calculateGain(nonlinearity, a) / Math.sqrt(fans(operation, tensor)[mode]);
}

/**
 * Fills a weight with uniform random numbers such that activations, or gradients, keep their size through layers with
 * rectified linear units (He and others 2015).
 *
 *     uniform between ±gain · √(3 / fan), with the gain of calculateGain(nonlinearity, a)
 *
 * Shapes: `(outputs, inputs, …)`, at least two dimensions.
 *
 * @param tensor - the weight that is filled.
 * @param options - `a`, `mode`, `nonlinearity`.
 * @throws ArgumentError for an unknown mode, nonlinearity or option; ShapeError for fewer than two dimensions;
 * DTypeError unless the tensor is floating.
 *
 * @example
 * ```ts
 * init.kaimingUniform_(zeros([5, 6]), { a: Math.sqrt(5) }).abs().max().item() <= 0.4083; // → true
 * ```
 *
 * Source: torch.nn.init.kaiming_uniform_.
 */
export function kaimingUniform_<T extends Tensor>(tensor: T, options?: KaimingOptions): T {
  const std = kaimingDeviation("kaimingUniform_", tensor, options);
  return tensor.numel() === 0 ? tensor : spreadUniform(tensor, std);
}

/**
 * Fills a weight as {@link kaimingUniform_} does, with normal random numbers.
 *
 *     normal with mean 0 and standard deviation gain / √fan
 *
 * Shapes: `(outputs, inputs, …)`, at least two dimensions.
 *
 * @param tensor - the weight that is filled.
 * @param options - `a`, `mode`, `nonlinearity`.
 * @throws ArgumentError for an unknown mode, nonlinearity or option; ShapeError for fewer than two dimensions;
 * DTypeError unless the tensor is floating.
 *
 * @example
 * ```ts
 * init.kaimingNormal_(zeros([3, 4]), { nonlinearity: "relu" }).shape; // → [3, 4]
 * ```
 *
 * Source: torch.nn.init.kaiming_normal_.
 */
export function kaimingNormal_<T extends Tensor>(tensor: T, options?: KaimingOptions): T {
  const std = kaimingDeviation("kaimingNormal_", tensor, options);
  return tensor.numel() === 0 ? tensor : normal_(tensor, 0, std);
}
