/**
 * Padding.
 *
 * @module
 */
import { ArgumentError, dtypes, formatShape, type OptionNames, scalar } from "@lucid/backend";
import { owned } from "../../memory/ownership.js";
import { callGenerate } from "../../primitives/map.js";
import { callView, sliceView } from "../../primitives/views.js";
import { callAssign } from "../../primitives/writing.js";
import type { Tensor } from "../../tensor/tensor.js";
import { readArguments } from "../internal/arguments.js";
import { assertNumber, assertTensor } from "../internal/checks.js";
import { assertElementCount, assertIntegers } from "../internal/shapes.js";
import { copied } from "../internal/views.js";

/** Options of {@link constantPadNd}. */
export interface ConstantPadOptions {
  /** What the new elements are; default 0. */
  readonly value?: number | boolean;
}

const optionNames: OptionNames<ConstantPadOptions> = { value: true };

/**
 * Adds elements of one value before and after the elements along dimensions. Negative numbers take elements away.
 *
 * @param pad - how many elements to add before and after, in pairs: for the last dimension, then the one before it, and
 * so on.
 * @param value - what the new elements are; default 0.
 * @throws ArgumentError for an odd number of integers, more pairs than dimensions, or when more is taken away than
 * there is.
 *
 * @example
 * ```ts
 * constantPadNd(tensor([1, 2]), [1, 2], 9); // → Tensor([9, 1, 2, 9, 9])
 * ```
 *
 * @see torch.constant_pad_nd
 */
export function constantPadNd(
  x: Tensor,
  pad: readonly number[],
  ...args: readonly [value?: number | boolean | undefined] | readonly [options: ConstantPadOptions]
): Tensor {
  const operation = "constantPadNd";
  assertTensor(operation, "the input", x);
  assertIntegers(operation, "padding", pad);
  const { value = 0 } = readArguments<ConstantPadOptions>(operation, args, ["value"], optionNames);
  assertNumber(operation, "the value", value);
  const rank = x.ndim;
  if (pad.length % 2 !== 0 || pad.length > 2 * rank) {
    throw new ArgumentError(operation, `${pad.length} numbers for the shape ${formatShape(x.shape)}`, {
      rule: "there are two for each padded dimension, from the last one on",
    });
  }
  const before = x.shape.map((_, axis) => pad[2 * (rank - 1 - axis)] ?? 0);
  const after = x.shape.map((_, axis) => pad[2 * (rank - 1 - axis) + 1] ?? 0);
  const shape = x.shape.map((size, axis) => size + before[axis]! + after[axis]!);
  const taken = shape.findIndex((size) => size < 0);
  if (taken >= 0) {
    throw new ArgumentError(operation, `dim ${taken} of ${formatShape(x.shape)} would get the size ${shape[taken]}`, {
      rule: "no more is taken away than there is",
    });
  }
  assertElementCount(operation, shape);
  const cut = (count: number): number => Math.max(0, -count);
  const sizes = x.shape.map((size, axis) => Math.max(0, size - cut(before[axis]!) - cut(after[axis]!)));
  const steps = x.shape.map(() => 1);
  return owned(() => {
    const kept = callView(sliceView, x, { starts: before.map(cut), steps, sizes });
    if (shape.every((size, axis) => size === sizes[axis])) return copied(operation, kept);
    const result = callGenerate(operation, x.backend, shape, scalar(0, x.dtype), [
      dtypes[x.dtype].convert(Number(value)),
    ]);
    if (kept.numel() === 0) return result;
    const attributes = { starts: before.map((count) => Math.max(0, count)), steps, sizes };
    return callAssign(result, kept, [{ view: sliceView.name, attributes }]);
  });
}
