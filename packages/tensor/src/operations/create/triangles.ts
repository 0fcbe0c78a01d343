/**
 * The positions of the triangles of matrices.
 *
 * @module
 */
import type { OptionNames } from "@lucid/backend";
import { Tensor } from "../../tensor/tensor.js";
import type { TensorOptions } from "../../tensor/options.js";
import { readArguments } from "../internal/arguments.js";
import { assertCount, assertInteger } from "../internal/checks.js";
import { viewed } from "../internal/views.js";

/** Options of {@link trilIndices} and {@link triuIndices}. */
export interface TriangleIndicesOptions {
  /** The diagonal that bounds the triangle: 0 is the main one, positive numbers lie above it; default 0. */
  readonly offset?: number;
  /** The backend on which the tensor lives; default: the default backend. */
  readonly backend?: NonNullable<TensorOptions["backend"]>;
  /** int32, the type of positions. */
  readonly dtype?: "int32";
}

const optionNames: OptionNames<TriangleIndicesOptions> = { offset: true, backend: true, dtype: true };

type TriangleIndicesArguments =
  | readonly [offset?: number | undefined, options?: Omit<TriangleIndicesOptions, "offset"> | undefined]
  | readonly [options: TriangleIndicesOptions];

function positions(
  operation: string,
  rows: number,
  columns: number,
  args: readonly unknown[],
  isIn: (distance: number) => boolean,
): Tensor {
  assertCount(operation, "the number of rows", rows);
  assertCount(operation, "the number of columns", columns);
  const { offset = 0, backend } = readArguments<TriangleIndicesOptions>(operation, args, ["offset"], optionNames);
  assertInteger(operation, "offset", offset);
  const [first, second]: [number[], number[]] = [[], []];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      if (!isIn(column - row - offset)) continue;
      first.push(row);
      second.push(column);
    }
  }
  const all = Int32Array.from([...first, ...second]);
  return viewed(new Tensor(all, backend === undefined ? {} : { backend }), [2, first.length]);
}

/**
 * Lists the positions of the lower triangle of a matrix: rows in the first row, columns in the second.
 *
 * @param offset - the last diagonal that is included: 0 is the main one, positive numbers lie above it.
 * @param options - `offset` and `backend`.
 * @throws ArgumentError unless the sizes are integers ≥ 0.
 *
 * @example
 * ```ts
 * trilIndices(2, 2); // → Tensor([[0, 1, 1], [0, 0, 1]], dtype=int32)
 * ```
 *
 * @see torch.tril_indices
 */
export function trilIndices(row: number, col: number, ...args: TriangleIndicesArguments): Tensor {
  return positions("trilIndices", row, col, args, (distance) => distance <= 0);
}

/**
 * Lists the positions of the upper triangle of a matrix: rows in the first row, columns in the second.
 *
 * @param offset - the first diagonal that is included: 0 is the main one, positive numbers lie above it.
 * @param options - `offset` and `backend`.
 * @throws ArgumentError unless the sizes are integers ≥ 0.
 *
 * @example
 * ```ts
 * triuIndices(2, 2); // → Tensor([[0, 0, 1], [0, 1, 1]], dtype=int32)
 * ```
 *
 * @see torch.triu_indices
 */
export function triuIndices(row: number, col: number, ...args: TriangleIndicesArguments): Tensor {
  return positions("triuIndices", row, col, args, (distance) => distance >= 0);
}
