/**
 * Means and how far elements lie from them. Axes are named as in every reduction.
 *
 * @module
 */
import { constant, type DType, type Expr, input, op } from "@lucid/backend";
import { elementwise } from "../elementwise/elementwise.js";
import type { Formula } from "../elementwise/formula.js";
import { owned } from "../memory/ownership.js";
import { callReduce } from "../primitives/reduce.js";
import type { Tensor } from "../tensor/tensor.js";
import { sub } from "./arithmetic.js";
import { type Axes, assertFloating, assertTensor, axesOf } from "./checks.js";
import { square } from "./powers.js";
import { countAlong, dividedBy } from "./reduce-steps.js";
import { perType } from "./steps.js";

/** Options of `var` and `std`. */
export interface VarianceOptions {
  /** What is subtracted from the number of elements in the divisor; default 1. */
  readonly correction?: number;
  /** Whether reduced axes stay, with size 1; default false. */
  readonly keepdim?: boolean;
}

const elementOf = /* @__PURE__ */ perType((dtype) => input(0, dtype));
const divideByCount = /* @__PURE__ */ perType((dtype) => dividedBy(0, dtype));

/**
 * Mean, `Σ x / n`. Of nothing NaN. (torch.mean)
 *
 * @throws DTypeError unless the elements are floating.
 *
 * @example
 * ```ts
 * mean(tensor([[1, 2], [3, 4]])); // → Tensor(2.5)
 * mean(tensor([[1, 2], [3, 4]]), -1); // → Tensor([1.5, 3.5])
 * ```
 */
export function mean(x: Tensor, axes?: Axes, keepdim = false): Tensor {
  assertTensor("mean", "the input", x);
  return meanOf("mean", x, axesOf("mean", axes, x.ndim), keepdim);
}

function meanOf(name: string, x: Tensor, axes: readonly number[], keepdim: boolean): Tensor {
  const { dtype } = x;
  assertFloating(name, dtype);
  return callReduce([x], {
    op: "sum",
    value: elementOf(dtype),
    finish: divideByCount(dtype),
    scalars: [countAlong(x.shape, axes)],
    axes,
    keepdim,
    name,
  });
}

const squaredDistance = /* @__PURE__ */ elementwise((x: Formula, center: Formula) => square(sub(x, center)), {
  name: "var",
});

/** 0 for 0, so that the gradient of a deviation of 0 is 0 and not NaN, as in PyTorch. */
const rootOfVariance = /* @__PURE__ */ perType((dtype) => {
  const value = dividedBy(0, dtype);
  return op("where", op("eq", value, constant(0, dtype)), constant(0, dtype), op("sqrt", value));
});

function spread(
  name: string,
  x: Tensor,
  axes: Axes | undefined,
  { correction = 1, keepdim = false }: VarianceOptions,
  finish: (dtype: DType) => Expr,
): Tensor {
  assertFloating(name, x.dtype);
  const list = axesOf(name, axes, x.ndim);
  return owned(() => {
    const inputs = [x, meanOf(name, x, list, true)];
    return callReduce(inputs, {
      op: "sum",
      value: squaredDistance.trace(inputs).expr,
      finish: finish(x.dtype),
      scalars: [Math.max(0, countAlong(x.shape, list) - correction)],
      axes: list,
      keepdim,
      name,
    });
  });
}

export { variance as var };

/**
 * Variance, `Σ (x − mean)² / (n − correction)`; the divisor is never below 0. (torch.var)
 *
 * @throws DTypeError unless the elements are floating.
 *
 * @example
 * ```ts
 * tensor([1, 2, 3, 4]).var(0, { correction: 0 }); // → Tensor(1.25)
 * tensor([1]).var(); // → Tensor(NaN)
 * ```
 */
function variance(x: Tensor, axes?: Axes, options: VarianceOptions = {}): Tensor {
  assertTensor("var", "the input", x);
  return spread("var", x, axes, options, divideByCount);
}

/**
 * Standard deviation, `√variance`; where it is 0, so is its gradient. (torch.std)
 *
 * @throws DTypeError unless the elements are floating.
 *
 * @example
 * ```ts
 * std(tensor([1, 2, 3, 4, 5])); // → Tensor(1.5811)
 * ```
 */
export function std(x: Tensor, axes?: Axes, options: VarianceOptions = {}): Tensor {
  assertTensor("std", "the input", x);
  return spread("std", x, axes, options, rootOfVariance);
}
