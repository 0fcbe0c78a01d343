/**
 * NAdam.
 *
 * @module
 */
import { add, div, mul, sqrt } from "@lucid/tensor/functions";
import { type Algorithm, defineAlgorithm } from "../algorithm.js";
import type { ParametersToOptimize } from "../groups.js";
import { Optimizer } from "../optimizer.js";
import { decayRates, flag, nonNegative, type SomeOptions } from "../options.js";
import { moments, momentTerms } from "./moments.js";

/** Options of {@link NAdam}, for all parameters or for one group. */
export interface NAdamOptions {
  /** Learning rate; default 0.002. */
  lr: number;
  /** Factors of the moving averages of the gradient and of its square; default [0.9, 0.999]. */
  betas: readonly [number, number];
  /** Added to the denominator; default 1e-8. */
  eps: number;
  /** Factor of the L2 penalty ½λ‖θ‖², or, if it is decoupled, share of θ that decays at lr; default 0. */
  weightDecay: number;
  /** How fast the momentum approaches its final value; default 0.004. */
  momentumDecay: number;
  /** Whether parameters decay directly, and not through the gradient; default false. */
  decoupledWeightDecay: boolean;
  /** Whether to climb instead of descend; default false. */
  maximize: boolean;
}

/** The momentum of update t. */
const momentumAt = ({ betas, momentumDecay }: NAdamOptions, step: number): number =>
  betas[0] * (1 - 0.5 * 0.96 ** (step * momentumDecay));

const nadam: Algorithm<NAdamOptions> = /* @__PURE__ */ defineAlgorithm({
  name: "NAdam",
  options: {
    lr: nonNegative(2e-3),
    betas: decayRates(0.9, 0.999),
    eps: nonNegative(1e-8),
    weightDecay: nonNegative(0),
    momentumDecay: nonNegative(4e-3),
    decoupledWeightDecay: flag(false),
    maximize: flag(false),
  },
  counted: true,
  state: { expAvg: {}, expAvgSq: {} },
  numbers: {
    muProduct: {
      initial: () => 1,
      next: (options: NAdamOptions, step, numbers) => numbers.muProduct! * momentumAt(options, step),
    },
  },
  terms: (options: NAdamOptions, step: number, numbers) => {
    const { lr, betas, decoupledWeightDecay } = options;
    const [mu, muNext, muProduct] = [momentumAt(options, step), momentumAt(options, step + 1), numbers.muProduct!];
    return {
      ...momentTerms(options, decoupledWeightDecay),
      correction: 1 - betas[1] ** step,
      gradientStep: (-lr * (1 - mu)) / (1 - muProduct),
      averageStep: (-lr * muNext) / (1 - muProduct * muNext),
    };
  },
  update(inputs) {
    const { start, g, expAvg, expAvgSq } = moments(inputs);
    const { correction, gradientStep, averageStep, eps } = inputs.terms;
    const denominator = add(sqrt(div(expAvgSq, correction)), eps);
    const moved = add(start, div(mul(g, gradientStep), denominator));
    return { parameter: add(moved, div(mul(expAvg, averageStep), denominator)), state: { expAvg, expAvgSq } };
  },
});

/**
 * Adam with Nesterov momentum. (torch.optim.NAdam)
 */
export class NAdam extends Optimizer<NAdamOptions> {
  /**
   * Adam with Nesterov momentum. (torch.optim.NAdam)
   *
   *     g ← ±∇ + λθ
   *     m ← β₁m + (1 − β₁)·g        v ← β₂v + (1 − β₂)·g²
   *     θ ← θ − lr·((1 − μₜ)·g / (1 − Πμ) + μₜ₊₁·m / (1 − μₜ₊₁·Πμ)) / (√v̂ + ε)
   *
   * with v̂ = v / (1 − β₂ᵗ), μₜ = β₁(1 − ½·0.96^(t·momentumDecay)) and Πμ = μ₁ ⋯ μₜ. With `decoupledWeightDecay`, θ is
   * multiplied by 1 − lr·λ instead of the second term of g. These are the numbers of PyTorch
   * 2.0 and later; earlier versions multiply μₜ in twice.
   *
   * @param parameters - tensors, or groups `{ params, lr?, … }` with options of their own.
   * @throws ArgumentError for no parameters, one that is not a leaf or in two groups, or an invalid option.
   *
   * @example
   * ```ts
   * const w = tensor([1, 2], { requiresGrad: true });
   * const optimizer = new NAdam([w], { lr: 0.1 });
   * w.square().sum().backward();
   * optimizer.step();
   * w.detach(); // → Tensor([0.8944, 1.8944])
   * ```
   */
  constructor(parameters: ParametersToOptimize<NAdamOptions>, options?: SomeOptions<NAdamOptions>) {
    super(nadam, parameters, options);
  }
}
