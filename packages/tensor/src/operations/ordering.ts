/**
 * Operations that go along an axis in order: running sums and sorting. NaN counts as greater than every number.
 *
 * @module
 */
import { ArgumentError, dtypes, formatShape, input, op, scalar } from "@lucid/backend";
import { owned } from "../memory/ownership.js";
import { callMap } from "../primitives/map.js";
import { callScan, callSort } from "../primitives/ordering.js";
import type { Tensor } from "../tensor/tensor.js";
import { assertCount, assertTensor, axisOf } from "./checks.js";
import type { ValuesAndIndices } from "./extremes.js";
import { flip } from "./parts.js";
import { converted, copied, sliced, viewed } from "./steps.js";

/** Options of {@link topk}. */
export interface TopkOptions {
  /** The largest elements, or else the smallest; default true. */
  readonly largest?: boolean;
  /** Whether they must come in order; they do so in any case. */
  readonly sorted?: boolean;
}

/**
 * Running sum along an axis. Of bools and integers an int32, which wraps. (torch.cumsum)
 *
 * @example
 * ```ts
 * cumsum(tensor([1, 2, 3]), 0); // → Tensor([1, 3, 6])
 * ```
 */
export function cumsum(x: Tensor, axis: number): Tensor {
  assertTensor("cumsum", "the input", x);
  const at = axisOf("cumsum", axis, x.ndim);
  return owned(() => {
    const values = dtypes[x.dtype].kind === "float" ? x : converted("cumsum", x, "int32");
    return x.ndim === 0 ? viewed(callScan("sum", viewed(values, [1]), 0), []) : callScan("sum", values, at);
  });
}

/** Sorted views: in descending order the ascending order of the flipped axis flipped back, so that equals keep theirs. */
function inOrder(x: Tensor, axis: number, descending: boolean): ValuesAndIndices {
  if (!descending) {
    const [values, indices] = callSort(x, axis);
    return { values, indices };
  }
  const [values, indices] = callSort(flip(x, axis), axis);
  const last = x.shape[axis]! - 1;
  const mirrored = callMap("sort", [indices], [op("sub", scalar(0, "int32"), input(0, "int32"))], [last])[0]!;
  return { values: flip(values, axis), indices: flip(mirrored, axis) };
}

/** The first `count` of the sorted elements in memory of their own; all without `count`. */
function ordered(operation: string, x: Tensor, axis: number, descending: boolean, count?: number): ValuesAndIndices {
  return owned(() => {
    const source = x.ndim === 0 ? viewed(x, [1]) : x;
    let { values, indices } = inOrder(source, axis, descending);
    if (count !== undefined) {
      values = sliced(values, axis, 0, count);
      indices = sliced(indices, axis, 0, count);
    }
    if (count !== undefined || descending) {
      values = copied(operation, values);
      indices = copied(operation, indices);
    }
    return x.ndim === 0 ? { values: viewed(values, []), indices: viewed(indices, []) } : { values, indices };
  });
}

/**
 * The elements in order along an axis, and where each stood. Equal elements keep their order. (torch.sort)
 *
 * @example
 * ```ts
 * sort(tensor([3, 1, 2])); // → { values: Tensor([1, 2, 3]), indices: Tensor([1, 2, 0], dtype=int32) }
 * sort(tensor([3, 1, 2]), 0, true).values; // → Tensor([3, 2, 1])
 * ```
 */
export function sort(x: Tensor, axis = -1, descending = false): ValuesAndIndices {
  assertTensor("sort", "the input", x);
  return ordered("sort", x, axisOf("sort", axis, x.ndim), descending);
}

/**
 * Where the elements in order along an axis stand, as int32. Equal elements keep their order. (torch.argsort)
 *
 * @example
 * ```ts
 * argsort(tensor([3, 1, 2])); // → Tensor([1, 2, 0], dtype=int32)
 * ```
 */
export function argsort(x: Tensor, axis = -1, descending = false): Tensor {
  assertTensor("argsort", "the input", x);
  return owned(() => ordered("argsort", x, axisOf("argsort", axis, x.ndim), descending).indices);
}

/**
 * The `k` largest (or smallest) elements along an axis in order, and where they stand. (torch.topk)
 *
 * @throws ArgumentError if the axis has fewer than `k` elements.
 *
 * @example
 * ```ts
 * topk(tensor([3, 1, 4, 1, 5]), 2); // → { values: Tensor([5, 4]), indices: Tensor([4, 2], dtype=int32) }
 * ```
 */
export function topk(x: Tensor, k: number, axis = -1, { largest = true }: TopkOptions = {}): ValuesAndIndices {
  assertTensor("topk", "the input", x);
  const at = axisOf("topk", axis, x.ndim);
  assertCount("topk", "k", k);
  const size = x.ndim === 0 ? 1 : x.shape[at]!;
  if (k > size) {
    throw new ArgumentError("topk", `k is ${k} in axis ${at} of ${formatShape(x.shape)}`, {
      rule: `k must not exceed the size of the axis (${size})`,
    });
  }
  return ordered("topk", x, at, largest, k);
}
