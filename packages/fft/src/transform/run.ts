/**
 * The three kinds of transform, from checked arguments.
 *
 * @module
 */
import { type DType, dtypes } from "@lucid/backend";
import { isFloating, owned } from "@lucid/tensor/extend";
import { contiguous, type Tensor } from "@lucid/tensor/functions";
import { assertElements, type Plan, scaleOf } from "../internal/arguments.js";
import { converted, fitted } from "../internal/views.js";
import { complexStep, fromPairs, fromRealStep, type Grid, type Step, toPairs, toRealStep } from "./grid.js";
import { halfOf } from "./matrices.js";

/** The transforms of a plan, where the lengths of the dimensions are known. */
function stepsOf(operation: string, plan: Plan, sign: number, sizes: readonly number[]): readonly Step[] {
  return plan.dims.map((dim, i) => {
    const length = plan.lengths[i] ?? sizes[dim]!;
    assertElements(operation, length, sizes);
    return { dim, length, sign, scale: scaleOf(plan.norm, sign, length) };
  });
}

/** Types that are only stored are transformed in the type that they are computed in. Integers and bools become float32. */
function computed(operation: string, x: Tensor, work: (x: Tensor) => Tensor): Tensor {
  return owned(() => {
    const type: DType = isFloating(x.dtype) ? x.dtype : "float32";
    const result = work(converted(operation, x, dtypes[type].compute));
    return converted(operation, contiguous(result), type);
  });
}

function fittedTo(x: Tensor, steps: readonly Step[]): Tensor {
  return steps.reduce((y, { dim, length }) => fitted(y, dim, length), x);
}

const through = (operation: string, grid: Grid, steps: readonly Step[]): Grid =>
  steps.reduce((y, step) => complexStep(operation, y, step), grid);

/** From complex numbers to complex numbers. */
export function complexToComplex(operation: string, x: Tensor, plan: Plan, sign: number): Tensor {
  const steps = stepsOf(operation, plan, sign, x.shape.slice(0, -1));
  return computed(operation, x, (y) => toPairs(operation, through(operation, fromPairs(fittedTo(y, steps)), steps)));
}

/** From real numbers to the first half of the spectrum along the last dimension of the plan. */
export function realToComplex(operation: string, x: Tensor, plan: Plan, sign: number): Tensor {
  const steps = stepsOf(operation, plan, sign, x.shape);
  return computed(operation, x, (y) => {
    const first = fromRealStep(operation, fittedTo(y, steps), steps.at(-1)!);
    return toPairs(operation, through(operation, first, steps.slice(0, -1)));
  });
}

/** From the first half of a spectrum along the last dimension of the plan to real numbers. */
export function complexToReal(operation: string, x: Tensor, plan: Plan, sign: number): Tensor {
  const sizes = x.shape.slice(0, -1);
  const last = plan.dims.at(-1)!;
  const known = sizes.map((size, dim) => (dim === last ? 2 * (size - 1) : size));
  const steps = stepsOf(operation, plan, sign, known);
  const end = steps.at(-1)!;
  const others = steps.slice(0, -1);
  return computed(operation, x, (y) => {
    const input = fittedTo(y, [...others, { ...end, length: halfOf(end.length) }]);
    return toRealStep(operation, through(operation, fromPairs(input), others), end);
  });
}
