/**
 * Vectors for words and other things that are numbered, one by one or reduced in bags.
 *
 * @module
 */
import { ArgumentError, checkOptions, DTypeError, formatShape, ShapeError } from "@lucid/backend";
import { callScatter, op, owned } from "@lucid/tensor/extend";
import {
  arange,
  cumsum,
  type Elementwise,
  elementwise,
  expand,
  type Formula,
  full,
  mul,
  narrow,
  reshape,
  scatterAdd,
  sub,
  type Tensor,
  to,
  unsqueeze,
  zeros,
} from "@lucid/tensor/functions";
import { assertChoice, assertFlag, assertTensor } from "../internal/checks.js";
import {
  assertIndex,
  assertMaxNorm,
  assertTable,
  flatIndex,
  paddingRow,
  renormalize,
  rowsAt,
} from "./internal/lookup.js";

/** Options of `embedding`. */
export interface EmbeddingFunctionOptions {
  /** The row whose gradient is 0; negative numbers count from the last row; null (the default) means none. */
  readonly paddingIdx?: number | null;
  /** Rows that are looked up and longer than this are shortened in place; null (the default) means none. */
  readonly maxNorm?: number | null;
  /** The degree of the norm for `maxNorm`; default 2. */
  readonly normType?: number;
  /** Whether the gradient of a row is divided by how often the row occurs in the input; default false. */
  readonly scaleGradByFreq?: boolean;
}

/**
 * Looks up rows of a table.
 *
 *     y[…] = weight[input[…]]
 *
 * The gradient adds rows at their places.
 *
 * Shapes: `(*), (rows, columns) → (*, columns)`, where `*` is any shape.
 *
 * @param input - indices of rows, int32.
 * @param weight - the table.
 * @param options - `paddingIdx`, `maxNorm`, `normType`, `scaleGradByFreq`.
 * @throws ArgumentError for a row of padding that does not exist or an unknown option; ShapeError or DTypeError unless
 * the input holds integers and the weight is a table; IndexOutOfRangeError for a row that does not exist.
 *
 * @example
 * ```ts
 * const table = tensor([[1, 2], [3, 4], [5, 6]]);
 * functional.embedding(tensor([2, 0], { dtype: "int32" }), table); // → Tensor([[5, 6], [1, 2]])
 * ```
 *
 * Source: torch.nn.functional.embedding.
 */
export function embedding(input: Tensor, weight: Tensor, options?: EmbeddingFunctionOptions): Tensor {
  const name = "embedding";
  checkOptions(name, options, { paddingIdx: true, maxNorm: true, normType: true, scaleGradByFreq: true });
  const { maxNorm, normType = 2, scaleGradByFreq = false } = options ?? {};
  assertIndex(name, "input", input);
  assertTable(name, weight);
  assertMaxNorm(name, maxNorm, normType);
  assertFlag(name, "scaleGradByFreq", scaleGradByFreq);
  const [rows, columns] = weight.shape as readonly [number, number];
  const paddingIdx = paddingRow(name, options?.paddingIdx, rows);
  return owned(() => {
    const index = flatIndex(input);
    if (maxNorm !== undefined && maxNorm !== null) renormalize(name, weight, index, maxNorm, normType);
    return reshape(rowsAt(name, weight, index, { paddingIdx, scaleGradByFreq }), [...input.shape, columns]);
  });
}

/** How the rows of a bag are reduced. */
export type BagMode = "sum" | "mean" | "max";

/** Options of `embeddingBag`. */
export interface EmbeddingBagFunctionOptions extends EmbeddingFunctionOptions {
  /** Where each bag begins in an input of one dimension, int32; the first one begins at 0. */
  readonly offsets?: Tensor | null;
  /** How the rows of a bag are reduced; default "mean". */
  readonly mode?: BagMode;
  /** A factor for each index, of the input's shape, for the mode "sum"; null (the default) means 1 for all. */
  readonly perSampleWeights?: Tensor | null;
  /** Whether the last offset is the end of the last bag; default false. */
  readonly includeLastOffset?: boolean;
}

const isPadding: Elementwise<[index: Formula, padding: Formula]> = /* @__PURE__ */ elementwise(
  (index: Formula, padding: Formula) => op("eq", index, padding),
  { name: "embeddingBag" },
);
const without: Elementwise<[row: Formula, left: Formula, other: Formula]> = /* @__PURE__ */ elementwise(
  (row: Formula, left: Formula, other: Formula) => op("where", left, other, row),
  { name: "embeddingBag" },
);
const dividedByCount: Elementwise<[sum: Formula, count: Formula]> = /* @__PURE__ */ elementwise(
  (sum: Formula, count: Formula) => op("div", sum, op("max", count, 1)),
  { name: "embeddingBag" },
);
const orZero: Elementwise<[largest: Formula, count: Formula]> = /* @__PURE__ */ elementwise(
  (largest: Formula, count: Formula) => op("where", op("eq", count, 0), 0, largest),
  { name: "embeddingBag" },
);

/**
 * Looks up rows of a table and reduces them in bags, without storing more than the rows.
 *
 *     y[b] = Σ perSampleWeights[i] · weight[input[i]] over the indices i of bag b, or the mean or the maximum
 *
 * An empty bag gives zeros. Rows of the padding do not count.
 *
 * Shapes: `(bags, n), (rows, columns) → (bags, columns)`; with offsets `(n), (rows, columns) → (bags, columns)`.
 *
 * @param input - indices of rows, int32.
 * @param weight - the table.
 * @param options - `offsets`, `mode`, `perSampleWeights`, `includeLastOffset`, `paddingIdx`, `maxNorm`, `normType`,
 * `scaleGradByFreq`.
 * @throws ArgumentError for options that do not fit together or an unknown option; ShapeError or DTypeError for
 * arguments that do not fit together; IndexOutOfRangeError for a row that does not exist.
 *
 * @example
 * ```ts
 * const table = tensor([[1, 2], [3, 4], [5, 6]]);
 * const input = tensor([0, 1, 2], { dtype: "int32" });
 * const offsets = tensor([0, 2], { dtype: "int32" });
 * functional.embeddingBag(input, table, { offsets, mode: "sum" }); // → Tensor([[4, 6], [5, 6]])
 * ```
 *
 * Source: torch.nn.functional.embedding_bag.
 */
export function embeddingBag(input: Tensor, weight: Tensor, options?: EmbeddingBagFunctionOptions): Tensor {
  const name = "embeddingBag";
  checkOptions(name, options, {
    offsets: true,
    mode: true,
    perSampleWeights: true,
    includeLastOffset: true,
    paddingIdx: true,
    maxNorm: true,
    normType: true,
    scaleGradByFreq: true,
  });
  const { offsets = null, mode = "mean", perSampleWeights = null, includeLastOffset = false } = options ?? {};
  const { maxNorm, normType = 2, scaleGradByFreq = false } = options ?? {};
  assertIndex(name, "input", input);
  assertTable(name, weight);
  assertChoice(name, "mode", mode, ["sum", "mean", "max"]);
  assertMaxNorm(name, maxNorm, normType);
  assertFlag(name, "scaleGradByFreq", scaleGradByFreq);
  assertFlag(name, "includeLastOffset", includeLastOffset);
  assertOffsets(name, input, offsets);
  assertWeights(name, input, weight, mode, perSampleWeights);
  if (mode === "max" && scaleGradByFreq) {
    throw new ArgumentError(name, "scaleGradByFreq is true", { rule: 'the mode "max" does not scale gradients' });
  }
  const [rows, columns] = weight.shape as readonly [number, number];
  const paddingIdx = paddingRow(name, options?.paddingIdx, rows);
  return owned(() => {
    const index = flatIndex(input);
    if (maxNorm !== undefined && maxNorm !== null) renormalize(name, weight, index, maxNorm, normType);
    const { bags, bagOf } = bagsOf(input, offsets, includeLastOffset);
    const found = rowsAt(name, weight, index, { paddingIdx, scaleGradByFreq });
    const place = { dtype: weight.dtype, backend: weight.backend };
    const left = paddingIdx === undefined ? undefined : isPadding(unsqueeze(index, 1), paddingIdx);
    const counts = (): Tensor => {
      const one = full([index.numel(), 1], 1, place);
      const counted = left === undefined ? one : without(one, left, 0);
      return scatterAdd(zeros([bags, 1], place), 0, unsqueeze(bagOf, 1), counted);
    };
    const target = expand(unsqueeze(bagOf, 1), [index.numel(), columns]);
    if (mode === "max") {
      const values = left === undefined ? found : without(found, left, Number.NEGATIVE_INFINITY);
      const base = full([bags, columns], Number.NEGATIVE_INFINITY, place);
      return orZero(callScatter("max", base, values, target, 0, undefined, name), counts());
    }
    const values = left === undefined ? found : without(found, left, 0);
    const weighted = perSampleWeights === null ? values : mul(values, reshape(perSampleWeights, [index.numel(), 1]));
    const sums = callScatter("add", zeros([bags, columns], place), weighted, target, 0, undefined, name);
    return mode === "sum" ? sums : dividedByCount(sums, counts());
  });
}

/** @throws unless there are offsets exactly where the input has one dimension. */
function assertOffsets(operation: string, input: Tensor, offsets: Tensor | null): void {
  if (input.ndim === 2 && offsets === null) return;
  if (input.ndim === 1 && offsets !== null) {
    assertIndex(operation, "offsets", offsets);
    if (offsets.ndim === 1) return;
  }
  const given = offsets === null ? "no offsets" : "offsets";
  throw new ArgumentError(operation, `the input is ${formatShape(input.shape)} with ${given}`, {
    rule: "an input (bags, n) has no offsets, an input (n) has a vector of offsets",
  });
}

/** @throws unless the factors fit the input, and the mode takes them. */
function assertWeights(
  operation: string,
  input: Tensor,
  weight: Tensor,
  mode: BagMode,
  perSampleWeights: Tensor | null,
): void {
  if (perSampleWeights === null) return;
  assertTensor(operation, "perSampleWeights", perSampleWeights);
  if (mode !== "sum") {
    throw new ArgumentError(operation, `the mode is "${mode}"`, { rule: 'perSampleWeights are for the mode "sum"' });
  }
  if (`${perSampleWeights.shape}` !== `${input.shape}`) {
    throw new ShapeError(
      operation,
      `perSampleWeights ${formatShape(perSampleWeights.shape)} for the input ${formatShape(input.shape)}`,
      [perSampleWeights.shape, input.shape],
      { rule: "the shapes are equal" },
    );
  }
  if (perSampleWeights.dtype !== weight.dtype) {
    throw new DTypeError(
      operation,
      `perSampleWeights are ${perSampleWeights.dtype}, the weight ${weight.dtype}`,
      [perSampleWeights.dtype, weight.dtype],
      { rule: "both have one type" },
    );
  }
}

/** The number of bags, and the bag of every index, `(n)`. */
function bagsOf(
  input: Tensor,
  offsets: Tensor | null,
  includeLastOffset: boolean,
): { readonly bags: number; readonly bagOf: Tensor } {
  const { backend } = input;
  if (offsets === null) {
    const [bags, width] = input.shape as readonly [number, number];
    const each = unsqueeze(arange(bags, { dtype: "int32", backend }), 1);
    return { bags, bagOf: reshape(expand(each, [bags, width]), [bags * width]) };
  }
  const count = input.numel();
  const starts = to(offsets, "int32");
  const place = { dtype: "int32", backend } as const;
  // The number of bags that have begun up to an index says which bag it is in.
  const begun = scatterAdd(zeros([count + 1], place), 0, starts, full(starts.shape, 1, place));
  const bagOf = sub(narrow(cumsum(begun, 0), 0, 0, count), 1);
  return { bags: starts.numel() - (includeLastOffset ? 1 : 0), bagOf };
}
