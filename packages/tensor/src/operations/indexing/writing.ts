/**
 * Writing into a whole tensor. In-place operations return the tensor; those on a view write into its base.
 *
 * @module
 */
import { cast, constant, dtypes, type Expr, input, rootOf, scalar } from "@lucid/backend";
import { owned } from "../../memory/ownership.js";
import { callMapInto } from "../../primitives/map.js";
import { callTransfer } from "../../primitives/transfer.js";
import type { Tensor } from "../../tensor/tensor.js";
import { arrival } from "../internal/arrival.js";
import { assertNumber, assertTensor } from "../internal/checks.js";
import { withoutRepeats } from "../internal/views.js";

const NONE: readonly Tensor[] = [];

/**
 * Copies the elements of another tensor into this one. They are converted to the tensor's type.
 *
 * @param source - a tensor that broadcasts to this one; it may be on another backend.
 * @throws ShapeError if the source does not broadcast to the tensor; ArgumentError for an expanded tensor; BackendError
 * if the source is on another backend that cannot be read synchronously.
 *
 * @example
 * ```ts
 * copy_(zeros([2, 2]), tensor([1, 2])); // → Tensor([[1, 2], [1, 2]])
 * ```
 *
 * @see torch.Tensor.copy_
 */
export function copy_<T extends Tensor>(x: T, source: Tensor): T {
  assertTensor("copy_", "the input", x);
  assertTensor("copy_", "the source", source);
  owned(() => {
    const near = rootOf(source.backend) === rootOf(x.backend);
    writeCopy("copy_", x, near ? source : callTransfer(source, x.backend, "copy_", "copyAsync_"));
  });
  return x;
}

/**
 * Copies the elements of another tensor into this one, as {@link copy_} does, for a source on a backend that cannot be
 * read synchronously.
 *
 * @throws what {@link copy_} throws, as a rejection.
 *
 * @example
 * ```ts
 * await copyAsync_(zeros([2]), tensor([1, 2])); // → Tensor([1, 2])
 * ```
 */
export async function copyAsync_<T extends Tensor>(x: T, source: Tensor): Promise<T> {
  assertTensor("copyAsync_", "the input", x);
  assertTensor("copyAsync_", "the source", source);
  const here = await arrival("copyAsync_", source, x.backend);
  try {
    writeCopy("copyAsync_", x, here);
  } finally {
    if (here !== source) here.dispose();
  }
  return x;
}

/** Writes a tensor into another one on the same backend. */
function writeCopy(operation: string, x: Tensor, source: Tensor): void {
  callMapInto(operation, [x], [source], [cast(input(0, source.dtype), x.dtype)]);
}

/**
 * Sets every element to one value, which is converted to the tensor's type. An expanded tensor can be filled: elements
 * that share memory get the same value.
 *
 * @param value - a number, a boolean or a tensor that broadcasts to the tensor.
 * @throws ShapeError if the value is a tensor that does not broadcast to the tensor; ArgumentError if the value differs
 * between elements that share memory.
 *
 * @example
 * ```ts
 * fill_(zeros([2]), 7); // → Tensor([7, 7])
 * ```
 *
 * @see torch.Tensor.fill_
 */
export function fill_<T extends Tensor>(x: T, value: Tensor | number | boolean): T {
  assertTensor("fill_", "the input", x);
  if (typeof value === "object") {
    assertTensor("fill_", "the value", value);
    owned(() => {
      const target = value.ndim === 0 ? withoutRepeats(x)[0]! : x;
      callMapInto("fill_", [target], [value], [cast(input(0, value.dtype), x.dtype)]);
    });
    return x;
  }
  assertNumber("fill_", "the value", value);
  setAll("fill_", x, scalar(0, x.dtype), [dtypes[x.dtype].convert(Number(value))]);
  return x;
}

/**
 * Sets every element to 0. An expanded tensor can be set, too.
 *
 * @example
 * ```ts
 * zero_(ones([2])); // → Tensor([0, 0])
 * ```
 *
 * @see torch.Tensor.zero_
 */
export function zero_<T extends Tensor>(x: T): T {
  assertTensor("zero_", "the input", x);
  setAll("zero_", x, constant(0, x.dtype));
  return x;
}

/** Writes an expression without inputs into every element. */
function setAll(operation: string, x: Tensor, expr: Expr, scalars?: readonly number[]): void {
  if (x.layout.strides.includes(0)) owned(() => callMapInto(operation, [withoutRepeats(x)[0]!], NONE, [expr], scalars));
  else callMapInto(operation, [x], NONE, [expr], scalars);
}
