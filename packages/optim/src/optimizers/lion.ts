/**
 * Lion.
 *
 * @module
 */
import { add, mul, neg, sign } from "@lucid/tensor/functions";
import { type Algorithm, defineAlgorithm } from "../algorithm.js";
import type { ParametersToOptimize } from "../groups.js";
import { Optimizer } from "../optimizer.js";
import { decayRates, flag, nonNegative, type SomeOptions } from "../options.js";

/** Options of {@link Lion}, for all parameters or for one group. */
export interface LionOptions {
  /** Learning rate, 3 to 10 times smaller than for AdamW; default 0.0001. */
  lr: number;
  /** Share of the momentum in the direction, and factor of the moving average; default [0.9, 0.99]. */
  betas: readonly [number, number];
  /** Share of θ that decays at lr; default 0. */
  weightDecay: number;
  /** Whether to climb instead of descend; default false. */
  maximize: boolean;
}

const lion: Algorithm<LionOptions> = /* @__PURE__ */ defineAlgorithm({
  name: "Lion",
  options: {
    lr: nonNegative(1e-4),
    betas: decayRates(0.9, 0.99),
    weightDecay: nonNegative(0),
    maximize: flag(false),
  },
  counted: false,
  state: { expAvg: {} },
  terms: ({ lr, betas, weightDecay, maximize }: LionOptions) => ({
    maximize,
    decays: weightDecay !== 0,
    kept: 1 - lr * weightDecay,
    beta1: betas[0],
    beta2: betas[1],
    share1: 1 - betas[0],
    share2: 1 - betas[1],
    stepSize: -lr,
  }),
  update({ parameter, gradient, state, terms }) {
    const { kept, beta1, beta2, share1, share2, stepSize } = terms;
    const g = terms.maximize ? neg(gradient) : gradient;
    const direction = sign(add(mul(state.expAvg, beta1), mul(g, share1)));
    const start = terms.decays ? mul(parameter, kept) : parameter;
    return {
      parameter: add(start, mul(direction, stepSize)),
      state: { expAvg: add(mul(state.expAvg, beta2), mul(g, share2)) },
    };
  },
});

/**
 * Lion: steps by the sign of a mixture of gradient and momentum. (Chen et al. 2023, Symbolic Discovery of Optimization
 * Algorithms)
 */
export class Lion extends Optimizer<LionOptions> {
  /**
   * Lion: steps by the sign of a mixture of gradient and momentum. (Chen et al. 2023, Symbolic Discovery of
   * Optimization Algorithms)
   *
   *     θ ← θ − lr·(sign(β₁m + (1 − β₁)·g) + λθ)
   *     m ← β₂m + (1 − β₂)·g
   *
   * @param parameters - tensors, or groups `{ params, lr?, … }` with options of their own.
   * @throws ArgumentError for no parameters, one that is not a leaf or in two groups, or an invalid option.
   *
   * @example
   * ```ts
   * const w = tensor([1, 2], { requiresGrad: true });
   * const optimizer = new Lion([w], { lr: 0.25, weightDecay: 1 });
   * w.square().sum().backward();
   * optimizer.step();
   * w.detach(); // → Tensor([0.5, 1.25])
   * ```
   */
  constructor(parameters: ParametersToOptimize<LionOptions>, options?: SomeOptions<LionOptions>) {
    super(lion, parameters, options);
  }
}
