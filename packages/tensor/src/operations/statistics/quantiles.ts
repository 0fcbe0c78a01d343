/**
 * Quantiles.
 *
 * @module
 */
import { ArgumentError, cast, describeValue, input, type OptionNames, op as exprOf } from "@lucid/backend";
import { elementwise } from "../../elementwise/elementwise.js";
import { type Formula, op } from "../../elementwise/formula.js";
import { owned } from "../../memory/ownership.js";
import { callGather } from "../../primitives/indexing.js";
import { callSort } from "../../primitives/ordering.js";
import { callReduce } from "../../primitives/reduce.js";
import { Tensor } from "../../tensor/tensor.js";
import { lerp, sub } from "../elementwise/arithmetic.js";
import { ceil, floor, round } from "../elementwise/rounding.js";
import { assertFlag, readArguments } from "../internal/arguments.js";
import { assertFloating, assertRank, assertSameType, assertTensor } from "../internal/checks.js";
import { dimOf } from "../internal/dims.js";
import { converted, expanded, perType, reshaped, viewed } from "../internal/views.js";
import { movedim } from "../shape/permuting.js";

/** How a quantile between two elements is found. */
export type Interpolation = "linear" | "lower" | "higher" | "midpoint" | "nearest";

/** Options of {@link quantile} and {@link nanquantile}. */
export interface QuantileOptions {
  /** The dimension; default (and null): all elements. */
  readonly dim?: number | null;
  /** Whether the reduced dimensions stay, with size 1; default false. */
  readonly keepdim?: boolean;
  /**
   * How a quantile between two elements is found: "linear" (default) between them by distance, "lower", "higher",
   * "nearest" one of them, "midpoint" their mean.
   */
  readonly interpolation?: Interpolation;
}

const optionNames: OptionNames<QuantileOptions> = { dim: true, keepdim: true, interpolation: true };

type QuantileArguments =
  | readonly [
      dim?: number | null | undefined,
      keepdim?: boolean | undefined,
      options?: Omit<QuantileOptions, "dim" | "keepdim"> | undefined,
    ]
  | readonly [dim: number | null, options: Omit<QuantileOptions, "dim">]
  | readonly [options: QuantileOptions];

/** The number of elements that are not NaN, in the type of the elements. */
const isNumber = /* @__PURE__ */ perType((dtype) => {
  const x = input(0, dtype);
  return cast(exprOf("eq", x, x), "int32");
});

/** Fractional ranks. Where an element is NaN, every quantile is NaN, which is sorted to the end. */
const ranksOfAll = /* @__PURE__ */ elementwise((level: Formula, count: Formula, size: Formula) =>
  op("where", op("eq", count, size), op("mul", level, op("sub", size, 1)), op("sub", size, 1)),
);

/** Fractional ranks among the numbers. */
const ranksOfNumbers = /* @__PURE__ */ elementwise((level: Formula, count: Formula) =>
  op("max", op("mul", level, op("sub", count, 1)), 0),
);

/** The elements at the ranks, along the last axis. */
const at = (sorted: Tensor, ranks: Tensor): Tensor =>
  callGather(sorted, converted("quantile", ranks, "int32"), sorted.ndim - 1);

/** Chooses or computes the elements at fractional ranks. */
const interpolations: Readonly<Record<Interpolation, (sorted: Tensor, ranks: Tensor) => Tensor>> = {
  lower: (sorted, ranks) => at(sorted, floor(ranks.detach())),
  higher: (sorted, ranks) => at(sorted, ceil(ranks.detach())),
  nearest: (sorted, ranks) => at(sorted, round(ranks.detach())),
  midpoint: (sorted, ranks) => lerp(at(sorted, floor(ranks.detach())), at(sorted, ceil(ranks.detach())), 0.5),
  linear: (sorted, ranks) => {
    const below = floor(ranks.detach());
    return lerp(at(sorted, below), at(sorted, ceil(ranks.detach())), sub(ranks, below));
  },
};

function quantiles(
  operation: "quantile" | "nanquantile",
  x: Tensor,
  q: number | Tensor,
  args: readonly unknown[],
): Tensor {
  assertTensor(operation, "the input", x);
  assertFloating(operation, x.dtype);
  const options = readArguments<QuantileOptions>(operation, args, ["dim", "keepdim"], optionNames);
  const { dim, keepdim = false, interpolation = "linear" } = options;
  assertFlag(operation, "keepdim", keepdim);
  if (!Object.hasOwn(interpolations, interpolation)) {
    throw new ArgumentError(operation, `interpolation is ${describeValue(interpolation)}`, {
      rule: `it is one of ${Object.keys(interpolations).join(", ")}`,
    });
  }
  if (typeof q === "number") {
    if (!(q >= 0 && q <= 1)) throw new ArgumentError(operation, `q is ${q}`, { rule: "q is from 0 to 1" });
  } else {
    assertTensor(operation, "q", q);
    assertSameType(operation, x, q);
    if (q.ndim > 1) assertRank(operation, "q", q, 1);
  }
  const all = dim === undefined || dim === null;
  const axis = all ? 0 : dimOf(operation, dim, x.ndim);
  if (x.numel() === 0) {
    throw new ArgumentError(operation, "there are no elements", { rule: "at least one is needed" });
  }
  return owned(() => {
    const source = all || x.ndim === 0 ? reshaped(operation, x, [x.numel()]) : movedim(x, axis, -1);
    const rank = source.ndim;
    const [sorted] = callSort(source, rank - 1);
    const size = source.shape[rank - 1]!;
    const wanted = q instanceof Tensor ? q : new Tensor(q, { dtype: x.dtype, backend: x.backend });
    const count = callReduce([source.detach()], {
      op: "sum",
      value: isNumber(x.dtype),
      finish: undefined,
      axes: [rank - 1],
      keepdim: true,
      name: operation,
    });
    const levels = wanted.ndim === 0 ? viewed(wanted, [1]) : wanted;
    const ranks = operation === "quantile" ? ranksOfAll(levels, count, size) : ranksOfNumbers(levels, count);
    const found = interpolations[interpolation](
      sorted,
      expanded(operation, ranks, [...source.shape.slice(0, -1), levels.shape[0]!]),
    );
    const kept = x.shape.map((length, i) => (all || i === axis ? 1 : length));
    const shape = keepdim ? kept : found.shape.slice(0, -1);
    const result = reshaped(operation, movedim(found, -1, 0), [levels.shape[0]!, ...shape]);
    return wanted.ndim === 0 ? viewed(result, shape) : result;
  });
}

/**
 * Computes quantiles of all elements, or along a dimension.
 *
 * The quantile q of n elements in order has the rank `q · (n − 1)`. With a NaN, every quantile is NaN.
 *
 * Shapes: as a reduction for a number q; a vector of k quantiles adds a first dimension of size k.
 *
 * @param q - which quantile: a number from 0 to 1, or a tensor of them of the type of x.
 * @param dim - the dimension; default (and null): all elements.
 * @param keepdim - whether the reduced dimensions stay, with size 1; default false.
 * @param options - `dim`, `keepdim`, and `interpolation` for ranks between two elements: "linear" (default), "lower",
 * "higher", "midpoint" or "nearest".
 * @throws DTypeError unless the elements are floating; ArgumentError if q is a number outside 0 to 1, or there are no
 * elements; IndexOutOfRangeError if x has no such dimension.
 *
 * @example
 * ```ts
 * quantile(tensor([4, 1, 3, 2]), 0.5); // → Tensor(2.5)
 * quantile(tensor([4, 1, 3, 2]), 0.5, { interpolation: "lower" }); // → Tensor(2)
 * ```
 *
 * @see torch.quantile
 */
export function quantile(x: Tensor, q: number | Tensor, ...args: QuantileArguments): Tensor {
  return quantiles("quantile", x, q, args);
}

/**
 * Computes quantiles as {@link quantile} does, of the elements that are not NaN.
 *
 * @param q - which quantile: a number from 0 to 1, or a tensor of them of the type of x.
 * @param dim - the dimension; default (and null): all elements.
 * @param keepdim - whether the reduced dimensions stay, with size 1; default false.
 * @param options - `dim`, `keepdim`, and `interpolation` for ranks between two elements: "linear" (default), "lower",
 * "higher", "midpoint" or "nearest".
 * @throws DTypeError unless the elements are floating; ArgumentError if q is a number outside 0 to 1, or there are no
 * elements; IndexOutOfRangeError if x has no such dimension.
 *
 * @example
 * ```ts
 * nanquantile(tensor([1, NaN, 3]), 0.5); // → Tensor(2)
 * ```
 *
 * @see torch.nanquantile
 */
export function nanquantile(x: Tensor, q: number | Tensor, ...args: QuantileArguments): Tensor {
  return quantiles("nanquantile", x, q, args);
}
