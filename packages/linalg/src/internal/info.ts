/**
 * What is wrong with the values of matrices: int32 numbers, one for each matrix of a batch. A number that is not 0 counts
 * the row in which a decomposition failed, from 1.
 *
 * Backends that can be read synchronously are asked at once, and a matrix that failed is an error. On others, the result has
 * values that are infinite or NaN.
 *
 * @module
 */
import { cast, constant, index, op } from "@lucid/backend";
import { callGenerate, callReduce } from "@lucid/tensor/extend";
import type { Tensor } from "@lucid/tensor/functions";
import { LinAlgError } from "../error.js";
import { kernel, where } from "./expressions.js";

/** How many rows there are from the first bad one on, the bad ones being those that are no positive numbers. */
const fromFailure = /* @__PURE__ */ kernel(({ x, number, scalar }) => [
  where(op("lt", number(0), x(0)), number(0), op("sub", scalar(0), cast(index(1), x(0).dtype))),
]);
const fromZero = /* @__PURE__ */ kernel(({ x, number, scalar }) => [
  where(op("eq", number(0), x(0)), op("sub", scalar(0), cast(index(1), x(0).dtype)), number(0)),
]);
const counted = /* @__PURE__ */ kernel(({ x, number, scalar }) => [
  cast(where(op("eq", x(0), number(0)), number(0), op("sub", op("add", scalar(0), number(1)), x(0))), "int32"),
]);

/**
 * The row of the first element on the diagonals `[batch, n]` that is not positive, or that is zero, counted from 1; 0 if
 * there is none.
 */
export function infoOf(diagonal: Tensor, bad: "not positive" | "zero"): Tensor {
  const [batch, size] = diagonal.shape as readonly [number, number];
  if (size === 0) return callGenerate("info", diagonal.backend, [batch], constant(0, "int32"));
  const value = (bad === "zero" ? fromZero : fromFailure)(diagonal.dtype)[0]!;
  const finish = counted(diagonal.dtype)[0]!;
  return callReduce([diagonal], { op: "max", value, finish, axes: [1], keepdim: false, name: "info" }, [size]);
}

/** @throws LinAlgError if a number is not 0 and the backend can be read synchronously. */
export function assertInfo(operation: string, info: Tensor, problem: string): void {
  if (info.backend.readSync === undefined) return;
  const values = [...info.detach().dataSync()];
  const failed = values.findIndex((value) => value !== 0);
  if (failed < 0) return;
  const which = values.length === 1 && info.ndim === 0 ? "the matrix" : `matrix ${failed} of the batch`;
  throw new LinAlgError(operation, `${which} ${problem}: row ${values[failed]!}, counted from 1`, values);
}
