/**
 * Reductions of an element-wise function's value that never store the value: losses, norms and variances in one pass.
 *
 * @module
 */
import type { ReduceOp } from "@lucid/backend";
import type { Elementwise, Operand } from "../elementwise/elementwise.js";
import type { Formula } from "../elementwise/formula.js";
import { broadcastInputs } from "../primitives/layout.js";
import { callReduce } from "../primitives/reduce.js";
import type { Tensor } from "../tensor/tensor.js";
import { type Axes, assertFloating, axesOf } from "./checks.js";
import { countAlong, dividedBy, reducible } from "./reduce-steps.js";

/** Options of {@link fusedReduce}. */
export interface FusedReduceOptions {
  /** How values are combined; default "sum". */
  readonly op?: ReduceOp;
  /** Axes of what the arguments broadcast to; default all. */
  readonly axes?: Axes | undefined;
  /** Whether reduced axes stay, with size 1; default false. */
  readonly keepdim?: boolean;
  /** Divides the result by this number, or by the number of reduced elements if true. The values must be floating. */
  readonly mean?: boolean | number;
  /** What errors call it; default the function's own name. */
  readonly name?: string;
}

/**
 * `op` over axes of an element-wise function's value, in one kernel: `fusedReduce(f, [x, y])` is `sum(f(x, y))` without
 * the tensor in between. Differentiable any number of times.
 *
 * @throws DTypeError for the mean of values that are not floating.
 *
 * @example
 * ```ts
 * const squaredError = elementwise((x, y) => square(x.sub(y)));
 * fusedReduce(squaredError, [tensor([1, 2]), tensor([3, 5])], { mean: true }).item(); // → 6.5
 * ```
 */
export function fusedReduce<A extends readonly Formula[]>(
  fn: Elementwise<A>,
  args: readonly Operand[],
  options: FusedReduceOptions = {},
): Tensor {
  const { op: how = "sum", keepdim = false, mean = false, name = fn.operation } = options;
  const { expr, inputs, scalars } = fn.trace(args);
  const shape = broadcastInputs(name, inputs);
  const axes = axesOf(name, options.axes, shape.length);
  if (mean === false) {
    return callReduce(inputs, {
      op: how,
      value: reducible(expr, how),
      finish: undefined,
      scalars,
      axes,
      keepdim,
      name,
    });
  }
  assertFloating(name, expr.dtype);
  return callReduce(inputs, {
    op: how,
    value: expr,
    finish: dividedBy(scalars.length, expr.dtype),
    scalars: [...scalars, mean === true ? countAlong(shape, axes) : mean],
    axes,
    keepdim,
    name,
  });
}
