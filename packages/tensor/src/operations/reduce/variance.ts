/**
 * Variance and standard deviation.
 *
 * @module
 */
import {
  ArgumentError,
  cast,
  type ComputeType,
  constant,
  type DType,
  dtypes,
  type Expr,
  heldTypes,
  input,
  type OptionNames,
  op,
} from "@lucid/backend";
import { owned } from "../../memory/ownership.js";
import { callReduce } from "../../primitives/reduce.js";
import type { Tensor } from "../../tensor/tensor.js";
import { assertFlag, assertReal, readArguments } from "../internal/arguments.js";
import { assertFloating, assertTensor } from "../internal/checks.js";
import { type Dims, dimsOf } from "../internal/dims.js";
import { countAlong, dividedBy } from "../internal/reduce-steps.js";
import { perType } from "../internal/views.js";
import { meanOver } from "./mean.js";

/** Options of `var` and `std`. */
export interface VarianceOptions {
  /** The dimensions to reduce; default (and null): all of them. */
  readonly dim?: Dims | null;
  /** The sum of squares is divided by n − correction; default 1, which makes the variance unbiased. */
  readonly correction?: number;
  /** PyTorch's older spelling of the correction: true is 1, false is 0. */
  readonly unbiased?: boolean;
  /** Whether the reduced dimensions stay, with size 1; default false. */
  readonly keepdim?: boolean;
}

const NAMES: OptionNames<VarianceOptions> = { dim: true, correction: true, unbiased: true, keepdim: true };

/** The squared distance from the mean, `input(1)`, in the type in which it is summed. The mean has the type in which x is computed. */
function squaredDistance(dtype: DType, wide: ComputeType): Expr {
  const { compute } = dtypes[dtype];
  const distance = cast(op("sub", cast(input(0, dtype), compute), input(1, compute)), wide);
  return op("mul", distance, distance);
}

const narrowSquare = /* @__PURE__ */ perType((dtype) => squaredDistance(dtype, dtypes[dtype].compute));
/** float32 distances above 10¹⁹ have squares beyond float32, those below 10⁻²³ have none: their squares are float64. */
const wideSquare = /* @__PURE__ */ perType((dtype) => squaredDistance(dtype, "float64"));

const varianceOf = /* @__PURE__ */ perType((dtype) => cast(dividedBy(0, dtypes[dtype].compute), dtype));

/** The root of 0 is written as a literal, so that its gradient is 0 and not NaN, as in PyTorch. */
function rootOfVariance(wide: ComputeType): Expr {
  const value = dividedBy(0, wide);
  const zero = constant(0, wide);
  return op("where", op("eq", value, zero), zero, op("sqrt", value));
}

const deviationOf = /* @__PURE__ */ perType((dtype) => cast(rootOfVariance(dtypes[dtype].compute), dtype));
const deviationOfWide = /* @__PURE__ */ perType((dtype) => cast(rootOfVariance("float64"), dtype));

function correctionOf(name: string, { correction, unbiased }: VarianceOptions): number {
  assertReal(name, "correction", correction);
  assertFlag(name, "unbiased", unbiased);
  if (correction !== undefined && unbiased !== undefined) {
    throw new ArgumentError(name, "correction and unbiased are both given", {
      rule: "unbiased: true stands for correction: 1, false for 0",
    });
  }
  return correction ?? (unbiased === false ? 0 : 1);
}

function spread(name: "var" | "std", x: Tensor, args: readonly unknown[]): Tensor {
  assertTensor(name, "the input", x);
  if (args.some((arg) => typeof arg === "boolean")) {
    throw new ArgumentError(name, "a boolean by position could mean unbiased or keepdim", {
      remedy: `name it: ${name}({ dim, unbiased: false }) or ${name}({ dim, keepdim: true })`,
    });
  }
  const options = readArguments<VarianceOptions>(name, args, ["dim"], NAMES);
  const { dim, keepdim = false } = options;
  const correction = correctionOf(name, options);
  assertFlag(name, "keepdim", keepdim);
  const { dtype } = x;
  assertFloating(name, dtype);
  const axes = dimsOf(name, dim, x.ndim);
  const wide = name === "std" && heldTypes(x.backend.capabilities).includes("float64");
  return owned(() =>
    callReduce(
      [x, meanOver(name, x, axes, true, dtypes[dtype].compute)],
      {
        op: "sum",
        value: (wide ? wideSquare : narrowSquare)(dtype),
        finish: (name === "var" ? varianceOf : wide ? deviationOfWide : deviationOf)(dtype),
        axes,
        keepdim,
        name,
      },
      [Math.max(0, countAlong(x.shape, axes) - correction)],
    ),
  );
}

export { variance as var };

/**
 * Computes the variance of the elements.
 *
 * `Σ (x − mean)² / (n − correction)`; the divisor is never below 0.
 *
 * @param dim - the dimensions to reduce; default (and null): all of them.
 * @throws DTypeError unless the elements are floating; ArgumentError or IndexOutOfRangeError if `dim` names no
 * dimension of x.
 *
 * @example
 * ```ts
 * tensor([1, 2, 3, 4]).var(0, { correction: 0 }); // → Tensor(1.25)
 * tensor([1]).var(); // → Tensor(NaN)
 * ```
 *
 * @see torch.var
 */
function variance(
  x: Tensor,
  ...args:
    | readonly [dim?: Dims | null | undefined, options?: Omit<VarianceOptions, "dim"> | undefined]
    | readonly [options: VarianceOptions]
): Tensor {
  return spread("var", x, args);
}

/**
 * Computes the standard deviation of the elements, the root of their variance.
 *
 * `√(Σ (x − mean)² / (n − correction))`; the divisor is never below 0.
 *
 * Where the deviation is 0, its gradient is 0. The squares may exceed the range of float32.
 *
 * @param dim - the dimensions to reduce; default (and null): all of them.
 * @throws DTypeError unless the elements are floating; ArgumentError or IndexOutOfRangeError if `dim` names no
 * dimension of x.
 *
 * @example
 * ```ts
 * std(tensor([1, 2, 3, 4, 5])); // → Tensor(1.5811)
 * ```
 *
 * @see torch.std
 */
export function std(
  x: Tensor,
  ...args:
    | readonly [dim?: Dims | null | undefined, options?: Omit<VarianceOptions, "dim"> | undefined]
    | readonly [options: VarianceOptions]
): Tensor {
  return spread("std", x, args);
}
