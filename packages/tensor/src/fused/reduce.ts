/**
 * Reductions over the result of an element-wise function in one pass, for losses, norms and variances.
 *
 * @module
 */
import { checkOptions, type OptionNames, type ReduceOp } from "@lucid/backend";
import type { Operand, Traceable } from "../elementwise/elementwise.js";
import { assertFloating } from "../operations/internal/checks.js";
import { type Dims, dimsOf } from "../operations/internal/dims.js";
import { countAlong, dividedBy, reducible } from "../operations/internal/reduce-steps.js";
import { broadcastInputs } from "../primitives/layout.js";
import { callReduce } from "../primitives/reduce.js";
import type { Tensor } from "../tensor/tensor.js";

/** Options of {@link fusedReduce}. */
export interface FusedReduceOptions {
  /** How values are combined; default "sum". */
  readonly op?: ReduceOp;
  /** The dimensions to reduce, of the shape to which the arguments broadcast; default: all of them. */
  readonly dim?: Dims | undefined;
  /** Whether the reduced dimensions stay, with size 1; default false. */
  readonly keepdim?: boolean;
  /** Divides the result by this number, or by the number of reduced elements if true. The values must be floating. */
  readonly mean?: boolean | number;
  /** The name of the operation in errors; default: the function's own name. */
  readonly name?: string;
}

const OPTIONS: OptionNames<FusedReduceOptions> = { op: true, dim: true, keepdim: true, mean: true, name: true };

/**
 * Reduces the result of an element-wise function over dimensions, in one kernel that never stores that result.
 *
 * `fusedReduce(f, [x, y])` is `sum(f(x, y))` without the tensor in between; differentiable any number of times.
 *
 * @param fn - an element-wise operation.
 * @param args - its arguments, which broadcast.
 * @throws DTypeError for the mean of values that are not floating; ArgumentError for an unknown option.
 *
 * @example
 * ```ts
 * const squaredError = elementwise((x, y) => square(x.sub(y)));
 * fusedReduce(squaredError, [tensor([1, 2]), tensor([3, 5])], { mean: true }).item(); // → 6.5
 * ```
 */
export function fusedReduce(fn: Traceable, args: readonly Operand[], options: FusedReduceOptions = {}): Tensor {
  checkOptions("fusedReduce", options, OPTIONS);
  const { op: how = "sum", keepdim = false, mean = false, name = fn.operation } = options;
  const { expr, inputs, scalars } = fn.trace(args);
  const shape = broadcastInputs(name, inputs);
  const axes = dimsOf(name, options.dim, shape.length);
  if (mean === false) {
    return callReduce(
      inputs,
      {
        op: how,
        value: reducible(expr, how),
        finish: undefined,
        axes,
        keepdim,
        name,
      },
      scalars,
    );
  }
  assertFloating(name, expr.dtype);
  return callReduce(
    inputs,
    {
      op: how,
      value: expr,
      finish: dividedBy(scalars.length, expr.dtype),
      axes,
      keepdim,
      name,
    },
    [...scalars, mean === true ? countAlong(shape, axes) : mean],
  );
}
