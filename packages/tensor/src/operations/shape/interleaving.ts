/**
 * Repeating the elements or slices of a tensor one by one.
 *
 * @module
 */
import { ArgumentError, formatShape, type OptionNames, ShapeError, type TypedArray } from "@lucid/backend";
import { owned } from "../../memory/ownership.js";
import { callView, expandView } from "../../primitives/views.js";
import { read, readSync } from "../../tensor/reading.js";
import { Tensor } from "../../tensor/tensor.js";
import { indexSelect } from "../indexing/gathering.js";
import { type DimOptions, readArguments } from "../internal/arguments.js";
import { assertCount, assertIndices, assertTensor } from "../internal/checks.js";
import { dimOf } from "../internal/dims.js";
import { assertElementCount } from "../internal/shapes.js";
import { copied, indexTensor, reshaped, viewed } from "../internal/views.js";

/** Options of {@link repeatInterleave}. */
export interface RepeatInterleaveOptions extends DimOptions {
  /** How many elements or slices result. If it is given, it must be the sum of the repeats. */
  readonly outputSize?: number;
}

const repeatNames: OptionNames<RepeatInterleaveOptions> = { dim: true, outputSize: true };

type RepeatArguments =
  | readonly [dim?: number | undefined, options?: Omit<RepeatInterleaveOptions, "dim"> | undefined]
  | readonly [options: RepeatInterleaveOptions];

/** Checked arguments: what is repeated, along which axis, and the expected size of the result. */
interface Repeating {
  readonly source: () => Tensor;
  readonly at: number;
  readonly size: number;
  readonly outputSize: number | undefined;
}

function repeatingOf(operation: string, x: Tensor, args: readonly unknown[]): Repeating {
  assertTensor(operation, "the input", x);
  const given = readArguments<RepeatInterleaveOptions>(operation, args, ["dim"], repeatNames);
  const { dim, outputSize } = given;
  const at = dim === undefined ? 0 : dimOf(operation, dim, x.ndim);
  if (outputSize !== undefined) assertCount(operation, "outputSize", outputSize);
  const isFlat = dim === undefined || x.ndim === 0;
  const source = (): Tensor => (isFlat ? reshaped(operation, x, [x.numel()]) : x);
  return { source, at, size: isFlat ? x.numel() : x.shape[at]!, outputSize };
}

/** @throws ArgumentError unless the result has the size that the caller expects. */
function assertOutputSize(operation: string, expected: number | undefined, size: number): void {
  if (expected === undefined || expected === size) return;
  throw new ArgumentError(operation, `outputSize is ${expected}, and the repeats give ${size}`, {
    rule: "outputSize is the sum of the repeats",
  });
}

/** @throws ShapeError or DTypeError unless there is an int32 number for each slice. */
function assertRepeats(operation: string, repeats: Tensor, size: number): void {
  assertIndices(operation, repeats);
  if (repeats.ndim === 0 || (repeats.ndim === 1 && (repeats.shape[0] === 1 || repeats.shape[0] === size))) return;
  throw new ShapeError(operation, `the repeats are ${formatShape(repeats.shape)}`, [repeats.shape], {
    rule: `they are one number, or one for each of the ${size} slices`,
  });
}

/** Repeats slices as often as numbers on the host say. */
function repeatedBy(operation: string, x: Tensor, { source, at, size, outputSize }: Repeating, counts: TypedArray) {
  let total = 0;
  for (let i = 0; i < size; i++) {
    const count = counts[counts.length === 1 ? 0 : i]!;
    if (count < 0) throw new ArgumentError(operation, `${count} repeats`, { rule: "0 or more" });
    total += count;
  }
  assertElementCount(operation, [x.numel() === 0 || size === 0 ? 0 : x.numel() / size, total]);
  assertOutputSize(operation, outputSize, total);
  const positions = new Int32Array(total);
  for (let i = 0, next = 0; i < size; i++) {
    const end = next + counts[counts.length === 1 ? 0 : i]!;
    positions.fill(i, next, end);
    next = end;
  }
  return indexSelect(source(), at, indexTensor(x.backend, positions));
}

/**
 * Repeats every element, or every slice along `dim`, a number of times in a row.
 *
 * @param repeats - how often each is repeated: one number, or an int32 vector with a number for each slice.
 * @param dim - the dimension along which slices are repeated; left out, the tensor is flattened and its elements are
 * repeated.
 * @param options - `dim`; `outputSize`: how many slices result, which is checked.
 * @throws ArgumentError unless all repeats are integers ≥ 0; IndexOutOfRangeError if there is no such dimension;
 * ShapeError or DTypeError for a tensor of repeats that does not fit; BackendError for a tensor of repeats on a backend
 * that cannot be read synchronously.
 *
 * @example
 * ```ts
 * repeatInterleave(tensor([1, 2]), 2); // → Tensor([1, 1, 2, 2])
 * repeatInterleave(tensor([[1, 2], [3, 4]]), 2, 1); // → Tensor([[1, 1, 2, 2], [3, 3, 4, 4]])
 * repeatInterleave(tensor([5, 6]), tensor([1, 2], { dtype: "int32" })); // → Tensor([5, 6, 6])
 * ```
 *
 * @see torch.repeat_interleave
 */
export function repeatInterleave(x: Tensor, repeats: number | Tensor, ...args: RepeatArguments): Tensor {
  const operation = "repeatInterleave";
  const repeating = repeatingOf(operation, x, args);
  if (repeats instanceof Tensor) {
    assertRepeats(operation, repeats, repeating.size);
    return owned(() => repeatedBy(operation, x, repeating, readSync(operation, repeats, "repeatInterleaveAsync")));
  }
  assertCount(operation, "the number of repeats", repeats);
  assertElementCount(operation, [x.numel(), repeats]);
  assertOutputSize(operation, repeating.outputSize, repeating.size * repeats);
  return owned(() => {
    const { source, at } = repeating;
    const whole = source();
    const before = whole.shape.slice(0, at + 1);
    const after = whole.shape.slice(at + 1);
    const all = callView(expandView, viewed(whole, [...before, 1, ...after]), {
      shape: [...before, repeats, ...after],
    });
    before[at]! *= repeats;
    return viewed(copied(operation, all), [...before, ...after]);
  });
}

/**
 * Repeats slices as {@link repeatInterleave} does with a tensor of repeats, on backends that cannot be read
 * synchronously.
 *
 * @example
 * ```ts
 * await repeatInterleaveAsync(tensor([5, 6]), tensor([1, 2], { dtype: "int32" })); // → Tensor([5, 6, 6])
 * ```
 */
export async function repeatInterleaveAsync(
  x: Tensor,
  repeats: number | Tensor,
  ...args: RepeatArguments
): Promise<Tensor> {
  const operation = "repeatInterleaveAsync";
  if (!(repeats instanceof Tensor)) return repeatInterleave(x, repeats, ...args);
  const repeating = repeatingOf(operation, x, args);
  assertRepeats(operation, repeats, repeating.size);
  const counts = await read(operation, repeats);
  return owned(() => repeatedBy(operation, x, repeating, counts));
}
