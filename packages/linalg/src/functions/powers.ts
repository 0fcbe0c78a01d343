/**
 * Powers and the exponential of matrices, and products of several.
 *
 * @module
 */
import { ArgumentError, describeValue, formatShape, ShapeError } from "@lucid/backend";
import { owned } from "@lucid/tensor/extend";
import { matmul, squeeze, type Tensor, unsqueeze } from "@lucid/tensor/functions";
import { exponential } from "../fused/exponential.js";
import { assertInteger, assertSameType, assertSquare, assertTensor } from "../internal/checks.js";
import { identity } from "../internal/matrices.js";
import { sizesOf } from "../internal/types.js";
import { inv } from "../solving/inverse.js";

/**
 * Raises matrices to an integer power.
 *
 * Power 0 is the identity matrix; a negative power is one of the inverse.
 *
 * Shapes: `(…, n, n) → (…, n, n)`.
 *
 * @param n - the exponent.
 * @throws ShapeError unless the matrices are square; ArgumentError unless the exponent is an integer; LinAlgError for a
 * negative power of a singular matrix.
 *
 * @example
 * ```ts
 * matrixPower(tensor([[1, 1], [0, 1]]), 5); // → Tensor([[1, 5], [0, 1]])
 * ```
 *
 * @see torch.linalg.matrix_power
 */
export function matrixPower(a: Tensor, n: number): Tensor {
  assertSquare("matrixPower", "the matrix", a);
  assertInteger("matrixPower", "n", n);
  const [batch, size] = sizesOf(a);
  return owned(() => {
    if (n === 0) return matmul(identity(a, batch, size), identity(a, [], size));
    let base = n < 0 ? inv(a) : a;
    let result: Tensor | undefined;
    // The binary digits of the exponent, the lowest first.
    for (let rest = Math.abs(n); rest > 0; rest = Math.floor(rest / 2)) {
      if (rest % 2 === 1) result = result === undefined ? base : matmul(result, base);
      if (rest > 1) base = matmul(base, base);
    }
    return n === 1 ? matmul(result!, identity(a, [], size)) : result!;
  });
}

/**
 * Computes the exponential of matrices, `Σ aᵏ / k!`.
 *
 * It is accurate for matrices whose norm (the largest sum of absolute values of a column) is at most 2¹⁶.
 *
 * Shapes: `(…, n, n) → (…, n, n)`.
 *
 * @throws ShapeError unless the matrices are square; DTypeError unless they are float32 or float64.
 *
 * @example
 * ```ts
 * matrixExp(tensor([[0, 1], [0, 0]])); // → Tensor([[1, 1], [0, 1]])
 * ```
 *
 * @see torch.linalg.matrix_exp
 */
export function matrixExp(a: Tensor): Tensor {
  assertSquare("matrixExp", "the matrix", a);
  return exponential(a);
}

/** For every range of factors, where the product is best split: `splits[i][j]` is the end of the left part. */
function bestSplits(sizes: readonly number[]): readonly (readonly number[])[] {
  const count = sizes.length - 1;
  const cost = Array.from({ length: count }, () => new Array<number>(count).fill(0));
  const splits = Array.from({ length: count }, () => new Array<number>(count).fill(0));
  for (let length = 1; length < count; length++) {
    for (let i = 0; i + length < count; i++) {
      const j = i + length;
      cost[i]![j] = Number.POSITIVE_INFINITY;
      for (let k = i; k < j; k++) {
        const total = cost[i]![k]! + cost[k + 1]![j]! + sizes[i]! * sizes[k + 1]! * sizes[j + 1]!;
        if (total < cost[i]![j]!) {
          cost[i]![j] = total;
          splits[i]![j] = k;
        }
      }
    }
  }
  return splits;
}

/**
 * Multiplies two or more matrices in the order that takes the fewest multiplications.
 *
 * The first and the last factor may be vectors: a row and a column, whose dimension is missing in the result.
 *
 * @param tensors - at least two tensors; those between the first and the last are matrices.
 * @throws ArgumentError for fewer than two tensors; ShapeError if the shapes do not fit; DTypeError if the types differ.
 *
 * @example
 * ```ts
 * multiDot([tensor([[1, 2]]), tensor([[1, 0], [0, 1]]), tensor([[3], [4]])]); // → Tensor([[11]])
 * ```
 *
 * @see torch.linalg.multi_dot
 */
export function multiDot(tensors: readonly Tensor[]): Tensor {
  if (!Array.isArray(tensors) || tensors.length < 2) {
    throw new ArgumentError("multiDot", `the tensors are ${describeValue(tensors)}`, {
      rule: "they are a list of at least two tensors",
    });
  }
  const list: readonly Tensor[] = tensors;
  const shapes: (readonly number[])[] = [];
  // A list may have holes, which this loop visits and map does not.
  for (let i = 0; i < list.length; i++) {
    assertTensor("multiDot", `factor ${i}`, list[i]);
    assertSameType("multiDot", list[0]!, list[i]);
    shapes.push(list[i].shape);
  }
  const last = list.length - 1;
  const fail = (rule: string): never => {
    throw new ShapeError("multiDot", `the shapes do not fit: ${shapes.map(formatShape).join(" · ")}`, shapes, { rule });
  };
  for (const [i, x] of list.entries()) {
    if (x.ndim !== 2 && !(x.ndim === 1 && (i === 0 || i === last))) {
      fail("all factors are matrices; the first and the last may be vectors");
    }
  }
  return owned(() => {
    const matrices = list.map((x, i) => (x.ndim === 2 ? x : unsqueeze(x, i === 0 ? 0 : 1)));
    for (let i = 0; i < last; i++) {
      if (matrices[i]!.shape[1] !== matrices[i + 1]!.shape[0])
        fail("a factor has as many columns as the next has rows");
    }
    const sizes = [matrices[0]!.shape[0]!, ...matrices.map(({ shape }) => shape[1]!)];
    const splits = bestSplits(sizes);
    const multiplied = (i: number, j: number): Tensor => {
      if (i === j) return matrices[i]!;
      const k = splits[i]![j]!;
      return matmul(multiplied(i, k), multiplied(k + 1, j));
    };
    let result = multiplied(0, last);
    if (list[last]!.ndim === 1) result = squeeze(result, -1);
    return list[0]!.ndim === 1 ? squeeze(result, 0) : result;
  });
}
