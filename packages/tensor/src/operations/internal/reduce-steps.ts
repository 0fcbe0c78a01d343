/**
 * The arguments and the steps that reductions share.
 *
 * @module
 */
import {
  cast,
  type DType,
  dtypes,
  type Expr,
  input,
  type OptionNames,
  op,
  type ReduceOp,
  scalar,
} from "@lucid/backend";
import { callReduce } from "../../primitives/reduce.js";
import type { Tensor } from "../../tensor/tensor.js";
import { assertFlag, dtypeOption, readArguments } from "./arguments.js";
import { assertTensor } from "./checks.js";
import { type Dims, dimOf, dimsOf } from "./dims.js";
import { perType } from "./views.js";

/** Options of a reduction. */
export interface ReductionOptions {
  /** The dimensions to reduce; default: all of them. */
  readonly dim?: Dims | null;
  /** Whether the reduced dimensions stay, with size 1; default false. */
  readonly keepdim?: boolean;
}

/** Options of a reduction that can convert its input. */
export interface TypedReductionOptions extends ReductionOptions {
  /** The elements are converted to this type before they are reduced, and the result has it. */
  readonly dtype?: DType;
}

/**
 * A reduction over one dimension, several, or all of them: `dim` and `keepdim` by position or as options.
 *
 * A union in one signature, and not overloads, so that all ways to call it have the same documentation in editors.
 */
export type ReductionFunction = (
  x: Tensor,
  ...args:
    | readonly [dim?: Dims | null | undefined, keepdim?: boolean | undefined]
    | readonly [dim: Dims | null, options: Omit<ReductionOptions, "dim">]
    | readonly [options: ReductionOptions]
) => Tensor;

/** A {@link ReductionFunction} that can convert its input. */
export type TypedReductionFunction = (
  x: Tensor,
  ...args:
    | readonly [
        dim?: Dims | null | undefined,
        keepdim?: boolean | undefined,
        options?: Omit<TypedReductionOptions, "dim" | "keepdim"> | undefined,
      ]
    | readonly [dim: Dims | null, options: Omit<TypedReductionOptions, "dim">]
    | readonly [options: TypedReductionOptions]
) => Tensor;

/** The arguments of a reduction after all checks. @internal */
export interface ReductionArguments {
  /** Ascending. */
  readonly axes: readonly number[];
  readonly keepdim: boolean;
  readonly dtype: DType | undefined;
}

const UNTYPED: OptionNames<ReductionOptions> = { dim: true, keepdim: true };
const TYPED: OptionNames<TypedReductionOptions> = { dim: true, keepdim: true, dtype: true };
const POSITIONAL = ["dim", "keepdim"] as const;

/** Reads and checks the arguments after the input. @internal */
export function reductionArguments(
  operation: string,
  x: Tensor,
  args: readonly unknown[],
  typed: boolean,
): ReductionArguments {
  assertTensor(operation, "the input", x);
  const names = typed ? TYPED : (UNTYPED as OptionNames<TypedReductionOptions>);
  const { dim, keepdim, dtype } = readArguments<TypedReductionOptions>(operation, args, POSITIONAL, names);
  assertFlag(operation, "keepdim", keepdim);
  return {
    axes: dimsOf(operation, dim, x.ndim),
    keepdim: keepdim ?? false,
    dtype: dtypeOption(operation, dtype),
  };
}

/**
 * Converts the value to the type in which a reduction accumulates it: int32 for sums and products of integers and
 * bools. @internal
 */
export function reducible(value: Expr, how: ReduceOp): Expr {
  if (how === "any" || how === "all") return cast(value, "bool");
  const { kind } = dtypes[value.dtype];
  return (how === "sum" || how === "prod") && kind !== "float" ? cast(value, "int32") : value;
}

/** The expressions of {@link dividedBy}, by the position of the divisor among the scalars. */
const quotients: ((dtype: DType) => Expr)[] = [];

/** The expression `input(0) / scalar(position)`, with which a mean ends. @internal */
export function dividedBy(position: number, dtype: DType): Expr {
  quotients[position] ??= perType((type) => op("div", input(0, type), scalar(position, type)));
  return quotients[position](dtype);
}

/** Counts the elements along some axes. @internal */
export function countAlong(shape: readonly number[], axes: readonly number[]): number {
  let count = 1;
  for (let i = 0; i < axes.length; i++) count *= shape[axes[i]!]!;
  return count;
}

/** Makes a reduction of the elements. @internal */
export function reduction(name: string, how: ReduceOp): ReductionFunction {
  const reducedValue = perType((dtype) => reducible(input(0, dtype), how));
  return (x: Tensor, ...args: readonly unknown[]): Tensor => {
    const { axes, keepdim } = reductionArguments(name, x, args, false);
    return reduced(name, how, x, reducedValue(x.dtype), undefined, axes, keepdim);
  };
}

/** Makes a reduction of the elements that can convert them first. @internal */
export function typedReduction(name: string, how: ReduceOp): TypedReductionFunction {
  const reducedValue = perType((dtype) => reducible(input(0, dtype), how));
  return (x: Tensor, ...args: readonly unknown[]): Tensor => {
    const { axes, keepdim, dtype } = reductionArguments(name, x, args, true);
    if (dtype === undefined) return reduced(name, how, x, reducedValue(x.dtype), undefined, axes, keepdim);
    const value = reducible(cast(input(0, x.dtype), dtype), how);
    const finish = value.dtype === dtype ? undefined : cast(input(0, value.dtype), dtype);
    return reduced(name, how, x, value, finish, axes, keepdim);
  };
}

function reduced(
  name: string,
  how: ReduceOp,
  x: Tensor,
  value: Expr,
  finish: Expr | undefined,
  axes: readonly number[],
  keepdim: boolean,
): Tensor {
  return callReduce([x], { op: how, value, finish, axes, keepdim, name });
}

/** Options of a reduction over one dimension. */
export interface SingleReductionOptions {
  /** The dimension to reduce; default (and null): the elements of the flattened tensor. */
  readonly dim?: number | null;
  /** Whether the reduced dimensions stay, with size 1; default false. */
  readonly keepdim?: boolean;
}

/** A reduction over one dimension, or over all elements. */
export interface SingleReductionFunction {
  /**
   * @param dim - the dimension to reduce; default (and null): all elements.
   * @param keepdim - whether the reduced dimensions stay, with size 1; default false.
   */
  (x: Tensor, dim?: number | null, keepdim?: boolean): Tensor;
  /** @param dim - the dimension to reduce; null: all elements. */
  (x: Tensor, dim: number | null, options: Omit<SingleReductionOptions, "dim">): Tensor;
  (x: Tensor, options: SingleReductionOptions): Tensor;
}

/** Reads and checks the arguments after the input of a reduction over one dimension. @internal */
export function singleReductionArguments(
  operation: string,
  x: Tensor,
  args: readonly unknown[],
): { readonly dim: number | undefined; readonly keepdim: boolean } {
  assertTensor(operation, "the input", x);
  const options = readArguments<SingleReductionOptions>(
    operation,
    args,
    POSITIONAL,
    UNTYPED as OptionNames<SingleReductionOptions>,
  );
  assertFlag(operation, "keepdim", options.keepdim);
  const { dim, keepdim = false } = options;
  return { dim: dim === undefined || dim === null ? undefined : dimOf(operation, dim, x.ndim), keepdim };
}
