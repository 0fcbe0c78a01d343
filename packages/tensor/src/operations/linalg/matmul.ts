/**
 * Products of matrices and vectors. Both operands have one element type; products of integers wrap around.
 *
 * @module
 */
import { cast, DTypeError, dtypes, formatShape, input, op, ShapeError, sizeOf } from "@lucid/backend";
import { owned } from "../../memory/ownership.js";
import { broadcastShapes } from "../../primitives/layout.js";
import { callMatmul } from "../../primitives/matmul.js";
import { callReduce } from "../../primitives/reduce.js";
import type { Tensor } from "../../tensor/tensor.js";
import { mul } from "../elementwise/arithmetic.js";
import { assertRank, assertSameType, assertTensor } from "../internal/checks.js";
import { reshaped, viewed } from "../internal/views.js";

/** Throws the error for sizes that are multiplied and summed, but differ. */
function throwInner(operation: string, a: Tensor, b: Tensor, left: number, right: number): never {
  throw new ShapeError(
    operation,
    `inner dimensions differ: ${formatShape(a.shape)} · ${formatShape(b.shape)} (${left} ≠ ${right})`,
    [a.shape, b.shape],
  );
}

/** Checks what all products require. */
function assertFactors(operation: string, a: Tensor, b: Tensor): void {
  assertTensor(operation, "the first factor", a);
  assertTensor(operation, "the second factor", b);
  assertSameType(operation, a, b);
  if (a.dtype === "bool") {
    throw new DTypeError(operation, "is not defined for bool", ["bool"], { remedy: 'convert first: .to("int32")' });
  }
  const { shape } = a;
  const other = b.shape;
  if (shape.length === 0 || other.length === 0) {
    throw new ShapeError(
      operation,
      `a factor has no dimensions: ${formatShape(shape)} · ${formatShape(other)}`,
      [shape, other],
      {
        rule: "both need at least one",
        remedy: "multiply by a number with mul",
      },
    );
  }
  const left = shape[shape.length - 1]!;
  const right = other.length === 1 ? other[0]! : other[other.length - 2]!;
  if (left !== right) throwInner(operation, a, b, left, right);
}

/** Checks a product of two vectors, two matrices or two batches of matrices. */
function assertFactorsOfRank(operation: string, a: Tensor, b: Tensor, rank: number): void {
  assertRank(operation, "the first factor", a, rank);
  assertRank(operation, "the second factor", b, rank);
  assertFactors(operation, a, b);
}

/** Multiplies integers, and sums the products without storing them. */
function integerProduct(operation: string, a: Tensor, b: Tensor): Tensor {
  const { dtype } = a;
  const columns = viewed(a, [...a.shape, 1]);
  const rows = viewed(b, [...b.shape.slice(0, -2), 1, ...b.shape.slice(-2)]);
  const rank = Math.max(columns.ndim, rows.ndim);
  return callReduce([columns, rows], {
    op: "sum",
    value: cast(op("mul", input(0, dtype), input(1, dtype)), "int32"),
    finish: dtype === "int32" ? undefined : cast(input(0, "int32"), dtype),
    axes: [rank - 2],
    keepdim: false,
    name: operation,
  });
}

/** Multiplies matrices, or batches of them, that are known to fit. */
function product(operation: string, a: Tensor, b: Tensor): Tensor {
  if (dtypes[a.dtype].kind !== "float") return integerProduct(operation, a, b);
  if (a.ndim === 2 || b.ndim !== 2) return callMatmul(a, b);
  // The rows of all batches form one tall matrix, so that there is one product, and one for each gradient.
  const { shape } = a;
  const leading = shape.slice(0, -1);
  const rows = reshaped(operation, a, [sizeOf(leading), shape[shape.length - 1]!]);
  return viewed(callMatmul(rows, b), [...leading, b.shape[1]!]);
}

function dotProduct(operation: string, a: Tensor, b: Tensor): Tensor {
  const { dtype } = a;
  const isFloat = dtypes[dtype].kind === "float";
  const value = op("mul", input(0, dtype), input(1, dtype));
  return callReduce([a, b], {
    op: "sum",
    value: isFloat ? value : cast(value, "int32"),
    finish: isFloat || dtype === "int32" ? undefined : cast(input(0, "int32"), dtype),
    axes: [0],
    keepdim: false,
    name: operation,
  });
}

/**
 * Multiplies matrices, vectors, or batches of them.
 *
 * `Σₖ aᵢₖ · bₖⱼ`
 *
 * Shapes: `(m, k), (k, n) → (m, n)`. Leading dimensions are batches, which broadcast:
 * `(…, m, k), (…, k, n) → (…, m, n)`. A vector on the left counts as a row, one on the right as a column, and that
 * dimension is missing in the result: `(k), (k, n) → (n)`, `(…, m, k), (k) → (…, m)`, `(k), (k) → ()`.
 *
 * @throws ShapeError if the inner sizes differ or batches do not broadcast; DTypeError if the element types differ or
 * are bool.
 *
 * @example
 * ```ts
 * matmul(tensor([[1, 2], [3, 4]]), tensor([[5, 6], [7, 8]])); // → Tensor([[19, 22], [43, 50]])
 * matmul(tensor([[1, 2], [3, 4]]), tensor([1, 1])); // → Tensor([3, 7])
 * ```
 *
 * @see torch.matmul
 */
export function matmul(a: Tensor, b: Tensor): Tensor {
  assertFactors("matmul", a, b);
  if (a.ndim === 2 && b.ndim === 2) return product("matmul", a, b);
  if (a.ndim > 2 && b.ndim > 2) broadcastShapes("matmul", [a.shape.slice(0, -2), b.shape.slice(0, -2)]);
  return owned(() => {
    if (b.ndim === 1) {
      if (a.ndim === 1) return dotProduct("matmul", a, b);
      return viewed(product("matmul", a, viewed(b, [b.shape[0]!, 1])), a.shape.slice(0, -1));
    }
    if (a.ndim > 1) return product("matmul", a, b);
    const result = product("matmul", viewed(a, [1, a.shape[0]!]), b);
    return viewed(result, [...b.shape.slice(0, -2), b.shape[b.ndim - 1]!]);
  });
}

/**
 * Multiplies two matrices.
 *
 * Shapes: `(m, k), (k, n) → (m, n)`.
 *
 * @throws ShapeError unless both are matrices whose inner sizes agree; DTypeError if the element types differ or are
 * bool.
 *
 * @example
 * ```ts
 * mm(tensor([[1, 2]]), tensor([[3], [4]])); // → Tensor([[11]])
 * ```
 *
 * @see torch.mm
 */
export function mm(a: Tensor, b: Tensor): Tensor {
  assertFactorsOfRank("mm", a, b, 2);
  return product("mm", a, b);
}

/**
 * Multiplies the matrices of two batches of the same size.
 *
 * Shapes: `(b, m, k), (b, k, n) → (b, m, n)`.
 *
 * @throws ShapeError unless both have three dimensions, one batch size, and inner sizes that agree; DTypeError if the
 * element types differ or are bool.
 *
 * @example
 * ```ts
 * bmm(tensor([[[1, 2]], [[3, 4]]]), tensor([[[1], [1]], [[2], [2]]])); // → Tensor([[[3]], [[14]]])
 * ```
 *
 * @see torch.bmm
 */
export function bmm(a: Tensor, b: Tensor): Tensor {
  assertFactorsOfRank("bmm", a, b, 3);
  if (a.shape[0] !== b.shape[0]) {
    throw new ShapeError(
      "bmm",
      `batch sizes differ: ${formatShape(a.shape)} · ${formatShape(b.shape)}`,
      [a.shape, b.shape],
      {
        rule: "they must be equal",
        remedy: "use matmul, which broadcasts",
      },
    );
  }
  return product("bmm", a, b);
}

/**
 * Multiplies a matrix and a vector.
 *
 * Shapes: `(m, k), (k) → (m)`.
 *
 * @throws ShapeError unless they are a matrix and a vector that fit; DTypeError if the element types differ or are
 * bool.
 *
 * @example
 * ```ts
 * mv(tensor([[1, 2], [3, 4]]), tensor([1, 1])); // → Tensor([3, 7])
 * ```
 *
 * @see torch.mv
 */
export function mv(matrix: Tensor, vector: Tensor): Tensor {
  assertRank("mv", "the matrix", matrix, 2);
  assertRank("mv", "the vector", vector, 1);
  assertFactors("mv", matrix, vector);
  return owned(() => viewed(product("mv", matrix, viewed(vector, [vector.shape[0]!, 1])), [matrix.shape[0]!]));
}

/**
 * Computes the dot product of two vectors.
 *
 * `Σ aᵢ · bᵢ`
 *
 * Shapes: `(n), (n) → ()`.
 *
 * @throws ShapeError unless both are vectors of one size; DTypeError if the element types differ or are bool.
 *
 * @example
 * ```ts
 * dot(tensor([1, 2, 3]), tensor([4, 5, 6])); // → Tensor(32)
 * ```
 *
 * @see torch.dot
 */
export function dot(a: Tensor, b: Tensor): Tensor {
  assertFactorsOfRank("dot", a, b, 1);
  return dotProduct("dot", a, b);
}

/**
 * Computes all products of an element of one vector and an element of another.
 *
 * `aᵢ · bⱼ`
 *
 * Shapes: `(m), (n) → (m, n)`.
 *
 * @throws ShapeError unless both are vectors.
 *
 * @example
 * ```ts
 * outer(tensor([1, 2]), tensor([3, 4])); // → Tensor([[3, 4], [6, 8]])
 * ```
 *
 * @see torch.outer
 */
export function outer(a: Tensor, b: Tensor): Tensor {
  assertRank("outer", "the first vector", a, 1);
  assertRank("outer", "the second vector", b, 1);
  return mul(viewed(a, [a.shape[0]!, 1]), viewed(b, [1, b.shape[0]!]));
}
