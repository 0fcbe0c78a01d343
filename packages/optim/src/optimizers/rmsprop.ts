/**
 * RMSprop.
 *
 * @module
 */
import { add, div, mul, neg, sqrt, sub } from "@lucid/tensor/functions";
import { type Algorithm, defineAlgorithm } from "../algorithm.js";
import type { ParametersToOptimize } from "../groups.js";
import { Optimizer } from "../optimizer.js";
import { flag, nonNegative, type SomeOptions } from "../options.js";

/** Options of {@link RMSprop}, for all parameters or for one group. */
export interface RMSpropOptions {
  /** Learning rate; default 0.01. */
  lr: number;
  /** Factor of the moving average of the squared gradient; default 0.99. */
  alpha: number;
  /** Added to the denominator; default 1e-8. */
  eps: number;
  /** Factor of the L2 penalty ½λ‖θ‖²; default 0. */
  weightDecay: number;
  /** How much of the last update is kept; default 0. */
  momentum: number;
  /** Whether the gradient is divided by an estimate of its standard deviation; default false. */
  centered: boolean;
  /** Whether to climb instead of descend; default false. */
  maximize: boolean;
}

const rmsprop: Algorithm<RMSpropOptions> = /* @__PURE__ */ defineAlgorithm({
  name: "RMSprop",
  options: {
    lr: nonNegative(1e-2),
    alpha: nonNegative(0.99),
    eps: nonNegative(1e-8),
    weightDecay: nonNegative(0),
    momentum: nonNegative(0),
    centered: flag(false),
    maximize: flag(false),
  },
  counted: true,
  state: {
    squareAvg: {},
    momentumBuffer: { used: ({ momentum }: RMSpropOptions) => momentum > 0 },
    gradAvg: { used: ({ centered }: RMSpropOptions) => centered },
  },
  terms: ({ lr, alpha, eps, weightDecay, momentum, centered, maximize }: RMSpropOptions) => ({
    maximize,
    centered,
    moves: momentum > 0,
    decays: weightDecay !== 0,
    weightDecay,
    alpha,
    share: 1 - alpha,
    momentum,
    stepSize: -lr,
    eps,
  }),
  update({ parameter, gradient, state, terms }) {
    const { weightDecay, alpha, share, momentum, stepSize, eps } = terms;
    let g = terms.maximize ? neg(gradient) : gradient;
    if (terms.decays) g = add(g, mul(parameter, weightDecay));
    const squareAvg = add(mul(state.squareAvg, alpha), mul(mul(g, share), g));
    const gradAvg = terms.centered ? add(mul(state.gradAvg, alpha), mul(g, share)) : undefined;
    const variance = gradAvg === undefined ? squareAvg : sub(squareAvg, mul(gradAvg, gradAvg));
    const scaled = div(g, add(sqrt(variance), eps));
    const momentumBuffer = terms.moves ? add(mul(state.momentumBuffer, momentum), scaled) : undefined;
    return {
      parameter: add(parameter, mul(momentumBuffer ?? scaled, stepSize)),
      state: { squareAvg, ...(gradAvg && { gradAvg }), ...(momentumBuffer && { momentumBuffer }) },
    };
  },
});

/**
 * RMSprop: steps divided by the root of a moving average of the squared gradient. (torch.optim.RMSprop)
 */
export class RMSprop extends Optimizer<RMSpropOptions> {
  /**
   * RMSprop: steps divided by the root of a moving average of the squared gradient. (torch.optim.RMSprop)
   *
   *     g ← ±∇ + λθ
   *     v ← αv + (1 − α)·g²
   *     b ← μb + g / (√v + ε)             (centered: √(v − a²), with a ← αa + (1 − α)·g)
   *     θ ← θ − lr·b
   *
   * @param parameters - tensors, or groups `{ params, lr?, … }` with options of their own.
   * @throws ArgumentError for no parameters, one that is not a leaf or in two groups, or an invalid option.
   *
   * @example
   * ```ts
   * const w = tensor([1, 2], { requiresGrad: true });
   * const optimizer = new RMSprop([w], { lr: 0.1, alpha: 0.75 });
   * w.square().sum().backward();
   * optimizer.step();
   * w.detach(); // → Tensor([0.8, 1.8])
   * ```
   */
  constructor(parameters: ParametersToOptimize<RMSpropOptions>, options?: SomeOptions<RMSpropOptions>) {
    super(rmsprop, parameters, options);
  }
}
