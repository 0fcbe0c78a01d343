/**
 * What the layers of convolution share.
 *
 * @module
 */
import { ArgumentError, type Backend, checkOptions, type DType, type OptionNames } from "@lucid/backend";
import { owned } from "@lucid/tensor/extend";
import { empty, type Tensor } from "@lucid/tensor/functions";
import type { ConvolutionFunctionOptions, ConvolutionPadding } from "../../../functional/internal/convolve.js";
import { paddingPairs } from "../../../functional/internal/convolve.js";
import { type Sizes, sizesOf } from "../../../functional/internal/spatial.js";
import { pad } from "../../../functional/padding.js";
import { kaimingUniform_, uniform_ } from "../../../init/index.js";
import { assertChoice, assertFactor, assertFlag } from "../../../internal/checks.js";
import { LibraryModule } from "../../../module/library-module.js";
import { Parameter } from "../../../module/parameter.js";

/** What stands beside the input: zeros, the elements mirrored at the edge, the edge itself, or the other end. */
export type ConvolutionPaddingMode = "zeros" | "reflect" | "replicate" | "circular";

const modes: readonly ConvolutionPaddingMode[] = ["zeros", "reflect", "replicate", "circular"];

/** Options of the layers of convolution. */
export interface ConvolutionOptions {
  /** The distance from one window to the next; default 1. */
  readonly stride?: Sizes;
  /** How many elements are added on both sides, "same" for as many as keep the size, or "valid" for none; default 0. */
  readonly padding?: ConvolutionPadding;
  /** The distance between the elements of a window; default 1. */
  readonly dilation?: Sizes;
  /** Into how many parts the channels are divided; default 1. */
  readonly groups?: number;
  /** Whether a bias is added; default true. */
  readonly bias?: boolean;
  /** What the added elements are; default "zeros". */
  readonly paddingMode?: ConvolutionPaddingMode;
  /** The type of the parameters; default float32. */
  readonly dtype?: DType;
  /** Where the parameters are stored; by default on the default backend. */
  readonly backend?: Backend;
}

const optionNames: OptionNames<ConvolutionOptions> = {
  stride: true,
  padding: true,
  dilation: true,
  groups: true,
  bias: true,
  paddingMode: true,
  dtype: true,
  backend: true,
};

/** Options of the layers of transposed convolution. */
export interface TransposedConvolutionOptions {
  /** The distance from one window of the output to the next; default 1. */
  readonly stride?: Sizes;
  /** How many elements of the output are left out on both sides; default 0. */
  readonly padding?: Sizes;
  /** How many elements the output has more at the end of each axis; default 0. */
  readonly outputPadding?: Sizes;
  /** Into how many parts the channels are divided; default 1. */
  readonly groups?: number;
  /** Whether a bias is added; default true. */
  readonly bias?: boolean;
  /** The distance between the elements of a window; default 1. */
  readonly dilation?: Sizes;
  /** Only "zeros", the default. */
  readonly paddingMode?: "zeros";
  /** The type of the parameters; default float32. */
  readonly dtype?: DType;
  /** Where the parameters are stored; by default on the default backend. */
  readonly backend?: Backend;
}

const transposedOptionNames: OptionNames<TransposedConvolutionOptions> = {
  stride: true,
  padding: true,
  outputPadding: true,
  groups: true,
  bias: true,
  dilation: true,
  paddingMode: true,
  dtype: true,
  backend: true,
};

/** The settings and parameters of a convolution in either direction. */
abstract class AnyConvolution<Args extends readonly unknown[]> extends LibraryModule<Args> {
  /** How many channels the input has. */
  readonly inChannels: number;
  /** How many channels the output has. */
  readonly outChannels: number;
  /** The size of a window along each axis. */
  readonly kernelSize: readonly number[];
  /** The distance from one window to the next along each axis. */
  readonly stride: readonly number[];
  /** The distance between the elements of a window along each axis. */
  readonly dilation: readonly number[];
  /** Into how many parts the channels are divided. */
  readonly groups: number;
  /** What the elements beside the input are. */
  readonly paddingMode: ConvolutionPaddingMode;
  /** The factors. */
  weight: Parameter;
  /** The summands, `(outChannels)`, or null for none. */
  bias: Parameter | null;

  constructor(
    axes: number,
    inChannels: number,
    outChannels: number,
    kernelSize: Sizes,
    options: Omit<ConvolutionOptions, "padding">,
    transposed: boolean,
  ) {
    super();
    const name = new.target.name;
    const { groups = 1, bias = true, paddingMode = "zeros", dtype, backend } = options;
    assertFactor(name, "inChannels", inChannels);
    assertFactor(name, "outChannels", outChannels);
    assertFactor(name, "groups", groups);
    assertFlag(name, "bias", bias);
    assertChoice(name, "paddingMode", paddingMode, transposed ? ["zeros"] : modes);
    for (const [what, count] of Object.entries({ inChannels, outChannels })) {
      if (count % groups === 0) continue;
      throw new ArgumentError(name, `${what} is ${count}, groups is ${groups}`, {
        rule: `${what} is a multiple of groups`,
      });
    }
    this.inChannels = inChannels;
    this.outChannels = outChannels;
    this.kernelSize = sizesOf(name, "kernelSize", kernelSize, axes, 1);
    this.stride = sizesOf(name, "stride", options.stride ?? 1, axes, 1);
    this.dilation = sizesOf(name, "dilation", options.dilation ?? 1, axes, 1);
    this.groups = groups;
    this.paddingMode = paddingMode;
    const place = { ...(dtype !== undefined && { dtype }), ...(backend !== undefined && { backend }) };
    const [first, second] = transposed ? [inChannels, outChannels] : [outChannels, inChannels];
    this.weight = new Parameter(empty([first, second / groups, ...this.kernelSize], place));
    this.bias = bias ? new Parameter(empty([outChannels], place)) : null;
    this.resetParameters();
  }

  /** Draws weight and bias anew. */
  resetParameters(): void {
    kaimingUniform_(this.weight, { a: Math.sqrt(5) });
    const fan = this.weight.shape.slice(1).reduce((product, size) => product * size, 1);
    if (this.bias !== null) uniform_(this.bias, -1 / Math.sqrt(fan), 1 / Math.sqrt(fan));
  }

  /** The settings that stand between the stride and the groups. */
  protected abstract printedPadding(): readonly string[];

  override extraRepresentation(): string {
    const list = (values: readonly number[]): string => `[${values.join(", ")}]`;
    const { inChannels, outChannels, kernelSize, stride, dilation, groups, bias, paddingMode } = this;
    return [
      `inChannels=${inChannels}`,
      `outChannels=${outChannels}`,
      `kernelSize=${list(kernelSize)}`,
      `stride=${list(stride)}`,
      ...this.printedPadding(),
      ...(dilation.some((step) => step !== 1) ? [`dilation=${list(dilation)}`] : []),
      ...(groups === 1 ? [] : [`groups=${groups}`]),
      ...(bias === null ? ["bias=false"] : []),
      ...(paddingMode === "zeros" ? [] : [`paddingMode=${JSON.stringify(paddingMode)}`]),
    ].join(", ");
  }
}

/** A setting as text, where it is not 0 along every axis. */
function printed(name: string, value: readonly number[] | string): readonly string[] {
  if (typeof value === "string") return [`${name}=${JSON.stringify(value)}`];
  return value.some((count) => count !== 0) ? [`${name}=[${value.join(", ")}]`] : [];
}

/** A layer of convolution over some axes. */
export abstract class Convolution extends AnyConvolution<[input: Tensor]> {
  /** How many elements are added on both sides of each axis, "same", or "valid". */
  readonly padding: readonly number[] | "same" | "valid";

  constructor(
    axes: number,
    inChannels: number,
    outChannels: number,
    kernelSize: Sizes,
    options: ConvolutionOptions | undefined,
  ) {
    const name = new.target.name;
    checkOptions(name, options, optionNames);
    super(axes, inChannels, outChannels, kernelSize, options ?? {}, false);
    const padding = options?.padding ?? 0;
    const pairs = paddingPairs(name, padding, this.kernelSize, this.dilation, this.stride);
    this.padding = padding === "same" || padding === "valid" ? padding : pairs.map(([before]) => before);
  }

  protected printedPadding(): readonly string[] {
    return printed("padding", this.padding);
  }
}

/** Convolves the input of a layer, with what its padding mode puts beside it. */
export function convolved(
  layer: Convolution,
  input: Tensor,
  convolution: (input: Tensor, weight: Tensor, options: ConvolutionFunctionOptions) => Tensor,
): Tensor {
  const { weight, bias, padding, paddingMode, kernelSize, stride, dilation, groups } = layer;
  if (paddingMode === "zeros") return convolution(input, weight, { bias, stride, padding, dilation, groups });
  const pairs = paddingPairs(layer.constructor.name, padding, kernelSize, dilation, stride);
  return owned(() => {
    const wider = pad(input, [...pairs].reverse().flat(), { mode: paddingMode });
    return convolution(wider, weight, { bias, stride, dilation, groups });
  });
}

/** A layer of transposed convolution over some axes. */
export abstract class TransposedConvolution extends AnyConvolution<[input: Tensor, outputSize?: readonly number[]]> {
  /** How many elements of the output are left out on both sides of each axis. */
  readonly padding: readonly number[];
  /** How many elements the output has more at the end of each axis. */
  readonly outputPadding: readonly number[];

  constructor(
    axes: number,
    inChannels: number,
    outChannels: number,
    kernelSize: Sizes,
    options: TransposedConvolutionOptions | undefined,
  ) {
    const name = new.target.name;
    checkOptions(name, options, transposedOptionNames);
    super(axes, inChannels, outChannels, kernelSize, options ?? {}, true);
    this.padding = sizesOf(name, "padding", options?.padding ?? 0, axes, 0);
    this.outputPadding = sizesOf(name, "outputPadding", options?.outputPadding ?? 0, axes, 0);
  }

  protected printedPadding(): readonly string[] {
    return [...printed("padding", this.padding), ...printed("outputPadding", this.outputPadding)];
  }
}

/** How many elements the output has more at the end of each axis, so that it has the wanted sizes. */
export function outputPaddingFor(
  layer: TransposedConvolution,
  input: Tensor,
  outputSize: readonly number[] | undefined,
): readonly number[] {
  if (outputSize === undefined) return layer.outputPadding;
  const name = layer.constructor.name;
  const { kernelSize, stride, dilation, padding } = layer;
  const axes = kernelSize.length;
  const given: unknown = outputSize;
  const wanted = sizesOf(
    name,
    "outputSize",
    Array.isArray(given) && given.length > axes ? given.slice(-axes) : given,
    axes,
    1,
  );
  const space = input.shape.slice(-axes);
  return wanted.map((size, axis) => {
    const least =
      (space[axis]! - 1) * stride[axis]! - 2 * padding[axis]! + dilation[axis]! * (kernelSize[axis]! - 1) + 1;
    if (size >= least && size < least + stride[axis]!) return size - least;
    throw new ArgumentError(name, `outputSize is [${wanted.join(", ")}]`, {
      rule: `the size of axis ${axis} is from ${least} to ${least + stride[axis]! - 1}`,
    });
  });
}
