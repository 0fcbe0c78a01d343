/**
 * What the normalizations over channels share: weight and bias with one number for each channel, and their checks.
 *
 * @module
 */
import { DTypeError, equalShapes, formatShape, ShapeError } from "@lucid/backend";
import { viewed } from "@lucid/tensor/extend";
import {
  add,
  contiguous,
  type Elementwise,
  elementwise,
  type Formula,
  mul,
  type Tensor,
} from "@lucid/tensor/functions";
import { assertFloatingTensor, assertNumber, assertTensor } from "../../internal/checks.js";

const affine: Elementwise<[x: Formula, weight: Formula, bias: Formula]> = /* @__PURE__ */ elementwise(
  (x: Formula, weight: Formula, bias: Formula) => add(mul(x, weight), bias),
  { name: "affine" },
);

/** A vector with one number for each channel in a shape that broadcasts to the input, whose channels are dimension 1. */
export function alongChannels(vector: Tensor, ndim: number): Tensor {
  return viewed(vector, [vector.shape[0]!, ...new Array<number>(ndim - 2).fill(1)]);
}

/** Returns x · weight + bias in a contiguous tensor, where weight and bias have one number for each channel. */
export function affineOverChannels(x: Tensor, weight: Tensor | null, bias: Tensor | null): Tensor {
  const factors = weight === null ? undefined : alongChannels(weight, x.ndim);
  const summands = bias === null ? undefined : alongChannels(bias, x.ndim);
  if (factors !== undefined) return summands === undefined ? mul(x, factors) : affine(x, factors, summands);
  return summands === undefined ? contiguous(x) : add(x, summands);
}

/** What the normalizations over channels take. */
export interface ChannelArguments {
  readonly eps: number;
  /** The tensors with one number for each channel; null for those that are absent. */
  readonly vectors: Readonly<Record<string, Tensor | null>>;
}

/**
 * @throws ArgumentError unless `eps` is a number; ShapeError unless the input has `least` dimensions and each vector a
 * number for each channel; DTypeError unless everything has one floating type.
 */
export function assertChannels(
  operation: string,
  input: Tensor,
  least: number,
  { eps, vectors }: ChannelArguments,
): void {
  assertFloatingTensor(operation, "input", input);
  assertNumber(operation, "eps", eps);
  if (input.ndim < least) {
    throw new ShapeError(operation, `the input is ${formatShape(input.shape)}`, [input.shape], {
      rule: `it is (batch, channels, …), with ${least} dimensions at least`,
    });
  }
  const channels = [input.shape[1]!];
  for (const [name, vector] of Object.entries(vectors)) {
    if (vector === null) continue;
    assertTensor(operation, name, vector);
    if (!equalShapes(vector.shape, channels)) {
      throw new ShapeError(
        operation,
        `${name} has shape ${formatShape(vector.shape)}, the input ${formatShape(input.shape)}`,
        [vector.shape, input.shape],
        { rule: `${name} has one number for each channel: ${formatShape(channels)}` },
      );
    }
    if (vector.dtype !== input.dtype) {
      throw new DTypeError(
        operation,
        `${name} is ${vector.dtype}, the input ${input.dtype}`,
        [vector.dtype, input.dtype],
        { rule: "both have one type", remedy: `convert it: .to("${input.dtype}")` },
      );
    }
  }
}

/** @throws ShapeError if a mean would be taken of a single number, whose variance is 0. */
export function assertSeveralValues(operation: string, input: Tensor, count: number, per: string): void {
  if (count !== 1) return;
  throw new ShapeError(operation, `the input is ${formatShape(input.shape)}`, [input.shape], {
    rule: `there is more than one number for each ${per} to normalize over`,
  });
}
