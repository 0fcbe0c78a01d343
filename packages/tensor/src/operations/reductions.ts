/**
 * Reductions over axes. Everywhere: no axes, or an empty list of them, mean all axes, as in PyTorch; `keepdim` keeps the
 * reduced axes with size 1.
 *
 * @module
 */
import { cast, constant, type DType, type Expr, input, op, type ReduceOp } from "@lucid/backend";
import { unrecorded } from "../dispatch/recorder.js";
import { elementwise } from "../elementwise/elementwise.js";
import type { Formula } from "../elementwise/formula.js";
import { owned } from "../memory/ownership.js";
import { callGather } from "../primitives/indexing.js";
import { callMap } from "../primitives/map.js";
import { callReduce } from "../primitives/reduce.js";
import { promoteTypes } from "../tensor/promotion.js";
import type { Tensor } from "../tensor/tensor.js";
import { sub } from "./arithmetic.js";
import { type Axes, assertFloating, assertTensor, axesOf, axisOf } from "./checks.js";
import { countAlong, dividedBy, reducible } from "./fused-reduce.js";
import { square } from "./powers.js";
import { converted, perType, viewed } from "./steps.js";

/** Extremes along an axis, and where they stand. */
export interface ValuesAndIndices {
  readonly values: Tensor;
  /** int32 positions along the axis. */
  readonly indices: Tensor;
}

/** Options of `var` and `std`. */
export interface VarianceOptions {
  /** What is subtracted from the number of elements in the divisor; default 1. */
  readonly correction?: number;
  /** Whether reduced axes stay, with size 1; default false. */
  readonly keepdim?: boolean;
}

const NO_SCALARS: readonly number[] = [];

/** A reduction of the elements themselves. */
function reduction(
  name: string,
  how: ReduceOp,
  value: (element: Expr) => Expr = (element) => reducible(element, how),
): (x: Tensor, axes: Axes | undefined, keepdim: boolean) => Tensor {
  const expressionOf = perType((dtype) => value(input(0, dtype)));
  return (x, axes, keepdim) =>
    callReduce([x], {
      op: how,
      value: expressionOf(x.dtype),
      finish: undefined,
      scalars: NO_SCALARS,
      axes: axesOf(name, axes, x.ndim),
      keepdim,
      name,
    });
}

const reduceSum = /* @__PURE__ */ reduction("sum", "sum");
const reduceProd = /* @__PURE__ */ reduction("prod", "prod");
const reduceAmax = /* @__PURE__ */ reduction("amax", "max");
const reduceAmin = /* @__PURE__ */ reduction("amin", "min");
const reduceMax = /* @__PURE__ */ reduction("max", "max");
const reduceMin = /* @__PURE__ */ reduction("min", "min");
const reduceAny = /* @__PURE__ */ reduction("any", "any");
const reduceAll = /* @__PURE__ */ reduction("all", "all");
const reduceArgmax = /* @__PURE__ */ reduction("argmax", "argmax");
const reduceArgmin = /* @__PURE__ */ reduction("argmin", "argmin");
const reduceCount = /* @__PURE__ */ reduction("countNonzero", "sum", (element) => cast(cast(element, "bool"), "int32"));

/**
 * Sum. Of bools and integers an int32, which wraps; of nothing 0. (torch.sum)
 *
 * @example
 * ```ts
 * sum(tensor([[1, 2], [3, 4]])); // → Tensor(10)
 * sum(tensor([[1, 2], [3, 4]]), 0); // → Tensor([4, 6])
 * sum(tensor([[1, 2], [3, 4]]), 1, true); // → Tensor([[3], [7]])
 * ```
 */
export function sum(x: Tensor, axes?: Axes, keepdim = false): Tensor {
  assertTensor("sum", "the input", x);
  return reduceSum(x, axes, keepdim);
}

/**
 * Product. Of bools and integers an int32, which wraps; of nothing 1. (torch.prod)
 *
 * @example
 * ```ts
 * prod(tensor([2, 3, 4])); // → Tensor(24)
 * ```
 */
export function prod(x: Tensor, axes?: Axes, keepdim = false): Tensor {
  assertTensor("prod", "the input", x);
  return reduceProd(x, axes, keepdim);
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

/**
 * Largest elements; NaN wins. Elements that tie share the gradient evenly. (torch.amax)
 *
 * @throws ArgumentError where there is nothing to choose from.
 *
 * @example
 * ```ts
 * amax(tensor([[1, 2], [4, 3]]), 1); // → Tensor([2, 4])
 * ```
 */
export function amax(x: Tensor, axes?: Axes, keepdim = false): Tensor {
  assertTensor("amax", "the input", x);
  return reduceAmax(x, axes, keepdim);
}

/**
 * Smallest elements; NaN wins. Elements that tie share the gradient evenly. (torch.amin)
 *
 * @throws ArgumentError where there is nothing to choose from.
 *
 * @example
 * ```ts
 * amin(tensor([[1, 2], [4, 3]]), 1); // → Tensor([1, 3])
 * ```
 */
export function amin(x: Tensor, axes?: Axes, keepdim = false): Tensor {
  assertTensor("amin", "the input", x);
  return reduceAmin(x, axes, keepdim);
}

/** Extremes along one axis by their positions, so that the gradient goes to the chosen element alone. */
function extremes(
  name: string,
  arg: (x: Tensor, axes: Axes, keepdim: boolean) => Tensor,
  x: Tensor,
  axis: number,
  keepdim: boolean,
): ValuesAndIndices {
  const at = axisOf(name, axis, x.ndim);
  return owned(() => {
    const source = x.ndim === 0 ? viewed(x, [1]) : x;
    const indices = arg(source, at, true);
    const values = callGather(source, indices, at);
    if (keepdim && x.ndim > 0) return { values, indices };
    const shape = source.shape.filter((_, i) => i !== at);
    return { values: viewed(values, shape), indices: viewed(indices, shape) };
  });
}

/**
 * The largest element of all; NaN wins, and elements that tie share the gradient evenly. (torch.max)
 *
 * @throws ArgumentError where there is nothing to choose from.
 *
 * @example
 * ```ts
 * max(tensor([[1, 5], [4, 3]])); // → Tensor(5)
 * ```
 */
export function max(x: Tensor): Tensor;
/**
 * The largest elements along an axis and their positions: the first ones, to which the gradient goes. NaN wins.
 *
 * @example
 * ```ts
 * max(tensor([[1, 5], [4, 3]]), 1); // → { values: Tensor([5, 4]), indices: Tensor([1, 0], dtype=int32) }
 * ```
 */
export function max(x: Tensor, axis: number, keepdim?: boolean): ValuesAndIndices;
export function max(x: Tensor, axis?: number, keepdim = false): Tensor | ValuesAndIndices {
  assertTensor("max", "the input", x);
  return axis === undefined ? reduceMax(x, undefined, false) : extremes("max", reduceArgmax, x, axis, keepdim);
}

/**
 * The smallest element of all; NaN wins, and elements that tie share the gradient evenly. (torch.min)
 *
 * @throws ArgumentError where there is nothing to choose from.
 *
 * @example
 * ```ts
 * min(tensor([[1, 5], [4, 3]])); // → Tensor(1)
 * ```
 */
export function min(x: Tensor): Tensor;
/**
 * The smallest elements along an axis and their positions: the first ones, to which the gradient goes. NaN wins.
 *
 * @example
 * ```ts
 * min(tensor([[1, 5], [4, 3]]), 1); // → { values: Tensor([1, 3]), indices: Tensor([0, 1], dtype=int32) }
 * ```
 */
export function min(x: Tensor, axis: number, keepdim?: boolean): ValuesAndIndices;
export function min(x: Tensor, axis?: number, keepdim = false): Tensor | ValuesAndIndices {
  assertTensor("min", "the input", x);
  return axis === undefined ? reduceMin(x, undefined, false) : extremes("min", reduceArgmin, x, axis, keepdim);
}

/**
 * Position of the largest element along an axis, or in the flattened tensor, as int32: the first of equals, and NaN wins.
 * (torch.argmax)
 *
 * @throws ArgumentError where there is nothing to choose from.
 *
 * @example
 * ```ts
 * argmax(tensor([[1, 5], [4, 3]])); // → Tensor(1, dtype=int32)
 * argmax(tensor([[1, 5], [4, 3]]), 0); // → Tensor([1, 0], dtype=int32)
 * ```
 */
export function argmax(x: Tensor, axis?: number, keepdim = false): Tensor {
  assertTensor("argmax", "the input", x);
  return reduceArgmax(x, axis, keepdim);
}

/**
 * Position of the smallest element along an axis, or in the flattened tensor, as int32: the first of equals, and NaN wins.
 * (torch.argmin)
 *
 * @throws ArgumentError where there is nothing to choose from.
 *
 * @example
 * ```ts
 * argmin(tensor([[1, 5], [4, 3]]), 1); // → Tensor([0, 1], dtype=int32)
 * ```
 */
export function argmin(x: Tensor, axis?: number, keepdim = false): Tensor {
  assertTensor("argmin", "the input", x);
  return reduceArgmin(x, axis, keepdim);
}

/**
 * Whether any element is not 0, as bool; NaN counts as true. Of nothing false. (torch.any)
 *
 * @example
 * ```ts
 * any(tensor([[0, 0], [0, 1]]), 1); // → Tensor([false, true])
 * ```
 */
export function any(x: Tensor, axes?: Axes, keepdim = false): Tensor {
  assertTensor("any", "the input", x);
  return reduceAny(x, axes, keepdim);
}

/**
 * Whether no element is 0, as bool; NaN counts as true. Of nothing true. (torch.all)
 *
 * @example
 * ```ts
 * all(tensor([[1, 2], [0, 1]]), 1); // → Tensor([true, false])
 * ```
 */
export function all(x: Tensor, axes?: Axes, keepdim = false): Tensor {
  assertTensor("all", "the input", x);
  return reduceAll(x, axes, keepdim);
}

/**
 * Number of elements that are not 0, as int32; NaN counts. (torch.count_nonzero)
 *
 * @example
 * ```ts
 * countNonzero(tensor([[0, 2], [3, 4]]), 0); // → Tensor([1, 2], dtype=int32)
 * ```
 */
export function countNonzero(x: Tensor, axes?: Axes): Tensor {
  assertTensor("countNonzero", "the input", x);
  return reduceCount(x, axes, false);
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

/** The largest element, and 0 where that is infinite, so that nothing is subtracted from it. */
const finiteOrZero = /* @__PURE__ */ perType((dtype) => {
  const value = input(0, dtype);
  const zero = constant(0, dtype);
  return op("where", op("eq", op("abs", value), constant(Infinity, dtype)), zero, value);
});
const shiftedExp = /* @__PURE__ */ perType((dtype) => op("exp", op("sub", input(0, dtype), input(1, dtype))));
const shiftedLog = /* @__PURE__ */ perType((dtype) => op("add", op("log", input(0, dtype)), input(1, dtype)));
const expOf = /* @__PURE__ */ perType((dtype) => op("exp", input(0, dtype)));
const logOf = /* @__PURE__ */ perType((dtype) => op("log", input(0, dtype)));

/**
 * `ln Σ eˣ`, without overflow: ∞ if any element is ∞, −∞ if all are −∞ or there are none. (torch.logsumexp)
 *
 * @example
 * ```ts
 * logsumexp(tensor([1000, 1000])); // → Tensor(1000.6932)
 * ```
 */
export function logsumexp(x: Tensor, axes?: Axes, keepdim = false): Tensor {
  assertTensor("logsumexp", "the input", x);
  const name = "logsumexp";
  const list = axesOf(name, axes, x.ndim);
  return owned(() => {
    const values = converted(name, x, promoteTypes(x.dtype, "float32"));
    const { dtype, shape } = values;
    const reduce = (how: ReduceOp, inputs: readonly Tensor[], value: Expr, finish: Expr | undefined, kept: boolean) =>
      callReduce(inputs, { op: how, value, finish, scalars: NO_SCALARS, axes: list, keepdim: kept, name });
    if (countAlong(shape, list) === 0) return reduce("sum", [values], expOf(dtype), logOf(dtype), keepdim);
    // Any constant gives the same result and the same derivatives, so this one is not recorded.
    const shift = unrecorded(() => reduce("max", [values], elementOf(dtype), finiteOrZero(dtype), true));
    const total = reduce("sum", [values, shift], shiftedExp(dtype), undefined, keepdim);
    const after = keepdim
      ? shift
      : viewed(
          shift,
          shape.filter((_, axis) => !list.includes(axis)),
        );
    return callMap(name, [total, after], [shiftedLog(dtype)])[0]!;
  });
}
