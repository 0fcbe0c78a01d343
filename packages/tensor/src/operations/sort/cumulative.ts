/**
 * Running totals along a dimension.
 *
 * @module
 */
import { type DType, dtypes, type ScanOp } from "@lucid/backend";
import { owned } from "../../memory/ownership.js";
import { callScan } from "../../primitives/ordering.js";
import type { Tensor } from "../../tensor/tensor.js";
import { dtypeOption, readArguments } from "../internal/arguments.js";
import { assertTensor } from "../internal/checks.js";
import { dimOf } from "../internal/dims.js";
import { converted, viewed } from "../internal/views.js";

/** Options of {@link cumsum}. */
export interface CumulativeOptions {
  /** The elements are converted to this type before they are added, and the result has it. */
  readonly dtype?: DType;
}

interface AllCumulativeOptions extends CumulativeOptions {
  readonly dim: number;
}

type CumulativeArguments =
  | readonly [dim: number, options?: CumulativeOptions | undefined]
  | readonly [options: CumulativeOptions & { readonly dim: number }];

function cumulative(operation: string, how: ScanOp, x: Tensor, args: readonly unknown[]): Tensor {
  assertTensor(operation, "the input", x);
  const options = readArguments<AllCumulativeOptions>(operation, args, ["dim"], { dim: true, dtype: true });
  const wanted = dtypeOption(operation, options.dtype);
  const axis = dimOf(operation, options.dim, x.ndim);
  return owned(() => {
    const given = wanted === undefined ? x : converted(operation, x, wanted);
    const values = dtypes[given.dtype].kind === "float" ? given : converted(operation, given, "int32");
    const results = x.ndim === 0 ? viewed(callScan(how, viewed(values, [1]), 0), []) : callScan(how, values, axis);
    return wanted === undefined ? results : converted(operation, results, wanted);
  });
}

/**
 * Computes running sums along a dimension: each result is the sum of the elements up to its position.
 *
 * `yᵢ = x₀ + x₁ + … + xᵢ`
 *
 * Integers and bools give int32, which wraps around.
 *
 * @param dim - the dimension along which to add.
 * @throws ArgumentError or IndexOutOfRangeError if `dim` is missing or names no dimension of x.
 *
 * @example
 * ```ts
 * cumsum(tensor([1, 2, 3]), 0); // → Tensor([1, 3, 6])
 * ```
 *
 * @see torch.cumsum
 */
export function cumsum(x: Tensor, ...args: CumulativeArguments): Tensor {
  return cumulative("cumsum", "sum", x, args);
}

/**
 * Computes running products along a dimension: each result is the product of the elements up to its position.
 *
 * `yᵢ = x₀ · x₁ · … · xᵢ`
 *
 * Integers and bools give int32, which wraps around.
 *
 * @param dim - the dimension along which to multiply.
 * @throws ArgumentError or IndexOutOfRangeError if `dim` is missing or names no dimension of x.
 *
 * @example
 * ```ts
 * cumprod(tensor([1, 2, 3]), 0); // → Tensor([1, 2, 6])
 * ```
 *
 * @see torch.cumprod
 */
export function cumprod(x: Tensor, ...args: CumulativeArguments): Tensor {
  return cumulative("cumprod", "prod", x, args);
}
