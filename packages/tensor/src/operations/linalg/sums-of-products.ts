/**
 * A tensor plus a product of matrices or vectors.
 *
 * @module
 */
import { ArgumentError, checkOptions, dtypes, type OptionNames } from "@lucid/backend";
import { owned } from "../../memory/ownership.js";
import type { Tensor } from "../../tensor/tensor.js";
import { add, mul } from "../elementwise/arithmetic.js";
import { assertReal } from "../internal/arguments.js";
import { assertRank, assertSameType, assertTensor } from "../internal/checks.js";
import { converted, expanded } from "../internal/views.js";
import { sum } from "../reduce/reductions.js";
import { bmm, mm, mv, outer } from "./matmul.js";

/** Options of the sums of a tensor and a product. */
export interface SumOfProductsOptions {
  /** The tensor is multiplied by it; default 1. With 0 its elements are not looked at, not even NaN. */
  readonly beta?: number;
  /** The product is multiplied by it; default 1. */
  readonly alpha?: number;
}

const optionNames: OptionNames<SumOfProductsOptions> = { beta: true, alpha: true };

/** Computes `beta · x + alpha · a ∘ b`, of which the product has `rank` dimensions. */
function summed(
  operation: string,
  rank: number,
  product: (a: Tensor, b: Tensor) => Tensor,
  x: Tensor,
  a: Tensor,
  b: Tensor,
  options: SumOfProductsOptions | undefined,
): Tensor {
  assertTensor(operation, "the input", x);
  assertTensor(operation, "the first factor", a);
  assertSameType(operation, x, a);
  checkOptions(operation, options, optionNames);
  const { beta = 1, alpha = 1 } = options ?? {};
  for (const [name, value] of Object.entries({ beta, alpha })) {
    assertReal(operation, name, value);
    if (dtypes[x.dtype].kind !== "float" && !Number.isInteger(value)) {
      throw new ArgumentError(operation, `${name} is ${value}`, { rule: `for ${x.dtype} ${name} is an integer` });
    }
  }
  if (x.ndim > rank) assertRank(operation, "the input", x, rank);
  return owned(() => {
    const found = product(a, b);
    const added = expanded(operation, x, found.shape);
    const multiplied = alpha === 1 ? found : mul(found, alpha);
    const result = beta === 0 ? multiplied : add(multiplied, beta === 1 ? added : mul(added, beta));
    return converted(operation, result, x.dtype);
  });
}

/**
 * Adds a product of two matrices.
 *
 * `beta · x + alpha · a b`
 *
 * Shapes: `(m, n), (m, k), (k, n) → (m, n)`; x broadcasts.
 *
 * @param options - `beta` (default 1) and `alpha` (default 1).
 * @throws ShapeError if the shapes do not fit; DTypeError if the element types differ.
 *
 * @example
 * ```ts
 * addmm(ones([1, 1]), tensor([[1, 2]]), tensor([[3], [4]])); // → Tensor([[12]])
 * ```
 *
 * @see torch.addmm
 */
export function addmm(x: Tensor, a: Tensor, b: Tensor, options?: SumOfProductsOptions): Tensor {
  return summed("addmm", 2, mm, x, a, b, options);
}

/**
 * Adds the products of two batches of matrices.
 *
 * `beta · x + alpha · a b`
 *
 * Shapes: `(b, m, n), (b, m, k), (b, k, n) → (b, m, n)`; x broadcasts.
 *
 * @param options - `beta` (default 1) and `alpha` (default 1).
 * @throws ShapeError if the shapes do not fit; DTypeError if the element types differ.
 *
 * @example
 * ```ts
 * baddbmm(ones([1, 1, 1]), ones([2, 1, 3]), ones([2, 3, 1])); // → Tensor([[[4]], [[4]]])
 * ```
 *
 * @see torch.baddbmm
 */
export function baddbmm(x: Tensor, a: Tensor, b: Tensor, options?: SumOfProductsOptions): Tensor {
  return summed("baddbmm", 3, bmm, x, a, b, options);
}

/**
 * Adds the sum of the products of two batches of matrices.
 *
 * `beta · x + alpha · Σᵢ aᵢ bᵢ`
 *
 * Shapes: `(m, n), (b, m, k), (b, k, n) → (m, n)`; x broadcasts.
 *
 * @param options - `beta` (default 1) and `alpha` (default 1).
 * @throws ShapeError if the shapes do not fit; DTypeError if the element types differ.
 *
 * @example
 * ```ts
 * addbmm(ones([1, 1]), ones([2, 1, 3]), ones([2, 3, 1])); // → Tensor([[7]])
 * ```
 *
 * @see torch.addbmm
 */
export function addbmm(x: Tensor, a: Tensor, b: Tensor, options?: SumOfProductsOptions): Tensor {
  return summed("addbmm", 2, (first, second) => sum(bmm(first, second), 0, { dtype: x.dtype }), x, a, b, options);
}

/**
 * Adds a product of a matrix and a vector.
 *
 * `beta · x + alpha · a b`
 *
 * Shapes: `(m), (m, k), (k) → (m)`; x broadcasts.
 *
 * @param options - `beta` (default 1) and `alpha` (default 1).
 * @throws ShapeError if the shapes do not fit; DTypeError if the element types differ.
 *
 * @example
 * ```ts
 * addmv(tensor([1]), tensor([[1, 2]]), tensor([3, 4])); // → Tensor([12])
 * ```
 *
 * @see torch.addmv
 */
export function addmv(x: Tensor, matrix: Tensor, vector: Tensor, options?: SumOfProductsOptions): Tensor {
  return summed("addmv", 1, mv, x, matrix, vector, options);
}

/**
 * Adds the outer product of two vectors.
 *
 * `beta · x + alpha · a ⊗ b`
 *
 * Shapes: `(m, n), (m), (n) → (m, n)`; x broadcasts.
 *
 * @param options - `beta` (default 1) and `alpha` (default 1).
 * @throws ShapeError if the shapes do not fit; DTypeError if the element types differ.
 *
 * @example
 * ```ts
 * addr(zeros([2, 2]), tensor([1, 2]), tensor([3, 4])); // → Tensor([[3, 4], [6, 8]])
 * ```
 *
 * @see torch.addr
 */
export function addr(x: Tensor, a: Tensor, b: Tensor, options?: SumOfProductsOptions): Tensor {
  return summed("addr", 2, outer, x, a, b, options);
}
