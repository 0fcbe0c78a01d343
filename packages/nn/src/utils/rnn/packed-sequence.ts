/**
 * Sequences of different lengths in one tensor without padding.
 *
 * @module
 */
import { ArgumentError, checkOptions, describeValue, formatShape, ShapeError } from "@lucid/backend";
import { owned } from "@lucid/tensor/extend";
import { cat, full, indexSelect, reshape, type Tensor, tensor } from "@lucid/tensor/functions";
import { assertFlag, assertNumber, assertTensor } from "../../internal/checks.js";

/**
 * Sequences of different lengths in one tensor: the first elements of all sequences, then the second ones of those that
 * are long enough, and so on. The sequences are sorted from the longest to the shortest.
 */
export interface PackedSequence {
  /** The elements, `(sum of the lengths, …)`. */
  readonly data: Tensor;
  /** How many sequences have an element at each step. */
  readonly batchSizes: readonly number[];
  /** The positions of the sorted sequences among the given ones; null if they were given in that order. */
  readonly sortedIndices: readonly number[] | null;
  /** The positions of the given sequences among the sorted ones; null if they were given in that order. */
  readonly unsortedIndices: readonly number[] | null;
}

/** Options of `packPaddedSequence`. */
export interface PackPaddedOptions {
  /** Whether the input is `(batch, time, …)` instead of `(time, batch, …)`; default false. */
  readonly batchFirst?: boolean;
  /** Whether the sequences have to be sorted from the longest to the shortest; default true. */
  readonly enforceSorted?: boolean;
}

/** Whether a value is a packed sequence. */
export function isPackedSequence(value: unknown): value is PackedSequence {
  return typeof value === "object" && value !== null && "data" in value && "batchSizes" in value;
}

/** @throws ArgumentError unless a value is a packed sequence. */
export function assertPacked(operation: string, value: unknown): asserts value is PackedSequence {
  if (isPackedSequence(value)) return;
  throw new ArgumentError(operation, `the sequence is ${describeValue(value)}`, {
    rule: "it is a packed sequence",
    remedy: "make one: packPaddedSequence(input, lengths)",
  });
}

/** @throws ArgumentError unless lengths are a list of integers above 0, no more than `most`. */
export function assertLengths(operation: string, lengths: unknown, count: number, most: number): void {
  const isRight = (value: unknown): boolean =>
    Number.isInteger(value) && (value as number) > 0 && (value as number) <= most;
  if (Array.isArray(lengths) && lengths.length === count && [...lengths].every(isRight)) return;
  throw new ArgumentError(operation, `the lengths are ${describeValue(lengths)}`, {
    rule: `they are a list of ${count} integers from 1 to ${most}`,
    ...(typeof lengths === "object" &&
      lengths !== null &&
      "arraySync" in lengths && { remedy: "read them: lengths.arraySync()" }),
  });
}

/** Positions as a tensor beside another one. */
export const indices = (values: readonly number[], { backend }: Tensor): Tensor =>
  tensor(values, { dtype: "int32", backend });

/** A tensor whose first two dimensions are joined. */
const flat = (x: Tensor): Tensor => reshape(x, [x.shape[0]! * x.shape[1]!, ...x.shape.slice(2)]);

/** @throws ShapeError unless a tensor has a dimension for the time and one for the batch. */
function assertPadded(operation: string, input: Tensor): void {
  assertTensor(operation, "input", input);
  if (input.ndim >= 2) return;
  throw new ShapeError(operation, `the input is ${formatShape(input.shape)}`, [input.shape], {
    rule: "it is (time, batch, …), or (batch, time, …) with batchFirst",
  });
}

/**
 * Packs padded sequences: the padding is left out. One gather copies the elements.
 *
 * Shapes: `(time, batch, …) → data (sum of the lengths, …)`; with `batchFirst` from `(batch, time, …)`.
 *
 * @param input - the padded sequences.
 * @param lengths - the length of each sequence, a list of numbers: the shape of the result depends on them.
 * @param options - `batchFirst` (default false); `enforceSorted` (default true): whether the lengths must not increase.
 * If it is false, the sequences are sorted, and layers return their results in the given order again.
 * @throws ArgumentError for lengths that are not integers from 1 to the length of the input, that increase although
 * `enforceSorted` is true, or for an unknown option; ShapeError for fewer than two dimensions.
 *
 * @example
 * ```ts
 * const padded = tensor([[1, 2, 0], [3, 0, 0], [4, 5, 6]]);
 * const packed = utils.rnn.packPaddedSequence(padded, [2, 1, 3], { batchFirst: true, enforceSorted: false });
 * packed.data; // → Tensor([4, 1, 3, 5, 2, 6])
 * packed.batchSizes; // → [3, 2, 1]
 * ```
 *
 * Source: torch.nn.utils.rnn.pack_padded_sequence.
 */
export function packPaddedSequence(
  input: Tensor,
  lengths: readonly number[],
  options?: PackPaddedOptions,
): PackedSequence {
  const name = "packPaddedSequence";
  checkOptions(name, options, { batchFirst: true, enforceSorted: true });
  const { batchFirst = false, enforceSorted = true } = options ?? {};
  assertFlag(name, "batchFirst", batchFirst);
  assertFlag(name, "enforceSorted", enforceSorted);
  assertPadded(name, input);
  const [time, batch] = (batchFirst ? [input.shape[1], input.shape[0]] : input.shape) as readonly [number, number];
  assertLengths(name, lengths, batch, time);
  const isSorted = lengths.every((length, i) => i === 0 || length <= lengths[i - 1]!);
  if (enforceSorted && !isSorted) {
    throw new ArgumentError(name, `the lengths are ${describeValue(lengths)}`, {
      rule: "they do not increase where enforceSorted is true",
      remedy: "pass { enforceSorted: false }",
    });
  }
  const order = lengths.map((_, i) => i).sort((a, b) => lengths[b]! - lengths[a]! || a - b);
  const rows: number[] = [];
  const batchSizes: number[] = [];
  for (let t = 0; t < Math.max(0, ...lengths); t++) {
    const alive = order.filter((i) => lengths[i]! > t);
    batchSizes.push(alive.length);
    for (const i of alive) rows.push(batchFirst ? i * time + t : t * batch + i);
  }
  const inverse = order.map((_, i) => order.indexOf(i));
  return owned(() => ({
    data: indexSelect(flat(input), 0, indices(rows, input)),
    batchSizes,
    sortedIndices: enforceSorted ? null : order,
    unsortedIndices: enforceSorted ? null : inverse,
  }));
}

/** Options of `padPackedSequence`. */
export interface PadPackedOptions {
  /** Whether the result is `(batch, time, …)` instead of `(time, batch, …)`; default false. */
  readonly batchFirst?: boolean;
  /** What stands behind the end of shorter sequences; default 0. */
  readonly paddingValue?: number;
  /** The length of the result; null (the default) means that of the longest sequence. */
  readonly totalLength?: number | null;
}

/** The lengths of the sorted sequences. */
function sortedLengths(batchSizes: readonly number[]): readonly number[] {
  return Array.from({ length: batchSizes[0] ?? 0 }, (_, i) => batchSizes.filter((size) => size > i).length);
}

/**
 * Pads packed sequences to the same length. It is the inverse of {@link packPaddedSequence}.
 *
 * Shapes: `data (sum of the lengths, …) → (time, batch, …)`; with `batchFirst` to `(batch, time, …)`.
 *
 * @param sequence - the packed sequences.
 * @param options - `batchFirst` (default false); `paddingValue` (default 0); `totalLength` (default null): the length of
 * the result, where null means that of the longest sequence.
 * @returns the padded sequences, and their lengths.
 * @throws ArgumentError for a value that is not packed, a total length below that of the longest sequence, or an unknown
 * option.
 *
 * @example
 * ```ts
 * const packed = utils.rnn.packSequence([tensor([1, 2]), tensor([3])]);
 * utils.rnn.padPackedSequence(packed, { batchFirst: true }); // → [Tensor([[1, 2], [3, 0]]), [2, 1]]
 * ```
 *
 * Source: torch.nn.utils.rnn.pad_packed_sequence.
 */
export function padPackedSequence(
  sequence: PackedSequence,
  options?: PadPackedOptions,
): readonly [padded: Tensor, lengths: readonly number[]] {
  const name = "padPackedSequence";
  checkOptions(name, options, { batchFirst: true, paddingValue: true, totalLength: true });
  const { batchFirst = false, paddingValue = 0, totalLength = null } = options ?? {};
  assertFlag(name, "batchFirst", batchFirst);
  assertNumber(name, "paddingValue", paddingValue);
  assertPacked(name, sequence);
  const { data, batchSizes, unsortedIndices } = sequence;
  const longest = batchSizes.length;
  const time = totalLength ?? longest;
  if (!Number.isInteger(time) || time < longest) {
    throw new ArgumentError(name, `totalLength is ${describeValue(totalLength)}`, {
      rule: `it is an integer, ${longest} or above, the length of the longest sequence`,
    });
  }
  const lengths = sortedLengths(batchSizes);
  const order = unsortedIndices ?? lengths.map((_, i) => i);
  const starts = batchSizes.map((_, t) => batchSizes.slice(0, t).reduce((sum, size) => sum + size, 0));
  const padding = data.shape[0]!;
  const rowOf = (i: number, t: number): number => (t < lengths[order[i]!]! ? starts[t]! + order[i]! : padding);
  const batch = order.length;
  const rows = Array.from({ length: time * batch }, (_, k) =>
    batchFirst ? rowOf(Math.floor(k / time), k % time) : rowOf(k % batch, Math.floor(k / batch)),
  );
  const padded = owned(() => {
    const { dtype, backend } = data;
    const more = cat([data, full([1, ...data.shape.slice(1)], paddingValue, { dtype, backend })]);
    const leading = batchFirst ? [batch, time] : [time, batch];
    return reshape(indexSelect(more, 0, indices(rows, data)), [...leading, ...data.shape.slice(1)]);
  });
  return [padded, order.map((i) => lengths[i]!)];
}
