/**
 * Tensors of numbers that are computed on the host.
 *
 * @module
 */
import { ArgumentError, DTypeError, dtypes, OutOfMemoryError } from "@lucid/backend";
import { callMap, identityExpr } from "@lucid/tensor/extend";
import { Tensor, type TensorOptions } from "@lucid/tensor/functions";

/** A copy of the elements. */
export function copied(operation: string, x: Tensor): Tensor {
  return callMap(operation, [x], [identityExpr(x.dtype)])[0]!;
}

/** Every tensor has fewer elements than this. */
const ELEMENT_LIMIT = 2 ** 31;

/** @throws OutOfMemoryError if the host has no room for so many numbers. */
export function hostNumbers(operation: string, count: number): Float64Array {
  try {
    return new Float64Array(count);
  } catch (cause) {
    throw new OutOfMemoryError(operation, 8 * count, 0, Number.MAX_SAFE_INTEGER, { cause });
  }
}

/** Makes a vector of floating numbers, computed in float64; the default type is float32. */
export function numbersTensor(
  operation: string,
  count: number,
  numberAt: (position: number) => number,
  options: TensorOptions | undefined,
): Tensor {
  const { dtype = "float32" } = options ?? {};
  if (dtype in dtypes && dtypes[dtype].kind !== "float") {
    throw new DTypeError(operation, `the type is ${dtype}`, [dtype], { rule: "the numbers are floating" });
  }
  if (count >= ELEMENT_LIMIT) {
    throw new ArgumentError(operation, `there are ${count} elements`, { rule: "a tensor has fewer than 2³¹ elements" });
  }
  const numbers = hostNumbers(operation, count);
  for (let position = 0; position < count; position++) numbers[position] = numberAt(position);
  return new Tensor(numbers, { ...options, dtype });
}
