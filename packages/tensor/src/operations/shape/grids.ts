/**
 * Combining several tensors: grids, products and broadcasting.
 *
 * @module
 */
import {
  ArgumentError,
  checkOptions,
  constant,
  describeValue,
  formatShape,
  type OptionNames,
  ShapeError,
} from "@lucid/backend";
import { owned } from "../../memory/ownership.js";
import { broadcastShapes as broadcast } from "../../primitives/layout.js";
import { callGenerate } from "../../primitives/map.js";
import { callView, expandView, sliceView } from "../../primitives/views.js";
import { callAssign } from "../../primitives/writing.js";
import type { Tensor } from "../../tensor/tensor.js";
import { assertFlag, readArguments } from "../internal/arguments.js";
import { assertCount, assertRank, assertTensor } from "../internal/checks.js";
import { assertElementCount, checkedShape } from "../internal/shapes.js";
import { converted, expanded, indexTensor, reshaped, viewed } from "../internal/views.js";
import { assertTensors, commonType, stack } from "./joining.js";
import { indexSelect } from "../indexing/gathering.js";

/**
 * Returns the shape to which shapes broadcast.
 *
 * @throws ShapeError if they do not: aligned at the last dimension, sizes must be equal or 1.
 *
 * @example
 * ```ts
 * broadcastShapes([2, 1], [3]); // → [2, 3]
 * ```
 *
 * @see torch.broadcast_shapes
 */
export function broadcastShapes(...shapes: readonly (readonly number[])[]): readonly number[] {
  return broadcast(
    "broadcastShapes",
    shapes.map((shape) => checkedShape("broadcastShapes", shape)),
  );
}

/**
 * Expands tensors to the shape to which they broadcast, without copies.
 *
 * @throws ShapeError if the shapes do not broadcast; ArgumentError for an empty list.
 *
 * @example
 * ```ts
 * broadcastTensors([tensor([[1], [2]]), tensor([3, 4])]); // → [Tensor([[1, 1], [2, 2]]), Tensor([[3, 4], [3, 4]])]
 * ```
 *
 * @see torch.broadcast_tensors
 */
export function broadcastTensors(tensors: readonly Tensor[]): readonly Tensor[] {
  assertTensors("broadcastTensors", tensors);
  const shape = broadcast(
    "broadcastTensors",
    tensors.map((x) => x.shape),
  );
  return tensors.map((x) => expanded("broadcastTensors", x, shape));
}

/** Options of {@link meshgrid}. */
export interface MeshgridOptions {
  /** "ij" (default): the first vector runs along the first dimension. "xy": it runs along the second, as in images. */
  readonly indexing?: "ij" | "xy";
}

const meshgridOptionNames: OptionNames<MeshgridOptions> = { indexing: true };

/**
 * Makes grids of coordinates of vectors. Each grid is a view that repeats its vector.
 *
 * Shapes: vectors of sizes m, n, … give grids of shape `(m, n, …)`; with `indexing: "xy"`, `(n, m, …)`.
 *
 * @param tensors - vectors, or tensors without dimensions, which count as vectors of one element.
 * @throws ShapeError for a tensor of two or more dimensions; ArgumentError for an empty list.
 *
 * @example
 * ```ts
 * meshgrid([tensor([1, 2]), tensor([5, 6])]); // → [Tensor([[1, 1], [2, 2]]), Tensor([[5, 6], [5, 6]])]
 * ```
 *
 * @see torch.meshgrid
 */
export function meshgrid(tensors: readonly Tensor[], options?: MeshgridOptions): readonly Tensor[] {
  assertTensors("meshgrid", tensors);
  checkOptions("meshgrid", options, meshgridOptionNames);
  const indexing = options?.indexing ?? "ij";
  if (indexing !== "ij" && indexing !== "xy") {
    throw new ArgumentError("meshgrid", `indexing is ${describeValue(indexing)}`, { rule: 'it is "ij" or "xy"' });
  }
  const swapped = indexing === "xy" && tensors.length > 1;
  const place = (i: number): number => (swapped && i < 2 ? 1 - i : i);
  const vectors = tensors.map((x, i) => {
    if (x.ndim > 1) assertRank("meshgrid", `tensor ${i}`, x, 1);
    return x.ndim === 0 ? viewed(x, [1]) : x;
  });
  const shape = vectors.map((_, i) => vectors[place(i)]!.shape[0]!);
  assertElementCount("meshgrid", shape);
  return vectors.map((x, i) => {
    const apart = viewed(
      x,
      shape.map((_, axis) => (axis === place(i) ? x.shape[0]! : 1)),
    );
    return callView(expandView, apart, { shape });
  });
}

/**
 * Lists all combinations of one element of each vector, in the order of nested loops.
 *
 * Shapes: vectors of sizes m, n, … give `(m · n · …, number of vectors)`; a single vector gives itself.
 *
 * @throws ShapeError for a tensor that is no vector; ArgumentError for an empty list.
 *
 * @example
 * ```ts
 * cartesianProd([tensor([1, 2]), tensor([3, 4])]); // → Tensor([[1, 3], [1, 4], [2, 3], [2, 4]])
 * ```
 *
 * @see torch.cartesian_prod
 */
export function cartesianProd(tensors: readonly Tensor[]): Tensor {
  assertTensors("cartesianProd", tensors);
  for (const [i, x] of tensors.entries()) assertRank("cartesianProd", `tensor ${i}`, x, 1);
  if (tensors.length === 1) return viewed(tensors[0]!, tensors[0]!.shape);
  return owned(() =>
    stack(
      meshgrid(tensors).map((grid) => reshaped("cartesianProd", grid, [grid.numel()])),
      1,
    ),
  );
}

/** Options of {@link combinations}. */
export interface CombinationsOptions {
  /** How many elements a combination has; default 2. */
  readonly r?: number;
  /** Whether an element may appear several times; default false. */
  readonly withReplacement?: boolean;
}

const combinationsOptionNames: OptionNames<CombinationsOptions> = { r: true, withReplacement: true };

/** Lists all ascending choices of `count` positions below `size`, one after the other. */
function choices(size: number, count: number, repeated: boolean): number[] {
  const found: number[] = [];
  const chosen: number[] = [];
  const extend = (from: number): void => {
    if (chosen.length === count) {
      found.push(...chosen);
      return;
    }
    for (let i = from; i < size; i++) {
      chosen.push(i);
      extend(repeated ? i : i + 1);
      chosen.pop();
    }
  };
  extend(0);
  return found;
}

/**
 * Lists all combinations of elements of a vector, each in the order of the vector.
 *
 * Shapes: `(n) → (number of combinations, r)`.
 *
 * @param r - how many elements a combination has; default 2.
 * @param withReplacement - whether an element may appear several times; default false.
 * @throws ShapeError unless x is a vector; ArgumentError unless `r` is an integer ≥ 0.
 *
 * @example
 * ```ts
 * combinations(tensor([1, 2, 3])); // → Tensor([[1, 2], [1, 3], [2, 3]])
 * ```
 *
 * @see torch.combinations
 */
export function combinations(
  x: Tensor,
  ...args:
    | readonly [r?: number | undefined, withReplacement?: boolean | undefined]
    | readonly [options: CombinationsOptions]
): Tensor {
  assertRank("combinations", "the input", x, 1);
  const given = readArguments<CombinationsOptions>(
    "combinations",
    args,
    ["r", "withReplacement"],
    combinationsOptionNames,
  );
  const { r = 2, withReplacement = false } = given;
  assertCount("combinations", "r", r);
  assertFlag("combinations", "withReplacement", withReplacement);
  if (r === 0) return owned(() => callGenerate("combinations", x.backend, [0], constant(0, x.dtype)));
  const positions = choices(x.shape[0]!, r, withReplacement);
  return owned(() => {
    const index = indexTensor(x.backend, positions);
    return viewed(indexSelect(x, 0, index), [positions.length / r, r]);
  });
}

/**
 * Puts matrices on the diagonal of a matrix that is 0 elsewhere, in their common element type.
 *
 * Shapes: `(m, n), (p, q), … → (m + p + …, n + q + …)`. Vectors count as rows, tensors without dimensions as `(1, 1)`.
 *
 * @throws ShapeError for a tensor of three or more dimensions; ArgumentError for an empty list.
 *
 * @example
 * ```ts
 * blockDiag([tensor([[1, 2]]), tensor([[3], [4]])]); // → Tensor([[1, 2, 0], [0, 0, 3], [0, 0, 4]])
 * ```
 *
 * @see torch.block_diag
 */
export function blockDiag(tensors: readonly Tensor[]): Tensor {
  assertTensors("blockDiag", tensors);
  for (const x of tensors) {
    assertTensor("blockDiag", "a block", x);
    if (x.ndim > 2) {
      throw new ShapeError("blockDiag", `a block has the shape ${formatShape(x.shape)}`, [x.shape], {
        rule: "a block has at most two dimensions",
      });
    }
  }
  const dtype = commonType(tensors);
  return owned(() => {
    const blocks = tensors.map((x) =>
      viewed(converted("blockDiag", x, dtype), [...new Array<number>(2 - x.ndim).fill(1), ...x.shape]),
    );
    const total = (axis: number): number => blocks.reduce((sum, { shape }) => sum + shape[axis]!, 0);
    const shape = [total(0), total(1)];
    assertElementCount("blockDiag", shape);
    let result = callGenerate("blockDiag", blocks[0]!.backend, shape, constant(0, dtype));
    let [row, column] = [0, 0];
    for (const block of blocks) {
      const attributes = { starts: [row, column], steps: [1, 1], sizes: block.shape };
      if (block.numel() > 0) result = callAssign(result, block, [{ view: sliceView.name, attributes }]);
      row += block.shape[0]!;
      column += block.shape[1]!;
    }
    return result;
  });
}
