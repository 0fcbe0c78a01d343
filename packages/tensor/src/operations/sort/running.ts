/**
 * Running extremes, and running sums of numbers that are given by their logarithms.
 *
 * @module
 */
import { cast, type DType, dtypes, type Expr, index, input, op } from "@lucid/backend";
import { owned } from "../../memory/ownership.js";
import { callGather } from "../../primitives/indexing.js";
import { callMap } from "../../primitives/map.js";
import { callScan } from "../../primitives/ordering.js";
import { callConcatenate } from "../../primitives/writing.js";
import type { Tensor } from "../../tensor/tensor.js";
import { logaddexp } from "../elementwise/logarithms.js";
import { type DimOptions, dimArgument } from "../internal/arguments.js";
import { assertFloating, assertTensor } from "../internal/checks.js";
import { dimOf } from "../internal/dims.js";
import { copied, sliced, viewed } from "../internal/views.js";
import type { ValuesAndIndices } from "../reduce/extremes.js";

/** Where the element is the running extreme its position along the axis, elsewhere 0. Every NaN counts as one. */
function positionOfExtreme(dtype: DType, axis: number): Expr {
  const x = input(0, dtype);
  const equal = op("eq", x, input(1, dtype));
  const found = dtypes[dtype].kind === "float" ? op("or", equal, op("not", op("eq", x, x))) : equal;
  return op("where", found, index(axis), cast(op("xor", found, found), "int32"));
}

function runningExtreme(operation: "cummax" | "cummin", x: Tensor, dim: number | DimOptions): ValuesAndIndices {
  assertTensor(operation, "the input", x);
  const axis = dimOf(operation, dimArgument(operation, dim, undefined), x.ndim);
  return owned(() => {
    const source = x.ndim === 0 ? viewed(x, [1]) : x;
    const plain = source.detach();
    const extremes = callScan(operation === "cummax" ? "max" : "min", plain, axis);
    const found = callMap(operation, [plain, extremes], [positionOfExtreme(x.dtype, axis)])[0]!;
    const indices = callScan("max", found, axis);
    // The values are gathered by position, so that the gradient goes only to the element that was chosen.
    const values = callGather(source, indices, axis);
    return x.ndim === 0 ? { values: viewed(values, []), indices: viewed(indices, []) } : { values, indices };
  });
}

/**
 * Finds the largest element up to each position along a dimension, and where it is.
 *
 * Of equal elements the last one counts. NaN counts as larger than every number.
 *
 * @param dim - the dimension.
 * @throws ArgumentError or IndexOutOfRangeError if `dim` is missing or names no dimension of x.
 *
 * @example
 * ```ts
 * cummax(tensor([1, 3, 2]), 0); // → { values: Tensor([1, 3, 3]), indices: Tensor([0, 1, 1], dtype=int32) }
 * ```
 *
 * @see torch.cummax
 */
export function cummax(x: Tensor, dim: number | DimOptions): ValuesAndIndices {
  return runningExtreme("cummax", x, dim);
}

/**
 * Finds the smallest element up to each position along a dimension, and where it is.
 *
 * Of equal elements the last one counts. NaN counts as smaller than every number.
 *
 * @param dim - the dimension.
 * @throws ArgumentError or IndexOutOfRangeError if `dim` is missing or names no dimension of x.
 *
 * @example
 * ```ts
 * cummin(tensor([2, 1, 3]), 0); // → { values: Tensor([2, 1, 1]), indices: Tensor([0, 1, 1], dtype=int32) }
 * ```
 *
 * @see torch.cummin
 */
export function cummin(x: Tensor, dim: number | DimOptions): ValuesAndIndices {
  return runningExtreme("cummin", x, dim);
}

/**
 * Computes the logarithm of running sums of exponentials, without overflow.
 *
 * `yᵢ = ln(e^x₀ + e^x₁ + … + e^xᵢ)`
 *
 * @param dim - the dimension along which to add.
 * @throws DTypeError unless the elements are floating; ArgumentError or IndexOutOfRangeError if `dim` is missing or
 * names no dimension of x.
 *
 * @example
 * ```ts
 * logcumsumexp(tensor([0, 0, 1000]), 0); // → Tensor([0, 0.6931, 1000])
 * ```
 *
 * @see torch.logcumsumexp
 */
export function logcumsumexp(x: Tensor, dim: number | DimOptions): Tensor {
  assertTensor("logcumsumexp", "the input", x);
  assertFloating("logcumsumexp", x.dtype);
  const axis = dimOf("logcumsumexp", dimArgument("logcumsumexp", dim, undefined), x.ndim);
  if (x.ndim === 0) return copied("logcumsumexp", x);
  return owned(() => {
    // After each round, a position holds the sum of twice as many elements before it.
    const size = x.shape[axis]!;
    let sums = copied("logcumsumexp", x);
    for (let step = 1; step < size; step *= 2) {
      const later = logaddexp(sliced(sums, axis, step, size - step), sliced(sums, axis, 0, size - step));
      sums = callConcatenate([sliced(sums, axis, 0, step), later], axis);
    }
    return sums;
  });
}
