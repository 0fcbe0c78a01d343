/**
 * Losses between probabilities, or scores, and the truth about one class.
 *
 * @module
 */
import { checkOptions, equalShapes, formatShape, ShapeError } from "@lucid/backend";
import { op } from "@lucid/tensor/extend";
import {
  add,
  type Elementwise,
  elementwise,
  exp,
  type Formula,
  log,
  log1p,
  mul,
  sigmoid,
  sub,
  type Tensor,
} from "@lucid/tensor/functions";
import { assertFloatingTensor } from "../internal/checks.js";
import { type LossOptions, reduceLoss, resolveReduction } from "./internal/reduction.js";

/** Options of `binaryCrossEntropy` and `BCELoss`. */
export interface BCELossOptions extends LossOptions {
  /** A factor for every element, of a shape that broadcasts to the input's; null (the default) means 1 for all. */
  readonly weight?: Tensor | null;
}

// A logarithm below −100 counts as −100, as in PyTorch, so that the loss is finite. NaN stays, because it is not below.
const limited = (logarithm: Formula): Formula => op("where", op("lt", logarithm, -100), -100, logarithm);

const unweighted = (p: Formula, target: Formula): Formula =>
  op("neg", op("add", mul(target, limited(log(p))), mul(sub(1, target), limited(log1p(op("neg", p))))));

/** The least p (1 − p) that the gradient divides by. */
const LEAST_VARIANCE = /* @__PURE__ */ Math.fround(1e-12);

const binaryLoss: Elementwise<[input: Formula, target: Formula, weight: Formula]> = /* @__PURE__ */ elementwise(
  (p: Formula, target: Formula, weight: Formula) => mul(weight, unweighted(p, target)),
  {
    name: "binaryCrossEntropy",
    // At p = 0 and p = 1 the chain rule would give 0 / 0. PyTorch divides by 10⁻¹² at least, rounded to float32.
    derivative: (p: Formula, target: Formula, weight: Formula) => {
      const variance = mul(p, sub(1, p));
      const divisor = op("where", op("lt", variance, LEAST_VARIANCE), LEAST_VARIANCE, variance);
      return [
        mul(weight, op("div", sub(p, target), divisor)),
        mul(weight, sub(log1p(op("neg", p)), log(p))),
        unweighted(p, target),
      ];
    },
  },
);

/** Checks input and target of a binary cross entropy. */
function assertPair(operation: string, input: Tensor, target: Tensor): void {
  assertFloatingTensor(operation, "input", input);
  assertFloatingTensor(operation, "target", target);
  if (!equalShapes(input.shape, target.shape)) {
    throw new ShapeError(
      operation,
      `input and target have different shapes: ${formatShape(input.shape)} · ${formatShape(target.shape)}`,
      [input.shape, target.shape],
      { rule: "the shapes are equal" },
    );
  }
}

/** Checks a weight, and returns 1 in place of none. */
function factorOf(operation: string, name: string, weight: Tensor | null | undefined): Tensor | number {
  if (weight === undefined || weight === null) return 1;
  assertFloatingTensor(operation, name, weight);
  return weight;
}

/**
 * Computes the binary cross entropy between probabilities and their targets.
 *
 *     −weight · (target · log(input) + (1 − target) · log(1 − input))
 *
 * Logarithms below −100 count as −100. A probability outside 0 … 1 gives NaN.
 *
 * Shapes: `(…), (…) → ()`; with the reduction "none" `(…), (…) → (…)`.
 *
 * @param input - probabilities from 0 to 1, as `sigmoid` gives them.
 * @param target - 0 or 1 for every element, or probabilities; of the input's shape and floating.
 * @param options - `weight`, `reduction`.
 * @throws ArgumentError for an unknown reduction or option; ShapeError if the shapes differ; DTypeError unless both
 * hold floating-point numbers.
 *
 * @example
 * ```ts
 * functional.binaryCrossEntropy(tensor([0.5, 1]), tensor([1, 1])).item().toFixed(4); // → "0.3466"
 * ```
 *
 * Source: torch.nn.functional.binary_cross_entropy.
 */
export function binaryCrossEntropy(input: Tensor, target: Tensor, options?: BCELossOptions): Tensor {
  checkOptions("binaryCrossEntropy", options, { weight: true, reduction: true });
  const reduction = resolveReduction("binaryCrossEntropy", options?.reduction);
  assertPair("binaryCrossEntropy", input, target);
  const weight = factorOf("binaryCrossEntropy", "weight", options?.weight);
  return reduceLoss(binaryLoss, [input, target, weight], reduction);
}

/** Options of `binaryCrossEntropyWithLogits` and `BCEWithLogitsLoss`. */
export interface BCEWithLogitsLossOptions extends BCELossOptions {
  /**
   * A factor for the loss of positive targets, of a shape that broadcasts to the input's; null (the default) means 1. With
   * 300 negative examples for 100 positive ones, 3 makes up for the difference.
   */
  readonly posWeight?: Tensor | null;
}

/** −log sigmoid(x), which is log(1 + e⁻ˣ). Only exponentials of negative numbers are computed: nothing overflows. */
const negativeLogSigmoid = (x: Formula): Formula =>
  op("add", log1p(exp(op("neg", op("abs", x)))), op("max", op("neg", x), 0));

const unweightedOfLogits = (x: Formula, target: Formula): Formula => add(mul(sub(1, target), x), negativeLogSigmoid(x));

// The parts of −log sigmoid(x) have corners at 0, their sum has none: its derivative is −sigmoid(−x).
const lossOfLogits: Elementwise<[input: Formula, target: Formula, weight: Formula]> = /* @__PURE__ */ elementwise(
  (x: Formula, target: Formula, weight: Formula) => mul(weight, unweightedOfLogits(x, target)),
  {
    name: "binaryCrossEntropyWithLogits",
    derivative: (x: Formula, target: Formula, weight: Formula) => [
      mul(weight, sub(sub(1, target), sigmoid(op("neg", x)))),
      mul(weight, op("neg", x)),
      unweightedOfLogits(x, target),
    ],
  },
);

/** The factor of −log sigmoid(x): target · posWeight + (1 − target). */
const positiveShare = (target: Formula, posWeight: Formula): Formula => add(mul(sub(posWeight, 1), target), 1);

const balanced = (x: Formula, target: Formula, posWeight: Formula): Formula =>
  add(mul(sub(1, target), x), mul(positiveShare(target, posWeight), negativeLogSigmoid(x)));

const balancedLossOfLogits: Elementwise<[input: Formula, target: Formula, weight: Formula, posWeight: Formula]> =
  /* @__PURE__ */ elementwise(
    (x: Formula, target: Formula, weight: Formula, posWeight: Formula) => mul(weight, balanced(x, target, posWeight)),
    {
      name: "binaryCrossEntropyWithLogits",
      derivative: (x: Formula, target: Formula, weight: Formula, posWeight: Formula) => [
        mul(weight, sub(sub(1, target), mul(positiveShare(target, posWeight), sigmoid(op("neg", x))))),
        mul(weight, sub(mul(sub(posWeight, 1), negativeLogSigmoid(x)), x)),
        balanced(x, target, posWeight),
        mul(weight, mul(target, negativeLogSigmoid(x))),
      ],
    },
  );

/**
 * Computes the binary cross entropy between scores and the targets of their probabilities `sigmoid(input)`. It keeps its
 * digits where a probability is so close to 0 or 1 that `binaryCrossEntropy` would lose them.
 *
 *     −weight · (posWeight · target · log sigmoid(input) + (1 − target) · log(1 − sigmoid(input)))
 *
 * Shapes: `(…), (…) → ()`; with the reduction "none" `(…), (…) → (…)`.
 *
 * @param input - scores of any size, before `sigmoid`.
 * @param target - 0 or 1 for every element, or probabilities; of the input's shape and floating.
 * @param options - `weight`, `posWeight`, `reduction`.
 * @throws ArgumentError for an unknown reduction or option; ShapeError if the shapes differ; DTypeError unless both
 * hold floating-point numbers.
 *
 * @example
 * ```ts
 * functional.binaryCrossEntropyWithLogits(tensor([0, 100]), tensor([1, 1])).item().toFixed(4); // → "0.3466"
 * ```
 *
 * Source: torch.nn.functional.binary_cross_entropy_with_logits.
 */
export function binaryCrossEntropyWithLogits(
  input: Tensor,
  target: Tensor,
  options?: BCEWithLogitsLossOptions,
): Tensor {
  checkOptions("binaryCrossEntropyWithLogits", options, { weight: true, posWeight: true, reduction: true });
  const reduction = resolveReduction("binaryCrossEntropyWithLogits", options?.reduction);
  assertPair("binaryCrossEntropyWithLogits", input, target);
  const weight = factorOf("binaryCrossEntropyWithLogits", "weight", options?.weight);
  const posWeight = factorOf("binaryCrossEntropyWithLogits", "posWeight", options?.posWeight);
  return posWeight === 1
    ? reduceLoss(lossOfLogits, [input, target, weight], reduction)
    : reduceLoss(balancedLossOfLogits, [input, target, weight, posWeight], reduction);
}
