/**
 * Matrix products. Both operands have one element type; integer products wrap.
 *
 * @module
 */
import { cast, DTypeError, dtypes, formatShape, input, op, ShapeError, sizeOf } from "@lucid/backend";
import { owned } from "../memory/ownership.js";
import { broadcastShapes } from "../primitives/layout.js";
import { callMatmul } from "../primitives/matmul.js";
import { callReduce } from "../primitives/reduce.js";
import { callView, permuteView } from "../primitives/views.js";
import type { Tensor } from "../tensor/tensor.js";
import { add, mul } from "./arithmetic.js";
import { assertRank, assertSameType, assertTensor } from "./checks.js";
import { perType, reshaped, viewed } from "./steps.js";

const NO_SCALARS: readonly number[] = [];

/** Throws that sizes which are multiplied and summed differ. */
function throwInner(operation: string, a: Tensor, b: Tensor, left: number, right: number): never {
  throw new ShapeError(
    operation,
    `inner dimensions differ: ${formatShape(a.shape)} · ${formatShape(b.shape)} (${left} ≠ ${right})`,
    [a.shape, b.shape],
  );
}

/** Checks what all products need. */
function assertFactors(operation: string, a: Tensor, b: Tensor): void {
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
      `a factor has no axes: ${formatShape(shape)} · ${formatShape(other)}`,
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

/** Checks a product of two matrices, batches of matrices or vectors. */
function assertFactorsOfRank(operation: string, a: Tensor, b: Tensor, rank: number): void {
  assertRank(operation, "the first factor", a, rank);
  assertRank(operation, "the second factor", b, rank);
  assertFactors(operation, a, b);
}

/** The product of integers, summed without storing the factors' products. */
function integerProduct(operation: string, a: Tensor, b: Tensor): Tensor {
  const { dtype } = a;
  const columns = viewed(a, [...a.shape, 1]);
  const rows = viewed(b, [...b.shape.slice(0, -2), 1, ...b.shape.slice(-2)]);
  const rank = Math.max(columns.ndim, rows.ndim);
  return callReduce([columns, rows], {
    op: "sum",
    value: cast(op("mul", input(0, dtype), input(1, dtype)), "int32"),
    finish: dtype === "int32" ? undefined : cast(input(0, "int32"), dtype),
    scalars: NO_SCALARS,
    axes: [rank - 2],
    keepdim: false,
    name: operation,
  });
}

/** The product of matrices, or of batches of them, that are known to fit. */
function product(operation: string, a: Tensor, b: Tensor): Tensor {
  if (dtypes[a.dtype].kind !== "float") return integerProduct(operation, a, b);
  if (a.ndim === 2 || b.ndim !== 2) return callMatmul(a, b);
  // Rows of all batches make one tall matrix: one product, and one for each gradient.
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
    scalars: NO_SCALARS,
    axes: [0],
    keepdim: false,
    name: operation,
  });
}

/**
 * Matrix product. `(m, k) · (k, n) → (m, n)`; leading axes are batches, which broadcast: `(…, m, k) · (…, k, n) → (…, m, n)`.
 * A vector on the left counts as a row, on the right as a column, and its axis is missing in the result: `(k) · (k, n) → (n)`,
 * `(…, m, k) · (k) → (…, m)`, `(k) · (k) → ()`. (torch.matmul)
 *
 * @throws ShapeError if the inner sizes differ or batches do not broadcast; DTypeError if the element types differ or are
 * bool.
 *
 * @example
 * ```ts
 * matmul(tensor([[1, 2], [3, 4]]), tensor([[5, 6], [7, 8]])); // → Tensor([[19, 22], [43, 50]])
 * matmul(tensor([[1, 2], [3, 4]]), tensor([1, 1])); // → Tensor([3, 7])
 * ```
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
 * Product of two matrices: `(m, k) · (k, n) → (m, n)`. (torch.mm)
 *
 * @throws ShapeError unless both are matrices whose inner sizes agree; DTypeError if the element types differ or are bool.
 *
 * @example
 * ```ts
 * mm(tensor([[1, 2]]), tensor([[3], [4]])); // → Tensor([[11]])
 * ```
 */
export function mm(a: Tensor, b: Tensor): Tensor {
  assertFactorsOfRank("mm", a, b, 2);
  return product("mm", a, b);
}

/**
 * Products of the matrices of two equal batches: `(b, m, k) · (b, k, n) → (b, m, n)`. (torch.bmm)
 *
 * @throws ShapeError unless both have three axes, one batch size, and inner sizes that agree; DTypeError if the element
 * types differ or are bool.
 *
 * @example
 * ```ts
 * bmm(tensor([[[1, 2]], [[3, 4]]]), tensor([[[1], [1]], [[2], [2]]])); // → Tensor([[[3]], [[14]]])
 * ```
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
 * Product of a matrix and a vector: `(m, k) · (k) → (m)`. (torch.mv)
 *
 * @throws ShapeError unless they are a matrix and a vector that fit; DTypeError if the element types differ or are bool.
 *
 * @example
 * ```ts
 * mv(tensor([[1, 2], [3, 4]]), tensor([1, 1])); // → Tensor([3, 7])
 * ```
 */
export function mv(matrix: Tensor, vector: Tensor): Tensor {
  assertRank("mv", "the matrix", matrix, 2);
  assertRank("mv", "the vector", vector, 1);
  assertFactors("mv", matrix, vector);
  return owned(() => viewed(product("mv", matrix, viewed(vector, [vector.shape[0]!, 1])), [matrix.shape[0]!]));
}

/**
 * Product of two vectors, `Σ aᵢ · bᵢ`. (torch.dot)
 *
 * @throws ShapeError unless both are vectors of one size; DTypeError if the element types differ or are bool.
 *
 * @example
 * ```ts
 * dot(tensor([1, 2, 3]), tensor([4, 5, 6])); // → Tensor(32)
 * ```
 */
export function dot(a: Tensor, b: Tensor): Tensor {
  assertFactorsOfRank("dot", a, b, 1);
  return dotProduct("dot", a, b);
}

/**
 * All products of the elements of two vectors: `(m), (n) → (m, n)`. (torch.outer)
 *
 * @throws ShapeError unless both are vectors.
 *
 * @example
 * ```ts
 * outer(tensor([1, 2]), tensor([3, 4])); // → Tensor([[3, 4], [6, 8]])
 * ```
 */
export function outer(a: Tensor, b: Tensor): Tensor {
  assertRank("outer", "the first vector", a, 1);
  assertRank("outer", "the second vector", b, 1);
  return mul(viewed(a, [a.shape[0]!, 1]), viewed(b, [1, b.shape[0]!]));
}

const TRANSPOSED = { axes: [1, 0] } as const;
const BY_TRANSPOSED = { transposeB: true } as const;

/** Product plus bias. */
const withBias = /* @__PURE__ */ perType((dtype) => op("add", input(0, dtype), input(1, dtype)));

/**
 * `x · weightᵀ + bias` for any leading axes, as one matrix product: `(…, in), (out, in), (out) → (…, out)`.
 * (torch.nn.functional.linear)
 *
 * @throws ShapeError if sizes do not fit; DTypeError if the element types differ or are bool.
 *
 * @example
 * ```ts
 * linear(tensor([[1, 2]]), tensor([[3, 4], [5, 6]]), tensor([0.5, 0])); // → Tensor([[11.5, 17]])
 * ```
 */
export function linear(x: Tensor, weight: Tensor, bias?: Tensor | null): Tensor {
  assertTensor("linear", "the input", x);
  assertRank("linear", "the weight", weight, 2);
  assertSameType("linear", x, weight);
  const { shape } = x;
  const inner = shape[shape.length - 1];
  const [width, depth] = weight.shape as readonly [number, number];
  if (inner !== depth) {
    throw new ShapeError(
      "linear",
      `input and weight do not fit: ${formatShape(shape)} · ${formatShape(weight.shape)} (${inner ?? "no axes"} ≠ ${depth})`,
      [shape, weight.shape],
      { rule: "the input's last axis must have the size of the weight's last: (…, in) · (out, in)" },
    );
  }
  if (bias !== undefined && bias !== null) {
    assertTensor("linear", "the bias", bias);
    assertSameType("linear", weight, bias);
    if (bias.ndim !== 1 || bias.shape[0] !== width) {
      throw new ShapeError(
        "linear",
        `weight and bias do not fit: ${formatShape(weight.shape)} · ${formatShape(bias.shape)}`,
        [weight.shape, bias.shape],
        { rule: `the bias must be [${width}]` },
      );
    }
  }
  if (dtypes[x.dtype].kind !== "float") {
    return owned(() => {
      const result = matmul(x, callView(permuteView, weight, TRANSPOSED));
      return bias ? add(result, bias) : result;
    });
  }
  if (shape.length === 2) return linearRows(x, weight, bias);
  return owned(() => {
    const leading = shape.slice(0, -1);
    return viewed(linearRows(reshaped("linear", x, [sizeOf(leading), inner]), weight, bias), [...leading, width]);
  });
}

function linearRows(rows: Tensor, weight: Tensor, bias: Tensor | null | undefined): Tensor {
  return bias
    ? callMatmul(rows, weight, { transposeB: true, epilogue: withBias(rows.dtype), extras: [bias] })
    : callMatmul(rows, weight, BY_TRANSPOSED);
}
