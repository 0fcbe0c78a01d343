/**
 * Writing into a tensor. In-place operations return the tensor, and write through views.
 *
 * @module
 */
import { cast, constant, dtypes, input, rootOf, scalar } from "@lucid/backend";
import { owned } from "../memory/ownership.js";
import { callMapInto } from "../primitives/map.js";
import { callTransfer } from "../primitives/transfer.js";
import type { Tensor } from "../tensor/tensor.js";
import { assertNumber, assertTensor } from "./checks.js";

const NONE: readonly Tensor[] = [];

/**
 * Copies the elements of `source`, which broadcasts and is converted, into `x`. (torch.Tensor.copy_)
 *
 * @throws ShapeError if the source does not broadcast to the tensor; ArgumentError for an expanded tensor; BackendError if
 * the source lives on a backend that cannot be read synchronously.
 *
 * @example
 * ```ts
 * copy_(zeros([2, 2]), tensor([1, 2])); // → Tensor([[1, 2], [1, 2]])
 * ```
 */
export function copy_<T extends Tensor>(x: T, source: Tensor): T {
  assertTensor("copy_", "the source", source);
  owned(() => {
    const here = rootOf(source.backend) === rootOf(x.backend) ? source : callTransfer(source, x.backend);
    callMapInto("copy_", [x], [here], [cast(input(0, here.dtype), x.dtype)]);
  });
  return x;
}

/**
 * Sets every element to `value`, converted into the tensor's type. (torch.Tensor.fill_)
 *
 * @throws ShapeError if the value is a tensor that does not broadcast to the tensor; ArgumentError for an expanded tensor.
 *
 * @example
 * ```ts
 * fill_(zeros([2]), 7); // → Tensor([7, 7])
 * ```
 */
export function fill_<T extends Tensor>(x: T, value: Tensor | number | boolean): T {
  assertTensor("fill_", "the input", x);
  if (typeof value === "object") {
    assertTensor("fill_", "the value", value);
    callMapInto("fill_", [x], [value], [cast(input(0, value.dtype), x.dtype)]);
    return x;
  }
  assertNumber("fill_", "the value", value);
  callMapInto("fill_", [x], NONE, [scalar(0, x.dtype)], [dtypes[x.dtype].convert(Number(value))]);
  return x;
}

/**
 * Sets every element to 0. (torch.Tensor.zero_)
 *
 * @example
 * ```ts
 * zero_(ones([2])); // → Tensor([0, 0])
 * ```
 */
export function zero_<T extends Tensor>(x: T): T {
  assertTensor("zero_", "the input", x);
  callMapInto("zero_", [x], NONE, [constant(0, x.dtype)]);
  return x;
}
