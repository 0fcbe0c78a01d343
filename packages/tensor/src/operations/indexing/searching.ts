/**
 * Finding places in sorted sequences, and whether elements are in a set.
 *
 * @module
 */
import {
  ArgumentError,
  checkOptions,
  constant,
  describeValue,
  equalShapes,
  formatShape,
  type OptionNames,
  ShapeError,
} from "@lucid/backend";
import { elementwise, type Operand } from "../../elementwise/elementwise.js";
import { type Formula, op } from "../../elementwise/formula.js";
import { owned } from "../../memory/ownership.js";
import { callGather } from "../../primitives/indexing.js";
import { callGenerate } from "../../primitives/map.js";
import { callSort } from "../../primitives/ordering.js";
import { promoteTypes } from "../../tensor/promotion.js";
import { Tensor } from "../../tensor/tensor.js";
import { clampMax } from "../elementwise/bounds.js";
import { eq } from "../elementwise/comparison.js";
import { logicalAnd, logicalNot } from "../elementwise/logic.js";
import { assertFlag } from "../internal/arguments.js";
import { assertRank, assertTensor } from "../internal/checks.js";
import { converted, expanded, reshaped, viewed } from "../internal/views.js";

/** The middle of what is left, within the sequence. */
const middle = /* @__PURE__ */ elementwise((low: Formula, high: Formula, last: Formula) =>
  op("min", op("div", op("add", low, high), 2), last),
);
/** Whether the place lies behind the middle: left of equal elements, or right of them. NaN lies behind everything. */
const behindFirst = /* @__PURE__ */ elementwise((element: Formula, value: Formula) =>
  op("not", op("le", value, element)),
);
const behindLast = /* @__PURE__ */ elementwise((element: Formula, value: Formula) =>
  op("not", op("lt", value, element)),
);
const raised = /* @__PURE__ */ elementwise((behind: Formula, low: Formula, high: Formula, at: Formula) =>
  op("where", op("and", behind, op("lt", low, high)), op("add", at, 1), low),
);
const lowered = /* @__PURE__ */ elementwise((behind: Formula, low: Formula, high: Formula, at: Formula) =>
  op("where", op("and", op("not", behind), op("lt", low, high)), at, high),
);

/** Searches along the last axis by halves. Sequences and values have the same other sizes. */
function places(sorted: Tensor, values: Tensor, right: boolean): Tensor {
  const axis = sorted.ndim - 1;
  const size = sorted.shape[axis]!;
  const filled = (value: number): Tensor =>
    expanded("searchsorted", callGenerate("searchsorted", values.backend, [], constant(value, "int32")), values.shape);
  let [low, high] = [filled(0), filled(size)];
  for (let left = size; left > 0; left = Math.floor(left / 2)) {
    const at = middle(low, high, size - 1);
    const behind = (right ? behindLast : behindFirst)(callGather(sorted, at, axis), values);
    [low, high] = [raised(behind, low, high, at), lowered(behind, low, high, at)];
  }
  return low;
}

/** Options of {@link searchsorted} and {@link bucketize}. */
export interface SearchOptions {
  /** Whether a value equal to elements is placed behind them; default false: before them. */
  readonly right?: boolean;
  /** PyTorch's choice between int32 and int64. Positions are int32 in any case. */
  readonly outInt32?: boolean;
}

/** Options of {@link searchsorted}. */
export interface SearchsortedOptions extends SearchOptions {
  /** "right" means the same as `right: true`, "left" the same as `right: false`. */
  readonly side?: "left" | "right";
  /** What sorts the sequence, such as the result of `argsort`, if it is not sorted. */
  readonly sorter?: Tensor;
}

const searchNames: OptionNames<SearchOptions> = { right: true, outInt32: true };
const searchsortedNames: OptionNames<SearchsortedOptions> = { ...searchNames, side: true, sorter: true };

function isRight(operation: string, { right, side, outInt32 }: SearchsortedOptions): boolean {
  assertFlag(operation, "right", right);
  assertFlag(operation, "outInt32", outInt32);
  if (side !== undefined && side !== "left" && side !== "right") {
    throw new ArgumentError(operation, `side is ${describeValue(side)}`, { rule: 'side is "left" or "right"' });
  }
  if (side === "left" && right === true) {
    throw new ArgumentError(operation, 'side is "left", right is true', { rule: "they do not contradict each other" });
  }
  return right === true || side === "right";
}

/** Converts the values to a tensor of the type in which they are compared. */
function prepared(operation: string, sorted: Tensor, values: Tensor | number): readonly [Tensor, Tensor] {
  if (typeof values === "number") {
    const single = new Tensor(values, { backend: sorted.backend });
    return Number.isInteger(values)
      ? [sorted, converted(operation, single, sorted.dtype)]
      : [converted(operation, sorted, promoteTypes(sorted.dtype, "float32")), single];
  }
  assertTensor(operation, "the values", values);
  const dtype = promoteTypes(sorted.dtype, values.dtype);
  return [converted(operation, sorted, dtype), converted(operation, values, dtype)];
}

/**
 * Finds where values would be put into sorted sequences so that these stay sorted.
 *
 * `sorted[i − 1] < value ≤ sorted[i]`, or with `right`, `sorted[i − 1] ≤ value < sorted[i]`
 *
 * Shapes: `(n), (…) → (…)`, or `(…, n), (…, m) → (…, m)` for a sequence in each row. The result is int32.
 *
 * @param sorted - ascending elements along the last dimension.
 * @param values - what to find a place for: a tensor or a number.
 * @param options - `right` or `side`: before equal elements (default) or behind them; `sorter`: positions that sort the
 * sequence; `outInt32` changes nothing.
 * @throws ShapeError if the shapes do not fit; ArgumentError if `side` and `right` contradict each other.
 *
 * @example
 * ```ts
 * searchsorted(tensor([1, 3, 5]), tensor([3, 4])); // → Tensor([1, 2], dtype=int32)
 * searchsorted(tensor([1, 3, 5]), tensor([3, 4]), { right: true }); // → Tensor([2, 2], dtype=int32)
 * ```
 *
 * @see torch.searchsorted
 */
export function searchsorted(sorted: Tensor, values: Tensor | number, options?: SearchsortedOptions): Tensor {
  checkOptions("searchsorted", options, searchsortedNames);
  return searched("searchsorted", sorted, values, options ?? {});
}

function searched(operation: string, sorted: Tensor, values: Tensor | number, options: SearchsortedOptions): Tensor {
  assertTensor(operation, "the sequence", sorted);
  if (typeof values !== "number") assertTensor(operation, "the values", values);
  const right = isRight(operation, options);
  const { sorter } = options;
  const wanted = typeof values === "number" ? [] : values.shape;
  const fits =
    sorted.ndim === 1 || (sorted.ndim === wanted.length && equalShapes(sorted.shape.slice(0, -1), wanted.slice(0, -1)));
  if (!fits || sorted.ndim === 0) {
    throw new ShapeError(operation, `${formatShape(sorted.shape)} and ${formatShape(wanted)}`, [sorted.shape, wanted], {
      rule: "the sequence is a vector, or there is one in each row of the values",
    });
  }
  return owned(() => {
    const inOrder = sorter === undefined ? sorted : callGather(sorted, sorter, sorted.ndim - 1, operation);
    const [sequence, given] = prepared(operation, inOrder, values);
    if (sorted.ndim > 1) return places(sequence, given, right);
    return viewed(places(sequence, reshaped(operation, given, [given.numel()]), right), given.shape);
  });
}

/**
 * Finds the buckets in which values lie. It is {@link searchsorted} with its arguments exchanged.
 *
 * `boundaries[i − 1] < x ≤ boundaries[i]`, or with `right`, `boundaries[i − 1] ≤ x < boundaries[i]`
 *
 * @param boundaries - a vector of ascending elements.
 * @param options - `right` (default false): whether boundaries belong to the bucket behind them; `outInt32` changes
 * nothing: the result is int32.
 * @throws ShapeError unless the boundaries are a vector.
 *
 * @example
 * ```ts
 * bucketize(tensor([3, 6]), tensor([1, 3, 5])); // → Tensor([1, 3], dtype=int32)
 * ```
 *
 * @see torch.bucketize
 */
export function bucketize(x: Tensor | number, boundaries: Tensor, options?: SearchOptions): Tensor {
  assertRank("bucketize", "the boundaries", boundaries, 1);
  checkOptions("bucketize", options, searchNames);
  return searched("bucketize", boundaries, x, options ?? {});
}

/** Options of {@link isin}. */
export interface IsinOptions {
  /** PyTorch's hint that no element appears twice. It changes nothing. */
  readonly assumeUnique?: boolean;
  /** Whether to tell which elements are not in the set; default false. */
  readonly invert?: boolean;
}

const isinNames: OptionNames<IsinOptions> = { assumeUnique: true, invert: true };

/**
 * Tells which elements are in a set.
 *
 * The result is bool and has the shape of the elements. NaN is in no set.
 *
 * @param test - the set: a tensor or a number.
 * @param options - `invert` (default false): which elements are not in the set; `assumeUnique` changes nothing.
 *
 * @example
 * ```ts
 * isin(tensor([1, 2, 3]), tensor([3, 1])); // → Tensor([true, false, true])
 * ```
 *
 * @see torch.isin
 */
export function isin(x: Tensor, test: Operand, options?: IsinOptions): Tensor {
  assertTensor("isin", "the elements", x);
  checkOptions("isin", options, isinNames);
  assertFlag("isin", "assumeUnique", options?.assumeUnique);
  assertFlag("isin", "invert", options?.invert);
  return owned(() => {
    const found = typeof test === "object" ? isAmong(x, test) : eq(x, test);
    return options?.invert === true ? logicalNot(found) : found;
  });
}

function isAmong(x: Tensor, test: Tensor): Tensor {
  assertTensor("isin", "the set", test);
  const dtype = promoteTypes(x.dtype, test.dtype);
  const size = test.numel();
  if (size === 0) return logicalAnd(x, false);
  const [sorted] = callSort(reshaped("isin", converted("isin", test, dtype), [size]), 0);
  const values = reshaped("isin", converted("isin", x, dtype), [x.numel()]);
  const nearest = callGather(sorted, clampMax(places(sorted, values, false), size - 1), 0);
  return viewed(eq(nearest, values), x.shape);
}
