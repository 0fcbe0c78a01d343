/**
 * Lists of sequences of different lengths.
 *
 * @module
 */
import { ArgumentError, checkOptions, describeValue, equalShapes, formatShape, ShapeError } from "@lucid/backend";
import { owned } from "@lucid/tensor/extend";
import { full, narrow, cat, select, stack, type Tensor } from "@lucid/tensor/functions";
import { assertChoice, assertFlag, assertNumber, assertTensor } from "../../internal/checks.js";
import {
  assertLengths,
  assertPacked,
  type PackedSequence,
  packPaddedSequence,
  padPackedSequence,
} from "./packed-sequence.js";

/** Options of `padSequence`. */
export interface PadSequenceOptions {
  /** Whether the result is `(batch, time, …)` instead of `(time, batch, …)`; default false. */
  readonly batchFirst?: boolean;
  /** What fills shorter sequences up; default 0. */
  readonly paddingValue?: number;
  /** At which end shorter sequences are filled up; default "right". */
  readonly paddingSide?: "left" | "right";
}

/** @throws ArgumentError unless the sequences are tensors, ShapeError unless they differ in their first dimension only. */
function assertSequences(operation: string, sequences: unknown): asserts sequences is readonly Tensor[] {
  if (!Array.isArray(sequences) || sequences.length === 0) {
    throw new ArgumentError(operation, `the sequences are ${describeValue(sequences)}`, {
      rule: "they are a list of one tensor at least",
    });
  }
  const list: readonly unknown[] = [...sequences];
  for (const sequence of list) assertTensor(operation, "sequence", sequence);
  const [first] = sequences as readonly Tensor[];
  for (const { shape } of sequences as readonly Tensor[]) {
    if (shape.length > 0 && equalShapes(shape.slice(1), first!.shape.slice(1))) continue;
    throw new ShapeError(operation, `a sequence is ${formatShape(shape)}`, [shape, first!.shape], {
      rule: `all are (time, …) with the other sizes of the first one, ${formatShape(first!.shape)}`,
    });
  }
}

/**
 * Pads sequences to the same length and stacks them.
 *
 * Shapes: tensors `(length, …) → (time, batch, …)`; with `batchFirst` to `(batch, time, …)`.
 *
 * @param sequences - tensors that differ in their first dimension only.
 * @param options - `batchFirst` (default false); `paddingValue` (default 0); `paddingSide` (default "right").
 * @throws ArgumentError unless the sequences are tensors, or for an unknown option; ShapeError if they differ in other
 * dimensions.
 *
 * @example
 * ```ts
 * utils.rnn.padSequence([tensor([1, 2]), tensor([3])], { batchFirst: true }); // → Tensor([[1, 2], [3, 0]])
 * ```
 *
 * Source: torch.nn.utils.rnn.pad_sequence.
 */
export function padSequence(sequences: readonly Tensor[], options?: PadSequenceOptions): Tensor {
  const name = "padSequence";
  checkOptions(name, options, { batchFirst: true, paddingValue: true, paddingSide: true });
  const { batchFirst = false, paddingValue = 0, paddingSide = "right" } = options ?? {};
  assertFlag(name, "batchFirst", batchFirst);
  assertNumber(name, "paddingValue", paddingValue);
  assertChoice(name, "paddingSide", paddingSide, ["left", "right"]);
  assertSequences(name, sequences);
  const longest = Math.max(...sequences.map(({ shape }) => shape[0]!));
  return owned(() => {
    const padded = sequences.map((sequence) => {
      const { shape, dtype, backend } = sequence;
      const missing = longest - shape[0]!;
      if (missing === 0) return sequence;
      const padding = full([missing, ...shape.slice(1)], paddingValue, { dtype, backend });
      return cat(paddingSide === "right" ? [sequence, padding] : [padding, sequence]);
    });
    return stack(padded, batchFirst ? 0 : 1);
  });
}

/** Options of `packSequence`. */
export interface PackSequenceOptions {
  /** Whether the sequences have to be sorted from the longest to the shortest; default true. */
  readonly enforceSorted?: boolean;
}

/**
 * Packs a list of sequences of different lengths.
 *
 * Shapes: tensors `(length, …) → data (sum of the lengths, …)`.
 *
 * @param sequences - tensors that differ in their first dimension only.
 * @param options - `enforceSorted` (default true): whether the lengths must not increase.
 * @throws ArgumentError unless the sequences are tensors, if lengths increase although `enforceSorted` is true, or for
 * an unknown option; ShapeError if they differ in other dimensions.
 *
 * @example
 * ```ts
 * utils.rnn.packSequence([tensor([1, 2, 3]), tensor([4, 5])]).data; // → Tensor([1, 4, 2, 5, 3])
 * ```
 *
 * Source: torch.nn.utils.rnn.pack_sequence.
 */
export function packSequence(sequences: readonly Tensor[], options?: PackSequenceOptions): PackedSequence {
  checkOptions("packSequence", options, { enforceSorted: true });
  assertSequences("packSequence", sequences);
  const lengths = sequences.map(({ shape }) => shape[0]!);
  const { enforceSorted = true } = options ?? {};
  return owned(() => packPaddedSequence(padSequence(sequences), lengths, { enforceSorted }));
}

/** Options of `unpadSequence`. */
export interface UnpadSequenceOptions {
  /** Whether the input is `(batch, time, …)` instead of `(time, batch, …)`; default false. */
  readonly batchFirst?: boolean;
}

/**
 * Splits padded sequences into a list, without their padding. It is the inverse of {@link padSequence}.
 *
 * Shapes: `(time, batch, …)` to tensors `(length, …)`; with `batchFirst` from `(batch, time, …)`.
 *
 * @param paddedSequences - the padded sequences.
 * @param lengths - the length of each sequence, a list of numbers.
 * @param options - `batchFirst` (default false).
 * @throws ArgumentError for lengths that do not fit, or an unknown option; ShapeError for fewer than two dimensions.
 *
 * @example
 * ```ts
 * utils.rnn.unpadSequence(tensor([[1, 3], [2, 0]]), [2, 1]); // → [Tensor([1, 2]), Tensor([3])]
 * ```
 *
 * Source: torch.nn.utils.rnn.unpad_sequence.
 */
export function unpadSequence(
  paddedSequences: Tensor,
  lengths: readonly number[],
  options?: UnpadSequenceOptions,
): readonly Tensor[] {
  const name = "unpadSequence";
  checkOptions(name, options, { batchFirst: true });
  const { batchFirst = false } = options ?? {};
  assertFlag(name, "batchFirst", batchFirst);
  assertTensor(name, "input", paddedSequences);
  const { shape } = paddedSequences;
  if (shape.length < 2) {
    throw new ShapeError(name, `the input is ${formatShape(shape)}`, [shape], { rule: "it is (time, batch, …)" });
  }
  const batchAxis = batchFirst ? 0 : 1;
  assertLengths(name, lengths, shape[batchAxis]!, shape[1 - batchAxis]!);
  return owned(() => lengths.map((length, i) => narrow(select(paddedSequences, batchAxis, i), 0, 0, length)));
}

/**
 * Unpacks sequences into a list, in the order in which they were given. It is the inverse of {@link packSequence}.
 *
 * Shapes: `data (sum of the lengths, …)` to tensors `(length, …)`.
 *
 * @param packedSequences - the packed sequences.
 * @throws ArgumentError for a value that is not packed.
 *
 * @example
 * ```ts
 * const packed = utils.rnn.packSequence([tensor([1, 2]), tensor([3])]);
 * utils.rnn.unpackSequence(packed); // → [Tensor([1, 2]), Tensor([3])]
 * ```
 *
 * Source: torch.nn.utils.rnn.unpack_sequence.
 */
export function unpackSequence(packedSequences: PackedSequence): readonly Tensor[] {
  assertPacked("unpackSequence", packedSequences);
  return owned(() => {
    const [padded, lengths] = padPackedSequence(packedSequences);
    return unpadSequence(padded, lengths);
  });
}
