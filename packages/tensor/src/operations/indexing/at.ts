/**
 * Reading the part of a tensor that positions, slices, masks and index tensors select.
 *
 * @module
 */
import { owned, ownedAsync } from "../../memory/ownership.js";
import type { Tensor } from "../../tensor/tensor.js";
import { assertTensor } from "../internal/checks.js";
import { pickedBy } from "./index-parts.js";
import { gatherPicks, readMasks, readMasksAsync } from "./index-picks.js";
import type { Index } from "./slice.js";

/**
 * Selects a part of a tensor, as `x[…]` does in Python. The result is a view unless there are index tensors, masks or
 * lists among the indices.
 *
 * @param indices - one for every dimension; those that are left out at the end are taken whole:
 *
 * - an integer takes one position and removes the dimension; a negative one counts from the end;
 * - `slice(start, stop, step)` takes a range of positions;
 * - `"..."` takes whole all dimensions that are not named;
 * - null adds a dimension of size 1;
 * - an int32 tensor or a list of integers picks positions. Several of them broadcast together, and their dimensions
 *   take the place of the picked ones, or come first where those are not neighbours;
 * - a bool tensor or a list of booleans is a mask for as many dimensions as it has.
 *
 * @throws IndexOutOfRangeError for a position outside of its dimension; ArgumentError, ShapeError or DTypeError for
 * something that is no index or does not fit; BackendError for a mask on a backend that cannot be read synchronously.
 *
 * @example
 * ```ts
 * const x = tensor([[1, 2, 3], [4, 5, 6]]);
 * at(x, 1); // → Tensor([4, 5, 6])
 * at(x, "...", slice(null, null, -2)); // → Tensor([[3, 1], [6, 4]])
 * at(x, [0, 1, 1], [0, 0, -1]); // → Tensor([1, 4, 6])
 * at(x, x.gt(2)); // → Tensor([3, 4, 5, 6])
 * ```
 *
 * @see torch.Tensor.__getitem__
 */
export function at(x: Tensor, ...indices: readonly Index[]): Tensor {
  assertTensor("at", "the input", x);
  return owned(() => {
    const picked = pickedBy("at", x, indices);
    if (picked.picks.length === 0) return picked.view;
    return gatherPicks("at", picked, readMasks("at", picked.picks, "atAsync"));
  });
}

/**
 * Selects a part of a tensor, as {@link at} does, for masks on backends that cannot be read synchronously.
 *
 * @throws what {@link at} throws, as a rejection.
 *
 * @example
 * ```ts
 * await atAsync(tensor([1, 2, 3]), [true, false, true]); // → Tensor([1, 3])
 * ```
 */
export async function atAsync(x: Tensor, ...indices: readonly Index[]): Promise<Tensor> {
  assertTensor("atAsync", "the input", x);
  return ownedAsync(async (step) => {
    const picked = step(() => pickedBy("atAsync", x, indices));
    if (picked.picks.length === 0) return picked.view;
    const masks = await readMasksAsync("atAsync", picked.picks);
    return step(() => owned(() => gatherPicks("atAsync", picked, masks)));
  });
}
