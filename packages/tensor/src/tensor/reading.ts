/**
 * Reading elements back into JavaScript.
 *
 * @module
 */
import { formatShape, ShapeError, type TypedArray } from "@lucid/backend";
import { assertReadable } from "../dispatch/call.js";
import { inOrderOf, readElementsSync } from "../primitives/transfer.js";
import type { Tensor } from "./tensor.js";

/** Elements as nested arrays of the tensor's shape; of a tensor without axes, the element itself. */
export type ArrayData = number | boolean | ArrayData[];

/** The elements in row-major order, in an array of their own. @internal */
export function readSync(operation: string, x: Tensor, asynchronous: string): TypedArray {
  assertReadable(x, operation);
  return readElementsSync(operation, x, asynchronous);
}

/** {@link readSync} without waiting. @internal */
export async function read(operation: string, x: Tensor): Promise<TypedArray> {
  assertReadable(x, operation);
  const { tensor, start } = inOrderOf(x);
  try {
    return await tensor.backend.read(tensor.storage.buffer, start, x.size);
  } finally {
    if (tensor !== x) tensor.storage.release();
  }
}

/** The only element of a tensor, as a number. @internal */
export function readScalarSync(operation: string, x: Tensor, asynchronous: string): number {
  return readSync(operation, x, asynchronous)[0]!;
}

/** @throws ShapeError unless the tensor has exactly one element. @internal */
export function assertSingle(operation: string, x: Tensor): void {
  const { size, shape } = x;
  if (size === 1) return;
  throw new ShapeError(operation, `a tensor of shape ${formatShape(shape)} has ${size} elements`, [shape], {
    rule: `${operation}() reads a tensor of one element`,
    remedy: "use data() or array()",
  });
}

/** One element as JavaScript has it: booleans of bool tensors. @internal */
export function toScalar(x: Tensor, values: TypedArray): number | boolean {
  return x.dtype === "bool" ? values[0] !== 0 : values[0]!;
}

/** Elements in row-major order as nested arrays. @internal */
export function toNested(x: Tensor, values: TypedArray): ArrayData {
  const { shape } = x;
  const bool = x.dtype === "bool";
  let next = 0;
  const level = (axis: number): ArrayData => {
    if (axis === shape.length) {
      const value = values[next++]!;
      return bool ? value !== 0 : value;
    }
    const list = new Array<ArrayData>(shape[axis]!);
    for (let i = 0; i < list.length; i++) list[i] = level(axis + 1);
    return list;
  };
  return level(0);
}
