/**
 * Losses between an input and a target of one shape.
 *
 * @module
 */
import {
  abs,
  apply as compute,
  type Elementwise,
  elementwise,
  type Formula,
  mul,
  square,
  sub,
  type Tensor,
} from "@lucid/tensor/core";
import {
  assertComparable,
  assertNotNegative,
  assertPositive,
  type LossOptions,
  reduceLoss,
  settleReduction,
} from "./reduction.js";

type Pair = Elementwise<[input: Formula, target: Formula]>;
type PairWithNumber = Elementwise<[input: Formula, target: Formula, parameter: Formula]>;

/** Options of `huberLoss`. */
export interface HuberLossOptions extends LossOptions {
  /** Where the loss turns from quadratic to linear, above 0; default 1. */
  readonly delta?: number;
}

// The quadratic branch is the one not taken by default, so that a NaN residual, which compares as false, gives NaN and a NaN gradient.
const huber: PairWithNumber = /* @__PURE__ */ elementwise(
  (input: Formula, target: Formula, delta: Formula) => {
    const residual = sub(input, target);
    const distance = abs(residual);
    const linear = mul(delta, sub(distance, mul(delta, 0.5)));
    return compute("where", compute("lt", delta, distance), linear, mul(square(residual), 0.5));
  },
  { name: "huberLoss" },
);

/**
 * The Huber loss of the residual r = input − target: ½ r² where |r| ≤ δ, and δ (|r| − ½ δ) elsewhere. Its gradient is r,
 * limited to ±δ. NaN stays NaN. Input and target broadcast. (torch.nn.functional.huber_loss)
 *
 * @throws ArgumentError for δ ≤ 0 or an unknown reduction; ShapeError if the shapes do not broadcast; DTypeError if neither
 * is floating.
 *
 * @example
 * ```ts
 * functional.huberLoss(tensor([0, 3]), tensor([0.5, 0])).item(); // → 1.3125
 * functional.huberLoss(tensor([0, 3]), tensor([0.5, 0]), { reduction: "none" }); // → Tensor([0.125, 2.5])
 * ```
 */
export function huberLoss(input: Tensor, target: Tensor, { reduction, delta = 1 }: HuberLossOptions = {}): Tensor {
  const settled = settleReduction("huberLoss", reduction);
  assertPositive("huberLoss", "delta", delta);
  assertComparable("huberLoss", input, target);
  return reduceLoss(huber, [input, target, delta], settled);
}

/** Options of `smoothL1Loss`. */
export interface SmoothL1LossOptions extends LossOptions {
  /** Where the loss turns from quadratic to linear, 0 or above; default 1. */
  readonly beta?: number;
}

const smoothL1: PairWithNumber = /* @__PURE__ */ elementwise(
  (input: Formula, target: Formula, beta: Formula) => {
    const residual = sub(input, target);
    const distance = abs(residual);
    const quadratic = compute("div", mul(square(residual), 0.5), beta);
    return compute("where", compute("le", beta, distance), sub(distance, mul(beta, 0.5)), quadratic);
  },
  { name: "smoothL1Loss" },
);

/**
 * The smooth L1 loss of the residual r = input − target: ½ r² / β where |r| < β, and |r| − ½ β elsewhere; with β = 0 the L1
 * loss. NaN stays NaN. Input and target broadcast. (torch.nn.functional.smooth_l1_loss)
 *
 * @throws ArgumentError for β < 0 or an unknown reduction; ShapeError if the shapes do not broadcast; DTypeError if neither
 * is floating.
 *
 * @example
 * ```ts
 * functional.smoothL1Loss(tensor([0, 3]), tensor([0.5, 0])).item(); // → 1.3125
 * functional.smoothL1Loss(tensor([0, 3]), tensor([0.5, 0]), { beta: 2 }).item(); // → 1.03125
 * ```
 */
export function smoothL1Loss(input: Tensor, target: Tensor, { reduction, beta = 1 }: SmoothL1LossOptions = {}): Tensor {
  const settled = settleReduction("smoothL1Loss", reduction);
  assertNotNegative("smoothL1Loss", "beta", beta);
  assertComparable("smoothL1Loss", input, target);
  return reduceLoss(smoothL1, [input, target, beta], settled);
}

const squaredError: Pair = /* @__PURE__ */ elementwise(
  (input: Formula, target: Formula) => square(sub(input, target)),
  { name: "mseLoss" },
);

/**
 * The squared residual, (input − target)². Input and target broadcast. (torch.nn.functional.mse_loss)
 *
 * @throws ArgumentError for an unknown reduction; ShapeError if the shapes do not broadcast; DTypeError if neither is floating.
 *
 * @example
 * ```ts
 * functional.mseLoss(tensor([1, 2]), tensor([1, 4])).item(); // → 2
 * ```
 */
export function mseLoss(input: Tensor, target: Tensor, { reduction }: LossOptions = {}): Tensor {
  const settled = settleReduction("mseLoss", reduction);
  assertComparable("mseLoss", input, target);
  return reduceLoss(squaredError, [input, target], settled);
}

const absoluteError: Pair = /* @__PURE__ */ elementwise((input: Formula, target: Formula) => abs(sub(input, target)), {
  name: "l1Loss",
});

/**
 * The size of the residual, |input − target|; its gradient at 0 is 0. Input and target broadcast. (torch.nn.functional.l1_loss)
 *
 * @throws ArgumentError for an unknown reduction; ShapeError if the shapes do not broadcast; DTypeError if neither is floating.
 *
 * @example
 * ```ts
 * functional.l1Loss(tensor([1, 2]), tensor([1, 4])).item(); // → 1
 * ```
 */
export function l1Loss(input: Tensor, target: Tensor, { reduction }: LossOptions = {}): Tensor {
  const settled = settleReduction("l1Loss", reduction);
  assertComparable("l1Loss", input, target);
  return reduceLoss(absoluteError, [input, target], settled);
}
