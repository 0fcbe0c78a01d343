/**
 * Losses that ask for a margin between two scores, or between a score and 0.
 *
 * @module
 */
import { checkOptions, formatShape, ShapeError } from "@lucid/backend";
import { op } from "@lucid/tensor/extend";
import { type Elementwise, elementwise, type Formula, mul, sub, type Tensor } from "@lucid/tensor/functions";
import { assertFloatingTensor, assertNumber, assertTensor } from "../internal/checks.js";
import { logsigmoid } from "./activation/smooth.js";
import { atLeastZero } from "./internal/formulas.js";
import { assertComparable, type LossOptions, reduceLoss, resolveReduction } from "./internal/reduction.js";

/** Options of `marginRankingLoss` and `MarginRankingLoss`. */
export interface MarginRankingLossOptions extends LossOptions {
  /** By how much the higher score must exceed the other; default 0. */
  readonly margin?: number;
}

const ranking: Elementwise<[first: Formula, second: Formula, target: Formula, margin: Formula]> =
  /* @__PURE__ */ elementwise(
    (first: Formula, second: Formula, target: Formula, margin: Formula) =>
      atLeastZero(sub(margin, mul(target, sub(first, second)))),
    { name: "marginRankingLoss" },
  );

/**
 * Computes the loss of pairs of scores that should be ranked.
 *
 *     max(0, −target · (input1 − input2) + margin)
 *
 * Shapes: `(…), (…), (…) → ()`; with the reduction "none" `(…), (…), (…) → (…)`.
 *
 * @param input1 - the first scores.
 * @param input2 - the second scores.
 * @param target - 1 where the first score should be higher, −1 where the second one should be.
 * @param options - `margin`, `reduction`.
 * @throws ArgumentError for a `margin` that is not a number or an unknown reduction or option; ShapeError if the
 * numbers of dimensions differ or the shapes do not broadcast; DTypeError unless the scores hold floating-point
 * numbers.
 *
 * @example
 * ```ts
 * functional.marginRankingLoss(tensor([1, 3]), tensor([2, 1]), tensor([1, 1]), { margin: 0.5 }).item(); // → 0.75
 * ```
 *
 * Source: torch.nn.functional.margin_ranking_loss.
 */
export function marginRankingLoss(
  input1: Tensor,
  input2: Tensor,
  target: Tensor,
  options?: MarginRankingLossOptions,
): Tensor {
  const name = "marginRankingLoss";
  checkOptions(name, options, { margin: true, reduction: true });
  const { margin = 0 } = options ?? {};
  const reduction = resolveReduction(name, options?.reduction);
  assertNumber(name, "margin", margin);
  assertFloatingTensor(name, "first input", input1);
  assertFloatingTensor(name, "second input", input2);
  assertTensor(name, "target", target);
  if (input1.ndim !== input2.ndim || input1.ndim !== target.ndim) {
    const shapes = [input1.shape, input2.shape, target.shape];
    throw new ShapeError(name, `the shapes are ${shapes.map(formatShape).join(" · ")}`, shapes, {
      rule: "the two inputs and the target have equally many dimensions",
    });
  }
  return reduceLoss(ranking, [input1, input2, target, margin], reduction);
}

/** Options of `hingeEmbeddingLoss` and `HingeEmbeddingLoss`. */
export interface HingeEmbeddingLossOptions extends LossOptions {
  /** The distance from which on dissimilar pairs do not count; default 1. */
  readonly margin?: number;
}

const hinge: Elementwise<[input: Formula, target: Formula, margin: Formula]> = /* @__PURE__ */ elementwise(
  (input: Formula, target: Formula, margin: Formula) => {
    const apart = op("where", op("eq", target, 1), 0, atLeastZero(sub(margin, input)));
    return op("add", apart, op("where", op("eq", target, -1), 0, input));
  },
  { name: "hingeEmbeddingLoss" },
);

/**
 * Computes the loss of distances between pairs that are similar or not.
 *
 *     input                     where the target is 1
 *     max(0, margin − input)    where the target is −1
 *
 * Shapes: `(…), (…) → ()`; with the reduction "none" `(…), (…) → (…)`.
 *
 * @param input - distances.
 * @param target - 1 for similar pairs, −1 for others.
 * @param options - `margin`, `reduction`.
 * @throws ArgumentError for a `margin` that is not a number or an unknown reduction or option; ShapeError if the shapes
 * do not broadcast; DTypeError if neither argument holds floating-point numbers.
 *
 * @example
 * ```ts
 * functional.hingeEmbeddingLoss(tensor([0.5, 0.25]), tensor([1, -1])).item(); // → 0.625
 * ```
 *
 * Source: torch.nn.functional.hinge_embedding_loss.
 */
export function hingeEmbeddingLoss(input: Tensor, target: Tensor, options?: HingeEmbeddingLossOptions): Tensor {
  checkOptions("hingeEmbeddingLoss", options, { margin: true, reduction: true });
  const { margin = 1 } = options ?? {};
  const reduction = resolveReduction("hingeEmbeddingLoss", options?.reduction);
  assertNumber("hingeEmbeddingLoss", "margin", margin);
  assertComparable("hingeEmbeddingLoss", input, target);
  return reduceLoss(hinge, [input, target, margin], reduction);
}

const softMargin: Elementwise<[input: Formula, target: Formula]> = /* @__PURE__ */ elementwise(
  (input: Formula, target: Formula) => op("neg", logsigmoid(mul(target, input))),
  { name: "softMarginLoss" },
);

/**
 * Computes the logistic loss between scores and targets of 1 or −1. Nothing overflows, however large a score is.
 *
 *     log(1 + exp(−target · input))
 *
 * Shapes: `(…), (…) → ()`; with the reduction "none" `(…), (…) → (…)`.
 *
 * @param input - scores.
 * @param target - 1 or −1 for every score.
 * @param options - `reduction`.
 * @throws ArgumentError for an unknown reduction or option; ShapeError if the shapes do not broadcast; DTypeError if
 * neither argument holds floating-point numbers.
 *
 * @example
 * ```ts
 * functional.softMarginLoss(tensor([0, 100]), tensor([1, 1])).item().toFixed(4); // → "0.3466"
 * ```
 *
 * Source: torch.nn.functional.soft_margin_loss.
 */
export function softMarginLoss(input: Tensor, target: Tensor, options?: LossOptions): Tensor {
  checkOptions("softMarginLoss", options, { reduction: true });
  const reduction = resolveReduction("softMarginLoss", options?.reduction);
  assertComparable("softMarginLoss", input, target);
  return reduceLoss(softMargin, [input, target], reduction);
}
