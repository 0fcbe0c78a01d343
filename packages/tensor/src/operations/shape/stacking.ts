/**
 * Joining tensors along the first, the second or the third dimension, after giving them enough dimensions.
 *
 * @module
 */
import { owned } from "../../memory/ownership.js";
import type { Tensor } from "../../tensor/tensor.js";
import { assertTensor } from "../internal/checks.js";
import { viewed } from "../internal/views.js";
import { assertTensors, cat } from "./joining.js";

/** One tensor gives one, a list gives a list. */
export interface AtLeast {
  (x: Tensor): Tensor;
  (tensors: readonly Tensor[]): readonly Tensor[];
}

type Widened = (shape: readonly number[]) => readonly number[];

const toOne: Widened = (shape) => (shape.length === 0 ? [1] : shape);
const toTwo: Widened = (shape) => (shape.length < 2 ? [1, ...toOne(shape)] : shape);
const toThree: Widened = (shape) => (shape.length < 3 ? [...toTwo(shape), 1] : shape);

function atLeast(operation: string, widened: Widened): AtLeast {
  const widen = (x: Tensor): Tensor => {
    assertTensor(operation, "the input", x);
    return viewed(x, widened(x.shape));
  };
  return ((x: Tensor | readonly Tensor[]) =>
    Array.isArray(x) ? x.map(widen) : widen(x as Tensor)) as unknown as AtLeast;
}

/**
 * Gives a tensor without dimensions one of size 1; of a list, every tensor. The results are views.
 *
 * @example
 * ```ts
 * atleast1d(tensor(5)); // → Tensor([5])
 * ```
 *
 * @see torch.atleast_1d
 */
export const atleast1d: AtLeast = /* @__PURE__ */ atLeast("atleast1d", toOne);

/**
 * Gives a tensor at least two dimensions; of a list, every tensor. The results are views.
 *
 * Shapes: `() → (1, 1)`, `(n) → (1, n)`; others stay.
 *
 * @example
 * ```ts
 * atleast2d(tensor([1, 2])); // → Tensor([[1, 2]])
 * ```
 *
 * @see torch.atleast_2d
 */
export const atleast2d: AtLeast = /* @__PURE__ */ atLeast("atleast2d", toTwo);

/**
 * Gives a tensor at least three dimensions; of a list, every tensor. The results are views.
 *
 * Shapes: `() → (1, 1, 1)`, `(n) → (1, n, 1)`, `(m, n) → (m, n, 1)`; others stay.
 *
 * @example
 * ```ts
 * atleast3d(tensor([1, 2])).shape; // → [1, 2, 1]
 * ```
 *
 * @see torch.atleast_3d
 */
export const atleast3d: AtLeast = /* @__PURE__ */ atLeast("atleast3d", toThree);

function joined(operation: string, tensors: readonly Tensor[], widened: Widened, dim: number): Tensor {
  assertTensors(operation, tensors);
  return owned(() =>
    cat(
      tensors.map((x) => viewed(x, widened(x.shape))),
      dim,
    ),
  );
}

/**
 * Joins tensors side by side: along the second dimension, or the first one of vectors.
 *
 * @throws ShapeError if other dimensions differ; ArgumentError for an empty list.
 *
 * @example
 * ```ts
 * hstack([tensor([1, 2]), tensor([3])]); // → Tensor([1, 2, 3])
 * hstack([tensor([[1], [2]]), tensor([[3], [4]])]); // → Tensor([[1, 3], [2, 4]])
 * ```
 *
 * @see torch.hstack
 */
export function hstack(tensors: readonly Tensor[]): Tensor {
  assertTensors("hstack", tensors);
  return joined("hstack", tensors, toOne, tensors[0]!.ndim <= 1 ? 0 : 1);
}

/**
 * Joins tensors one below the other: along the first dimension. Vectors count as rows.
 *
 * @throws ShapeError if other dimensions differ; ArgumentError for an empty list.
 *
 * @example
 * ```ts
 * vstack([tensor([1, 2]), tensor([3, 4])]); // → Tensor([[1, 2], [3, 4]])
 * ```
 *
 * @see torch.vstack
 */
export function vstack(tensors: readonly Tensor[]): Tensor {
  return joined("vstack", tensors, toTwo, 0);
}

/**
 * Joins tensors in depth: along the third dimension.
 *
 * @throws ShapeError if other dimensions differ; ArgumentError for an empty list.
 *
 * @example
 * ```ts
 * dstack([tensor([1, 2]), tensor([3, 4])]); // → Tensor([[[1, 3], [2, 4]]])
 * ```
 *
 * @see torch.dstack
 */
export function dstack(tensors: readonly Tensor[]): Tensor {
  return joined("dstack", tensors, toThree, 2);
}

/**
 * Joins tensors side by side. Vectors count as columns.
 *
 * @throws ShapeError if other dimensions differ; ArgumentError for an empty list.
 *
 * @example
 * ```ts
 * columnStack([tensor([1, 2]), tensor([3, 4])]); // → Tensor([[1, 3], [2, 4]])
 * ```
 *
 * @see torch.column_stack
 */
export function columnStack(tensors: readonly Tensor[]): Tensor {
  return joined("columnStack", tensors, (shape) => (shape.length < 2 ? [...toOne(shape), 1] : shape), 1);
}
