/**
 * Adamax.
 *
 * @module
 */
import { abs, add, div, maximum, mul, neg } from "@lucid/tensor/functions";
import { type Algorithm, defineAlgorithm } from "../algorithm.js";
import type { ParametersToOptimize } from "../groups.js";
import { Optimizer } from "../optimizer.js";
import { decayRates, flag, nonNegative, type SomeOptions } from "../options.js";

/** Options of {@link Adamax}, for all parameters or for one group. */
export interface AdamaxOptions {
  /** Learning rate; default 0.002. */
  lr: number;
  /** Factors of the moving average of the gradient and of its largest absolute value; default [0.9, 0.999]. */
  betas: readonly [number, number];
  /** Added to the absolute value of the gradient; default 1e-8. */
  eps: number;
  /** Factor of the L2 penalty ½λ‖θ‖²; default 0. */
  weightDecay: number;
  /** Whether to climb instead of descend; default false. */
  maximize: boolean;
}

const adamax: Algorithm<AdamaxOptions> = /* @__PURE__ */ defineAlgorithm({
  name: "Adamax",
  options: {
    lr: nonNegative(2e-3),
    betas: decayRates(0.9, 0.999),
    eps: nonNegative(1e-8),
    weightDecay: nonNegative(0),
    maximize: flag(false),
  },
  counted: true,
  state: { expAvg: {}, expInf: {} },
  terms: ({ lr, betas, eps, weightDecay, maximize }: AdamaxOptions, step: number) => ({
    maximize,
    decays: weightDecay !== 0,
    weightDecay,
    beta1: betas[0],
    beta2: betas[1],
    share1: 1 - betas[0],
    stepSize: -(lr / (1 - betas[0] ** step)),
    eps,
  }),
  update({ parameter, gradient, state, terms }) {
    const { weightDecay, beta1, beta2, share1, stepSize, eps } = terms;
    let g = terms.maximize ? neg(gradient) : gradient;
    if (terms.decays) g = add(g, mul(parameter, weightDecay));
    const expAvg = add(mul(state.expAvg, beta1), mul(g, share1));
    const expInf = maximum(mul(state.expInf, beta2), add(abs(g), eps));
    return { parameter: add(parameter, div(mul(expAvg, stepSize), expInf)), state: { expAvg, expInf } };
  },
});

/**
 * Adamax: Adam with the largest absolute value of the gradients in the place of their mean square.
 * (torch.optim.Adamax)
 */
export class Adamax extends Optimizer<AdamaxOptions> {
  /**
   * Adamax: Adam with the largest absolute value of the gradients in the place of their mean square.
   * (torch.optim.Adamax)
   *
   *     g ← ±∇ + λθ
   *     m ← β₁m + (1 − β₁)·g        u ← max(β₂u, |g| + ε)
   *     θ ← θ − lr / (1 − β₁ᵗ) · m / u
   *
   * @param parameters - tensors, or groups `{ params, lr?, … }` with options of their own.
   * @throws ArgumentError for no parameters, one that is not a leaf or in two groups, or an invalid option.
   *
   * @example
   * ```ts
   * const w = tensor([1, 2], { requiresGrad: true });
   * const optimizer = new Adamax([w], { lr: 0.1 });
   * w.square().sum().backward();
   * optimizer.step();
   * w.detach(); // → Tensor([0.9, 1.9])
   * ```
   */
  constructor(parameters: ParametersToOptimize<AdamaxOptions>, options?: SomeOptions<AdamaxOptions>) {
    super(adamax, parameters, options);
  }
}
