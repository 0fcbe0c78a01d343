/**
 * Local response normalization, and the normalization of vectors.
 *
 * @module
 */
import { checkOptions, formatShape, ShapeError } from "@lucid/backend";
import { fusedReduce, op, owned } from "@lucid/tensor/extend";
import {
  abs,
  type Elementwise,
  elementwise,
  type Formula,
  mul,
  pow,
  square,
  type Tensor,
  unfold as windows,
} from "@lucid/tensor/functions";
import {
  assertFactor,
  assertFloatingTensor,
  assertInteger,
  assertNotNegative,
  assertNumber,
} from "../internal/checks.js";
import { lengthOf, rootOf } from "./internal/formulas.js";
import { pad } from "./padding.js";

/** Options of `localResponseNorm`. */
export interface LocalResponseNormOptions {
  /** The factor of the mean of squares; default 1e-4. */
  readonly alpha?: number;
  /** The exponent; default 0.75. */
  readonly beta?: number;
  /** What is added to the mean of squares; default 1. */
  readonly k?: number;
}

const squareOf: Elementwise<[x: Formula]> = /* @__PURE__ */ elementwise((x: Formula) => square(x), {
  name: "localResponseNorm",
});

const divided: Elementwise<[x: Formula, mean: Formula, alpha: Formula, beta: Formula, k: Formula]> =
  /* @__PURE__ */ elementwise(
    (x: Formula, mean: Formula, alpha: Formula, beta: Formula, k: Formula) =>
      op("div", x, pow(op("add", mul(mean, alpha), k), beta)),
    { name: "localResponseNorm" },
  );

/**
 * Divides every element by a power of the mean of squares over neighbouring channels (Krizhevsky and others 2012).
 *
 *     y[c] = x[c] / (k + alpha · Σ x[c′]² / size)^beta, over the `size` channels c′ around c
 *
 * Shapes: `(batch, channels, …) → (batch, channels, …)`.
 *
 * @param input - a tensor of three dimensions at least.
 * @param size - over how many channels the mean is taken.
 * @param options - `alpha` (default 1e-4), `beta` (default 0.75), `k` (default 1).
 * @throws ArgumentError for a `size` that is not an integer above 0, an option that is not a number, or an unknown
 * option; ShapeError for fewer than three dimensions; DTypeError unless the input holds floating-point numbers.
 *
 * @example
 * ```ts
 * functional.localResponseNorm(tensor([[[1], [2], [3]]]), 2, { alpha: 1, beta: 1 });
 * // → Tensor([[[0.6667], [0.5714], [0.4]]])
 * ```
 *
 * Source: torch.nn.functional.local_response_norm.
 */
export function localResponseNorm(input: Tensor, size: number, options?: LocalResponseNormOptions): Tensor {
  const name = "localResponseNorm";
  checkOptions(name, options, { alpha: true, beta: true, k: true });
  const { alpha = 1e-4, beta = 0.75, k = 1 } = options ?? {};
  assertFloatingTensor(name, "input", input);
  assertFactor(name, "size", size);
  assertNumber(name, "alpha", alpha);
  assertNumber(name, "beta", beta);
  assertNumber(name, "k", k);
  if (input.ndim < 3) {
    throw new ShapeError(name, `the input is ${formatShape(input.shape)}`, [input.shape], {
      rule: "it is (batch, channels, …), with three dimensions at least",
    });
  }
  return owned(() => {
    const others = input.shape.slice(2).flatMap(() => [0, 0]);
    const padded = pad(input, [...others, Math.floor(size / 2), Math.floor((size - 1) / 2)]);
    const mean = fusedReduce(squareOf, [windows(padded, 1, size, 1)], { dim: -1, mean: size });
    return divided(input, mean, alpha, beta, k);
  });
}

/** Options of `normalize`. */
export interface NormalizeOptions {
  /** The degree of the norm; default 2. */
  readonly p?: number;
  /** The dimension of the vectors; negative numbers count from the last one; default 1. */
  readonly dim?: number;
  /** The least norm that is divided by; default 1e-12. */
  readonly eps?: number;
}

const sizeOf: Elementwise<[x: Formula]> = /* @__PURE__ */ elementwise((x: Formula) => abs(x), { name: "normalize" });
const powerOf: Elementwise<[x: Formula, p: Formula]> = /* @__PURE__ */ elementwise(
  (x: Formula, p: Formula) => pow(abs(x), p),
  { name: "normalize" },
);
const presence: Elementwise<[x: Formula]> = /* @__PURE__ */ elementwise(
  (x: Formula) => op("where", op("eq", x, 0), 0, 1).to(x.dtype),
  { name: "normalize" },
);
const dividedByNorm: Elementwise<[x: Formula, norm: Formula, eps: Formula]> = /* @__PURE__ */ elementwise(
  (x: Formula, norm: Formula, eps: Formula) => op("div", x, op("where", op("lt", norm, eps), eps, norm)),
  { name: "normalize" },
);

/**
 * Divides vectors by their norms.
 *
 *     x / max(‖x‖, eps)
 *
 * Shapes: `(…, n, …) → (…, n, …)`.
 *
 * @param input - vectors along a dimension.
 * @param options - `p` (default 2): the degree of the norm, where 0 counts the elements that are not 0; `dim` (default 1): the dimension of the vectors; `eps`
 * (default 1e-12): the least norm that is divided by.
 * @throws ArgumentError for an option that is not a number or an unknown option; DTypeError unless the input holds
 * floating-point numbers.
 *
 * @example
 * ```ts
 * functional.normalize(tensor([[3, 4], [0, 0]])); // → Tensor([[0.6, 0.8], [0, 0]])
 * ```
 *
 * Source: torch.nn.functional.normalize.
 */
export function normalize(input: Tensor, options?: NormalizeOptions): Tensor {
  const name = "normalize";
  checkOptions(name, options, { p: true, dim: true, eps: true });
  const { p = 2, dim = 1, eps = 1e-12 } = options ?? {};
  assertFloatingTensor(name, "input", input);
  assertNumber(name, "p", p);
  assertInteger(name, "dim", dim);
  assertNotNegative(name, "eps", eps);
  return owned(() => {
    const along = { dim, keepdim: true, name };
    const norm =
      p === 2
        ? lengthOf(fusedReduce(squareOf, [input], along))
        : p === 1
          ? fusedReduce(sizeOf, [input], along)
          : p === Infinity
            ? fusedReduce(sizeOf, [input], { ...along, op: "max" })
            : p === 0
              ? fusedReduce(presence, [input], along)
              : rootOf(fusedReduce(powerOf, [input, p], along), 1 / p);
    return dividedByNorm(input, norm, eps);
  });
}
