/**
 * The positions of elements that are not 0.
 *
 * @module
 */
import { checkOptions, type OptionNames } from "@lucid/backend";
import { owned } from "../../memory/ownership.js";
import { read, readSync } from "../../tensor/reading.js";
import { Tensor } from "../../tensor/tensor.js";
import { assertFlag } from "../internal/arguments.js";
import { assertTensor } from "../internal/checks.js";
import { converted, viewed } from "../internal/views.js";
import { unbind } from "../shape/splitting.js";
import { truePositions } from "./index-picks.js";

/** Options of {@link nonzero}. */
export interface NonzeroOptions {
  /** Whether the result is a list of one vector of positions for each dimension, with which a tensor can be indexed; default false. */
  readonly asTuple?: boolean;
}

const nonzeroNames: OptionNames<NonzeroOptions> = { asTuple: true };

/** @throws ArgumentError for wrong options. */
function asTupleOf(operation: string, options: NonzeroOptions | undefined): boolean {
  checkOptions(operation, options, nonzeroNames);
  const asTuple = options?.asTuple;
  assertFlag(operation, "asTuple", asTuple);
  return asTuple ?? false;
}

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

/** The coordinates of each dimension; a tensor without dimensions counts as one with one. */
function byDimension(x: Tensor, positions: Int32Array): readonly Tensor[] {
  if (x.ndim === 0) return [new Tensor(positions, { backend: x.backend })];
  return unbind(coordinates(x, positions), 1);
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
export function nonzero(x: Tensor, options?: { readonly asTuple?: false }): Tensor;
/**
 * Finds the positions of all elements that are not 0: one vector of int32 coordinates for each dimension. With this list
 * the tensor can be indexed.
 *
 * Shapes: `(…) → list of (n)`.
 *
 * @throws BackendError on a backend that cannot be read synchronously.
 *
 * @example
 * ```ts
 * const x = tensor([[0, 5], [6, 0]]);
 * nonzero(x, { asTuple: true }); // → [Tensor([0, 1], dtype=int32), Tensor([1, 0], dtype=int32)]
 * x.at(...nonzero(x, { asTuple: true })); // → Tensor([5, 6])
 * ```
 *
 * @see torch.nonzero with as_tuple
 */
export function nonzero(x: Tensor, options: { readonly asTuple: true }): readonly Tensor[];
export function nonzero(x: Tensor, options?: NonzeroOptions): Tensor | readonly Tensor[] {
  assertTensor("nonzero", "the input", x);
  const asTuple = asTupleOf("nonzero", options);
  return owned((): Tensor | readonly Tensor[] => {
    const flags = converted("nonzero", x, "bool");
    const positions = truePositions(readSync("nonzero", flags, "nonzeroAsync"));
    return asTuple ? byDimension(x, positions) : coordinates(x, positions);
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
export function nonzeroAsync(x: Tensor, options?: { readonly asTuple?: false }): Promise<Tensor>;
/**
 * Finds the positions of all elements that are not 0, by dimension, as {@link nonzero} with `asTuple` does, for backends
 * that cannot be read synchronously.
 *
 * @example
 * ```ts
 * await nonzeroAsync(tensor([0, 5]), { asTuple: true }); // → [Tensor([1], dtype=int32)]
 * ```
 */
export function nonzeroAsync(x: Tensor, options: { readonly asTuple: true }): Promise<readonly Tensor[]>;
export async function nonzeroAsync(x: Tensor, options?: NonzeroOptions): Promise<Tensor | readonly Tensor[]> {
  assertTensor("nonzeroAsync", "the input", x);
  const asTuple = asTupleOf("nonzeroAsync", options);
  const positions = truePositions(await read("nonzeroAsync", x));
  return owned((): Tensor | readonly Tensor[] => (asTuple ? byDimension(x, positions) : coordinates(x, positions)));
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
