/**
 * A tensor taken apart along an axis. All parts are views of it.
 *
 * @module
 */
import { ArgumentError, formatShape } from "@lucid/backend";
import type { Tensor } from "../tensor/tensor.js";
import { assertCount, assertHasAxes, assertList, assertTensor, axisOf } from "./checks.js";
import { selected, sliced } from "./steps.js";

/**
 * Parts of `size` along `axis`, the last one smaller where it does not divide the axis; or parts of the given sizes.
 * Views. (torch.split)
 *
 * @throws ArgumentError if a size is not positive or the sizes do not add up to the axis.
 *
 * @example
 * ```ts
 * split(tensor([1, 2, 3]), 2); // → [Tensor([1, 2]), Tensor([3])]
 * split(tensor([1, 2, 3]), [1, 2]); // → [Tensor([1]), Tensor([2, 3])]
 * ```
 */
export function split(x: Tensor, sizes: number | readonly number[], axis = 0): readonly Tensor[] {
  assertTensor("split", "the input", x);
  assertHasAxes("split", x);
  const at = axisOf("split", axis, x.ndim);
  const length = x.shape[at]!;
  if (typeof sizes !== "number") {
    assertList("split", "sizes", sizes);
    for (const size of sizes) assertCount("split", "size", size);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    if (total !== length) {
      throw new ArgumentError("split", `the sizes ${formatShape(sizes)} add up to ${total}`, {
        rule: `they must add up to axis ${at} of ${formatShape(x.shape)} (${length})`,
      });
    }
    return partsOf(x, at, sizes);
  }
  assertCount("split", "size", sizes, length === 0 ? 0 : 1);
  return partsOf(x, at, equalParts(length, sizes, Math.max(1, Math.ceil(length / Math.max(sizes, 1)))));
}

/**
 * At most `chunks` parts of equal size along `axis`; the last one may be smaller. Views. (torch.chunk)
 *
 * @example
 * ```ts
 * chunk(tensor([1, 2, 3, 4, 5]), 2); // → [Tensor([1, 2, 3]), Tensor([4, 5])]
 * ```
 */
export function chunk(x: Tensor, chunks: number, axis = 0): readonly Tensor[] {
  assertTensor("chunk", "the input", x);
  assertHasAxes("chunk", x);
  const at = axisOf("chunk", axis, x.ndim);
  assertCount("chunk", "the number of chunks", chunks, 1);
  const length = x.shape[at]!;
  const size = Math.ceil(length / chunks);
  return partsOf(x, at, equalParts(length, size, length === 0 ? chunks : Math.ceil(length / size)));
}

function equalParts(length: number, size: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => Math.min(size, length - i * size));
}

function partsOf(x: Tensor, axis: number, sizes: readonly number[]): readonly Tensor[] {
  let start = 0;
  return sizes.map((size) => {
    const part = sliced(x, axis, start, size);
    start += size;
    return part;
  });
}

/**
 * The slices along `axis`, without that axis. Views. (torch.unbind)
 *
 * @example
 * ```ts
 * unbind(tensor([[1, 2], [3, 4]])); // → [Tensor([1, 2]), Tensor([3, 4])]
 * ```
 */
export function unbind(x: Tensor, axis = 0): readonly Tensor[] {
  assertTensor("unbind", "the input", x);
  assertHasAxes("unbind", x);
  const at = axisOf("unbind", axis, x.ndim);
  return Array.from({ length: x.shape[at]! }, (_, i) => selected(x, at, i));
}
