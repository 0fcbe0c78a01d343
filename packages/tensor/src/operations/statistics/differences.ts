/**
 * Differences of neighbours, and integrals of samples by the trapezoidal rule.
 *
 * @module
 */
import { ArgumentError, formatShape, type OptionNames, ShapeError } from "@lucid/backend";
import { owned } from "../../memory/ownership.js";
import type { Tensor } from "../../tensor/tensor.js";
import { add, mul, sub } from "../elementwise/arithmetic.js";
import { ne } from "../elementwise/comparison.js";
import { assertReal, readArguments } from "../internal/arguments.js";
import { assertCount, assertHasDims, assertTensor } from "../internal/checks.js";
import { dimOf } from "../internal/dims.js";
import { copied, sliced, viewed } from "../internal/views.js";
import { sum } from "../reduce/reductions.js";
import { cat } from "../shape/joining.js";
import { cumsum } from "../sort/cumulative.js";

/** Options of {@link diff}. */
export interface DiffOptions {
  /** How many times to take differences; default 1. */
  readonly n?: number;
  /** The dimension; default −1, the last one. */
  readonly dim?: number;
  /** What is joined before the tensor first. */
  readonly prepend?: Tensor;
  /** What is joined after the tensor first. */
  readonly append?: Tensor;
}

const diffOptionNames: OptionNames<DiffOptions> = { n: true, dim: true, prepend: true, append: true };

/** The elements from the second on, and those up to the last but one. */
function neighbours(x: Tensor, axis: number): readonly [later: Tensor, earlier: Tensor] {
  const count = Math.max(0, x.shape[axis]! - 1);
  return [sliced(x, axis, Math.min(1, x.shape[axis]!), count), sliced(x, axis, 0, count)];
}

/**
 * Computes the differences of neighbours along a dimension.
 *
 * `yᵢ = xᵢ₊₁ − xᵢ`; of bools, whether they differ.
 *
 * Shapes: `(…, size, …) → (…, size − n, …)`.
 *
 * @param n - how many times to take differences; default 1.
 * @param dim - the dimension; default −1, the last one.
 * @param options - `n`, `dim`, and `prepend` and `append`: tensors that are joined before and after x first.
 * @throws ShapeError for a tensor without dimensions; ArgumentError unless `n` is an integer ≥ 0.
 *
 * @example
 * ```ts
 * diff(tensor([1, 4, 9])); // → Tensor([3, 5])
 * diff(tensor([1, 4, 9]), { n: 2 }); // → Tensor([2])
 * ```
 *
 * @see torch.diff
 */
export function diff(
  x: Tensor,
  ...args:
    | readonly [n?: number | undefined, dim?: number | undefined, options?: Omit<DiffOptions, "n" | "dim"> | undefined]
    | readonly [options: DiffOptions]
): Tensor {
  assertTensor("diff", "the input", x);
  assertHasDims("diff", x);
  const options = readArguments<DiffOptions>("diff", args, ["n", "dim"], diffOptionNames);
  const { n = 1, dim = -1, prepend, append } = options;
  assertCount("diff", "n", n);
  const axis = dimOf("diff", dim, x.ndim);
  if (n === 0) return copied("diff", x);
  return owned(() => {
    const parts = [prepend, x, append].filter((part) => part !== undefined);
    let result = parts.length === 1 ? x : cat(parts, axis);
    for (let i = 0; i < Math.min(n, result.shape[axis]! + i); i++) {
      const [later, earlier] = neighbours(result, axis);
      result = x.dtype === "bool" ? ne(later, earlier) : sub(later, earlier);
    }
    return result;
  });
}

/** Options of {@link trapezoid} and {@link cumulativeTrapezoid}. */
export interface TrapezoidOptions {
  /** Where the samples lie: a vector, or a tensor that broadcasts. Default: `dx` apart. */
  readonly x?: Tensor;
  /** The distance between samples; default 1. */
  readonly dx?: number;
  /** The dimension; default −1, the last one. */
  readonly dim?: number;
}

const trapezoidOptionNames: OptionNames<TrapezoidOptions> = { x: true, dx: true, dim: true };

/** The arguments after the samples. */
type TrapezoidArguments =
  | readonly [x?: Tensor | undefined, options?: Omit<TrapezoidOptions, "x"> | undefined]
  | readonly [options: TrapezoidOptions];

/** Calls `finish` with the areas of the trapezoids, times 2. */
function integral(
  operation: string,
  y: Tensor,
  args: readonly unknown[],
  finish: (areas: Tensor, axis: number) => Tensor,
): Tensor {
  assertTensor(operation, "the samples", y);
  assertHasDims(operation, y);
  const { x, dx = 1, dim = -1 } = readArguments<TrapezoidOptions>(operation, args, ["x"], trapezoidOptionNames);
  assertReal(operation, "dx", dx);
  const axis = dimOf(operation, dim, y.ndim);
  if (x !== undefined) {
    assertTensor(operation, "x", x);
    if (dx !== 1) throw new ArgumentError(operation, "x and dx are both given", { rule: "one of them says where" });
    if (x.ndim === 1 && x.shape[0] !== y.shape[axis]) {
      throw new ShapeError(
        operation,
        `x is ${formatShape(x.shape)}, y is ${formatShape(y.shape)}`,
        [x.shape, y.shape],
        {
          rule: `there is one position for each sample along dim ${axis}`,
        },
      );
    }
  }
  return owned(() => {
    const [later, earlier] = neighbours(y, axis);
    const heights = add(later, earlier);
    if (x === undefined) return mul(finish(mul(heights, dx), axis), 0.5);
    const sizes = y.shape.map((_, i) => {
      if (x.ndim === 1) return i === axis ? x.shape[0]! : 1;
      return x.shape[i - y.ndim + x.ndim] ?? 1;
    });
    const [right, left] = neighbours(x.ndim < y.ndim || x.ndim === 1 ? viewed(x, sizes) : x, axis);
    return mul(finish(mul(heights, sub(right, left)), axis), 0.5);
  });
}

/**
 * Integrates samples along a dimension by the trapezoidal rule.
 *
 * `Σ (xᵢ₊₁ − xᵢ) · (yᵢ + yᵢ₊₁) / 2`
 *
 * @param x - where the samples lie; default: `dx` apart.
 * @param options - `x`; `dx` (default 1), the distance between samples; `dim` (default −1).
 * @throws ShapeError for a tensor without dimensions, or an x that does not fit; ArgumentError if both x and dx are
 * given.
 *
 * @example
 * ```ts
 * trapezoid(tensor([1, 5, 10])); // → Tensor(10.5)
 * trapezoid(tensor([1, 5, 10]), tensor([1, 3, 6])); // → Tensor(28.5)
 * ```
 *
 * @see torch.trapezoid
 */
export function trapezoid(y: Tensor, ...args: TrapezoidArguments): Tensor {
  return integral("trapezoid", y, args, (areas, axis) => sum(areas, axis));
}

/**
 * Integrates samples along a dimension by the trapezoidal rule. It is {@link trapezoid} under its older name.
 *
 * @throws ShapeError for a tensor without dimensions, or an x that does not fit; ArgumentError if both x and dx are
 * given.
 *
 * @example
 * ```ts
 * trapz(tensor([1, 5, 10])); // → Tensor(10.5)
 * ```
 *
 * @see torch.trapz
 */
export function trapz(y: Tensor, ...args: TrapezoidArguments): Tensor {
  return integral("trapz", y, args, (areas, axis) => sum(areas, axis));
}

/**
 * Integrates samples along a dimension by the trapezoidal rule, up to each sample.
 *
 * Shapes: `(…, n, …) → (…, n − 1, …)`.
 *
 * @param x - where the samples lie; default: `dx` apart.
 * @param options - `x`; `dx` (default 1), the distance between samples; `dim` (default −1).
 * @throws ShapeError for a tensor without dimensions, or an x that does not fit; ArgumentError if both x and dx are
 * given.
 *
 * @example
 * ```ts
 * cumulativeTrapezoid(tensor([1, 5, 10])); // → Tensor([3, 10.5])
 * ```
 *
 * @see torch.cumulative_trapezoid
 */
export function cumulativeTrapezoid(y: Tensor, ...args: TrapezoidArguments): Tensor {
  return integral("cumulativeTrapezoid", y, args, (areas, axis) => cumsum(areas, axis));
}
