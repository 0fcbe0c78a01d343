/**
 * The positions of elements that are not 0.
 *
 * @module
 */
import { owned } from "../../memory/ownership.js";
import { read, readSync } from "../../tensor/reading.js";
import { Tensor } from "../../tensor/tensor.js";
import { assertTensor } from "../internal/checks.js";
import { converted, viewed } from "../internal/views.js";
import { truePositions } from "./index-picks.js";

/** Converts row-major positions into rows of coordinates. */
function coordinates(x: Tensor, positions: Int32Array): Tensor {
  const { shape } = x;
  const rank = shape.length;
  const rows = new Int32Array(positions.length * rank);
  for (let i = 0; i < positions.length; i++) {
    let rest = positions[i]!;
    for (let axis = rank - 1; axis >= 0; axis--) {
      const size = shape[axis]!;
      rows[i * rank + axis] = rest % size;
      rest = Math.floor(rest / size);
    }
  }
  return viewed(new Tensor(rows, { backend: x.backend }), [positions.length, rank]);
}

/**
 * Finds the positions of all elements that are not 0: one row of int32 coordinates for each.
 *
 * Shapes: `(…) → (n, number of dimensions)`.
 *
 * @throws BackendError on a backend that cannot be read synchronously.
 *
 * @example
 * ```ts
 * nonzero(tensor([[0, 5], [6, 0]])); // → Tensor([[0, 1], [1, 0]], dtype=int32)
 * ```
 *
 * @see torch.nonzero
 */
export function nonzero(x: Tensor): Tensor {
  assertTensor("nonzero", "the input", x);
  return owned(() => {
    const flags = converted("nonzero", x, "bool");
    return coordinates(x, truePositions(readSync("nonzero", flags, "nonzeroAsync")));
  });
}

/**
 * Finds the positions of all elements that are not 0, as {@link nonzero} does, for backends that cannot be read
 * synchronously.
 *
 * @example
 * ```ts
 * await nonzeroAsync(tensor([0, 5])); // → Tensor([[1]], dtype=int32)
 * ```
 */
export async function nonzeroAsync(x: Tensor): Promise<Tensor> {
  assertTensor("nonzeroAsync", "the input", x);
  const positions = truePositions(await read("nonzeroAsync", x));
  return owned(() => coordinates(x, positions));
}

/**
 * Finds the positions of all elements that are not 0. It is {@link nonzero} under its NumPy name.
 *
 * @throws BackendError on a backend that cannot be read synchronously.
 *
 * @example
 * ```ts
 * argwhere(tensor([0, 5, 6])); // → Tensor([[1], [2]], dtype=int32)
 * ```
 *
 * @see torch.argwhere
 */
export function argwhere(x: Tensor): Tensor {
  assertTensor("argwhere", "the input", x);
  return nonzero(x);
}
