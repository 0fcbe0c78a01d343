/**
 * Norms of vectors, and distances.
 *
 * @module
 */
import { ArgumentError, type DType, describeValue, type OptionNames } from "@lucid/backend";
import { elementwise } from "../../elementwise/elementwise.js";
import { type Formula, op } from "../../elementwise/formula.js";
import { owned } from "../../memory/ownership.js";
import type { Tensor } from "../../tensor/tensor.js";
import { abs, mul, sub } from "../elementwise/arithmetic.js";
import { ne } from "../elementwise/comparison.js";
import { square } from "../elementwise/powers.js";
import { assertFlag, dtypeOption, readArguments } from "../internal/arguments.js";
import { assertFloating, assertTensor } from "../internal/checks.js";
import { type Dims, dimOf, dimsOf, everyDim } from "../internal/dims.js";
import { converted, viewed } from "../internal/views.js";
import { amax, amin } from "../reduce/extremes.js";
import { sum } from "../reduce/reductions.js";

/** Which norm: the exponent, Infinity and −Infinity included, or "fro" for 2. */
export type NormOrder = number | "fro";

/** Options of {@link norm}. */
export interface NormOptions {
  /** Which norm; default 2. */
  readonly p?: NormOrder;
  /** The dimensions to reduce; default (and null): all of them. */
  readonly dim?: Dims | null;
  /** Whether the reduced dimensions stay, with size 1; default false. */
  readonly keepdim?: boolean;
  /** The elements are converted to this type first. */
  readonly dtype?: DType;
}

const normNames: OptionNames<NormOptions> = { p: true, dim: true, keepdim: true, dtype: true };

/** A root whose derivative at 0 is 0. */
const root = /* @__PURE__ */ elementwise((x: Formula) => {
  const isZero = op("eq", x, 0);
  return op("where", isZero, 0, op("sqrt", op("where", isZero, 1, x)));
});
/** A power of the absolute value whose derivative at 0 is 0. */
const powered = /* @__PURE__ */ elementwise((x: Formula, p: Formula) => {
  const isZero = op("eq", x, 0);
  const atZero = op("where", op("lt", p, 0), Number.POSITIVE_INFINITY, 0);
  return op("where", isZero, atZero, op("pow", op("where", isZero, 1, op("abs", x)), p));
});

/** The norm over some dimensions of floating elements. @internal */
export function normOver(x: Tensor, p: number, axes: readonly number[], keepdim: boolean): Tensor {
  if (axes.length === 0) return p === 0 ? converted("norm", ne(x, 0), x.dtype) : abs(x);
  const over = <R>(reduce: (x: Tensor, dims: readonly number[], keepdim: boolean) => R, values: Tensor): R =>
    reduce(values, axes, keepdim);
  if (p === Number.POSITIVE_INFINITY) return over(amax, abs(x));
  if (p === Number.NEGATIVE_INFINITY) return over(amin, abs(x));
  if (p === 0) return over(sum, converted("norm", ne(x, 0), x.dtype));
  if (p === 1) return over(sum, abs(x));
  if (p === 2) return root(over(sum, square(x)));
  return powered(over(sum, powered(x, p)), 1 / p);
}

function orderOf(operation: string, p: unknown): number {
  if (p === "fro") return 2;
  if (typeof p === "number" && !Number.isNaN(p)) return p;
  throw new ArgumentError(operation, `p is ${describeValue(p)}`, { rule: 'p is a number or "fro"' });
}

/**
 * Computes the norm of all elements, or along dimensions.
 *
 * `(Σ |x|ᵖ)^(1/p)`; for Infinity the largest `|x|`, for −Infinity the smallest, for 0 the number of elements that are
 * not 0. Where an element is 0, its gradient is 0.
 *
 * @param p - which norm; default 2.
 * @param dim - the dimensions to reduce; default (and null): all of them.
 * @param keepdim - whether the reduced dimensions stay, with size 1; default false.
 * @param options - `p`, `dim`, `keepdim`, and `dtype`, to which the elements are converted first.
 * @throws DTypeError unless the elements are floating; ArgumentError or IndexOutOfRangeError for a wrong `p` or `dim`.
 *
 * @example
 * ```ts
 * norm(tensor([3, 4])); // → Tensor(5)
 * norm(tensor([3, -4]), 1); // → Tensor(7)
 * ```
 *
 * @see torch.norm
 */
export function norm(
  x: Tensor,
  ...args:
    | readonly [
        p?: NormOrder | undefined,
        dim?: Dims | null | undefined,
        keepdim?: boolean | undefined,
        options?: Pick<NormOptions, "dtype"> | undefined,
      ]
    | readonly [p: NormOrder, options: Omit<NormOptions, "p">]
    | readonly [options: NormOptions]
): Tensor {
  assertTensor("norm", "the input", x);
  const options = readArguments<NormOptions>("norm", args, ["p", "dim", "keepdim"], normNames);
  const { p = 2, dim, keepdim = false } = options;
  const order = orderOf("norm", p);
  assertFlag("norm", "keepdim", keepdim);
  const dtype = dtypeOption("norm", options.dtype) ?? x.dtype;
  assertFloating("norm", dtype);
  const axes = dimsOf("norm", dim, x.ndim);
  return owned(() => normOver(converted("norm", x, dtype), order, axes, keepdim));
}

/** Options of {@link dist}. */
export interface DistOptions {
  /** Which norm; default 2. */
  readonly p?: number;
}

const distNames: OptionNames<DistOptions> = { p: true };

/**
 * Computes the norm of the difference of two tensors.
 *
 * `‖x − y‖ₚ`
 *
 * @param p - which norm; default 2.
 * @throws ShapeError if the shapes do not broadcast; DTypeError unless the elements are floating.
 *
 * @example
 * ```ts
 * dist(tensor([1, 2]), tensor([4, 6])); // → Tensor(5)
 * ```
 *
 * @see torch.dist
 */
export function dist(x: Tensor, y: Tensor, p?: number | DistOptions): Tensor {
  assertTensor("dist", "the first tensor", x);
  assertTensor("dist", "the second tensor", y);
  const order = orderOf("dist", readArguments<DistOptions>("dist", [p], ["p"], distNames).p ?? 2);
  return owned(() => {
    const difference = sub(x, y);
    assertFloating("dist", difference.dtype);
    return normOver(difference, order, everyDim(difference.ndim), false);
  });
}

/** Options of {@link cdist}. */
export interface CdistOptions {
  /** Which norm; default 2. */
  readonly p?: number;
  /** PyTorch's choice of a method. It changes nothing: differences are always computed themselves. */
  readonly computeMode?: string;
}

const cdistNames: OptionNames<CdistOptions> = { p: true, computeMode: true };

/**
 * Computes the distances between all pairs of rows of two matrices, or of batches of them.
 *
 * Shapes: `(…, m, k), (…, n, k) → (…, m, n)`; batches broadcast.
 *
 * @param options - `p` (default 2): which norm. `computeMode` changes nothing.
 * @throws ShapeError if the shapes do not fit; DTypeError unless the elements are floating.
 *
 * @example
 * ```ts
 * cdist(tensor([[0, 0], [1, 0]]), tensor([[3, 4]])); // → Tensor([[5], [4.4721]])
 * ```
 *
 * @see torch.cdist
 */
export function cdist(x: Tensor, y: Tensor, options?: number | CdistOptions): Tensor {
  assertTensor("cdist", "the first tensor", x);
  assertTensor("cdist", "the second tensor", y);
  assertFloating("cdist", x.dtype);
  const order = orderOf("cdist", readArguments<CdistOptions>("cdist", [options], ["p"], cdistNames).p ?? 2);
  const { shape } = x;
  return owned(() => {
    const rows = viewed(x, [...shape.slice(0, -1), 1, shape[shape.length - 1]!]);
    const columns = viewed(y, [...y.shape.slice(0, -2), 1, ...y.shape.slice(-2)]);
    const differences = sub(rows, columns);
    return normOver(differences, order, [differences.ndim - 1], false);
  });
}

/**
 * Bounds the norms of the slices along a dimension: a slice with a larger norm is scaled down.
 *
 * @param p - which norm.
 * @param dim - the dimension along which slices lie.
 * @param maxnorm - the largest norm that stays.
 * @throws DTypeError unless the elements are floating; IndexOutOfRangeError if x has no such dimension.
 *
 * @example
 * ```ts
 * renorm(tensor([[3, 4], [0, 1]]), 2, 0, 1); // → Tensor([[0.6, 0.8], [0, 1]])
 * ```
 *
 * @see torch.renorm
 */
export function renorm(x: Tensor, p: number, dim: number, maxnorm: number): Tensor {
  assertTensor("renorm", "the input", x);
  assertFloating("renorm", x.dtype);
  const order = orderOf("renorm", p);
  const axis = dimOf("renorm", dim, x.ndim);
  return owned(() => {
    const norms = normOver(
      x,
      order,
      everyDim(x.ndim).filter((other) => other !== axis),
      true,
    );
    return mul(x, bounding(norms, maxnorm));
  });
}

/** The factor that brings a norm down to a bound. */
const bounding = /* @__PURE__ */ elementwise((length: Formula, bound: Formula) =>
  op("where", op("lt", bound, length), op("div", bound, op("add", length, 1e-7)), 1),
);
