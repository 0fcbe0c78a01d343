/**
 * Resilient backpropagation.
 *
 * @module
 */
import { gt, lt, maximum, minimum, mul, neg, sign, sub, where } from "@lucid/tensor/functions";
import { type Algorithm, defineAlgorithm } from "../algorithm.js";
import type { ParametersToOptimize } from "../groups.js";
import { Optimizer } from "../optimizer.js";
import { flag, nonNegative, type Option, type SomeOptions } from "../options.js";

/** Options of {@link Rprop}, for all parameters or for one group. */
export interface RpropOptions {
  /** Length of the first step; default 0.01. */
  lr: number;
  /** Factors of the length where the gradient has changed its sign, and where it has not; default [0.5, 1.2]. */
  etas: readonly [number, number];
  /** The shortest and the longest step; default [1e-6, 50]. */
  stepSizes: readonly [number, number];
  /** Whether to climb instead of descend; default false. */
  maximize: boolean;
}

function twoNumbers(
  initial: readonly [number, number],
  rule: string,
  accepts: (first: number, second: number) => boolean,
): Option<readonly [number, number]> {
  return {
    initial,
    rule,
    accepts: (value) =>
      Array.isArray(value) &&
      value.length === 2 &&
      value.every((item) => typeof item === "number") &&
      accepts(value[0] as number, value[1] as number),
  };
}

const rprop: Algorithm<RpropOptions> = /* @__PURE__ */ defineAlgorithm({
  name: "Rprop",
  options: {
    lr: nonNegative(1e-2),
    etas: twoNumbers(
      [0.5, 1.2],
      "two numbers with 0 < η₋ < 1 < η₊",
      (minus, plus) => 0 < minus && minus < 1 && 1 < plus,
    ),
    stepSizes: twoNumbers([1e-6, 50], "two numbers, the smaller one first", (least, most) => least <= most),
    maximize: flag(false),
  },
  counted: true,
  state: { prev: {}, stepSize: { initial: ({ lr }: RpropOptions) => lr } },
  terms: ({ etas, stepSizes, maximize }: RpropOptions) => ({
    maximize,
    minus: etas[0],
    plus: etas[1],
    shortest: stepSizes[0],
    longest: stepSizes[1],
  }),
  update({ parameter, gradient, state, terms }) {
    const { minus, plus, shortest, longest } = terms;
    const g = terms.maximize ? neg(gradient) : gradient;
    const product = mul(g, state.prev);
    const turned = lt(product, 0);
    const factor = where(gt(product, 0), plus, where(turned, minus, 1));
    const stepSize = minimum(maximum(mul(state.stepSize, factor), shortest), longest);
    const prev = where(turned, 0, g);
    return { parameter: sub(parameter, mul(sign(prev), stepSize)), state: { prev, stepSize } };
  },
});

/**
 * Resilient backpropagation: steps by the sign of the gradient alone, for gradients of all data. (torch.optim.Rprop)
 */
export class Rprop extends Optimizer<RpropOptions> {
  /**
   * Resilient backpropagation: steps by the sign of the gradient alone, for gradients of all data.
   * (torch.optim.Rprop)
   *
   *     s ← s·η₊ where g·p > 0, s·η₋ where g·p < 0      (s = lr at first), within `stepSizes`
   *     g ← 0 where g·p < 0
   *     θ ← θ − s·sign(g)
   *     p ← g
   *
   * @param parameters - tensors, or groups `{ params, lr?, … }` with options of their own.
   * @throws ArgumentError for no parameters, one that is not a leaf or in two groups, or an invalid option.
   *
   * @example
   * ```ts
   * const w = tensor([1, 2], { requiresGrad: true });
   * const optimizer = new Rprop([w], { lr: 0.5 });
   * w.square().sum().backward();
   * optimizer.step();
   * w.detach(); // → Tensor([0.5, 1.5])
   * ```
   */
  constructor(parameters: ParametersToOptimize<RpropOptions>, options?: SomeOptions<RpropOptions>) {
    super(rprop, parameters, options);
  }
}
