/**
 * Reading elements into JavaScript.
 *
 * @module
 */
import {
  type DType,
  decodeElements,
  dtypes,
  formatShape,
  positionsOf,
  ShapeError,
  type TensorType,
  type TypedArray,
} from "@lucid/backend";
import { assertReadable } from "../dispatch/call.js";
import { readElements, readElementsSync } from "../memory/elements.js";
import type { Tensor } from "./tensor.js";

/** Elements as nested arrays in the shape of the tensor. For a tensor without axes it is the element itself. */
export type ArrayData = number | boolean | ArrayData[];

/** Reads the values of the elements in row-major order into a new array. @internal */
export function readSync(operation: string, x: Tensor, asynchronous: string): TypedArray {
  assertReadable(x, operation);
  return decodeElements(x.dtype, readElementsSync(operation, x, asynchronous));
}

/** Reads the elements as {@link readSync} does, after waiting for the device. @internal */
export async function read(operation: string, x: Tensor): Promise<TypedArray> {
  assertReadable(x, operation);
  return decodeElements(x.dtype, await readElements(x));
}

/**
 * Returns the elements in row-major order if the host knows them although the backend cannot be read synchronously.
 * @internal
 */
export function knownElements(operation: string, x: Tensor): TypedArray | undefined {
  assertReadable(x, operation);
  const { hostValues } = x.storage;
  if (hostValues === undefined) return undefined;
  const values = dtypes[x.dtype].array(x.numel());
  positionsOf(x.layout).forEach((position, i) => {
    values[i] = hostValues[position]!;
  });
  return values;
}

/** @throws ShapeError unless the tensor has exactly one element. @internal */
export function assertSingle(operation: string, x: Tensor): void {
  const { shape } = x;
  const size = x.numel();
  if (size === 1) return;
  throw new ShapeError(operation, `a tensor of shape ${formatShape(shape)} has ${size} elements`, [shape], {
    rule: `${operation}() reads a tensor of one element`,
    remedy: "use data() or array()",
  });
}

/** Returns one element as a JavaScript value: a boolean for bool tensors. @internal */
export function toScalar(dtype: DType, values: TypedArray): number | boolean {
  return dtype === "bool" ? values[0] !== 0 : values[0]!;
}

/** Converts elements in row-major order into nested arrays. @internal */
export function toNested({ shape, dtype }: TensorType, values: TypedArray): ArrayData {
  const bool = dtype === "bool";
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
