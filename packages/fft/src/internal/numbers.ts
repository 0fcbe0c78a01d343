/**
 * Tensors of numbers that are computed on the host.
 *
 * @module
 */
import { DTypeError, dtypes } from "@lucid/backend";
import { callMap, identityExpr } from "@lucid/tensor/extend";
import { Tensor, type TensorOptions } from "@lucid/tensor/functions";

/** A copy of the elements. */
export function copied(operation: string, x: Tensor): Tensor {
  return callMap(operation, [x], [identityExpr(x.dtype)])[0]!;
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
  const numbers = Float64Array.from({ length: count }, (_, position) => numberAt(position));
  return new Tensor(numbers, { ...options, dtype });
}
