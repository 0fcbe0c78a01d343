/**
 * Losses of how near vectors are to each other.
 *
 * @module
 */
import { checkOptions, formatShape, ShapeError } from "@lucid/backend";
import { asUser, fusedReduce, op, owned } from "@lucid/tensor/extend";
import {
  type Elementwise,
  elementwise,
  type Formula,
  minimum,
  mul,
  sqrt,
  square,
  sub,
  type Tensor,
} from "@lucid/tensor/functions";
import { assertFlag, assertFloatingTensor, assertFunction, assertNumber, assertTensor } from "../internal/checks.js";
import { pairwiseDistance } from "./distance.js";
import { atLeastZero } from "./internal/formulas.js";
import { type LossOptions, reduceLoss, resolveReduction } from "./internal/reduction.js";

/** Options of `cosineEmbeddingLoss` and `CosineEmbeddingLoss`. */
export interface CosineEmbeddingLossOptions extends LossOptions {
  /** The cosine up to which dissimilar pairs do not count, from −1 to 1; default 0. */
  readonly margin?: number;
}

const productOf = /* @__PURE__ */ elementwise((x1: Formula, x2: Formula) => mul(x1, x2), {
  name: "cosineEmbeddingLoss",
});
const squareOf = /* @__PURE__ */ elementwise((x: Formula) => square(x), { name: "cosineEmbeddingLoss" });

/** What is added to the squares of lengths, so that vectors of zeros have a cosine; a float32, as in PyTorch. */
const LEAST_SQUARE = /* @__PURE__ */ Math.fround(1e-12);

const cosineEmbedding: Elementwise<
  [product: Formula, square1: Formula, square2: Formula, target: Formula, margin: Formula]
> = /* @__PURE__ */ elementwise(
  (product: Formula, square1: Formula, square2: Formula, target: Formula, margin: Formula) => {
    const squares = mul(op("add", square1, LEAST_SQUARE), op("add", square2, LEAST_SQUARE));
    const cosine = op("div", product, sqrt(squares));
    const similar = op("where", op("eq", target, 1), sub(1, cosine), 0);
    return op("add", similar, op("where", op("eq", target, -1), atLeastZero(sub(cosine, margin)), 0));
  },
  { name: "cosineEmbeddingLoss" },
);

/**
 * Computes the loss of pairs of vectors that should point in the same direction or not.
 *
 *     1 − cos(input1, input2)                where the target is 1
 *     max(0, cos(input1, input2) − margin)   where the target is −1
 *
 * Shapes: `(batch, n), (batch, n), (batch) → ()`; `(n), (n), () → ()`. With the reduction "none" the result has the
 * shape of the target.
 *
 * @param input1 - vectors.
 * @param input2 - vectors.
 * @param target - 1 for similar pairs, −1 for others.
 * @param options - `margin`, `reduction`.
 * @throws ArgumentError for a `margin` that is not a number or an unknown reduction or option; ShapeError for arguments
 * that do not fit together; DTypeError unless the inputs hold floating-point numbers.
 *
 * @example
 * ```ts
 * const [x, y] = [tensor([[1, 0], [1, 0]]), tensor([[0, 2], [3, 0]])];
 * functional.cosineEmbeddingLoss(x, y, tensor([1, -1])).item(); // → 1
 * ```
 *
 * Source: torch.nn.functional.cosine_embedding_loss.
 */
export function cosineEmbeddingLoss(
  input1: Tensor,
  input2: Tensor,
  target: Tensor,
  options?: CosineEmbeddingLossOptions,
): Tensor {
  const name = "cosineEmbeddingLoss";
  checkOptions(name, options, { margin: true, reduction: true });
  const { margin = 0 } = options ?? {};
  const reduction = resolveReduction(name, options?.reduction);
  assertNumber(name, "margin", margin);
  assertFloatingTensor(name, "first input", input1);
  assertFloatingTensor(name, "second input", input2);
  assertTensor(name, "target", target);
  const { ndim } = input1;
  if (ndim !== input2.ndim || ndim !== target.ndim + 1 || ndim > 2) {
    const shapes = [input1.shape, input2.shape, target.shape];
    throw new ShapeError(name, `the shapes are ${shapes.map(formatShape).join(" · ")}`, shapes, {
      rule: "they are (batch, n), (batch, n), (batch), or (n), (n), ()",
    });
  }
  return owned(() => {
    const last = { dim: ndim - 1 };
    const product = fusedReduce(productOf, [input1, input2], last);
    const squares = [input1, input2].map((x) => fusedReduce(squareOf, [x], last));
    return reduceLoss(cosineEmbedding, [product, squares[0]!, squares[1]!, target, margin], reduction);
  });
}

const triplet: Elementwise<[positive: Formula, negative: Formula, margin: Formula]> = /* @__PURE__ */ elementwise(
  (positive: Formula, negative: Formula, margin: Formula) => atLeastZero(op("add", sub(positive, negative), margin)),
  { name: "tripletMarginLoss" },
);

/** Options of `tripletMarginLoss` and `TripletMarginLoss`. */
export interface TripletMarginLossOptions extends LossOptions {
  /** By how much the negative must be farther away than the positive; default 1. */
  readonly margin?: number;
  /** The degree of the norm; default 2. */
  readonly p?: number;
  /** What is added to every difference; default 1e-6. */
  readonly eps?: number;
  /** Whether the distance of positive and negative counts where it is smaller than that of the anchor; default false. */
  readonly swap?: boolean;
}

/** @throws ShapeError unless the three have equally many dimensions. */
function assertTriplet(operation: string, anchor: Tensor, positive: Tensor, negative: Tensor): void {
  assertFloatingTensor(operation, "anchor", anchor);
  assertFloatingTensor(operation, "positive", positive);
  assertFloatingTensor(operation, "negative", negative);
  if (anchor.ndim === positive.ndim && anchor.ndim === negative.ndim) return;
  const shapes = [anchor.shape, positive.shape, negative.shape];
  throw new ShapeError(operation, `the shapes are ${shapes.map(formatShape).join(" · ")}`, shapes, {
    rule: "anchor, positive and negative have equally many dimensions",
  });
}

/**
 * Computes the loss of triplets: an anchor should be nearer to a positive example than to a negative one.
 *
 *     max(0, ‖anchor − positive‖ − ‖anchor − negative‖ + margin)
 *
 * With `swap`, the distance of the negative to the positive counts where it is the smaller one (Balntas and others
 * 2016).
 *
 * Shapes: `(…, n), (…, n), (…, n) → ()`; with the reduction "none" `(…, n), (…, n), (…, n) → (…)`.
 *
 * @param anchor - vectors.
 * @param positive - vectors that should be near.
 * @param negative - vectors that should be far away.
 * @param options - `margin`, `p`, `eps`, `swap`, `reduction`.
 * @throws ArgumentError for a number that is none or an unknown reduction or option; ShapeError for arguments that do
 * not fit together; DTypeError unless all hold floating-point numbers.
 *
 * @example
 * ```ts
 * const [anchor, near, far] = [tensor([[0, 0]]), tensor([[3, 4]]), tensor([[0, 4]])];
 * functional.tripletMarginLoss(anchor, near, far).item().toFixed(4); // → "2.0000"
 * ```
 *
 * Source: torch.nn.functional.triplet_margin_loss.
 */
export function tripletMarginLoss(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  options?: TripletMarginLossOptions,
): Tensor {
  const name = "tripletMarginLoss";
  checkOptions(name, options, { margin: true, p: true, eps: true, swap: true, reduction: true });
  const { margin = 1, p = 2, eps = 1e-6, swap = false } = options ?? {};
  const reduction = resolveReduction(name, options?.reduction);
  assertNumber(name, "margin", margin);
  assertNumber(name, "p", p);
  assertNumber(name, "eps", eps);
  assertFlag(name, "swap", swap);
  assertTriplet(name, anchor, positive, negative);
  return owned(() => {
    const near = pairwiseDistance(anchor, positive, { p, eps });
    const far = pairwiseDistance(anchor, negative, { p, eps });
    const other = swap ? minimum(far, pairwiseDistance(positive, negative, { p, eps })) : far;
    return reduceLoss(triplet, [near, other, margin], reduction);
  });
}

/** Computes the distances between the vectors of two tensors. */
export type DistanceFunction = (x1: Tensor, x2: Tensor) => Tensor;

/** Options of `tripletMarginWithDistanceLoss` and `TripletMarginWithDistanceLoss`. */
export interface TripletMarginWithDistanceLossOptions extends LossOptions {
  /** Computes distances; null (the default) means `pairwiseDistance`. */
  readonly distanceFunction?: DistanceFunction | null;
  /** By how much the negative must be farther away than the positive; default 1. */
  readonly margin?: number;
  /** Whether the distance of positive and negative counts where it is smaller than that of the anchor; default false. */
  readonly swap?: boolean;
}

/**
 * Computes the loss of triplets for a distance of one's own: an anchor should be nearer to a positive example than to a
 * negative one.
 *
 *     max(0, d(anchor, positive) − d(anchor, negative) + margin)
 *
 * Shapes: `(…, n), (…, n), (…, n) → ()`; with the reduction "none" the result has the shape of the distances.
 *
 * @param anchor - vectors.
 * @param positive - vectors that should be near.
 * @param negative - vectors that should be far away.
 * @param options - `distanceFunction`, `margin`, `swap`, `reduction`.
 * @throws ArgumentError for a `margin` that is not a number, a `distanceFunction` that is not a function, or an unknown
 * reduction or option; ShapeError for arguments that do not fit together; DTypeError unless all hold floating-point
 * numbers.
 *
 * @example
 * ```ts
 * const distanceFunction = (x, y) => sub(1, functional.cosineSimilarity(x, y));
 * const [anchor, near, far] = [tensor([[1, 0]]), tensor([[0, 2]]), tensor([[3, 0]])];
 * functional.tripletMarginWithDistanceLoss(anchor, near, far, { distanceFunction }).item(); // → 2
 * ```
 *
 * Source: torch.nn.functional.triplet_margin_with_distance_loss.
 */
export function tripletMarginWithDistanceLoss(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  options?: TripletMarginWithDistanceLossOptions,
): Tensor {
  const name = "tripletMarginWithDistanceLoss";
  checkOptions(name, options, { distanceFunction: true, margin: true, swap: true, reduction: true });
  const { distanceFunction = null, margin = 1, swap = false } = options ?? {};
  const reduction = resolveReduction(name, options?.reduction);
  if (distanceFunction !== null) assertFunction(name, "distanceFunction", distanceFunction);
  assertNumber(name, "margin", margin);
  assertFlag(name, "swap", swap);
  assertTriplet(name, anchor, positive, negative);
  return owned(() => {
    const distance = (x1: Tensor, x2: Tensor): Tensor => {
      if (distanceFunction === null) return pairwiseDistance(x1, x2);
      const result = asUser(() => distanceFunction(x1, x2));
      assertFloatingTensor(name, "distance", result);
      return result;
    };
    const near = distance(anchor, positive);
    const far = distance(anchor, negative);
    const other = swap ? minimum(far, distance(positive, negative)) : far;
    return reduceLoss(triplet, [near, other, margin], reduction);
  });
}
