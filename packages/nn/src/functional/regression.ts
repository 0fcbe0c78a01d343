/**
 * Losses between an input and a target of the same shape.
 *
 * @module
 */
import { checkOptions } from "@lucid/backend";
import { op } from "@lucid/tensor/extend";
import {
  abs,
  type Elementwise,
  elementwise,
  type Formula,
  mul,
  square,
  sub,
  type Tensor,
} from "@lucid/tensor/functions";
import { assertNotNegative, assertPositive } from "../internal/checks.js";
import { assertComparable, type LossOptions, reduceLoss, resolveReduction } from "./internal/reduction.js";

type Pair = Elementwise<[input: Formula, target: Formula]>;
type PairWithNumber = Elementwise<[input: Formula, target: Formula, parameter: Formula]>;

/** Options of `huberLoss` and `HuberLoss`. */
export interface HuberLossOptions extends LossOptions {
  /** The distance at which the loss turns from quadratic to linear, above 0; default 1. */
  readonly delta?: number;
}

// The condition is false for NaN, so that a NaN residual gives NaN and a NaN gradient.
const huber: PairWithNumber = /* @__PURE__ */ elementwise(
  (input: Formula, target: Formula, delta: Formula) => {
    const residual = sub(input, target);
    const distance = abs(residual);
    const linear = mul(delta, sub(distance, mul(delta, 0.5)));
    return op("where", op("lt", delta, distance), linear, mul(square(residual), 0.5));
  },
  { name: "huberLoss" },
);

/**
 * Computes the Huber loss, which is quadratic for small residuals and linear for large ones.
 *
 *     ½ r²            where |r| ≤ δ, for the residual r = input − target
 *     δ (|r| − ½ δ)   elsewhere
 *
 * Its gradient is r, limited to ±δ. A NaN stays NaN. Different shapes broadcast, with one warning.
 *
 * Shapes: `(…), (…) → ()`; with the reduction "none" `(…), (…) → (…)`.
 *
 * @param input - the predictions.
 * @param target - what they should be.
 * @param options - `delta`, `reduction`.
 * @throws ArgumentError for a `delta` that is not above 0 or an unknown reduction or option; ShapeError if the shapes
 * do not broadcast; DTypeError if neither argument holds floating-point numbers.
 *
 * @example
 * ```ts
 * functional.huberLoss(tensor([0, 3]), tensor([0.5, 0])).item(); // → 1.3125
 * functional.huberLoss(tensor([0, 3]), tensor([0.5, 0]), { reduction: "none" }); // → Tensor([0.125, 2.5])
 * ```
 *
 * Source: torch.nn.functional.huber_loss.
 */
export function huberLoss(input: Tensor, target: Tensor, options?: HuberLossOptions): Tensor {
  checkOptions("huberLoss", options, { reduction: true, delta: true });
  const { delta = 1 } = options ?? {};
  const reduction = resolveReduction("huberLoss", options?.reduction);
  assertPositive("huberLoss", "delta", delta);
  assertComparable("huberLoss", input, target);
  return reduceLoss(huber, [input, target, delta], reduction);
}

/** Options of `smoothL1Loss` and `SmoothL1Loss`. */
export interface SmoothL1LossOptions extends LossOptions {
  /** The distance at which the loss turns from quadratic to linear, 0 or above; default 1. */
  readonly beta?: number;
}

const smoothL1: PairWithNumber = /* @__PURE__ */ elementwise(
  (input: Formula, target: Formula, beta: Formula) => {
    const residual = sub(input, target);
    const distance = abs(residual);
    const quadratic = op("div", mul(square(residual), 0.5), beta);
    return op("where", op("le", beta, distance), sub(distance, mul(beta, 0.5)), quadratic);
  },
  { name: "smoothL1Loss" },
);

/**
 * Computes the smooth L1 loss: the L1 loss with a quadratic part around 0. With `beta: 0` it is the L1 loss.
 *
 *     ½ r² / β    where |r| < β, for the residual r = input − target
 *     |r| − ½ β   elsewhere
 *
 * A NaN stays NaN. Different shapes broadcast, with one warning.
 *
 * Shapes: `(…), (…) → ()`; with the reduction "none" `(…), (…) → (…)`.
 *
 * @param input - the predictions.
 * @param target - what they should be.
 * @param options - `beta`, `reduction`.
 * @throws ArgumentError for a negative `beta` or an unknown reduction or option; ShapeError if the shapes do not
 * broadcast; DTypeError if neither argument holds floating-point numbers.
 *
 * @example
 * ```ts
 * functional.smoothL1Loss(tensor([0, 3]), tensor([0.5, 0])).item(); // → 1.3125
 * functional.smoothL1Loss(tensor([0, 3]), tensor([0.5, 0]), { beta: 2 }).item(); // → 1.03125
 * ```
 *
 * Source: torch.nn.functional.smooth_l1_loss.
 */
export function smoothL1Loss(input: Tensor, target: Tensor, options?: SmoothL1LossOptions): Tensor {
  checkOptions("smoothL1Loss", options, { reduction: true, beta: true });
  const { beta = 1 } = options ?? {};
  const reduction = resolveReduction("smoothL1Loss", options?.reduction);
  assertNotNegative("smoothL1Loss", "beta", beta);
  assertComparable("smoothL1Loss", input, target);
  return reduceLoss(smoothL1, [input, target, beta], reduction);
}

const squaredError: Pair = /* @__PURE__ */ elementwise(
  (input: Formula, target: Formula) => square(sub(input, target)),
  { name: "mseLoss" },
);

/**
 * Computes the squared error.
 *
 *     (input − target)²
 *
 * Different shapes broadcast, with one warning.
 *
 * Shapes: `(…), (…) → ()`; with the reduction "none" `(…), (…) → (…)`.
 *
 * @param input - the predictions.
 * @param target - what they should be.
 * @param options - `reduction`.
 * @throws ArgumentError for an unknown reduction or option; ShapeError if the shapes do not broadcast; DTypeError if
 * neither argument holds floating-point numbers.
 *
 * @example
 * ```ts
 * functional.mseLoss(tensor([1, 2]), tensor([1, 4])).item(); // → 2
 * ```
 *
 * Source: torch.nn.functional.mse_loss.
 */
export function mseLoss(input: Tensor, target: Tensor, options?: LossOptions): Tensor {
  checkOptions("mseLoss", options, { reduction: true });
  const reduction = resolveReduction("mseLoss", options?.reduction);
  assertComparable("mseLoss", input, target);
  return reduceLoss(squaredError, [input, target], reduction);
}

const absoluteError: Pair = /* @__PURE__ */ elementwise((input: Formula, target: Formula) => abs(sub(input, target)), {
  name: "l1Loss",
});

/**
 * Computes the absolute error. Its gradient at equal elements is 0.
 *
 *     |input − target|
 *
 * Different shapes broadcast, with one warning.
 *
 * Shapes: `(…), (…) → ()`; with the reduction "none" `(…), (…) → (…)`.
 *
 * @param input - the predictions.
 * @param target - what they should be.
 * @param options - `reduction`.
 * @throws ArgumentError for an unknown reduction or option; ShapeError if the shapes do not broadcast; DTypeError if
 * neither argument holds floating-point numbers.
 *
 * @example
 * ```ts
 * functional.l1Loss(tensor([1, 2]), tensor([1, 4])).item(); // → 1
 * ```
 *
 * Source: torch.nn.functional.l1_loss.
 */
export function l1Loss(input: Tensor, target: Tensor, options?: LossOptions): Tensor {
  checkOptions("l1Loss", options, { reduction: true });
  const reduction = resolveReduction("l1Loss", options?.reduction);
  assertComparable("l1Loss", input, target);
  return reduceLoss(absoluteError, [input, target], reduction);
}
