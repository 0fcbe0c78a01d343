/**
 * Distances and similarities between vectors.
 *
 * @module
 */
import { checkOptions } from "@lucid/backend";
import { commonShape, fusedReduce, op, owned, readArguments } from "@lucid/tensor/extend";
import {
  abs,
  type Elementwise,
  elementwise,
  expand,
  type Formula,
  mul,
  pow,
  promoteTypes,
  sqrt,
  square,
  sub,
  type Tensor,
  to,
} from "@lucid/tensor/functions";
import {
  assertFlag,
  assertFloatingTensor,
  assertInteger,
  assertNotNegative,
  assertNumber,
} from "../internal/checks.js";
import { lengthOf, rootOf } from "./internal/formulas.js";

type Difference = Elementwise<[x1: Formula, x2: Formula, eps: Formula]>;
const difference = (x1: Formula, x2: Formula, eps: Formula): Formula => op("add", sub(x1, x2), eps);

const squaredDifference: Difference = /* @__PURE__ */ elementwise(
  (x1: Formula, x2: Formula, eps: Formula) => square(difference(x1, x2, eps)),
  { name: "pairwiseDistance" },
);
const absoluteDifference: Difference = /* @__PURE__ */ elementwise(
  (x1: Formula, x2: Formula, eps: Formula) => abs(difference(x1, x2, eps)),
  { name: "pairwiseDistance" },
);
const isDifferent: Difference = /* @__PURE__ */ elementwise(
  (x1: Formula, x2: Formula, eps: Formula) => op("not", op("eq", difference(x1, x2, eps), 0)),
  { name: "pairwiseDistance" },
);
const powerOfDifference: Elementwise<[x1: Formula, x2: Formula, eps: Formula, p: Formula]> =
  /* @__PURE__ */ elementwise(
    (x1: Formula, x2: Formula, eps: Formula, p: Formula) => pow(abs(difference(x1, x2, eps)), p),
    { name: "pairwiseDistance" },
  );

/** Options of `pairwiseDistance` and `PairwiseDistance`. */
export interface PairwiseDistanceOptions {
  /** The degree of the norm: 2 (the default), 1, Infinity, or any number. */
  readonly p?: number;
  /** What is added to every difference, so that a distance of 0 has a gradient; default 1e-6. */
  readonly eps?: number;
  /** Whether the last dimension stays, with size 1; default false. */
  readonly keepdim?: boolean;
}

/**
 * Computes the distances between vectors, which lie along the last dimension.
 *
 *     (Σ |x1 − x2 + eps|^p)^(1/p)
 *
 * With p = Infinity it is the largest difference, with p = 0 the number of differences.
 *
 * Shapes: `(…, n), (…, n) → (…)`; with `keepdim` `(…, n), (…, n) → (…, 1)`. Different shapes broadcast.
 *
 * @param x1 - vectors.
 * @param x2 - vectors.
 * @param options - `p`, `eps`, `keepdim`.
 * @throws ArgumentError for a `p` or `eps` that is not a number, or an unknown option; ShapeError if the shapes do not
 * broadcast; DTypeError unless both hold floating-point numbers.
 *
 * @example
 * ```ts
 * functional.pairwiseDistance(tensor([[3, 0]]), tensor([[0, 4]])); // → Tensor([5])
 * functional.pairwiseDistance(tensor([[3, 0]]), tensor([[0, 4]]), { p: 1 }); // → Tensor([7])
 * ```
 *
 * Source: torch.nn.functional.pairwise_distance.
 */
export function pairwiseDistance(x1: Tensor, x2: Tensor, options?: PairwiseDistanceOptions): Tensor {
  const name = "pairwiseDistance";
  checkOptions(name, options, { p: true, eps: true, keepdim: true });
  const { p = 2, eps = 1e-6, keepdim = false } = options ?? {};
  assertNumber(name, "p", p);
  assertNumber(name, "eps", eps);
  assertFlag(name, "keepdim", keepdim);
  assertFloatingTensor(name, "first argument", x1);
  assertFloatingTensor(name, "second argument", x2);
  return owned(() => {
    const along = { dim: -1, keepdim };
    if (p === 2) return lengthOf(fusedReduce(squaredDifference, [x1, x2, eps], along));
    if (p === 1) return fusedReduce(absoluteDifference, [x1, x2, eps], along);
    if (p === 0) return to(fusedReduce(isDifferent, [x1, x2, eps], along), promoteTypes(x1.dtype, x2.dtype));
    if (p === Infinity) return fusedReduce(absoluteDifference, [x1, x2, eps], { ...along, op: "max" });
    if (p === -Infinity) return fusedReduce(absoluteDifference, [x1, x2, eps], { ...along, op: "min" });
    return rootOf(fusedReduce(powerOfDifference, [x1, x2, eps, p], along), 1 / p);
  });
}

/** Options of `cosineSimilarity` and `CosineSimilarity`. */
export interface CosineSimilarityOptions {
  /** The dimension along which the vectors lie; negative numbers count from the last one; default 1. */
  readonly dim?: number;
  /** The least length of a vector that is divided by; default 1e-8. */
  readonly eps?: number;
}

const squareOf = /* @__PURE__ */ elementwise((x: Formula) => square(x), { name: "cosineSimilarity" });

/** x, but the least value at least. The gradient passes all the same, as PyTorch's does. */
const bounded: Elementwise<[x: Formula, least: Formula]> = /* @__PURE__ */ elementwise(
  (x: Formula, least: Formula) => op("where", op("lt", x, least), least, x),
  { name: "cosineSimilarity", derivative: () => [1, null] },
);

const boundedLength: Elementwise<[squares: Formula, least: Formula]> = /* @__PURE__ */ elementwise(
  (squares: Formula, least: Formula) => sqrt(bounded(squares, least)),
  { name: "cosineSimilarity" },
);

const productOfUnits: Elementwise<[x1: Formula, length1: Formula, x2: Formula, length2: Formula]> =
  /* @__PURE__ */ elementwise(
    (x1: Formula, length1: Formula, x2: Formula, length2: Formula) =>
      mul(op("div", x1, length1), op("div", x2, length2)),
    { name: "cosineSimilarity" },
  );

/**
 * Computes the cosines of the angles between vectors.
 *
 *     x1 · x2 / (max(‖x1‖, eps) · max(‖x2‖, eps))
 *
 * Shapes: `(…, n, …), (…, n, …) → (…, …)`. Different shapes broadcast.
 *
 * @param x1 - vectors along a dimension.
 * @param x2 - vectors along the same dimension.
 * @param dim - the dimension, by position or in the options; default 1.
 * @param eps - the least length that is divided by, by position or in the options; default 1e-8.
 * @throws ArgumentError for a `dim` that is not an integer, a negative `eps` or an unknown option; ShapeError if the
 * shapes do not broadcast; DTypeError unless both hold floating-point numbers.
 *
 * @example
 * ```ts
 * functional.cosineSimilarity(tensor([[3, 0], [1, 1]]), tensor([[2, 0], [0, 1]])); // → Tensor([1, 0.7071])
 * ```
 *
 * Source: torch.nn.functional.cosine_similarity.
 */
export function cosineSimilarity(
  x1: Tensor,
  x2: Tensor,
  dim?: number | CosineSimilarityOptions,
  eps?: number | CosineSimilarityOptions,
): Tensor {
  const name = "cosineSimilarity";
  const given = readArguments<CosineSimilarityOptions>(name, [dim, eps], ["dim", "eps"], { dim: true, eps: true });
  const { dim: axis = 1, eps: least = 1e-8 } = given;
  assertInteger(name, "dim", axis);
  assertNotNegative(name, "eps", least);
  assertFloatingTensor(name, "first argument", x1);
  assertFloatingTensor(name, "second argument", x2);
  return owned(() => {
    const shape = commonShape(name, [x1.shape, x2.shape]);
    const [first, second] = [expand(x1, shape), expand(x2, shape)];
    const lengthAlong = (x: Tensor): Tensor =>
      boundedLength(fusedReduce(squareOf, [x], { dim: axis, keepdim: true, name }), least ** 2);
    const args = [first, lengthAlong(first), second, lengthAlong(second)];
    return fusedReduce(productOfUnits, args, { dim: axis });
  });
}
