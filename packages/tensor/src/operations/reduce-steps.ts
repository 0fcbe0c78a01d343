/**
 * Steps that reductions are made of.
 *
 * @module
 */
import { cast, type DType, dtypes, type Expr, input, op, type ReduceOp, scalar } from "@lucid/backend";
import { callReduce } from "../primitives/reduce.js";
import type { Tensor } from "../tensor/tensor.js";
import { type Axes, assertTensor, axesOf } from "./checks.js";
import { perType } from "./steps.js";

/** No numbers given at call time. @internal */
export const NO_SCALARS: readonly number[] = [];

/** Integers and bools are added and multiplied as int32, and asked for truth as bool. @internal */
export function reducible(value: Expr, how: ReduceOp): Expr {
  if (how === "any" || how === "all") return cast(value, "bool");
  const { kind } = dtypes[value.dtype];
  return (how === "sum" || how === "prod") && kind !== "float" ? cast(value, "int32") : value;
}

/** By position of the divisor among the scalars. */
const quotients: ((dtype: DType) => Expr)[] = [];

/** `input(0) / scalar(i)`: the end of a mean. @internal */
export function dividedBy(position: number, dtype: DType): Expr {
  quotients[position] ??= perType((type) => op("div", input(0, type), scalar(position, type)));
  return quotients[position](dtype);
}

/** The number of elements along some axes. @internal */
export function countAlong(shape: readonly number[], axes: readonly number[]): number {
  let count = 1;
  for (let i = 0; i < axes.length; i++) count *= shape[axes[i]!]!;
  return count;
}

/** A reduction over axes: all of them if none are named. `keepdim` (default false) keeps them with size 1. */
export type Reduction = (x: Tensor, axes?: Axes, keepdim?: boolean) => Tensor;

/** A reduction of the elements themselves. @internal */
export function reduction(
  name: string,
  how: ReduceOp,
  value: (element: Expr) => Expr = (element) => reducible(element, how),
): Reduction {
  const expressionOf = perType((dtype) => value(input(0, dtype)));
  return (x, axes, keepdim = false) => {
    assertTensor(name, "the input", x);
    return callReduce([x], {
      op: how,
      value: expressionOf(x.dtype),
      finish: undefined,
      scalars: NO_SCALARS,
      axes: axesOf(name, axes, x.ndim),
      keepdim,
      name,
    });
  };
}
