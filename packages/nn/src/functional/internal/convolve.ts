/**
 * Convolution and transposed convolution over any number of axes, with the checks of their arguments.
 *
 * @module
 */
import {
  ArgumentError,
  checkOptions,
  type ConvolutionAttributes,
  DTypeError,
  describeValue,
  formatShape,
  type OptionNames,
  ShapeError,
  windowsOf,
} from "@lucid/backend";
import { callFused, fusedConvolution, fusedConvolutionInputGradient, owned } from "@lucid/tensor/extend";
import { add, constantPadNd, reshape, type Tensor } from "@lucid/tensor/functions";
import { assertFactor, assertTensor } from "../../internal/checks.js";
import { isUnbatched, type Sizes, sizesOf } from "./spatial.js";

/** How many zeros are added on both sides: as many as keep the size ("same"), none ("valid"), or numbers. */
export type ConvolutionPadding = Sizes | "same" | "valid";

/** Options of `conv1d`, `conv2d` and `conv3d`. */
export interface ConvolutionFunctionOptions {
  /** What is added to each output channel; null (the default) means nothing. */
  readonly bias?: Tensor | null | undefined;
  /** The distance from one window to the next; default 1. */
  readonly stride?: Sizes;
  /** How many zeros are added on both sides, "same", or "valid"; default 0. */
  readonly padding?: ConvolutionPadding;
  /** The distance between the elements of a window; default 1. */
  readonly dilation?: Sizes;
  /** Into how many parts the channels are divided; default 1. */
  readonly groups?: number;
}

/** Options of `convTranspose1d`, `convTranspose2d` and `convTranspose3d`. */
export interface TransposedConvolutionFunctionOptions {
  /** What is added to each output channel; null (the default) means nothing. */
  readonly bias?: Tensor | null | undefined;
  /** The distance from one window of the output to the next; default 1. */
  readonly stride?: Sizes;
  /** How many elements of the output are left out on both sides; default 0. */
  readonly padding?: Sizes;
  /** How many elements the output has more at the end of each axis; default 0. */
  readonly outputPadding?: Sizes;
  /** Into how many parts the channels are divided; default 1. */
  readonly groups?: number;
  /** The distance between the elements of a window; default 1. */
  readonly dilation?: Sizes;
}

const optionNames: OptionNames<ConvolutionFunctionOptions> = {
  bias: true,
  stride: true,
  padding: true,
  dilation: true,
  groups: true,
};

const transposedOptionNames: OptionNames<TransposedConvolutionFunctionOptions> = {
  bias: true,
  stride: true,
  padding: true,
  outputPadding: true,
  groups: true,
  dilation: true,
};

/** The padding before and after each axis. */
type Pairs = readonly (readonly [before: number, after: number])[];

/**
 * Returns the padding before and after each axis. The padding "same" is one larger at the end where it is odd.
 *
 * @throws ArgumentError for numbers that are no padding, another string, or "same" with a stride.
 */
export function paddingPairs(
  operation: string,
  padding: unknown,
  kernel: readonly number[],
  dilation: readonly number[],
  stride: readonly number[],
): Pairs {
  if (padding === "valid") return kernel.map(() => [0, 0] as const);
  if (padding === "same") {
    if (stride.some((step) => step !== 1)) {
      throw new ArgumentError(operation, `padding is "same" and stride is ${formatShape(stride)}`, {
        rule: 'padding "same" needs stride 1',
      });
    }
    return kernel.map((size, axis) => {
      const total = dilation[axis]! * (size - 1);
      return [Math.floor(total / 2), Math.ceil(total / 2)] as const;
    });
  }
  if (typeof padding === "string") {
    throw new ArgumentError(operation, `padding is ${describeValue(padding)}`, {
      rule: 'padding is "same", "valid", or integers',
    });
  }
  return sizesOf(operation, "padding", padding, kernel.length, 0).map((size) => [size, size] as const);
}

/** @throws unless the weight has the right number of axes, all types are equal, and the bias fits. */
function assertOperands(
  operation: string,
  axes: number,
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null | undefined,
): void {
  assertTensor(operation, "input", input);
  assertTensor(operation, "weight", weight);
  if (input.dtype === "bool") {
    throw new DTypeError(operation, "is not defined for bool", ["bool"], { remedy: 'convert first: .to("float32")' });
  }
  if (bias !== undefined && bias !== null) assertTensor(operation, "bias", bias);
  for (const [name, { dtype }] of [
    ["weight", weight],
    ["bias", bias ?? weight],
  ] as const) {
    if (dtype === input.dtype) continue;
    throw new DTypeError(operation, `the input is ${input.dtype}, the ${name} ${dtype}`, [input.dtype, dtype], {
      rule: "all have one type",
    });
  }
  if (weight.ndim !== axes + 2 || weight.shape.slice(2).some((size) => size < 1)) {
    throw new ShapeError(operation, `the weight is ${formatShape(weight.shape)}`, [weight.shape], {
      rule: `it has ${axes + 2} dimensions, and each of the last ${axes} has at least one element`,
    });
  }
}

/** @throws ShapeError unless the channels of input and weight, and the bias, fit. */
function assertChannels(
  operation: string,
  [channels, expected]: readonly [number, number],
  outputs: number,
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null | undefined,
): void {
  if (channels !== expected) {
    throw new ShapeError(
      operation,
      `the input ${formatShape(input.shape)} has ${channels} channels`,
      [input.shape, weight.shape],
      { rule: `the weight ${formatShape(weight.shape)} needs ${expected}` },
    );
  }
  if (bias && (bias.ndim !== 1 || bias.shape[0] !== outputs)) {
    throw new ShapeError(operation, `the bias is ${formatShape(bias.shape)}`, [bias.shape, weight.shape], {
      rule: `it is [${outputs}]`,
    });
  }
}

/** @throws ShapeError unless the first axis of the weight divides into groups. */
function assertDivides(operation: string, weight: Tensor, groups: number): void {
  if (weight.shape[0]! % groups === 0) return;
  throw new ShapeError(operation, `the weight is ${formatShape(weight.shape)}`, [weight.shape], {
    rule: `its first size is a multiple of groups, ${groups}`,
  });
}

/** Computes with a batch, and takes the batch away again where the input has none. */
function withBatch(input: Tensor, unbatched: boolean, compute: (x: Tensor) => Tensor): Tensor {
  return owned(() => {
    if (!unbatched) return compute(input);
    const y = compute(reshape(input, [1, ...input.shape]));
    return reshape(y, y.shape.slice(1));
  });
}

/** Convolution over `axes` axes. */
export function convolve(
  operation: string,
  axes: number,
  input: Tensor,
  weight: Tensor,
  options: ConvolutionFunctionOptions | undefined,
): Tensor {
  checkOptions(operation, options, optionNames);
  const { bias, padding = 0, groups = 1 } = options ?? {};
  assertOperands(operation, axes, input, weight, bias);
  assertFactor(operation, "groups", groups);
  const unbatched = isUnbatched(operation, input, axes);
  const [outputs, inner, ...kernel] = weight.shape as [number, number, ...number[]];
  const [channels, ...space] = input.shape.slice(-axes - 1) as [number, ...number[]];
  const stride = sizesOf(operation, "stride", options?.stride ?? 1, axes, 1);
  const dilation = sizesOf(operation, "dilation", options?.dilation ?? 1, axes, 1);
  const pairs = paddingPairs(operation, padding, kernel, dilation, stride);
  assertDivides(operation, weight, groups);
  assertChannels(operation, [channels, inner * groups], outputs, input, weight, bias);
  const attributes: ConvolutionAttributes = { stride, padding: pairs, dilation, groups };
  windowsOf(operation, space, kernel, attributes);
  return withBatch(
    input,
    unbatched,
    (x) => callFused(fusedConvolution, [x, weight, bias ?? undefined], attributes)[0]!,
  );
}

/** Transposed convolution over `axes` axes: the gradient of the input of a convolution. */
export function convolveTransposed(
  operation: string,
  axes: number,
  input: Tensor,
  weight: Tensor,
  options: TransposedConvolutionFunctionOptions | undefined,
): Tensor {
  checkOptions(operation, options, transposedOptionNames);
  const { bias, groups = 1 } = options ?? {};
  assertOperands(operation, axes, input, weight, bias);
  assertFactor(operation, "groups", groups);
  const unbatched = isUnbatched(operation, input, axes);
  const [inputs, inner, ...kernel] = weight.shape as [number, number, ...number[]];
  const [channels, ...space] = input.shape.slice(-axes - 1) as [number, ...number[]];
  const stride = sizesOf(operation, "stride", options?.stride ?? 1, axes, 1);
  const dilation = sizesOf(operation, "dilation", options?.dilation ?? 1, axes, 1);
  const padding = sizesOf(operation, "padding", options?.padding ?? 0, axes, 0);
  const more = sizesOf(operation, "outputPadding", options?.outputPadding ?? 0, axes, 0);
  const wide = more.findIndex((size, axis) => size >= Math.max(stride[axis]!, dilation[axis]!));
  if (wide >= 0) {
    throw new ArgumentError(operation, `outputPadding is ${formatShape(more)}`, {
      rule: `it is smaller than stride ${formatShape(stride)} or dilation ${formatShape(dilation)}`,
    });
  }
  assertDivides(operation, weight, groups);
  assertChannels(operation, [channels, inputs], inner * groups, input, weight, bias);
  // Elements behind the last window are 0. Where the padding does not leave as many out, they are added.
  const after = padding.map((count, axis) => Math.max(0, count - more[axis]!));
  const behind = padding.map((count, axis) => Math.max(0, more[axis]! - count));
  const size = space.map((count, axis) => {
    const whole = (count - 1) * stride[axis]! + dilation[axis]! * (kernel[axis]! - 1) + 1;
    return whole - padding[axis]! - after[axis]!;
  });
  const result = size.map((length, axis) => length + behind[axis]!);
  if ([...result, ...space].some((length) => length < 1) || size.some((length) => length < 0)) {
    throw new ShapeError(
      operation,
      `the input ${formatShape(input.shape)} would give ${formatShape(result)}`,
      [input.shape, weight.shape],
      { rule: "every axis of input and output has at least one element" },
    );
  }
  const pairs = padding.map((count, axis) => [count, after[axis]!] as const);
  const attributes = { stride, padding: pairs, dilation, groups, size };
  return withBatch(input, unbatched, (x) => {
    const whole = callFused(fusedConvolutionInputGradient, [x, weight], attributes)[0]!;
    const y = behind.some((count) => count > 0)
      ? constantPadNd(
          whole,
          [...behind].reverse().flatMap((count) => [0, count]),
        )
      : whole;
    return bias ? add(y, reshape(bias, [inner * groups, ...kernel.map(() => 1)])) : y;
  });
}
