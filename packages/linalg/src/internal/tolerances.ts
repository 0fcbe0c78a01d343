/**
 * The tolerances below which singular values count as 0.
 *
 * @module
 */
import { ArgumentError, describeValue } from "@lucid/backend";
import { elementwise, type Formula, full, gt, Tensor, to, where } from "@lucid/tensor/functions";

/** A number for all matrices, or a tensor with one for each. */
export type Tolerance = number | Tensor;

/** The distance between 1 and the next number of a type. */
export const epsilonOf = (dtype: string): number => (dtype === "float64" ? 2 ** -52 : 2 ** -23);

function tensorOf(operation: string, name: string, value: unknown, a: Tensor): Tensor {
  if (value instanceof Tensor) return to(value.detach(), a.dtype);
  if (typeof value === "number") return full([], value, { dtype: a.dtype, backend: a.backend });
  throw new ArgumentError(operation, `${name} is ${describeValue(value)}`, {
    rule: `${name} is a number, or a tensor with one number for each matrix`,
  });
}

/** The relative tolerance where none was given: the default one, or 0 where an absolute one was given. */
const otherwise = /* @__PURE__ */ elementwise((atol: Formula, standard: Formula) => where(gt(atol, 0), 0, standard), {
  name: "pinv",
});

/** Reads the options `atol` and `rtol`. */
export function tolerancesOf(
  operation: string,
  a: Tensor,
  given: { readonly atol?: Tolerance | null; readonly rtol?: Tolerance | null },
): { readonly atol: Tensor; readonly rtol: Tensor } {
  const standard = epsilonOf(a.dtype) * Math.max(...a.shape.slice(-2), 0);
  const atol = tensorOf(operation, "atol", given.atol ?? 0, a);
  if (given.rtol !== undefined && given.rtol !== null) {
    return { atol, rtol: tensorOf(operation, "rtol", given.rtol, a) };
  }
  if (given.atol === undefined || given.atol === null) return { atol, rtol: tensorOf(operation, "rtol", standard, a) };
  return { atol, rtol: otherwise(atol, standard) };
}
