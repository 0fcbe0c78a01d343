/**
 * Diagonals of matrices.
 *
 * @module
 */
import { constant, formatShape, type OptionNames, ShapeError } from "@lucid/backend";
import { owned } from "../../memory/ownership.js";
import { callGenerate } from "../../primitives/map.js";
import { callView, diagonalView } from "../../primitives/views.js";
import { callAssign } from "../../primitives/writing.js";
import type { Tensor } from "../../tensor/tensor.js";
import { readArguments } from "../internal/arguments.js";
import { assertInteger, assertRank, assertTensor } from "../internal/checks.js";
import { distinctDims } from "../internal/dims.js";
import { assertElementCount } from "../internal/shapes.js";
import { sum } from "../reduce/reductions.js";

/** Options of {@link diagonal}. */
export interface DiagonalOptions {
  /** Which diagonal: 0 is the main one, positive numbers lie above it, negative ones below; default 0. */
  readonly offset?: number;
  /** The dimension of the rows; default 0. */
  readonly dim1?: number;
  /** The dimension of the columns; default 1. */
  readonly dim2?: number;
}

const diagonalOptionNames: OptionNames<DiagonalOptions> = { offset: true, dim1: true, dim2: true };

/**
 * Returns the diagonal of two dimensions as a new last dimension. The result is a view.
 *
 * Shapes: `(m, n) → (min(m, n))` for the main diagonal; other dimensions come before it.
 *
 * @param offset - which diagonal: 0 is the main one, positive numbers lie above it, negative ones below.
 * @param dim1 - the dimension of the rows; default 0.
 * @param dim2 - the dimension of the columns; default 1.
 * @throws IndexOutOfRangeError if there is no such dimension; ArgumentError if both are the same.
 *
 * @example
 * ```ts
 * diagonal(tensor([[1, 2], [3, 4]])); // → Tensor([1, 4])
 * diagonal(tensor([[1, 2], [3, 4]]), { offset: 1 }); // → Tensor([2])
 * ```
 *
 * @see torch.diagonal
 */
export function diagonal(
  x: Tensor,
  ...args:
    | readonly [offset?: number | undefined, dim1?: number | undefined, dim2?: number | undefined]
    | readonly [options: DiagonalOptions]
): Tensor {
  assertTensor("diagonal", "the input", x);
  const given = readArguments<DiagonalOptions>("diagonal", args, ["offset", "dim1", "dim2"], diagonalOptionNames);
  const { offset = 0, dim1 = 0, dim2 = 1 } = given;
  assertInteger("diagonal", "offset", offset);
  const [rows, columns] = distinctDims("diagonal", [dim1, dim2], x.ndim);
  return callView(diagonalView, x, { offset, axis1: rows!, axis2: columns! });
}

/** Options of functions that take the number of a diagonal. */
export interface DiagOptions {
  /** Which diagonal: 0 is the main one, positive numbers lie above it, negative ones below; default 0. */
  readonly diagonal?: number;
}

const diagOptionNames: OptionNames<DiagOptions> = { diagonal: true };

/**
 * Returns the number of a diagonal, which is given by position or as an option.
 *
 * @throws ArgumentError unless it is an integer, or for an option that does not exist.
 */
function diagonalOf(operation: string, given: number | DiagOptions | undefined): number {
  const { diagonal: number = 0 } = readArguments<DiagOptions>(operation, [given], ["diagonal"], diagOptionNames);
  assertInteger(operation, "diagonal", number);
  return number;
}

/**
 * Makes a square matrix that has a vector on a diagonal and zeros elsewhere. For a matrix, returns its diagonal as a
 * view.
 *
 * Shapes: `(n) → (n, n)` and `(m, n) → (min(m, n))` for the main diagonal.
 *
 * @param diagonal - which diagonal: 0 is the main one, positive numbers lie above it, negative ones below.
 * @throws ShapeError unless the tensor has one or two dimensions.
 *
 * @example
 * ```ts
 * diag(tensor([1, 2])); // → Tensor([[1, 0], [0, 2]])
 * ```
 *
 * @see torch.diag
 */
export function diag(x: Tensor, diagonal?: number | DiagOptions): Tensor {
  assertTensor("diag", "the input", x);
  const offset = diagonalOf("diag", diagonal);
  if (x.ndim === 2) return callView(diagonalView, x, { offset, axis1: 0, axis2: 1 });
  if (x.ndim !== 1) {
    throw new ShapeError("diag", `the tensor has ${x.ndim} dimensions: ${formatShape(x.shape)}`, [x.shape], {
      rule: "diag needs a vector or a matrix",
    });
  }
  const size = x.shape[0]! + Math.abs(offset);
  assertElementCount("diag", [size, size]);
  return owned(() => {
    const zeros = callGenerate("diag", x.backend, [size, size], constant(0, x.dtype));
    return callAssign(zeros, x, [{ view: diagonalView.name, attributes: { offset, axis1: 0, axis2: 1 } }]);
  });
}

/**
 * Adds the elements on the main diagonal of a matrix.
 *
 * Shapes: `(m, n) → ()`.
 *
 * @throws ShapeError unless x is a matrix.
 *
 * @example
 * ```ts
 * trace(tensor([[1, 2], [3, 4]])); // → Tensor(5)
 * ```
 *
 * @see torch.trace
 */
export function trace(x: Tensor): Tensor {
  assertRank("trace", "the input", x, 2);
  return owned(() => sum(callView(diagonalView, x, { offset: 0, axis1: 0, axis2: 1 })));
}
